//! The object with which a route is deleted.

use crate::manifest::tree::{Node, Section};

/// An object in the route's namespace. When it is deleted, the garbage collector deletes the route.
/// With an owner in another namespace, it would delete the route at once, because it cannot find
/// the owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnerReference {
    /// `group/version`.
    pub api_version: Box<str>,
    /// Its kind.
    pub kind: Box<str>,
    /// Its name.
    pub name: Box<str>,
    /// Its uid, which differs for a later object of the same name.
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
