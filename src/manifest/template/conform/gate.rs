//! Checks that the gate's Middlewares come first on a route, exactly once.

use super::additions::{Addition, Additions};
use super::error::ConformError;
use super::fields::{not_a, present, shown, spelled, text_at};
use super::route_spec::RouteSpec;
use crate::manifest::GatePlace;
use crate::manifest::tree::{Node, Section};

/// Adds the gate to a route that lacks it. If the gate is on the entry point, rejects a route that
/// has it too: the first check removes the token, so a second check would reject every request.
pub(super) fn place(
    route: &mut Section,
    expected: &RouteSpec<'_>,
    added: &mut Additions,
) -> Result<(), ConformError> {
    let names = names(route, "spec.routes[0].middlewares", expected)?;
    let is_ours = |name: &String| role(name, expected) != Role::Foreign;
    if expected.gate == GatePlace::EntryPoint {
        return match names.into_iter().find(is_ours) {
            Some(name) => Err(ConformError::GateTwice { name }),
            None => Ok(()),
        };
    }
    // Without a known gate, the route would be open, so this is an error and not the end of the
    // check.
    if expected.middlewares.is_empty() {
        return Err(ConformError::NoGate);
    }
    let (first, others) = names.split_at(names.len().min(expected.middlewares.len()));
    if first == expected.middlewares && !others.iter().any(is_ours) {
        return Ok(());
    }
    if let Some(name) = names.iter().find(|name| role(name, expected) == Role::Part) {
        return Err(ConformError::GatePart { name: name.clone() });
    }
    let gate = expected.middlewares.to_vec();
    match (names.iter().any(is_ours), expected.add_middleware) {
        (false, false) => return Err(ConformError::GateMissing { gate }),
        (true, false) => return Err(ConformError::GateNotInFront { gate }),
        (false, true) => added.note(Addition::Middleware),
        (true, true) => added.note(Addition::MiddlewareInFront),
    }
    in_front(route, expected);
    Ok(())
}

/// Rejects the gate's Middlewares on the service, because Traefik calls those last.
pub(super) fn absent_from_service(
    service: &Section,
    expected: &RouteSpec<'_>,
) -> Result<(), ConformError> {
    let names = names(service, "spec.routes[0].services[0].middlewares", expected)?;
    match names.into_iter().find(|name| role(name, expected) != Role::Foreign) {
        Some(name) => Err(ConformError::GateOnService { name }),
        None => Ok(()),
    }
}

/// The relation of a Middleware to the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// The gate of this route, or the chain.
    Gate,
    /// A part of the chain, or the gate of another route.
    Part,
    /// Any other Middleware of the operator.
    Foreign,
}

/// The names of the chain's parts, and of the gates of other routes, begin with the name of the
/// chain.
fn role(name: &str, expected: &RouteSpec<'_>) -> Role {
    let chain = expected.middleware.as_str();
    if name == chain || expected.middlewares.iter().any(|gate| gate == name) {
        return Role::Gate;
    }
    let is_part = name.strip_prefix(chain).is_some_and(|rest| rest.starts_with('-'));
    if is_part { Role::Part } else { Role::Foreign }
}

/// The names of a section's Middlewares. Each must be in the route's own namespace: Traefik ignores
/// a route with a reference to another one, or follows the reference if allowCrossNamespace is set.
fn names(
    section: &Section,
    at: &str,
    expected: &RouteSpec<'_>,
) -> Result<Vec<String>, ConformError> {
    let references = match present(section, "middlewares") {
        None => return Ok(Vec::new()),
        Some(Node::List(references)) => references,
        Some(other) => return Err(not_a(at, "a list", other)),
    };
    let mut names = Vec::with_capacity(references.len());
    for (index, reference) in references.iter().enumerate() {
        let at = format!("{at}[{index}]");
        let Some(reference) = reference.section() else {
            return Err(not_a(&at, "a section", reference));
        };
        spelled(reference, &format!("{at}."), &["name", "namespace"])?;
        let name = text_at(reference, "name", &format!("{at}.name"))?;
        if name.contains('@') {
            let found = name.to_owned();
            return Err(ConformError::Reference { at: format!("{at}.name"), found });
        }
        match present(reference, "namespace") {
            None => {}
            Some(Node::Text(found)) if *found == expected.namespace.as_str() => {}
            Some(other) => {
                return Err(ConformError::Namespace {
                    at: format!("{at}.namespace"),
                    found: shown(other),
                    expected: expected.namespace.to_string(),
                });
            }
        }
        names.push(name.to_owned());
    }
    Ok(names)
}

/// Writes the gate's Middlewares first, and the others after them.
fn in_front(route: &mut Section, expected: &RouteSpec<'_>) {
    let is_foreign = |node: &&Node| {
        let name = node.below(&["name"]).and_then(Node::text);
        name.is_some_and(|name| role(name, expected) == Role::Foreign)
    };
    let reference = |name: &String| Node::from(Section::new().put("name", name.clone()));
    let others = route.at("middlewares").and_then(Node::list).unwrap_or_default();
    let others = others.iter().filter(is_foreign).cloned();
    let middlewares: Vec<Node> = expected.middlewares.iter().map(reference).chain(others).collect();
    route.set("middlewares", middlewares);
}
