//! Reads the fields of a session. Each error is collected with the path of its field, so that all
//! are reported at once.

use super::error::{InputPosition, SessionError, SessionErrorKind};
use super::owner::OwnerReference;
use crate::manifest::kubernetes::{NameError, ObjectName};
use crate::manifest::tree::{Node, Section};
use crate::name::{Domain, SessionSlug};

/// A section with its path.
pub(super) struct Fields<'n, 'm> {
    section: &'n Section,
    path: String,
    position: &'n InputPosition,
    errors: Errors<'m>,
}

/// Nested sections share one list of errors.
type Errors<'m> = std::rc::Rc<std::cell::RefCell<&'m mut Vec<SessionError>>>;

impl<'n, 'm> Fields<'n, 'm> {
    pub(super) fn new(
        section: &'n Section,
        position: &'n InputPosition,
        errors: &'m mut Vec<SessionError>,
    ) -> Self {
        let errors = std::rc::Rc::new(std::cell::RefCell::new(errors));
        Self { section, path: String::new(), position, errors }
    }

    pub(super) fn position(&self) -> InputPosition {
        self.position.clone()
    }

    pub(super) fn complain(&self, key: &str, kind: SessionErrorKind) {
        let field = if key.is_empty() { self.path.clone() } else { self.path_of(key) };
        self.errors.borrow_mut().push(SessionError::new(self.position, &field, kind));
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// Whether the field is present; `null` counts as absent.
    pub(super) fn has(&self, key: &str) -> bool {
        self.value(key).is_some()
    }

    fn value(&self, key: &str) -> Option<&'n Node> {
        self.section.at(key).filter(|node| **node != Node::Null)
    }

    pub(super) fn require(&self, key: &str) {
        if !self.has(key) {
            self.complain(key, SessionErrorKind::Missing);
        }
    }

    /// Reports all other keys as errors.
    pub(super) fn only(&self, known: &'static [&'static str]) {
        for entry in self.section.entries() {
            if !known.contains(&&*entry.key) {
                self.complain(&entry.key, SessionErrorKind::Unknown { known });
            }
        }
    }

    fn wrong_kind(&self, key: &str, node: &Node, expected: &'static str) {
        self.complain(key, SessionErrorKind::WrongKind { found: node.kind(), expected });
    }

    pub(super) fn text(&self, key: &str) -> Option<&'n str> {
        let node = self.value(key)?;
        let text = node.text();
        if text.is_none() {
            self.wrong_kind(key, node, "text");
        }
        text
    }

    pub(super) fn required_text(&self, key: &str) -> Option<&'n str> {
        self.require(key);
        self.text(key)
    }

    /// Required text that must not be empty.
    fn filled(&self, key: &str) -> Option<&'n str> {
        let text = self.required_text(key)?;
        if text.is_empty() {
            self.complain(key, SessionErrorKind::Missing);
        }
        Some(text)
    }

    pub(super) fn name<N>(
        &self,
        key: &str,
        parse: impl Fn(&str) -> Result<N, NameError>,
    ) -> Option<N> {
        let value = self.text(key)?;
        parse(value)
            .map_err(|error| {
                self.complain(key, SessionErrorKind::Name { value: value.into(), error });
            })
            .ok()
    }

    pub(super) fn required_name<N>(
        &self,
        key: &str,
        parse: impl Fn(&str) -> Result<N, NameError>,
    ) -> Option<N> {
        self.require(key);
        self.name(key, parse)
    }

    pub(super) fn slug(&self, key: &str) -> Option<SessionSlug> {
        let value = self.text(key)?;
        SessionSlug::new(value)
            .map_err(|error| {
                self.complain(key, SessionErrorKind::Slug { value: value.into(), error });
            })
            .ok()
    }

    pub(super) fn domain(&self, key: &str) -> Option<Domain> {
        let value = self.text(key)?;
        Domain::new(value)
            .map_err(|error| {
                self.complain(key, SessionErrorKind::Domain { value: value.into(), error });
            })
            .ok()
    }

    fn sub_section(&self, key: &str) -> Option<Self> {
        let node = self.value(key)?;
        let Some(section) = node.section() else {
            self.wrong_kind(key, node, "a section");
            return None;
        };
        let (path, errors) = (self.path_of(key), std::rc::Rc::clone(&self.errors));
        Some(Self { section, path, position: self.position, errors })
    }

    pub(super) fn required_section(&self, key: &str) -> Option<Self> {
        self.require(key);
        self.sub_section(key)
    }

    /// `{ name, port }`, both optional. Which names are valid depends on the provider, so the plan
    /// checks that.
    pub(super) fn service(&self, key: &str) -> (Option<Box<str>>, Option<u16>) {
        let Some(service) = self.sub_section(key) else {
            return (None, None);
        };
        service.only(&["name", "port"]);
        (service.text("name").map(Box::from), service.port("port"))
    }

    fn port(&self, key: &str) -> Option<u16> {
        let node = self.value(key)?;
        let Node::Unsigned(value) = *node else {
            self.wrong_kind(key, node, "a port number");
            return None;
        };
        let port = u16::try_from(value).ok().filter(|port| *port > 0);
        if port.is_none() {
            self.complain(key, SessionErrorKind::Port { value });
        }
        port
    }

    /// `{ apiVersion, kind, name, uid }`, all required. A namespace is optional and must be the
    /// session's.
    pub(super) fn owner(
        &self,
        key: &str,
        namespace: Option<&ObjectName>,
    ) -> Option<OwnerReference> {
        let owner = self.sub_section(key)?;
        owner.only(&["apiVersion", "kind", "name", "uid", "namespace"]);
        if let Some(own) = owner.text("namespace")
            && namespace.is_none_or(|namespace| namespace.as_str() != own)
        {
            let namespace = own.into();
            owner.complain("namespace", SessionErrorKind::OwnerElsewhere { namespace });
        }
        let [api_version, kind, name, uid] =
            ["apiVersion", "kind", "name", "uid"].map(|key| owner.filled(key).map(Box::from));
        Some(OwnerReference { api_version: api_version?, kind: kind?, name: name?, uid: uid? })
    }
}
