//! What the fixed objects of an installation share: names, ports and labels. A Service, the pods
//! behind it, who may reach them and the gate's own configuration take them from here, so that they
//! cannot disagree.

use super::tree::{Node, Section};
use super::{Installation, ObjectName, Settings};

/// Port of `listen`, where nothing else is said.
pub const GATE_PORT: u16 = 4181;
/// Port of `admin_listen`.
pub const ADMIN_PORT: u16 = 4182;
/// Port of `pages_listen`.
pub const PAGES_PORT: u16 = 4183;
/// The Service of `pages_listen`, and the file provider's service of the same use.
pub const PAGES_SERVICE: &str = "doorward-pages";
/// Port of that Service.
pub const PAGES_SERVICE_PORT: u16 = 80;
/// The Service and the route of `backchannel_listen`.
pub(super) const LOGOUT_SERVICE: &str = "doorward-logout";
/// Path of `backchannel_listen`.
pub(super) const LOGOUT_PATH: &str = "/backchannel-logout";
/// Secret with the certificate of the authority that signed the gate's; one in each namespace that
/// holds the Middleware, because Traefik looks for it there only.
pub const CA_SECRET: &str = "doorward-ca";
/// Its key.
pub const CA_KEY: &str = "ca.crt";
/// API group and version of Traefik's own kinds.
pub(super) const TRAEFIK_API: &str = "traefik.io/v1alpha1";

impl Settings {
    /// Where the gate's Service is, and the catch-all with its Middleware, since a route reaches
    /// neither across namespaces. For a gate outside the cluster: where the sessions are.
    #[must_use]
    pub fn gate_namespace(&self) -> ObjectName {
        self.gate_address.service().map_or_else(|| self.namespace.clone(), |(_, space)| space)
    }
}

impl Installation {
    /// Where the Middleware has to be when no session names a namespace of its own: with the
    /// sessions, and with the catch-all.
    #[must_use]
    pub fn middleware_namespaces(&self) -> Vec<ObjectName> {
        let mut namespaces = vec![self.settings.namespace.clone()];
        let gate = self.settings.gate_namespace();
        if !namespaces.contains(&gate) {
            namespaces.push(gate);
        }
        namespaces
    }
}

/// What our objects carry besides what selects them.
pub(super) fn labels(component: &'static str) -> Section {
    Section::new()
        .put("app.kubernetes.io/name", "doorward")
        .put("app.kubernetes.io/component", component)
}

/// An object with `spec`, in a namespace.
pub(super) fn object(
    api_version: &'static str,
    kind: &'static str,
    metadata: Section,
    spec: impl Into<Node>,
) -> Section {
    Section::new()
        .put("apiVersion", api_version)
        .put("kind", kind)
        .put("metadata", metadata)
        .put("spec", spec)
}
