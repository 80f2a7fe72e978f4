//! The object with which a route is deleted.

use crate::manifest::tree::{Node, Section};

/// An object in the route's own namespace; when it is deleted, the garbage collector takes the
/// route. Across namespaces it would take the route at once, for its owner cannot be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnerReference {
    /// `group/version`.
    pub api_version: Box<str>,
    /// Kind of the object.
    pub kind: Box<str>,
    /// Its name.
    pub name: Box<str>,
    /// Its uid, which a later object of the same name does not have.
    pub uid: Box<str>,
}

impl OwnerReference {
    /// The entry of `metadata.ownerReferences`.
    #[must_use]
    pub fn reference(&self) -> Node {
        Section::new()
            .put("apiVersion", self.api_version.to_string())
            .put("kind", self.kind.to_string())
            .put("name", self.name.to_string())
            .put("uid", self.uid.to_string())
            .put("controller", true)
            .put("blockOwnerDeletion", true)
            .into()
    }
}
