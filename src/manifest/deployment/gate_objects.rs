//! What the objects of the gate have in common: metadata, the selector of its pods, and names that
//! one object takes from another.

use crate::manifest::ObjectName;
use crate::manifest::fixed::labels;
use crate::manifest::tree::Section;

/// `metadata` of one of the gate's own objects.
pub(super) fn metadata(name: &'static str, namespace: &ObjectName) -> Section {
    Section::new().put("name", name).put("namespace", namespace).put("labels", labels("gate"))
}

/// Labels that select the gate's pods, and nothing else.
pub(super) fn gate_selector() -> Section {
    Section::new().put("matchLabels", labels("gate"))
}

/// Of the gate. What one is told the others have to know, so a store must be shared.
pub const REPLICAS: u64 = 2;
/// The account and objects that stand for the gate all have this name.
pub(super) const GATE: &str = "doorward";
/// Name of the container's port for logout tokens.
pub(super) const LOGOUT_PORT: &str = "logout";
