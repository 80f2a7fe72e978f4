//! Where a route leads: to the one Service of its session.

use super::{
    Added, Addition, Demand, NotConforming, as_section, gate, not_a, present, shown, spelled,
    text_at,
};
use crate::manifest::tree::{Node, Section};

/// Takes the route's one service, and puts in its port where that is missing.
pub(super) fn check(
    route: &mut Section,
    demand: &Demand<'_>,
    added: &mut Added,
) -> Result<(), NotConforming> {
    let services = match route.at_mut("services") {
        None | Some(Node::Null) => return Err(NotConforming::Services { services: 0 }),
        Some(Node::List(services)) => services,
        Some(other) => return Err(not_a("spec.routes[0].services", "a list", other)),
    };
    let count = services.len();
    let [only] = services.as_mut_slice() else {
        return Err(NotConforming::Services { services: count });
    };
    let service = as_section(only, AT)?;
    spelled(service, "spec.routes[0].services[0].", &KNOWN)?;
    match present(service, "kind") {
        None => {}
        Some(Node::Text(kind)) if kind == "Service" => {}
        Some(other) => return Err(NotConforming::ServiceKind { found: shown(other) }),
    }
    let name = text_at(service, "name", "spec.routes[0].services[0].name")?;
    // Also where another service is allowed: a reference to a provider leaves the namespace.
    if name.contains('@') {
        return Err(NotConforming::Reference { at: format!("{AT}.name"), found: name.to_owned() });
    }
    if name != demand.service_name && !demand.allow_other_service {
        return Err(NotConforming::ServiceName {
            found: name.to_owned(),
            demanded: demand.service_name.to_owned(),
        });
    }
    match present(service, "namespace") {
        None => {}
        Some(Node::Text(found)) if *found == demand.namespace.as_str() => {}
        Some(other) => {
            return Err(NotConforming::Namespace {
                at: format!("{AT}.namespace"),
                found: shown(other),
                demanded: demand.namespace.to_string(),
            });
        }
    }
    gate::absent_from_service(service, demand)?;
    port(service, demand, added)
}

/// A session may say on which port it listens, and a template that knows better sends its user into
/// something else.
fn port(
    service: &mut Section,
    demand: &Demand<'_>,
    added: &mut Added,
) -> Result<(), NotConforming> {
    match present(service, "port") {
        None => {
            service.set("port", demand.service_port);
            added.note(Addition::Port);
            Ok(())
        }
        Some(Node::Unsigned(port)) if *port == u64::from(demand.service_port) => Ok(()),
        Some(Node::Unsigned(_) | Node::Text(_)) if demand.allow_other_service => Ok(()),
        Some(other) => {
            Err(NotConforming::ServicePort { found: shown(other), demanded: demand.service_port })
        }
    }
}

const AT: &str = "spec.routes[0].services[0]";
const KNOWN: [&str; 5] = ["name", "namespace", "kind", "port", "middlewares"];
