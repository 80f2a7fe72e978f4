//! Reads sessions and checks each of them by itself.
//!
//! Two forms are supported: `VDISession` objects of a cluster, and a short form for files. This
//! module does not decide which host a session gets ([`super::plan`]). It only makes sure that all
//! names are valid in the objects that are rendered from them.

mod error;
mod fields;
mod owner;

pub use error::{InputPosition, SessionError, SessionErrorKind};
pub use owner::OwnerReference;

use super::kubernetes::{LabelValue, ObjectName};
use super::tree::Node;
use crate::name::{Domain, SessionSlug};
use fields::Fields;
use std::sync::Arc;

/// A session of a user.
#[derive(Clone, Debug, PartialEq)]
pub struct VdiSession {
    /// Position in the input.
    pub position: InputPosition,
    /// Name of its route, and of its service unless another one is set.
    pub name: ObjectName,
    /// The label `session-id`.
    pub id: LabelValue,
    /// Namespace of its route; `None` for the default of the settings.
    pub namespace: Option<ObjectName>,
    /// The value of the issuer's user claim. The label function checks it later.
    pub username: Box<str>,
    /// The user's issuer; `None` for the only issuer.
    pub issuer: Option<Box<str>>,
    /// The slug, if the user has several sessions.
    pub slug: Option<SessionSlug>,
    /// The domain; `None` for the only one.
    pub domain: Option<Domain>,
    /// The service; `None` for the session's name.
    pub service: Option<Box<str>>,
    /// The service's port; `None` for the default of the settings.
    pub port: Option<u16>,
    /// The object with which the route is deleted.
    pub owner: Option<OwnerReference>,
}

/// The sessions of an input.
#[derive(Clone, Debug, Default)]
pub struct Sessions {
    /// The valid sessions, in the order of the input.
    pub sessions: Vec<VdiSession>,
    /// The errors of the others.
    pub errors: Vec<SessionError>,
    /// Objects that are being deleted, which get no route.
    pub deleted: Vec<InputPosition>,
}

impl Sessions {
    /// Reads the documents of one file. A document is a session, a list of sessions, or what
    /// `kubectl get … -o yaml` prints.
    #[must_use]
    pub fn of(documents: &[Node], file: &Arc<str>) -> Self {
        let mut found = Self::default();
        for (index, document) in documents.iter().enumerate() {
            let position =
                InputPosition { file: Arc::clone(file), document: index + 1, item: None };
            let (items, kind) = items(document);
            match items {
                None => found.read(document, None, position),
                Some(items) => {
                    for (index, item) in items.iter().enumerate() {
                        let position = InputPosition { item: Some(index), ..position.clone() };
                        found.read(item, kind, position);
                    }
                }
            }
        }
        found
    }

    /// Reads one session. `kind`: the kind of objects without one, as in a typed list.
    fn read(&mut self, node: &Node, kind: Option<&str>, position: InputPosition) {
        let Some(section) = node.section() else {
            let found = node.kind();
            self.errors.push(SessionError::new(
                &position,
                "",
                SessionErrorKind::NoSession { found },
            ));
            return;
        };
        let known = self.errors.len();
        let fields = Fields::new(section, &position, &mut self.errors);
        let session = match section.at("kind").and_then(Node::text).or(kind) {
            Some(KIND) => object(&fields),
            Some(other) => {
                fields.complain("kind", SessionErrorKind::OtherKind { kind: other.into() });
                None
            }
            None => short(&fields),
        };
        // A session with an error is never rendered in part.
        match session {
            Some(ParsedSession::Active(session)) if self.errors.len() == known => {
                self.sessions.push(*session);
            }
            Some(ParsedSession::Deleted) => self.deleted.push(position),
            Some(ParsedSession::Active(_)) | None => {}
        }
    }
}

enum ParsedSession {
    Active(Box<VdiSession>),
    /// An object with a `deletionTimestamp`. A route that is created now could outlive it, because
    /// the garbage collector may already have run.
    Deleted,
}

/// The items of a list, and the kind of items without one.
fn items(document: &Node) -> (Option<&[Node]>, Option<&str>) {
    if let Some(items) = document.list() {
        return (Some(items), None);
    }
    let kind = document.below(&["kind"]).and_then(Node::text);
    let Some(of) = kind.and_then(|kind| kind.strip_suffix("List")) else {
        return (None, None);
    };
    (document.below(&["items"]).and_then(Node::list), (!of.is_empty()).then_some(of))
}

/// A `VDISession`.
fn object(fields: &Fields<'_, '_>) -> Option<ParsedSession> {
    if let Some(version) = fields.text("apiVersion")
        && version != API_VERSION
    {
        let version = version.into();
        fields.complain("apiVersion", SessionErrorKind::OtherVersion { version });
    }
    let metadata = fields.required_section("metadata");
    let spec = fields.required_section("spec");
    fields.only(&["apiVersion", "kind", "metadata", "spec", "status"]);
    let (metadata, spec) = (metadata?, spec?);
    if metadata.has("deletionTimestamp") {
        return Some(ParsedSession::Deleted);
    }
    let name = metadata.required_name("name", ObjectName::new);
    let namespace = metadata.name("namespace", ObjectName::new);
    let uid = metadata.text("uid").map(Box::<str>::from);

    let id = spec.name("sessionId", LabelValue::new);
    let id = match &uid {
        Some(_) if !spec.has("sessionId") => metadata.name("uid", LabelValue::new),
        _ => {
            spec.require("sessionId");
            id
        }
    };
    let user = spec.required_section("user");
    let slug = spec.slug("sessionSlug");
    let domain = spec.domain("domain");
    let (service, port) = spec.service("service");
    spec.only(&["user", "sessionId", "sessionSlug", "service", "domain"]);
    let user = user?;
    let username = user.required_text("username").map(Box::<str>::from);
    let issuer = user.text("issuer").map(Box::<str>::from);
    user.only(&["username", "issuer"]);

    let name = name?;
    let owner = uid.map(|uid| OwnerReference {
        api_version: API_VERSION.into(),
        kind: KIND.into(),
        name: name.as_str().into(),
        uid,
    });
    let (id, username, position) = (id?, username?, user.position());
    let session = VdiSession {
        position,
        name,
        id,
        namespace,
        username,
        issuer,
        slug,
        domain,
        service,
        port,
        owner,
    };
    Some(ParsedSession::Active(Box::new(session)))
}

/// A session in the short form.
fn short(fields: &Fields<'_, '_>) -> Option<ParsedSession> {
    let session = fields.required_section("session");
    let username = fields.required_text("username").map(Box::<str>::from);
    let issuer = fields.text("issuer").map(Box::<str>::from);
    let slug = fields.slug("slug");
    let domain = fields.domain("domain");
    let namespace = fields.name("namespace", ObjectName::new);
    let (service, port) = fields.service("service");
    let owner = fields.owner("owner", namespace.as_ref());
    fields.only(&[
        "session",
        "username",
        "issuer",
        "slug",
        "domain",
        "namespace",
        "service",
        "owner",
    ]);
    let session = session?;
    let id = session.required_name("id", LabelValue::new);
    let name = session.required_name("name", ObjectName::new);
    session.only(&["id", "name"]);
    let (name, id, username, position) = (name?, id?, username?, session.position());
    let session = VdiSession {
        position,
        name,
        id,
        namespace,
        username,
        issuer,
        slug,
        domain,
        service,
        port,
        owner,
    };
    Some(ParsedSession::Active(Box::new(session)))
}

/// API version of `VDISession`.
pub(super) const API_VERSION: &str = "doorward.dev/v1alpha1";
/// Kind of `VDISession`.
pub(super) const KIND: &str = "VDISession";

#[cfg(test)]
mod tests;
