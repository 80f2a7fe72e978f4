//! What can be wrong with a session, and where it stands.

use crate::manifest::kubernetes::NameError;
use crate::name::{DomainError, SessionSlugError};
use crate::suggestion::suggest;
use std::fmt;
use std::sync::Arc;

/// Where a session was read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct InputPosition {
    /// Name of the file; `-` for standard input.
    pub file: Arc<str>,
    /// Which document of it, counted from 1; empty ones do not count.
    pub document: usize,
    /// Which item of that document's list, counted from 0 as in a path.
    pub item: Option<usize>,
}

impl fmt::Display for InputPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if &*self.file == "-" { "standard input" } else { &self.file };
        write!(f, "{name}, document {}", self.document)?;
        self.item.map_or(Ok(()), |item| write!(f, ", item [{item}]"))
    }
}

/// One thing that is wrong with one session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionError {
    /// The session.
    pub position: InputPosition,
    /// Path of the field, such as `spec.user.username`; empty for the session as a whole.
    pub field: Box<str>,
    /// What is wrong with it.
    pub kind: SessionErrorKind,
}

impl SessionError {
    pub(super) fn new(position: &InputPosition, field: &str, kind: SessionErrorKind) -> Self {
        Self { position: position.clone(), field: field.into(), kind }
    }
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionErrorKind {
    /// Something else than a section stands where a session should.
    NoSession {
        /// What it is.
        found: &'static str,
    },
    /// An object that is no session.
    OtherKind {
        /// Its kind.
        kind: Box<str>,
    },
    /// A `VDISession` of another group or version.
    OtherVersion {
        /// What its `apiVersion` says.
        version: Box<str>,
    },
    /// A field that has to be there is not.
    Missing,
    /// A field that nobody reads.
    Unknown {
        /// Those that are read beside it.
        known: &'static [&'static str],
    },
    /// Another kind of value.
    WrongKind {
        /// What it is.
        found: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// Text that cannot be this name.
    Name {
        /// The text.
        value: Box<str>,
        /// Why not.
        error: NameError,
    },
    /// Text that is no session slug.
    Slug {
        /// The text.
        value: Box<str>,
        /// Why not.
        error: SessionSlugError,
    },
    /// Text that is no domain.
    Domain {
        /// The text.
        value: Box<str>,
        /// Why not.
        error: DomainError,
    },
    /// A number that is no port.
    Port {
        /// The number.
        value: u64,
    },
    /// An owner in another namespace than the route.
    OwnerElsewhere {
        /// The owner's namespace.
        namespace: Box<str>,
    },
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.position)?;
        if !self.field.is_empty() {
            write!(f, ", {}", self.field)?;
        }
        write!(f, ": ")?;
        let field = self.field.rsplit('.').next().unwrap_or_default();
        match &self.kind {
            SessionErrorKind::NoSession { found } => write!(
                f,
                "is {found}, no session\n    write `session: {{ id: …, name: … }}` and `username: \
                 …`, or a VDISession object"
            ),
            SessionErrorKind::OtherKind { kind } => write!(
                f,
                "is a {}, no VDISession\n    leave it out; `kubectl get vdisessions -o yaml` \
                 prints nothing else",
                kind.escape_debug()
            ),
            SessionErrorKind::OtherVersion { version } => write!(
                f,
                "is {version:?}, and sessions of doorward.dev/v1alpha1 are known\n    write apiVersion: \
                 doorward.dev/v1alpha1"
            ),
            SessionErrorKind::Missing => write!(f, "is missing\n    {}", example(field)),
            SessionErrorKind::Unknown { known } => {
                write!(f, "is not known\n    {}", suggest(field, known))
            }
            SessionErrorKind::WrongKind { found, expected } => {
                write!(f, "is {found}, not {expected}")?;
                if matches!(*expected, "text") && matches!(*found, "a number" | "true or false") {
                    f.write_str("\n    put it in quotes")
                } else {
                    write!(f, "\n    {}", example(field))
                }
            }
            SessionErrorKind::Name { value, error } => {
                write!(f, "{value:?} cannot be used: {error}\n    {}", example(field))
            }
            SessionErrorKind::Slug { value, error } => {
                write!(f, "{value:?} is no session slug: {error}\n    {}", example(field))
            }
            SessionErrorKind::Domain { value, error } => {
                write!(f, "{value:?} is no domain: {error}\n    {}", example(field))
            }
            SessionErrorKind::Port { value } => {
                write!(f, "{value} is no port\n    write a number between 1 and 65535")
            }
            SessionErrorKind::OwnerElsewhere { namespace } => write!(
                f,
                "is {namespace:?}, another namespace than the route's\n    an owner in another \
                 namespace makes the garbage collector delete the route; leave the owner out"
            ),
        }
    }
}

impl std::error::Error for SessionError {}

/// What would do, by the name of the field.
fn example(field: &str) -> &'static str {
    match field {
        "session" => {
            "write session: { id: 66fe8fe4-b6bf-4458-84d7-eb1cc6adbd05, name: kasm-alice-1 }"
        }
        "id" | "sessionId" => {
            "write what the label session-id shall say: up to 63 letters, digits, `-`, `_` or `.`"
        }
        "name" => "write what the objects are called: lower-case letters, digits and hyphens",
        "namespace" => "write the namespace that the session's service is in, such as vdi-sessions",
        "username" => "write the user as the token's user claim has it, such as alice",
        "user" => "write user: { username: alice }",
        "issuer" => "write the issuer as the token's `iss` has it",
        "slug" | "sessionSlug" => {
            "write 3 to 20 lower-case letters, digits and hyphens, such as dev"
        }
        "domain" => "write one of the configured domains, such as vdi.example.com",
        "service" => "write service: { name: kasm-alice-1, port: 8080 }",
        "port" => "write a number between 1 and 65535",
        "metadata" => "write metadata: { name: kasm-alice-1 }",
        "spec" => "write spec: { sessionId: …, user: { username: alice } }",
        "owner" => "write owner: { apiVersion: v1, kind: Pod, name: …, uid: … }",
        "uid" => "write the uid that the cluster gave the owner",
        _ => "write text",
    }
}
