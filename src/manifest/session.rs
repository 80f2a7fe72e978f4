//! What is to be served: sessions as people and operators write them, checked one by one.
//!
//! Two forms are read: `VDISession` objects, as a cluster holds them, and a short form for everybody
//! else. Whose host a session gets is not decided here ([`super::plan`]); a session that comes out
//! of here has names that every object can carry, and nothing else is known about it.

mod fields;
mod mistake;
mod owner;

pub use mistake::{Mistake, Place, SessionProblem};
pub use owner::Owner;

use super::kubernetes::{LabelValue, ObjectName};
use super::tree::Node;
use crate::name::{Domain, SessionSlug};
use fields::Fields;
use std::sync::Arc;

/// One session of one user.
#[derive(Clone, Debug, PartialEq)]
pub struct VdiSession {
    /// Where it was read.
    pub place: Place,
    /// Name of its route, and of its service unless it names another.
    pub name: ObjectName,
    /// The label `session-id`.
    pub id: LabelValue,
    /// Where its route goes; `None`: where the settings say.
    pub namespace: Option<ObjectName>,
    /// As the issuer's user claim has it; any text until the label function has judged it.
    pub username: Box<str>,
    /// Whose user it is; `None`: the only issuer's.
    pub issuer: Option<Box<str>>,
    /// Which of the user's several sessions.
    pub slug: Option<SessionSlug>,
    /// Below which domain; `None`: the only one.
    pub domain: Option<Domain>,
    /// What serves it; `None`: the session's own name.
    pub service: Option<Box<str>>,
    /// The service's port; `None`: the settings' one.
    pub port: Option<u16>,
    /// The object that the route goes with.
    pub owner: Option<Owner>,
}

/// What a text of sessions came to.
#[derive(Clone, Debug, Default)]
pub struct Sessions {
    /// The good ones, in the order of the text.
    pub sessions: Vec<VdiSession>,
    /// What is wrong with the others.
    pub mistakes: Vec<Mistake>,
    /// Objects that are being deleted: they get no route any more.
    pub ending: Vec<Place>,
}

impl Sessions {
    /// Reads the documents of one file. A document is a session, a list of sessions, or what
    /// `kubectl get … -o yaml` prints.
    #[must_use]
    pub fn of(documents: &[Node], file: &Arc<str>) -> Self {
        let mut found = Self::default();
        for (index, document) in documents.iter().enumerate() {
            let place = Place { file: Arc::clone(file), document: index + 1, item: None };
            let (items, kind) = items(document);
            match items {
                None => found.read(document, None, place),
                Some(items) => {
                    for (index, item) in items.iter().enumerate() {
                        let place = Place { item: Some(index), ..place.clone() };
                        found.read(item, kind, place);
                    }
                }
            }
        }
        found
    }

    /// One session. `kind`: of objects that do not say their own, as in a typed list.
    fn read(&mut self, node: &Node, kind: Option<&str>, place: Place) {
        let Some(section) = node.section() else {
            let found = node.kind();
            self.mistakes.push(Mistake::new(&place, "", SessionProblem::NoSession { found }));
            return;
        };
        let known = self.mistakes.len();
        let fields = Fields::new(section, &place, &mut self.mistakes);
        let session = match section.at("kind").and_then(Node::text).or(kind) {
            Some(KIND) => object(&fields),
            Some(other) => {
                fields.complain("kind", SessionProblem::OtherKind { kind: other.into() });
                None
            }
            None => short(&fields),
        };
        // A session of which a part is wrong is not rendered from the rest.
        match session {
            Some(Read::Live(session)) if self.mistakes.len() == known => {
                self.sessions.push(*session);
            }
            Some(Read::Ending) => self.ending.push(place),
            Some(Read::Live(_)) | None => {}
        }
    }
}

enum Read {
    Live(Box<VdiSession>),
    /// With a `deletionTimestamp`: a route made now would outlive the garbage collector's visit.
    Ending,
}

/// The items of a list, and the kind of those that do not say theirs.
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
fn object(fields: &Fields<'_, '_>) -> Option<Read> {
    if let Some(version) = fields.text("apiVersion")
        && version != API_VERSION
    {
        let version = version.into();
        fields.complain("apiVersion", SessionProblem::OtherVersion { version });
    }
    let metadata = fields.required_section("metadata");
    let spec = fields.required_section("spec");
    fields.only(&["apiVersion", "kind", "metadata", "spec", "status"]);
    let (metadata, spec) = (metadata?, spec?);
    if metadata.has("deletionTimestamp") {
        return Some(Read::Ending);
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
    let owner = uid.map(|uid| Owner {
        api_version: API_VERSION.into(),
        kind: KIND.into(),
        name: name.as_str().into(),
        uid,
    });
    let (id, username, place) = (id?, username?, user.place());
    let session = VdiSession {
        place,
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
    Some(Read::Live(Box::new(session)))
}

/// The short form.
fn short(fields: &Fields<'_, '_>) -> Option<Read> {
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
    let (name, id, username, place) = (name?, id?, username?, session.place());
    let session = VdiSession {
        place,
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
    Some(Read::Live(Box::new(session)))
}

/// Of the objects that operators keep sessions in.
pub(super) const API_VERSION: &str = "doorward.dev/v1alpha1";
/// Likewise.
pub(super) const KIND: &str = "VDISession";

#[cfg(test)]
mod tests;
