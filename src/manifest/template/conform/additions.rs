//! What was added to the routes of a template, collected for one note about all sessions of a run.

use std::collections::BTreeSet;
use std::fmt;

/// The set of additions; the sets of several routes can be merged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Additions(BTreeSet<Addition>);

/// One kind of addition, in the order of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Addition {
    /// The gate's Middlewares, on a route without any of them.
    Middleware,
    /// The gate's Middlewares moved to the front of a route that had some of them elsewhere.
    MiddlewareInFront,
    /// `spec.entryPoints`
    EntryPoints,
    /// `priority` of the route.
    Priority,
    /// `port` of its service.
    Port,
    /// `metadata.namespace`
    Namespace,
    /// Some of `metadata.annotations`.
    Annotations,
    /// `metadata.ownerReferences`
    Owner,
}

impl Additions {
    /// Whether nothing was added.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this was added.
    #[must_use]
    pub fn has(&self, addition: Addition) -> bool {
        self.0.contains(&addition)
    }

    /// All additions.
    pub fn iter(&self) -> impl Iterator<Item = Addition> {
        self.0.iter().copied()
    }

    /// Merges the additions of another route.
    pub fn extend(&mut self, other: &Self) {
        self.0.extend(&other.0);
    }

    pub(super) fn note(&mut self, addition: Addition) {
        self.0.insert(addition);
    }
}

impl fmt::Display for Additions {
    /// `the gate's middleware, spec.entryPoints`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, addition) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{addition}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Addition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Middleware => "the gate's middleware",
            Self::MiddlewareInFront => "the gate's middleware in front of the others",
            Self::EntryPoints => "spec.entryPoints",
            Self::Priority => "the route's priority",
            Self::Port => "the service's port",
            Self::Namespace => "metadata.namespace",
            Self::Annotations => "metadata.annotations",
            Self::Owner => "metadata.ownerReferences",
        })
    }
}
