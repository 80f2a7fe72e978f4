//! Checks the target of a route: the one Service of its session.

use super::additions::{Addition, Additions};
use super::error::ConformError;
use super::fields::{as_section, not_a, present, shown, spelled, text_at};
use super::gate;
use super::route_spec::RouteSpec;
use crate::manifest::tree::{Node, Section};

/// Checks the route's one service, and adds its port if it is missing.
pub(super) fn check(
    route: &mut Section,
    expected: &RouteSpec<'_>,
    added: &mut Additions,
) -> Result<(), ConformError> {
    let services = match route.at_mut("services") {
        None | Some(Node::Null) => return Err(ConformError::Services { services: 0 }),
        Some(Node::List(services)) => services,
        Some(other) => return Err(not_a("spec.routes[0].services", "a list", other)),
    };
    let count = services.len();
    let [only] = services.as_mut_slice() else {
        return Err(ConformError::Services { services: count });
    };
    let service = as_section(only, AT)?;
    spelled(service, "spec.routes[0].services[0].", &KNOWN)?;
    match present(service, "kind") {
        None => {}
        Some(Node::Text(kind)) if kind == "Service" => {}
        Some(other) => return Err(ConformError::ServiceKind { found: shown(other) }),
    }
    let name = text_at(service, "name", "spec.routes[0].services[0].name")?;
    // Rejected even if another service is allowed, because a reference to a provider leaves the
    // namespace.
    if name.contains('@') {
        return Err(ConformError::Reference { at: format!("{AT}.name"), found: name.to_owned() });
    }
    if name != expected.service_name && !expected.allow_other_service {
        return Err(ConformError::ServiceName {
            found: name.to_owned(),
            expected: expected.service_name.to_owned(),
        });
    }
    match present(service, "namespace") {
        None => {}
        Some(Node::Text(found)) if *found == expected.namespace.as_str() => {}
        Some(other) => {
            return Err(ConformError::Namespace {
                at: format!("{AT}.namespace"),
                found: shown(other),
                expected: expected.namespace.to_string(),
            });
        }
    }
    gate::absent_from_service(service, expected)?;
    port(service, expected, added)
}

/// The port must be the session's: a template with another port would direct the user to another
/// service.
fn port(
    service: &mut Section,
    expected: &RouteSpec<'_>,
    added: &mut Additions,
) -> Result<(), ConformError> {
    match present(service, "port") {
        None => {
            service.set("port", expected.service_port);
            added.note(Addition::Port);
            Ok(())
        }
        Some(Node::Unsigned(port)) if *port == u64::from(expected.service_port) => Ok(()),
        Some(Node::Unsigned(_) | Node::Text(_)) if expected.allow_other_service => Ok(()),
        Some(other) => {
            Err(ConformError::ServicePort { found: shown(other), expected: expected.service_port })
        }
    }
}

const AT: &str = "spec.routes[0].services[0]";
const KNOWN: [&str; 5] = ["name", "namespace", "kind", "port", "middlewares"];
