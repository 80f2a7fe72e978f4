//! The Middlewares that put the gate in front of a route: one chain with one name, so that a route
//! cannot leave out a part of it.
//!
//! Decides what Traefik sends to the gate, what it takes from the response, and which security
//! headers desktops' responses get. Fields are chosen by the version of Traefik
//! ([`super::TraefikVersion`]). Called by `render middleware`, by the renderer for every namespace
//! with sessions, and by the gate's manifests.

mod ca_source;
mod cors;
mod forward_auth;
mod response_headers;

use super::fixed::{TRAEFIK_API, labels, object};
use super::tree::{Node, Section};
use super::{GatePlace, Installation, ObjectName};
use crate::name::Label;
use ca_source::CaSource;

/// The middlewares of a route that is bound to its user, and the definition of the one that only
/// this route uses.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnerChain<Definition> {
    /// The names that the route uses, in this order.
    pub names: Vec<String>,
    /// The middleware of this route; the others are those of [`objects`].
    pub own: Definition,
}

/// The names that a route uses: the chain, or nothing if the gate is on the entry point. A second
/// check would reject every request, because the first one removes the token.
#[must_use]
pub fn chain_names(installation: &Installation) -> Vec<String> {
    match installation.settings.gate {
        GatePlace::Route => vec![installation.settings.middleware.to_string()],
        GatePlace::EntryPoint => Vec::new(),
    }
}

/// The chain and its parts as objects in one namespace, the parts first.
#[must_use]
pub fn objects(installation: &Installation, namespace: &ObjectName) -> Vec<Node> {
    let mut parts = parts(installation, &CaSource::Secret(namespace));
    parts.push(chain(installation, |name| Section::new().put("name", name).into()));
    parts.into_iter().map(|part| part.into_object(namespace)).collect()
}

/// The same as `http.middlewares` of Traefik's file provider. `ca_file`: path of the gate's CA
/// certificate on Traefik's machine; unused if the gate's address is plain HTTP.
#[must_use]
pub fn for_file(installation: &Installation, ca_file: &str) -> Section {
    let mut parts = parts(installation, &CaSource::File(ca_file));
    parts.push(chain(installation, Node::from));
    parts
        .into_iter()
        .fold(Section::new(), |section, part| section.why(part.why).put(part.name, part.definition))
}

/// The middlewares of one session's route that is bound to its user: the gate then rejects requests
/// on this route for any other host (T13).
#[must_use]
pub fn owner_chain(
    installation: &Installation,
    namespace: &ObjectName,
    session: &ObjectName,
    owner: &Label,
) -> OwnerChain<Node> {
    let chain = owner_part(installation, &CaSource::Secret(namespace), session, owner);
    OwnerChain { names: chain.names, own: chain.own.into_object(namespace) }
}

/// [`owner_chain`] for the file provider: one entry of `http.middlewares`. `ca_file`: see [`for_file`].
#[must_use]
pub fn owner_chain_for_file(
    installation: &Installation,
    ca_file: &str,
    session: &ObjectName,
    owner: &Label,
) -> OwnerChain<Section> {
    let chain = owner_part(installation, &CaSource::File(ca_file), session, owner);
    let own = Section::new().why(chain.own.why).put(chain.own.name, chain.own.definition);
    OwnerChain { names: chain.names, own }
}

/// One middleware, independent of the provider.
struct Part {
    /// Its purpose, as a comment above it.
    why: &'static str,
    name: String,
    /// `forwardAuth: …`, `headers: …` or `chain: …`.
    definition: Section,
}

impl Part {
    fn into_object(self, namespace: &ObjectName) -> Node {
        let metadata = Section::new()
            .put("name", self.name)
            .why(
                "Must be the namespace of the routes that use it: with allowCrossNamespace: false, Traefik finds Middlewares only there.",
            )
            .put("namespace", namespace)
            .put("labels", labels("middleware"));
        // A comment above the object belongs to its first key.
        let mut object = Section::new().why(self.why);
        let plain = self::object(TRAEFIK_API, "Middleware", metadata, self.definition);
        for entry in plain.entries() {
            object.set(entry.key.clone(), entry.node.clone());
        }
        object.into()
    }
}

/// CORS, gate, response headers: in the order of the chain.
fn parts(installation: &Installation, ca: &CaSource<'_>) -> Vec<Part> {
    let name = |part| part_name(installation, part);
    let mut parts = Vec::new();
    if has_cors(installation) {
        parts.push(Part {
            why: "CORS: answers preflight requests, and lets the trusted origins read responses.",
            name: name(CORS),
            definition: Section::new().put("headers", cors::section(installation)),
        });
    }
    parts.push(Part {
        why: "Asks the gate about every request.",
        name: name(AUTH),
        definition: Section::new()
            .put("forwardAuth", forward_auth::section(installation, ca, None)),
    });
    parts.push(Part {
        why: "Sets security headers on every response of a desktop, in place of the desktop's own.",
        name: name(HEADERS),
        definition: Section::new().put("headers", response_headers::section(installation)),
    });
    parts
}

fn chain(installation: &Installation, reference: impl Fn(String) -> Node) -> Part {
    let names = part_names(installation).into_iter().map(reference).collect();
    let chain = Section::new()
        .why(
            "The order matters. CORS comes before the gate, because preflight requests carry no token and the gate rejects them. The security headers come after the gate, so that they apply to the desktops' responses but not to the gate's own, which are stricter.",
        )
        .put("middlewares", Node::List(names));
    Part {
        why: "The chain that routes use: one name for all parts, so that a route cannot leave one out.",
        name: installation.settings.middleware.to_string(),
        definition: Section::new().put("chain", chain),
    }
}

fn owner_part(
    installation: &Installation,
    ca: &CaSource<'_>,
    session: &ObjectName,
    owner: &Label,
) -> OwnerChain<Part> {
    let name = installation.settings.middleware.part(&format!("{OWNER}-{session}"));
    let mut names = part_names(installation);
    if let Some(gate) = names.iter_mut().find(|part| **part == part_name(installation, AUTH)) {
        gate.clone_from(&name);
    }
    let forward_auth = forward_auth::section(installation, ca, Some(owner));
    let definition = Section::new().put("forwardAuth", forward_auth);
    let why = "Asks the gate on behalf of one session's route: the gate rejects requests for any host but that of the session's user.";
    OwnerChain { names, own: Part { why, name, definition } }
}

/// Names of the chain's parts, in order.
fn part_names(installation: &Installation) -> Vec<String> {
    let parts = [CORS, AUTH, HEADERS];
    let there = parts.into_iter().filter(|part| *part != CORS || has_cors(installation));
    there.map(|part| part_name(installation, part)).collect()
}

fn part_name(installation: &Installation, part: &str) -> String {
    installation.settings.middleware.part(part)
}

fn has_cors(installation: &Installation) -> bool {
    !installation.trusted_origins.is_empty()
}

const CORS: &str = "cors";
const AUTH: &str = "auth";
const HEADERS: &str = "headers";
const OWNER: &str = "owner";

#[cfg(test)]
mod tests;
