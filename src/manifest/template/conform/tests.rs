//! Accepted and rejected variants of each field of a route.

mod gate;
mod route;

use super::*;
use crate::manifest::yaml;
use crate::manifest::{GatePlace, ObjectName, TraefikName};

/// A complete route.
const GOOD: &str = "\
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata:
  name: kasm-alice-1
  namespace: vdi-sessions
  annotations: {version: v1}
  ownerReferences: [{apiVersion: d/v1, kind: VDISession, name: alice-1, uid: 0b8e}]
spec:
  entryPoints: [websecure]
  routes:
  - match: Host(`alice.vdi.example.com`)
    kind: Rule
    priority: 50
    middlewares: [{name: doorward}]
    services: [{name: kasm-alice-1, port: 8080}]
  tls: {}
";

struct Terms {
    gate: GatePlace,
    middlewares: Vec<String>,
    add_middleware: bool,
    allow_other_service: bool,
}

const fn on_the_route() -> Terms {
    Terms {
        gate: GatePlace::Route,
        middlewares: Vec::new(),
        add_middleware: true,
        allow_other_service: false,
    }
}

fn judged(text: &str, terms: &Terms) -> Result<(Node, Additions), ConformError> {
    let nodes = yaml::read(text).unwrap_or_else(|error| panic!("{error}:\n{text}"));
    let owner = yaml::read(
        "{apiVersion: d/v1, kind: VDISession, name: alice-1, uid: 0b8e, controller: true}",
    );
    let gate = ["doorward".to_owned()];
    let middlewares = match terms.gate {
        GatePlace::Route if terms.middlewares.is_empty() => &gate[..],
        _ => &terms.middlewares,
    };
    let spec = RouteSpec {
        host: "alice.vdi.example.com",
        namespace: &ObjectName::known("vdi-sessions"),
        service_name: "kasm-alice-1",
        service_port: 8080,
        allow_other_service: terms.allow_other_service,
        gate: terms.gate,
        middleware: &ObjectName::known("doorward"),
        middlewares,
        add_middleware: terms.add_middleware,
        priority: 1000,
        entry_points: &[TraefikName::known("websecure"), TraefikName::known("desktops")],
        annotations: &[("version", "v1".to_owned())],
        owner: owner.as_ref().ok().and_then(|nodes| nodes.first()),
    };
    conform(nodes, &spec)
}

/// `GOOD` with one thing replaced by another.
fn changed(from: &str, to: &str) -> String {
    let (before, after) = GOOD.split_once(from).unwrap_or_else(|| panic!("no {from}"));
    format!("{before}{to}{after}")
}

/// Row: name, replaced text, replacement; then the additions, or part of the error after `!`.
fn each(terms: &Terms, rows: &[(&str, &str, &str, &str)]) {
    for (name, from, to, expected) in rows {
        let judged = judged(&changed(from, to), terms);
        match (judged, expected.strip_prefix('!')) {
            (Ok((_, added)), None) => assert_eq!(added.to_string(), *expected, "{name}"),
            (Err(error), Some(word)) => {
                let said = error.to_string();
                assert!(said.contains(word), "{name}: {said}");
                assert!(said.contains("; "), "{name}: no remedy: {said}");
            }
            (judged, _) => panic!("{name}: {judged:?}"),
        }
    }
}

#[test]
fn a_conforming_route_is_unchanged() {
    let (node, added) = judged(GOOD, &on_the_route()).unwrap();
    assert_eq!([node], *yaml::read(GOOD).unwrap());
    assert!(added.is_empty());
}

#[test]
fn exactly_one_ingress_route() {
    each(
        &on_the_route(),
        &[
            ("no_document", GOOD, "# nothing", "!produces 0 documents"),
            (
                "two_documents",
                "  tls: {}\n",
                "  tls: {}\n---\nkind: Secret\n",
                "!produces 2 documents",
            ),
            (
                "two_routes_in_two_documents",
                GOOD,
                &format!("{GOOD}---\n{GOOD}"),
                "!produces 2 documents",
            ),
            ("list_of_documents", GOOD, "- kind: IngressRoute", "!the document is a list"),
            ("text", GOOD, "alice", "!the document is text"),
            ("kubernetes_list", "kind: IngressRoute", "kind: List", "!kind is `List`"),
            (
                "tcp_route",
                "kind: IngressRoute",
                "kind: IngressRouteTCP",
                "!kind is `IngressRouteTCP`",
            ),
            ("kind_in_lower_case", "kind: IngressRoute", "kind: ingressroute", "!kind is"),
            ("no_kind", "kind: IngressRoute\n", "", "!kind is missing"),
            ("old_api", "traefik.io/v1alpha1", "traefik.containo.us/v1alpha1", "!apiVersion is"),
            ("other_version", "v1alpha1", "v1", "!apiVersion is"),
            ("no_api", "apiVersion: traefik.io/v1alpha1\n", "", "!apiVersion is missing"),
            ("no_metadata", "metadata:", "other:", "!metadata is missing"),
            ("no_spec", "spec:", "other:", "!spec is missing"),
            (
                "spec_is_text",
                GOOD,
                &changed(&GOOD[GOOD.find("spec:").unwrap()..], "spec: x"),
                "!spec is text",
            ),
            ("capital_spec", "spec:", "Spec:", "!Spec must be spelled \"spec\""),
            ("extra_key", "kind: I", "status: {a: 1}\nkind: I", ""),
        ],
    );
}

#[test]
fn the_object_is_the_sessions() {
    let longest = format!("name: {}", ["a"; 127].join("."));
    let longer = format!("{longest}a");
    let name = "name: kasm-alice-1";
    each(
        &on_the_route(),
        &[
            ("no_name", "  name: kasm-alice-1\n", "", "!metadata.name is missing"),
            ("generated_name", name, "generateName: x-", "!metadata.name is missing"),
            ("number_as_name", name, "name: 1", "!metadata.name is a number"),
            ("other_name", name, "name: desktop.of-alice", ""),
            ("longest_name", name, &longest, ""),
            ("longer_name", name, &longer, "!not a valid object name"),
            ("empty_name", name, "name: \"\"", "!not a valid object name"),
            ("capital_letter", name, "name: Kasm", "!not a valid object name"),
            ("underscore", name, "name: a_b", "!not a valid object name"),
            ("hyphen_at_the_end", name, "name: a-", "!not a valid object name"),
            ("hyphen_before_a_dot", name, "name: a-.b", "!not a valid object name"),
            ("empty_label", name, "name: a..b", "!not a valid object name"),
            ("path_as_name", name, "name: ../bob", "!not a valid object name"),
            ("line_end_in_name", name, "name: \"a\\n\"", "!not a valid object name"),
            ("no_namespace", "  namespace: vdi-sessions\n", "", "metadata.namespace"),
            ("empty_namespace", "namespace: vdi-sessions", "namespace:", "metadata.namespace"),
            (
                "other_namespace",
                "namespace: vdi-sessions",
                "namespace: kube-system",
                "!namespace is `vdi-sessions`",
            ),
            (
                "namespace_in_capitals",
                "namespace: vdi-sessions",
                "namespace: VDI-sessions",
                "!namespace is `vdi-sessions`",
            ),
            (
                "namespace_key_in_capitals",
                "namespace:",
                "Namespace:",
                "!metadata.Namespace must be spelled",
            ),
            (
                "namespace_as_list",
                "namespace: vdi-sessions",
                "namespace: [vdi-sessions]",
                "!is `a list`",
            ),
            ("no_annotations", "  annotations: {version: v1}\n", "", "metadata.annotations"),
            ("other_annotations", "{version: v1}", "{x: y}", "metadata.annotations"),
            ("more_annotations", "{version: v1}", "{x: y, version: v1}", ""),
            ("false_annotation", "{version: v1}", "{version: v2}", "!has version: `v2`"),
            ("annotation_as_number", "{version: v1}", "{version: 1}", "!has version: `1`"),
            (
                "annotations_as_list",
                "{version: v1}",
                "[version]",
                "!metadata.annotations is a list",
            ),
        ],
    );
}

#[test]
fn the_owner_is_the_sessions() {
    const REFERENCE: &str = "{apiVersion: d/v1, kind: VDISession, name: alice-1, uid: 0b8e}";
    let list = format!("[{REFERENCE}]");
    let line = format!("  ownerReferences: {list}\n");
    each(
        &on_the_route(),
        &[
            ("no_owner", &line, "", "metadata.ownerReferences"),
            ("empty_owners", &list, "[]", "metadata.ownerReferences"),
            ("null_owners", &list, "", "metadata.ownerReferences"),
            ("owner_with_flags", "uid: 0b8e}", "uid: 0b8e, controller: false}", ""),
            ("owner_of_bob", "name: alice-1,", "name: bob-1,", "!ownerReferences has 1 references"),
            ("earlier_owner", "uid: 0b8e", "uid: ffff", "!ownerReferences has 1 references"),
            ("uid_as_number", "uid: 0b8e", "uid: 8", "!ownerReferences has 1 references"),
            ("other_kind", "kind: VDISession", "kind: Node", "!ownerReferences has 1 references"),
            ("second_owner", &list, &format!("[{REFERENCE}, {{kind: Node}}]"), "!has 2 references"),
            ("owner_twice", &list, &format!("[{REFERENCE}, {REFERENCE}]"), "!has 2 references"),
            ("owner_without_list", &list, REFERENCE, "!metadata.ownerReferences is a section"),
            ("owner_as_text", &list, "[alice-1]", "!ownerReferences has 1 references"),
        ],
    );
}

#[test]
fn changes_to_several_routes_are_reported_once() {
    let mut all = Additions::default();
    assert_eq!(all.to_string(), "");
    for (from, to) in [("priority: 50", ""), ("[websecure]", ""), ("priority: 50", "")] {
        all.extend(&judged(&changed(from, to), &on_the_route()).unwrap().1);
    }
    assert_eq!(all.to_string(), "spec.entryPoints, the route's priority");
    assert!(all.has(Addition::Priority) && !all.has(Addition::Owner));
    assert_eq!(all.iter().count(), 2);
}
