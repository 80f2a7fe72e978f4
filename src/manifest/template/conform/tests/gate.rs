//! The position of the gate on a route.

use super::*;

#[test]
fn the_gate_stands_first_and_once() {
    const GATE: &str = "[{name: doorward}]";
    let rows = |missing: &'static str, elsewhere: &'static str| {
        [
            ("gate_in_place", GATE, "[{name: doorward}, {name: own}]", ""),
            ("gate_in_its_namespace", GATE, "[{name: doorward, namespace: vdi-sessions}]", ""),
            ("no_middlewares", "    middlewares: [{name: doorward}]\n", "", missing),
            ("null_middlewares", GATE, "", missing),
            ("empty_middlewares", GATE, "[]", missing),
            ("only_own_middlewares", GATE, "[{name: own}, {name: door}]", missing),
            ("gate_in_capitals", GATE, "[{name: Doorward}]", missing),
            ("gate_behind_another_middleware", GATE, "[{name: own}, {name: doorward}]", elsewhere),
            ("gate_twice", GATE, "[{name: doorward}, {name: doorward}]", elsewhere),
            (
                "gate_again_behind_another",
                GATE,
                "[{name: doorward}, {name: own}, {name: doorward}]",
                elsewhere,
            ),
            (
                "part_behind_the_gate",
                GATE,
                "[{name: doorward}, {name: doorward-auth}]",
                "!`doorward-auth`, a part",
            ),
            (
                "part_instead_of_the_gate",
                GATE,
                "[{name: doorward-headers}]",
                "!`doorward-headers`, a part",
            ),
            ("gate_of_bob", GATE, "[{name: doorward-owner-kasm-bob-1}]", "!a part of the gate"),
            (
                "middleware_of_another_namespace",
                GATE,
                "[{name: doorward, namespace: bob}]",
                "!middlewares[0].namespace is `bob`",
            ),
            (
                "own_of_another_namespace",
                GATE,
                "[{name: doorward}, {name: a, namespace: b}]",
                "!middlewares[1].namespace",
            ),
            (
                "middleware_of_another_provider",
                GATE,
                "[{name: doorward@file}]",
                "!outside of the namespace",
            ),
            (
                "own_of_another_provider",
                GATE,
                "[{name: doorward}, {name: a@kubernetescrd}]",
                "!middlewares[1].name",
            ),
            (
                "middlewares_in_lower_case",
                "    middlewares:",
                "    Middlewares:",
                "!must be spelled \"middlewares\"",
            ),
            (
                "long_s",
                "    middlewares:",
                "    middleware\u{17f}:",
                "!must be spelled \"middlewares\"",
            ),
            ("middlewares_as_text", GATE, "doorward", "!middlewares is text"),
            ("middleware_as_text", GATE, "[doorward]", "!middlewares[0] is text"),
            (
                "middleware_without_name",
                GATE,
                "[{namespace: vdi-sessions}]",
                "!middlewares[0].name is missing",
            ),
            (
                "name_in_capitals",
                GATE,
                "[{Name: doorward}]",
                "!middlewares[0].Name must be spelled",
            ),
        ]
    };
    let added = "the gate's middleware";
    let moved = "the gate's middleware in front of the others";
    each(&on_the_route(), &rows(added, moved));
    let strict = Terms { add_middleware: false, ..on_the_route() };
    each(&strict, &rows("!does not contain the gate", "!contain the gate exactly once"));
}

/// Names of the middlewares that a route ends up with.
fn middlewares(text: &str, terms: &Terms) -> Vec<String> {
    let (node, _) = judged(text, terms).unwrap();
    let [route] = node.below(&["spec", "routes"]).and_then(Node::list).unwrap() else { panic!() };
    let names = route.below(&["middlewares"]).and_then(Node::list).unwrap_or_default();
    names
        .iter()
        .map(|name| name.below(&["name"]).and_then(Node::text).unwrap().to_owned())
        .collect()
}

#[test]
fn the_gate_is_put_in_front_and_the_others_keep_their_order() {
    let chain = on_the_route();
    let bound = Terms {
        middlewares: ["doorward-cors", "doorward-owner-kasm-alice-1", "doorward-headers"]
            .map(str::to_owned)
            .to_vec(),
        ..on_the_route()
    };
    let gate = bound.middlewares.iter().map(String::as_str).collect::<Vec<_>>();
    for (name, terms, from, gate) in [
        ("chain", &chain, "[{name: a}, {name: b}]", &["doorward"][..]),
        ("chain_behind", &chain, "[{name: a}, {name: doorward}, {name: b}]", &["doorward"]),
        (
            "chain_twice",
            &chain,
            "[{name: doorward}, {name: a}, {name: b}, {name: doorward}]",
            &["doorward"],
        ),
        ("bound", &bound, "[{name: a}, {name: b}]", &gate),
        ("bound_for_chain", &bound, "[{name: doorward}, {name: a}, {name: b}]", &gate),
        ("bound_incomplete", &bound, "[{name: doorward-cors}, {name: a}, {name: b}]", &gate),
        (
            "bound_in_another_order",
            &bound,
            "[{name: doorward-owner-kasm-alice-1}, {name: doorward-cors}, {name: a}, {name: b}]",
            &gate,
        ),
    ] {
        let expected = [gate, &["a", "b"]].concat();
        assert_eq!(middlewares(&changed("[{name: doorward}]", from), terms), expected, "{name}");
    }
    let unbound = changed("[{name: doorward}]", "[{name: doorward-auth}]");
    assert!(matches!(judged(&unbound, &bound), Err(ConformError::GatePart { .. })));
}

#[test]
fn no_route_has_the_gate_that_its_entry_point_has() {
    const GATE: &str = "[{name: doorward}]";
    for add_middleware in [true, false] {
        let terms = Terms { gate: GatePlace::EntryPoint, add_middleware, ..on_the_route() };
        each(
            &terms,
            &[
                ("none", GATE, "[]", ""),
                ("own", GATE, "[{name: own}]", ""),
                ("gate", "Rule", "Rule", "!the gate is on the entry point"),
                (
                    "gate_behind",
                    GATE,
                    "[{name: own}, {name: doorward}]",
                    "!the gate is on the entry point",
                ),
                (
                    "part_of_the_gate",
                    GATE,
                    "[{name: doorward-auth}]",
                    "!the gate is on the entry point",
                ),
                ("plain_entry_point", "[websecure]", "[web]", "!spec.entryPoints has `web`"),
            ],
        );
        assert_eq!(middlewares(&changed(GATE, "[{name: own}]"), &terms), ["own"]);
    }
}

#[test]
fn a_spec_without_a_gate_opens_nothing() {
    let nodes = yaml::read(GOOD).unwrap();
    let namespace = ObjectName::known("vdi-sessions");
    let spec = RouteSpec {
        host: "alice.vdi.example.com",
        namespace: &namespace,
        service_name: "kasm-alice-1",
        service_port: 8080,
        allow_other_service: false,
        gate: GatePlace::Route,
        middleware: &ObjectName::known("doorward"),
        middlewares: &[],
        add_middleware: true,
        priority: 1000,
        entry_points: &[TraefikName::known("websecure")],
        annotations: &[],
        owner: None,
    };
    assert_eq!(conform(nodes, &spec), Err(ConformError::NoGate));
}
