//! Whether a tree is the route of one session and of nobody else, and what it still lacks for that.
//!
//! A template is the operator's own, so what does not decide whose desktop a request reaches is left
//! as it is. What does decide it is compared for equality with what the session may have, and
//! whatever could lead past that comparison (a second route, a parent, an older rule language,
//! another namespace) is refused, also where it would be harmless.

mod added;
mod error;
mod gate;
mod rule;
mod service;

pub use added::{Added, Addition};
pub use error::NotConforming;
pub use rule::RuleMistake;

use crate::manifest::fixed::TRAEFIK_API;
use crate::manifest::tree::{Node, Section};
use crate::manifest::{GatePlace, MAX_PRIORITY, ObjectName, TraefikName};

/// What the route of a session has to be.
#[derive(Clone, Copy, Debug)]
pub struct Demand<'d> {
    /// The session's host, canonical.
    pub host: &'d str,
    /// Where its objects live.
    pub namespace: &'d ObjectName,
    /// The Service that it leads to.
    pub service_name: &'d str,
    /// Port of that Service.
    pub service_port: u16,
    /// Whether a template may name another Service or port of the same namespace.
    pub allow_other_service: bool,
    /// Where the gate sits.
    pub gate: GatePlace,
    /// Name of the gate's chain; the names of everything that is the gate's begin with it.
    pub middleware: &'d ObjectName,
    /// What has to stand on the route before all others, in this order; nothing when the gate sits at
    /// the entry point.
    pub middlewares: &'d [String],
    /// Whether they are put in where they are missing; else that is refused.
    pub add_middleware: bool,
    /// Of a route that has none of its own.
    pub priority: u64,
    /// Entry points that a route may be served on, and is when it names none.
    pub entry_points: &'d [TraefikName],
    /// Annotations that every route has.
    pub annotations: &'d [(&'static str, String)],
    /// The one owner reference, when the session has an owner.
    pub owner: Option<&'d Node>,
}

/// Takes the documents of one session, and puts in what they lack and a template may leave out. A
/// priority of the template's own is kept from 2 on, because people tune; so are Middlewares of its
/// own behind the gate's, `tls` as it is, and everything that is not named here.
///
/// # Errors
/// The first thing for which this is not the session's own, gated route.
pub fn conform(nodes: Vec<Node>, demand: &Demand<'_>) -> Result<(Node, Added), NotConforming> {
    let documents = nodes.len();
    let mut nodes = nodes.into_iter();
    let (Some(mut document), None) = (nodes.next(), nodes.next()) else {
        return Err(NotConforming::Documents { documents });
    };
    let mut added = Added::default();
    let root = as_section(&mut document, "the document")?;
    spelled(root, "", &["apiVersion", "kind", "metadata", "spec"])?;
    let api_version = text_at(root, "apiVersion", "apiVersion")?;
    if api_version != TRAEFIK_API {
        return Err(NotConforming::ApiVersion { found: api_version.to_owned() });
    }
    let kind = text_at(root, "kind", "kind")?;
    if kind != KIND {
        return Err(NotConforming::Kind { found: kind.to_owned() });
    }
    metadata(section_at(root, "metadata", "metadata")?, demand, &mut added)?;
    spec(section_at(root, "spec", "spec")?, demand, &mut added)?;
    Ok((document, added))
}

fn metadata(
    metadata: &mut Section,
    demand: &Demand<'_>,
    added: &mut Added,
) -> Result<(), NotConforming> {
    spelled(metadata, "metadata.", &["name", "namespace", "annotations", "ownerReferences"])?;
    let name = text_at(metadata, "name", "metadata.name")?;
    if !is_object_name(name) {
        return Err(NotConforming::Name { found: name.to_owned() });
    }
    match present(metadata, "namespace") {
        None => {
            metadata.set("namespace", demand.namespace);
            added.note(Addition::Namespace);
        }
        Some(Node::Text(found)) if *found == demand.namespace.as_str() => {}
        Some(found) => {
            return Err(NotConforming::Namespace {
                at: "metadata.namespace".into(),
                found: shown(found),
                demanded: demand.namespace.to_string(),
            });
        }
    }
    annotations(metadata, demand, added)?;
    owner(metadata, demand, added)
}

fn annotations(
    metadata: &mut Section,
    demand: &Demand<'_>,
    added: &mut Added,
) -> Result<(), NotConforming> {
    if demand.annotations.is_empty() {
        return Ok(());
    }
    if present(metadata, "annotations").is_none() {
        metadata.set("annotations", Section::new());
    }
    let annotations = section_at(metadata, "annotations", "metadata.annotations")?;
    for (key, demanded) in demand.annotations {
        match present(annotations, key) {
            None => {
                annotations.set(*key, demanded.clone());
                added.note(Addition::Annotations);
            }
            Some(Node::Text(found)) if found == demanded => {}
            Some(found) => {
                let found = shown(found);
                let demanded = demanded.clone();
                return Err(NotConforming::Annotation { key, found, demanded });
            }
        }
    }
    Ok(())
}

/// One owner, not one among several: the cluster keeps an object as long as any of its owners lives,
/// and a route that outlives its session leads to whoever has the host next.
fn owner(
    metadata: &mut Section,
    demand: &Demand<'_>,
    added: &mut Added,
) -> Result<(), NotConforming> {
    let Some(owner) = demand.owner else { return Ok(()) };
    match present(metadata, "ownerReferences") {
        None => {}
        Some(Node::List(references)) if references.is_empty() => {}
        Some(Node::List(references)) => {
            let same = |reference: &Node| {
                OWNER_KEYS.iter().all(|key| reference.below(&[key]) == owner.below(&[key]))
            };
            return match references.as_slice() {
                [reference] if same(reference) => Ok(()),
                _ => Err(NotConforming::Owner { references: references.len() }),
            };
        }
        Some(other) => return Err(not_a("metadata.ownerReferences", "a list", other)),
    }
    metadata.set("ownerReferences", vec![owner.clone()]);
    added.note(Addition::Owner);
    Ok(())
}

fn spec(spec: &mut Section, demand: &Demand<'_>, added: &mut Added) -> Result<(), NotConforming> {
    spelled(spec, "spec.", &["entryPoints", "routes", "tls", "parentRefs"])?;
    if spec.at("parentRefs").is_some() {
        return Err(NotConforming::ParentRefs);
    }
    entry_points(spec, demand, added)?;
    match present(spec, "tls") {
        Some(Node::Section(_)) => {}
        Some(other) => return Err(not_a("spec.tls", "a section", other)),
        None => return Err(NotConforming::Tls),
    }
    let routes = match spec.at_mut("routes") {
        None | Some(Node::Null) => return Err(missing("spec.routes")),
        Some(Node::List(routes)) => routes,
        Some(other) => return Err(not_a("spec.routes", "a list", other)),
    };
    let count = routes.len();
    let [only] = routes.as_mut_slice() else {
        return Err(NotConforming::Routes { routes: count });
    };
    route(as_section(only, ROUTE)?, demand, added)
}

/// A route without entry points is served on all that Traefik has by default, plain HTTP among them;
/// one on an entry point that nobody has set up for desktops may meet no gate there.
fn entry_points(
    spec: &mut Section,
    demand: &Demand<'_>,
    added: &mut Added,
) -> Result<(), NotConforming> {
    const AT: &str = "spec.entryPoints";
    let names = match present(spec, "entryPoints") {
        None => &[],
        Some(Node::List(names)) => names.as_slice(),
        Some(other) => return Err(not_a(AT, "a list", other)),
    };
    for name in names {
        let is_allowed = |text: &str| demand.entry_points.iter().any(|name| name.as_str() == text);
        if !name.text().is_some_and(is_allowed) {
            let allowed = demand.entry_points.iter().map(ToString::to_string).collect();
            return Err(NotConforming::EntryPoint { found: shown(name), allowed });
        }
    }
    if names.is_empty() {
        let names: Vec<Node> = demand.entry_points.iter().map(Node::from).collect();
        spec.set("entryPoints", names);
        added.note(Addition::EntryPoints);
    }
    Ok(())
}

fn route(route: &mut Section, demand: &Demand<'_>, added: &mut Added) -> Result<(), NotConforming> {
    let known = ["match", "kind", "priority", "services", "middlewares", "syntax"];
    spelled(route, "spec.routes[0].", &known)?;
    if route.at("syntax").is_some() {
        return Err(NotConforming::Syntax);
    }
    match present(route, "kind") {
        None => {}
        Some(Node::Text(kind)) if kind == "Rule" => {}
        Some(other) => return Err(NotConforming::RouteKind { found: shown(other) }),
    }
    let found = text_at(route, "match", "spec.routes[0].match")?;
    rule::names_only(found, demand.host).map_err(|mistake| NotConforming::Match {
        found: found.to_owned(),
        host: demand.host.to_owned(),
        mistake,
    })?;
    priority(route, demand, added)?;
    service::check(route, demand, added)?;
    gate::place(route, demand, added)
}

/// Zero is Traefik's word for the length of the rule, and one is where the catch-all of a zone sits.
fn priority(
    route: &mut Section,
    demand: &Demand<'_>,
    added: &mut Added,
) -> Result<(), NotConforming> {
    match present(route, "priority") {
        Some(Node::Unsigned(2..=MAX_PRIORITY)) => {}
        Some(other) => return Err(NotConforming::Priority { found: shown(other) }),
        None => {
            route.set("priority", demand.priority);
            added.note(Addition::Priority);
        }
    }
    Ok(())
}

/// What an object other than a Service or namespace may be called, RFC 1123 subdomain: labels with
/// dots between them.
fn is_object_name(name: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    name.len() <= MAX_NAME_BYTES
        && name.split('.').all(|label| {
            let has_edge = label.starts_with('-') || label.ends_with('-');
            !label.is_empty() && !has_edge && label.bytes().all(is_inner)
        })
}

/// Refuses keys that are ours but for the case of their letters: one reader takes such a key for the
/// one that is meant, another drops it without a word.
fn spelled(section: &Section, at: &str, known: &[&'static str]) -> Result<(), NotConforming> {
    for entry in section.entries() {
        let key = folded(&entry.key);
        let is_meant = |known: &&&str| **known != entry.key && folded(known) == key;
        if let Some(meant) = known.iter().find(is_meant) {
            return Err(NotConforming::OtherCase { at: format!("{at}{}", entry.key), meant });
        }
    }
    Ok(())
}

/// Without case, as Go's JSON reader compares keys: the long s is an s there, the kelvin sign a k.
fn folded(key: &str) -> String {
    key.to_uppercase().to_lowercase()
}

/// A key with nothing behind it is not there: that is how the API server takes it.
fn present<'s>(section: &'s Section, key: &str) -> Option<&'s Node> {
    section.at(key).filter(|node| **node != Node::Null)
}

fn text_at<'s>(section: &'s Section, key: &str, at: &str) -> Result<&'s str, NotConforming> {
    match present(section, key) {
        Some(Node::Text(text)) => Ok(text),
        Some(other) => Err(not_a(at, "text", other)),
        None => Err(missing(at)),
    }
}

fn section_at<'s>(
    section: &'s mut Section,
    key: &str,
    at: &str,
) -> Result<&'s mut Section, NotConforming> {
    match section.at_mut(key) {
        None | Some(Node::Null) => Err(missing(at)),
        Some(node) => as_section(node, at),
    }
}

fn as_section<'n>(node: &'n mut Node, at: &str) -> Result<&'n mut Section, NotConforming> {
    let kind = node.kind();
    node.section_mut().ok_or_else(|| NotConforming::NotA {
        at: at.to_owned(),
        wanted: "a section",
        found: kind,
    })
}

fn missing(at: &str) -> NotConforming {
    NotConforming::Missing { at: at.to_owned() }
}

fn not_a(at: &str, wanted: &'static str, found: &Node) -> NotConforming {
    NotConforming::NotA { at: at.to_owned(), wanted, found: found.kind() }
}

/// A value as messages show it.
fn shown(node: &Node) -> String {
    match node {
        Node::Text(text) => text.to_string(),
        Node::Bool(value) => value.to_string(),
        Node::Signed(value) => value.to_string(),
        Node::Unsigned(value) => value.to_string(),
        Node::Float(value) => value.to_string(),
        Node::Null | Node::List(_) | Node::Section(_) => node.kind().to_owned(),
    }
}

const KIND: &str = "IngressRoute";
const ROUTE: &str = "spec.routes[0]";
/// What makes an owner the same one.
const OWNER_KEYS: [&str; 4] = ["apiVersion", "kind", "name", "uid"];
/// RFC 1123 has 253 for a whole name.
const MAX_NAME_BYTES: usize = 253;

#[cfg(test)]
mod tests;
