//! The Service and the route for logout tokens (`backchannel_listen`), on a host of the portal.
//! Never on a desktop's host: requests for it reach the desktop, which must not be able to end
//! sessions.

use super::gate_objects::{LOGOUT_PORT, metadata};
use super::options::Logout;
use crate::manifest::Installation;
use crate::manifest::fixed::{LOGOUT_PATH, LOGOUT_SERVICE, TRAEFIK_API, labels, object};
use crate::manifest::tree::{Node, Section};
use crate::name::Domain;

/// The Service and its route.
pub(super) fn objects(installation: &Installation, logout: &Logout) -> Vec<Node> {
    let namespace = installation.settings.gate_namespace();
    let ports = vec![
        Section::new()
            .put("name", LOGOUT_PORT)
            .put("port", logout.port)
            .put("targetPort", LOGOUT_PORT),
    ];
    let service = Section::new()
        .why("Receives logout tokens from identity providers (backchannel_listen).")
        .put("apiVersion", "v1")
        .put("kind", "Service")
        .put("metadata", metadata(LOGOUT_SERVICE, &namespace))
        .put("spec", Section::new().put("selector", labels("gate")).put("ports", ports));
    let route = Section::new()
        .why("Only this path of the portal's host; all other paths stay with the portal.")
        .put("match", rule(&logout.hosts))
        .put("kind", "Rule")
        .why("No ForwardAuth on this route: the logout token is signed by the issuer, and the gate verifies it.")
        .put("services", vec![Section::new().put("name", LOGOUT_SERVICE).put("port", logout.port)]);
    let entry_points: Vec<Node> = logout.entry_points.iter().map(Node::from).collect();
    let spec = Section::new()
        .put("entryPoints", Node::List(entry_points))
        .put("routes", vec![route])
        .why("Uses the certificate that Traefik has for the portal's host.")
        .put("tls", Section::new());
    let route = object(TRAEFIK_API, "IngressRoute", metadata(LOGOUT_SERVICE, &namespace), spec);
    vec![service.into(), route.into()]
}

/// A [`Domain`] contains no backtick, so it cannot end the literal.
fn rule(hosts: &[Domain]) -> String {
    let hosts: Vec<String> = hosts.iter().map(|host| format!("Host(`{host}`)")).collect();
    let hosts = hosts.join(" || ");
    format!("({hosts}) && Path(`{LOGOUT_PATH}`) && Method(`POST`)")
}
