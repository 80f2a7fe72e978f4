//! What several objects of the gate share: metadata, the selector of its pods, and names by which
//! one object refers to another.

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

/// Number of gate replicas. With more than one, they need a shared revocation store.
pub const REPLICAS: u64 = 2;
/// Name of the gate's Deployment, Service, `ServiceAccount` and certificate.
pub(super) const GATE: &str = "doorward";
/// Name of the container's port for logout tokens.
pub(super) const LOGOUT_PORT: &str = "logout";
