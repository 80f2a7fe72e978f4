//! A route as an object of Traefik's `kubernetesCRD` provider.

use super::plan::Route;
use super::settings::{RouteTls, Settings};
use super::tree::{Node, Section};

/// The `IngressRoute` of a session. `middlewares`: the names of its Middlewares in order; empty
/// only if the gate is on the entry point.
#[must_use]
pub(super) fn ingress_route(route: &Route, settings: &Settings, middlewares: &[String]) -> Node {
    let entry_points: Vec<Node> = settings.entry_points.iter().map(Node::from).collect();
    let service = Section::new().put("name", route.service.to_string()).put("port", route.port);
    let rule = Section::new()
        .put("match", rule(route))
        .put("kind", "Rule")
        .put("priority", settings.priority)
        .put_some("middlewares", references(middlewares))
        .put("services", [service]);
    object("IngressRoute", route)
        .put(
            "spec",
            Section::new()
                .put("entryPoints", entry_points)
                .put("routes", [rule])
                .put("tls", tls(route, settings)),
        )
        .into()
}

/// The rule of a route: only its host. A host consists of labels, so it contains nothing that could
/// end the literal (T16).
#[must_use]
pub(super) fn rule(route: &Route) -> String {
    format!("Host(`{}`)", route.host)
}

/// `apiVersion` to `metadata` of an object that belongs to a session.
fn object(kind: &'static str, route: &Route) -> Section {
    Section::new()
        .put("apiVersion", "traefik.io/v1alpha1")
        .put("kind", kind)
        .put("metadata", metadata(route.name.as_str(), route))
}

/// Name, namespace, labels, annotations and owner of an object that belongs to a session.
#[must_use]
pub(super) fn metadata(name: &str, route: &Route) -> Section {
    Section::new()
        .put("name", name.to_owned())
        .put("namespace", &route.namespace)
        .put(
            "labels",
            Section::new()
                .put("app", APP)
                .put("component", "session-ingress")
                .put("session-id", &route.id),
        )
        .put(
            "annotations",
            annotations(route)
                .into_iter()
                .fold(Section::new(), |all, (key, value)| all.put(key, value)),
        )
        .put_some("ownerReferences", route.owner.as_ref().map(|owner| [owner.reference()]))
}

/// Annotations for values that a Kubernetes label cannot hold: the username, and the version of the
/// label function.
pub(super) fn annotations(route: &Route) -> [(&'static str, String); 2] {
    [
        ("doorward.dev/label-version", LABEL_VERSION.to_owned()),
        ("doorward.dev/username", route.username.to_string()),
    ]
}

fn references(middlewares: &[String]) -> Option<Vec<Section>> {
    let reference = |name: &String| Section::new().put("name", name.clone());
    (!middlewares.is_empty()).then(|| middlewares.iter().map(reference).collect())
}

/// `{}` uses the wildcard certificate of the `TLSStore`.
#[must_use]
pub(super) fn tls(route: &Route, settings: &Settings) -> Section {
    match &settings.tls {
        RouteTls::Store => Section::new(),
        RouteTls::Resolver(resolver) => Section::new()
            .put("certResolver", resolver)
            .put("domains", [Section::new().put("main", format!("*.{}", route.domain))]),
    }
}

/// Value of the label `app` of all objects of sessions.
const APP: &str = "kasm-vdi";
/// Version of the label function, as it is part of the hash.
const LABEL_VERSION: &str = "doorward-label/v1";
