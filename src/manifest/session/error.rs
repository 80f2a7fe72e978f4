//! The errors of a session, with the position of the session in the input.

use crate::manifest::kubernetes::NameError;
use crate::name::{DomainError, SessionSlugError};
use crate::suggestion::suggest;
use std::fmt;
use std::sync::Arc;

/// The position of a session in the input.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct InputPosition {
    /// Name of the file; `-` for standard input.
    pub file: Arc<str>,
    /// The document in the file, counted from 1; empty documents are not counted.
    pub document: usize,
    /// The item of that document's list, counted from 0 as in a path.
    pub item: Option<usize>,
}

impl fmt::Display for InputPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if &*self.file == "-" { "standard input" } else { &self.file };
        write!(f, "{name}, document {}", self.document)?;
        self.item.map_or(Ok(()), |item| write!(f, ", item [{item}]"))
    }
}

/// An error of one session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionError {
    /// The position of the session.
    pub position: InputPosition,
    /// Path of the field, such as `spec.user.username`; empty for the session as a whole.
    pub field: Box<str>,
    /// The error.
    pub kind: SessionErrorKind,
}

impl SessionError {
    pub(super) fn new(position: &InputPosition, field: &str, kind: SessionErrorKind) -> Self {
        Self { position: position.clone(), field: field.into(), kind }
    }
}

/// The kinds of errors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionErrorKind {
    /// The value is not a section.
    NoSession {
        /// The type that was found.
        found: &'static str,
    },
    /// The object is of another kind.
    OtherKind {
        /// Its kind.
        kind: Box<str>,
    },
    /// A `VDISession` of another API group or version.
    OtherVersion {
        /// Its `apiVersion`.
        version: Box<str>,
    },
    /// A required field is missing.
    Missing,
    /// An unknown field.
    Unknown {
        /// The known fields of this section.
        known: &'static [&'static str],
    },
    /// A value of the wrong type.
    WrongKind {
        /// The type that was found.
        found: &'static str,
        /// The type that is expected.
        expected: &'static str,
    },
    /// Text that is not a valid name.
    Name {
        /// The text.
        value: Box<str>,
        /// Why not.
        error: NameError,
    },
    /// Text that is not a session slug.
    Slug {
        /// The text.
        value: Box<str>,
        /// Why not.
        error: SessionSlugError,
    },
    /// Text that is not a domain.
    Domain {
        /// The text.
        value: Box<str>,
        /// Why not.
        error: DomainError,
    },
    /// A number that is not a port.
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
                "is {found}, not a session\n    write `session: {{ id: …, name: … }}` and `username: …`, or a VDISession object"
            ),
            SessionErrorKind::OtherKind { kind } => write!(
                f,
                "is a {}, not a VDISession\n    remove it; `kubectl get vdisessions -o yaml` prints only VDISessions",
                kind.escape_debug()
            ),
            SessionErrorKind::OtherVersion { version } => write!(
                f,
                "is {version:?}, which is not supported\n    write apiVersion: doorward.dev/v1alpha1"
            ),
            SessionErrorKind::Missing => write!(f, "is missing\n    {}", example(field)),
            SessionErrorKind::Unknown { known } => {
                write!(f, "is not a known field\n    {}", suggest(field, known))
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
                write!(f, "{value:?} is not a session slug: {error}\n    {}", example(field))
            }
            SessionErrorKind::Domain { value, error } => {
                write!(f, "{value:?} is not a domain: {error}\n    {}", example(field))
            }
            SessionErrorKind::Port { value } => {
                write!(f, "{value} is not a port\n    write a number between 1 and 65535")
            }
            SessionErrorKind::OwnerElsewhere { namespace } => write!(
                f,
                "is {namespace:?}, which is not the route's namespace\n    the garbage collector deletes a route whose owner is in another namespace; remove the owner"
            ),
        }
    }
}

impl std::error::Error for SessionError {}

/// The suggested fix, by the name of the field.
fn example(field: &str) -> &'static str {
    match field {
        "session" => {
            "write session: { id: 66fe8fe4-b6bf-4458-84d7-eb1cc6adbd05, name: kasm-alice-1 }"
        }
        "id" | "sessionId" => {
            "write the value of the label session-id: up to 63 letters, digits, `-`, `_` or `.`"
        }
        "name" => "write the name of the objects: lower-case letters, digits and hyphens",
        "namespace" => "write the namespace of the session's service, such as vdi-sessions",
        "username" => "write the value of the token's user claim, such as alice",
        "user" => "write user: { username: alice }",
        "issuer" => "write the value of the token's `iss` claim",
        "slug" | "sessionSlug" => {
            "write 3 to 20 lower-case letters, digits and hyphens, such as dev"
        }
        "domain" => "write one of the configured domains, such as vdi.example.com",
        "service" => "write service: { name: kasm-alice-1, port: 8080 }",
        "port" => "write a number between 1 and 65535",
        "metadata" => "write metadata: { name: kasm-alice-1 }",
        "spec" => "write spec: { sessionId: …, user: { username: alice } }",
        "owner" => "write owner: { apiVersion: v1, kind: Pod, name: …, uid: … }",
        "uid" => "write the owner's metadata.uid",
        _ => "write text",
    }
}
