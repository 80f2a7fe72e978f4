//! Where an issuer's logout tokens come in: a Service and a route, on a host of the portal's and on
//! no workspace's. What is a workspace's reaches its desktop, and a desktop may not end sessions.

use super::metadata;
use crate::manifest::fixed::{TRAEFIK_API, labels, object};
use crate::manifest::tree::{Node, Section};
use crate::manifest::{Installation, TraefikName};
use crate::name::Domain;

/// `backchannel_listen`, and who may be told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logout {
    /// Port of `backchannel_listen`.
    pub port: u16,
    /// Hosts that providers know it by. None of them is a workspace's.
    pub hosts: Vec<Domain>,
    /// Where Traefik takes requests for these hosts, and does not ask the gate about each.
    pub entry_points: Vec<TraefikName>,
}

/// The Service and its route.
pub(super) fn objects(installation: &Installation, logout: &Logout) -> Vec<Node> {
    let namespace = installation.settings.gate_namespace();
    let ports =
        vec![Section::new().put("name", PORT).put("port", logout.port).put("targetPort", PORT)];
    let service = Section::new()
        .why("Where providers say who has signed out (backchannel_listen).")
        .put("apiVersion", "v1")
        .put("kind", "Service")
        .put("metadata", metadata(SERVICE, &namespace))
        .put("spec", Section::new().put("selector", labels("gate")).put("ports", ports));
    let route = Section::new()
        .why("This one path of the portal's host, and nothing else of it.")
        .put("match", rule(&logout.hosts))
        .put("kind", "Rule")
        .why("Whoever posts here shows a token that the issuer has signed; the gate asks for no other.")
        .put("services", vec![Section::new().put("name", SERVICE).put("port", logout.port)]);
    let entry_points: Vec<Node> = logout.entry_points.iter().map(Node::from).collect();
    let spec = Section::new()
        .put("entryPoints", Node::List(entry_points))
        .put("routes", vec![route])
        .why("With the certificate that Traefik has for the portal's host.")
        .put("tls", Section::new());
    let route = object(TRAEFIK_API, "IngressRoute", metadata(SERVICE, &namespace), spec);
    vec![service.into(), route.into()]
}

/// Nothing in a [`Domain`] ends the backticks.
fn rule(hosts: &[Domain]) -> String {
    let hosts: Vec<String> = hosts.iter().map(|host| format!("Host(`{host}`)")).collect();
    let hosts = hosts.join(" || ");
    format!("({hosts}) && Path(`{PATH}`) && Method(`POST`)")
}

/// Of the listener.
pub const PATH: &str = "/backchannel-logout";
/// Name of the container's port.
pub(super) const PORT: &str = "logout";
/// Of the Service and the route.
pub const SERVICE: &str = "doorward-logout";
