//! Names, ports and labels of the objects that do not depend on sessions. Services, pods, network
//! policies and the gate's configuration take them from here, so that they always agree.

use super::tree::{Node, Section};
use super::{Installation, ObjectName, Settings};

/// Default port of `listen`.
pub const GATE_PORT: u16 = 4181;
/// Port of `admin_listen`.
pub const ADMIN_PORT: u16 = 4182;
/// Port of `pages_listen`.
pub const PAGES_PORT: u16 = 4183;
/// Name of the Service of `pages_listen`, and of the file provider's service.
pub const PAGES_SERVICE: &str = "doorward-pages";
/// Port of that Service.
pub const PAGES_SERVICE_PORT: u16 = 80;
/// The Service and the route of `backchannel_listen`.
pub(super) const LOGOUT_SERVICE: &str = "doorward-logout";
/// Path of `backchannel_listen`.
pub(super) const LOGOUT_PATH: &str = "/backchannel-logout";
/// Secret with the CA certificate of the gate. Each namespace with the Middleware needs one,
/// because Traefik reads it only from there.
pub const CA_SECRET: &str = "doorward-ca";
/// The key in this Secret.
pub const CA_KEY: &str = "ca.crt";
/// API group and version of Traefik's kinds.
pub(super) const TRAEFIK_API: &str = "traefik.io/v1alpha1";

impl Settings {
    /// Namespace of the gate's Service, and of the catch-all route with its Middleware, because a
    /// route can use neither across namespaces. For a gate outside of the cluster: the namespace of
    /// the sessions.
    #[must_use]
    pub fn gate_namespace(&self) -> ObjectName {
        self.gate_address.service().map_or_else(|| self.namespace.clone(), |(_, space)| space)
    }
}

impl Installation {
    /// The namespaces that need the Middleware if no session sets its own namespace: those of the
    /// sessions and of the catch-all route.
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

/// The labels of all objects.
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
