//! Checks that the output of a template is the route of exactly one session, behind the gate, and adds
//! what the template leaves out.
//!
//! The operator writes the template, so fields that do not influence which desktop a request reaches
//! are left as they are. All others are compared for equality with the values of the session.
//! Everything that could circumvent this comparison (a second route, a parent, another rule syntax,
//! another namespace) is rejected, even in cases where it would be harmless.
//!
//! Called by the renderer for each session with `--template`. Knows nothing of template syntax.

mod additions;
mod error;
mod fields;
mod gate;
mod metadata;
mod route_spec;
mod rule;
mod service;

pub use additions::{Addition, Additions};
pub use error::ConformError;
pub use route_spec::RouteSpec;
pub use rule::RuleError;

use crate::manifest::MAX_PRIORITY;
use crate::manifest::fixed::TRAEFIK_API;
use crate::manifest::tree::{Node, Section};
use fields::{as_section, missing, not_a, present, section_at, shown, spelled, text_at};

/// Checks the documents of one session and adds missing optional fields. Kept from the template
/// are: a priority of 2 or more, Middlewares after the gate's, `tls`, and all fields that are not
/// checked here.
///
/// # Errors
/// The first difference from the session's route behind the gate.
pub fn conform(
    nodes: Vec<Node>,
    expected: &RouteSpec<'_>,
) -> Result<(Node, Additions), ConformError> {
    let documents = nodes.len();
    let mut nodes = nodes.into_iter();
    let (Some(mut document), None) = (nodes.next(), nodes.next()) else {
        return Err(ConformError::Documents { documents });
    };
    let mut added = Additions::default();
    let root = as_section(&mut document, "the document")?;
    spelled(root, "", &["apiVersion", "kind", "metadata", "spec"])?;
    let api_version = text_at(root, "apiVersion", "apiVersion")?;
    if api_version != TRAEFIK_API {
        return Err(ConformError::ApiVersion { found: api_version.to_owned() });
    }
    let kind = text_at(root, "kind", "kind")?;
    if kind != KIND {
        return Err(ConformError::Kind { found: kind.to_owned() });
    }
    metadata::check(section_at(root, "metadata", "metadata")?, expected, &mut added)?;
    spec(section_at(root, "spec", "spec")?, expected, &mut added)?;
    Ok((document, added))
}

fn spec(
    spec: &mut Section,
    expected: &RouteSpec<'_>,
    added: &mut Additions,
) -> Result<(), ConformError> {
    spelled(spec, "spec.", &["entryPoints", "routes", "tls", "parentRefs"])?;
    if spec.at("parentRefs").is_some() {
        return Err(ConformError::ParentRefs);
    }
    entry_points(spec, expected, added)?;
    match present(spec, "tls") {
        Some(Node::Section(_)) => {}
        Some(other) => return Err(not_a("spec.tls", "a section", other)),
        None => return Err(ConformError::Tls),
    }
    let routes = match spec.at_mut("routes") {
        None | Some(Node::Null) => return Err(missing("spec.routes")),
        Some(Node::List(routes)) => routes,
        Some(other) => return Err(not_a("spec.routes", "a list", other)),
    };
    let count = routes.len();
    let [only] = routes.as_mut_slice() else {
        return Err(ConformError::Routes { routes: count });
    };
    route(as_section(only, ROUTE)?, expected, added)
}

/// Traefik serves a route without entry points on all default ones, which include plain HTTP. An
/// entry point that is not configured for desktops may lack the gate.
fn entry_points(
    spec: &mut Section,
    expected: &RouteSpec<'_>,
    added: &mut Additions,
) -> Result<(), ConformError> {
    const AT: &str = "spec.entryPoints";
    let names = match present(spec, "entryPoints") {
        None => &[],
        Some(Node::List(names)) => names.as_slice(),
        Some(other) => return Err(not_a(AT, "a list", other)),
    };
    for name in names {
        let is_allowed =
            |text: &str| expected.entry_points.iter().any(|name| name.as_str() == text);
        if !name.text().is_some_and(is_allowed) {
            let allowed = expected.entry_points.iter().map(ToString::to_string).collect();
            return Err(ConformError::EntryPoint { found: shown(name), allowed });
        }
    }
    if names.is_empty() {
        let names: Vec<Node> = expected.entry_points.iter().map(Node::from).collect();
        spec.set("entryPoints", names);
        added.note(Addition::EntryPoints);
    }
    Ok(())
}

fn route(
    route: &mut Section,
    expected: &RouteSpec<'_>,
    added: &mut Additions,
) -> Result<(), ConformError> {
    let known = ["match", "kind", "priority", "services", "middlewares", "syntax"];
    spelled(route, "spec.routes[0].", &known)?;
    if route.at("syntax").is_some() {
        return Err(ConformError::Syntax);
    }
    match present(route, "kind") {
        None => {}
        Some(Node::Text(kind)) if kind == "Rule" => {}
        Some(other) => return Err(ConformError::RouteKind { found: shown(other) }),
    }
    let found = text_at(route, "match", "spec.routes[0].match")?;
    rule::names_only(found, expected.host).map_err(|error| ConformError::Match {
        found: found.to_owned(),
        host: expected.host.to_owned(),
        error,
    })?;
    priority(route, expected, added)?;
    service::check(route, expected, added)?;
    gate::place(route, expected, added)
}

/// Traefik reads 0 as the length of the rule, and 1 is the priority of the catch-all routes.
fn priority(
    route: &mut Section,
    expected: &RouteSpec<'_>,
    added: &mut Additions,
) -> Result<(), ConformError> {
    match present(route, "priority") {
        Some(Node::Unsigned(2..=MAX_PRIORITY)) => {}
        Some(other) => return Err(ConformError::Priority { found: shown(other) }),
        None => {
            route.set("priority", expected.priority);
            added.note(Addition::Priority);
        }
    }
    Ok(())
}

const KIND: &str = "IngressRoute";
const ROUTE: &str = "spec.routes[0]";
#[cfg(test)]
mod tests;
