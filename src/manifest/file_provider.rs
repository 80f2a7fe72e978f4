//! Routes in the format of Traefik's file provider, for installations without Kubernetes.

use super::plan::Route;
use super::settings::Settings;
use super::tree::{Node, Section};
use super::{ingress_route, middleware};
use std::net::Ipv6Addr;

/// The content of `http` in a file. Empty parts are left out, because Traefik rejects a file with
/// one.
#[derive(Clone, Debug, Default)]
pub(super) struct Http {
    pub(super) routers: Section,
    pub(super) services: Section,
    pub(super) middlewares: Section,
}

impl Http {
    /// Adds a route. Router and service are named after the host, which is unique. The prefix
    /// avoids a conflict with the name of the catch-all route.
    pub(super) fn add(&mut self, route: &Route, settings: &Settings, middlewares: Vec<String>) {
        let entry_points: Vec<Node> = settings.entry_points.iter().map(Node::from).collect();
        let name = format!("session-{}", route.host);
        let router = Section::new()
            .put("entryPoints", entry_points)
            .put("rule", ingress_route::rule(route))
            .put("priority", settings.priority)
            .put_some("middlewares", (!middlewares.is_empty()).then_some(middlewares))
            .put("service", name.clone())
            .put("tls", ingress_route::tls(route, settings));
        let server = Section::new().put("url", url(route));
        let service = Section::new().put("loadBalancer", Section::new().put("servers", [server]));
        self.routers.set(name.clone(), router);
        self.services.set(name, service);
    }

    /// Adds the middleware of one route, and returns the names that the route uses.
    pub(super) fn own(&mut self, chain: middleware::OwnerChain<Section>) -> Vec<String> {
        self.middlewares.extend(chain.own);
        chain.names
    }

    /// The document; `None` if it is empty.
    pub(super) fn into_node(self) -> Option<Node> {
        let parts = [
            ("routers", self.routers),
            ("services", self.services),
            ("middlewares", self.middlewares),
        ];
        let http = parts
            .into_iter()
            .filter(|(_, part)| !part.is_empty())
            .fold(Section::new(), |http, (key, part)| http.put(key, part));
        (!http.is_empty()).then(|| Section::new().put("http", http).into())
    }
}

fn url(route: &Route) -> String {
    let Route { service, port, .. } = route;
    if service.parse::<Ipv6Addr>().is_ok() {
        format!("http://[{service}]:{port}")
    } else {
        format!("http://{service}:{port}")
    }
}
