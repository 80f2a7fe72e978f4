//! The catch-all route: all hosts below a domain that have no route of their own, behind the gate,
//! to a page that says so. Without it, Traefik's 404 would reveal which users exist (T28), and the
//! host of a deleted desktop could be served by any other route that matches (T31).
//!
//! Rendered with the gate's manifests, and with the routes of sessions.

use super::fixed::{PAGES_SERVICE, PAGES_SERVICE_PORT, TRAEFIK_API, labels, object};
use super::tree::{Node, Section};
use super::{Installation, ObjectName, RouteTls, middleware};
use crate::name::Domain;

/// The `IngressRoute` of this domain. Its namespace is that of the pages' Service
/// ([`super::Settings::gate_namespace`]), which needs the Middleware too.
#[must_use]
pub fn object_for(installation: &Installation, namespace: &ObjectName, domain: &Domain) -> Node {
    let names = middleware::chain_names(installation);
    let names: Vec<Section> =
        names.into_iter().map(|name| Section::new().put("name", name)).collect();
    let route = Section::new()
        .why(
            "Matches every host below the domain. Traefik converts the host to lower case and removes the port, but keeps a trailing dot.",
        )
        .put("match", rule(domain))
        .put("kind", "Rule")
        .why("Lower than the priority of every session's route.")
        .put("priority", PRIORITY)
        .why(
            "The gate checks these requests too. Without a valid session, an unknown host gets the same response as a host that exists.",
        )
        .put_some("middlewares", (!names.is_empty()).then_some(names))
        .put(
            "services",
            vec![Section::new().put("name", PAGES_SERVICE).put("port", PAGES_SERVICE_PORT)],
        );
    let spec = Section::new()
        .put("entryPoints", entry_points(installation))
        .put("routes", vec![route])
        .why(tls_reason(installation))
        .put("tls", tls(installation, domain));
    let metadata = Section::new()
        .put("name", name(domain))
        .why("Must be the namespace of the Service, because Traefik does not use Services of other namespaces.")
        .put("namespace", namespace)
        .put("labels", labels("catch-all"));
    object(TRAEFIK_API, "IngressRoute", metadata, spec).into()
}

/// The same as an entry of the file provider's `http.routers`. It uses the service of
/// [`service_for_file`].
#[must_use]
pub fn router_for_file(installation: &Installation, domain: &Domain) -> Section {
    let names = middleware::chain_names(installation);
    let router = Section::new()
        .put("entryPoints", entry_points(installation))
        .put("rule", rule(domain))
        .why("Lower than the priority of every session's route.")
        .put("priority", PRIORITY)
        .put_some("middlewares", (!names.is_empty()).then_some(names))
        .put("service", PAGES_SERVICE)
        .why(tls_reason(installation))
        .put("tls", tls(installation, domain));
    Section::new()
        .why("Matches every host below the domain that has no route of its own. The gate checks these requests too.")
        .put(name(domain), router)
}

/// An entry of the file provider's `http.services`: the pages at this URL, such as
/// `http://127.0.0.1:4183`.
#[must_use]
pub fn service_for_file(pages_url: &str) -> Section {
    let server = Section::new().put("url", pages_url.to_owned());
    Section::new().why("The gate's listener pages_listen.").put(
        PAGES_SERVICE,
        Section::new().put("loadBalancer", Section::new().put("servers", vec![server])),
    )
}

/// Name of the route of a domain. It keeps the dots, because `a-b.c` and `a.b-c` are different
/// domains.
#[must_use]
pub fn name(domain: &Domain) -> String {
    format!("doorward-catch-all.{domain}")
}

/// Anchored at both ends. In a [`Domain`], only dots are special in a pattern, and it contains no
/// backtick.
fn rule(domain: &Domain) -> String {
    format!(r"HostRegexp(`^.+\.{}\.?$`)", domain.as_str().replace('.', r"\."))
}

fn entry_points(installation: &Installation) -> Node {
    Node::List(installation.settings.entry_points.iter().map(Node::from).collect())
}

/// `tls: {}`, or the resolver and the domain of the wildcard certificate.
fn tls(installation: &Installation, domain: &Domain) -> Section {
    match &installation.settings.tls {
        RouteTls::Store => Section::new(),
        RouteTls::Resolver(resolver) => Section::new()
            .put("certResolver", resolver)
            .put("domains", vec![Section::new().put("main", format!("*.{domain}"))]),
    }
}

fn tls_reason(installation: &Installation) -> &'static str {
    match installation.settings.tls {
        RouteTls::Store => {
            "TLS with the wildcard certificate of the TLSStore. This key is required even if empty: without it, the route serves plain HTTP only."
        }
        RouteTls::Resolver(_) => {
            "The wildcard certificate of the domain, named here because Traefik cannot order a certificate for a HostRegexp rule."
        }
    }
}

/// Priority of the catch-all routes, below all others.
const PRIORITY: u64 = 1;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::{GatePlace, Settings, TraefikName, yaml};

    fn domain() -> Domain {
        Domain::new("vdi.example.com").unwrap()
    }

    fn installation(gate: GatePlace) -> Installation {
        let settings = Settings { gate, ..Settings::default() };
        Installation { settings, domains: vec![domain()], ..Installation::default() }
    }

    fn text(node: &Node) -> String {
        let mut text = String::new();
        yaml::write(node, &mut text).unwrap();
        text
    }

    #[test]
    fn the_route_for_unknown_hosts_has_the_gate() {
        let namespace = ObjectName::known("doorward");
        for (gate, expected) in [(GatePlace::Route, true), (GatePlace::EntryPoint, false)] {
            let installation = installation(gate);
            let route = object_for(&installation, &namespace, &domain());
            let routes = route.below(&["spec", "routes"]).and_then(Node::list).unwrap();
            assert_eq!(routes.len(), 1);
            let named = routes[0].below(&["middlewares"]).and_then(Node::list);
            let named = named.map(|names| names[0].below(&["name"]).cloned());
            assert_eq!(named, expected.then(|| Some("doorward".into())), "{gate:?}");
            let in_file = router_for_file(&installation, &domain());
            let named = in_file.at(&name(&domain())).unwrap().below(&["middlewares"]);
            assert_eq!(named.is_some(), expected, "{gate:?}");
        }
    }

    #[test]
    fn the_rule_is_the_zone_and_nothing_else() {
        let rule = rule(&domain());
        assert_eq!(rule, r"HostRegexp(`^.+\.vdi\.example\.com\.?$`)");
        let route = object_for(&installation(GatePlace::Route), &ObjectName::known("a"), &domain());
        assert!(text(&route).contains(&rule), "{}", text(&route));
    }

    #[test]
    fn the_route_is_for_tls_in_both_modes() {
        let mut installation = installation(GatePlace::Route);
        let namespace = ObjectName::known("doorward");
        let tls = |installation: &Installation| {
            object_for(installation, &namespace, &domain()).below(&["spec", "tls"]).cloned()
        };
        assert_eq!(tls(&installation), Some(Section::new().into()));
        installation.settings.tls = RouteTls::Resolver(TraefikName::known("letsencrypt"));
        let tls = tls(&installation).unwrap();
        assert_eq!(tls.below(&["certResolver"]), Some(&"letsencrypt".into()));
        let domains = tls.below(&["domains"]).and_then(Node::list).unwrap();
        assert_eq!(domains[0].below(&["main"]), Some(&"*.vdi.example.com".into()));
    }
}
