//! Whether a tree is the route of one session and of nobody else, and what it still lacks for that.
//!
//! A template is the operator's own, so what does not decide whose desktop a request reaches is left
//! as it is. What does decide it is compared for equality with what the session may have, and
//! whatever could lead past that comparison (a second route, a parent, an older rule language,
//! another namespace) is refused, also where it would be harmless.

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

/// Takes the documents of one session, and puts in what they lack and a template may leave out. A
/// priority of the template's own is kept from 2 on, because people tune; so are Middlewares of its
/// own behind the gate's, `tls` as it is, and everything that is not named here.
///
/// # Errors
/// The first thing for which this is not the session's own, gated route.
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

/// A route without entry points is served on all that Traefik has by default, plain HTTP among them;
/// one on an entry point that nobody has set up for desktops may meet no gate there.
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

/// Zero is Traefik's word for the length of the rule, and one is where the catch-all of a zone sits.
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
