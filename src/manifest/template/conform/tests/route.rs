//! The rule and the target that a session's route may have.

use super::*;

#[test]
fn the_logout_route_is_one_and_uses_tls() {
    const ROUTES: &str = "  routes:\n";
    each(
        &on_the_route(),
        &[
            ("parent", "  tls: {}", "  parentRefs: [{name: root}]\n  tls: {}", "!spec.parentRefs"),
            ("empty_parent", "  tls: {}", "  parentRefs:\n  tls: {}", "!spec.parentRefs"),
            (
                "parent_in_lower_case",
                "  tls: {}",
                "  parentrefs: []\n  tls: {}",
                "!spec.parentrefs must be spelled",
            ),
            ("tls_missing", "  tls: {}\n", "", "!spec.tls is missing"),
            ("tls_empty", "  tls: {}", "  tls:", "!spec.tls is missing"),
            ("tls_in_capitals", "  tls: {}", "  TLS: {}", "!spec.TLS must be spelled"),
            ("tls_as_truth", "  tls: {}", "  tls: true", "!spec.tls is true or false"),
            ("tls_options", "  tls: {}", "  tls: {options: {name: strict}, certResolver: le}", ""),
            ("no_entry_points", "  entryPoints: [websecure]\n", "", "spec.entryPoints"),
            ("empty_entry_points", "[websecure]", "[]", "spec.entryPoints"),
            ("null_entry_points", "[websecure]", "", "spec.entryPoints"),
            (
                "entry_points_in_lower_case",
                "entryPoints",
                "entrypoints",
                "!spec.entrypoints must be spelled",
            ),
            ("other_entry_point", "[websecure]", "[desktops]", ""),
            ("all_entry_points", "[websecure]", "[desktops, websecure]", ""),
            ("plain_entry_point", "[websecure]", "[web]", "!spec.entryPoints has `web`"),
            ("plain_entry_point_too", "[websecure]", "[websecure, web]", "!websecure, desktops"),
            ("entry_point_as_text", "[websecure]", "websecure", "!spec.entryPoints is text"),
            ("entry_point_as_number", "[websecure]", "[443]", "!spec.entryPoints has `443`"),
            ("no_routes", ROUTES, "  other:\n", "!spec.routes is missing"),
            ("routes_as_section", ROUTES, "  routes: {}\n  other:\n", "!spec.routes is a section"),
            ("empty_routes", ROUTES, "  routes: []\n  other:\n", "!spec.routes has 0 routes"),
            ("route_as_text", ROUTES, "  routes: [x]\n  other:\n", "!spec.routes[0] is text"),
            (
                "second_route",
                ROUTES,
                "  routes:\n  - match: Host(`bob.vdi.example.com`)\n",
                "!has 2 routes",
            ),
            (
                "second_route_for_alice",
                ROUTES,
                "  routes:\n  - match: Host(`alice.vdi.example.com`)\n",
                "!has 2 routes",
            ),
        ],
    );
}

#[test]
fn the_rule_is_the_host_alone() {
    const RULE: &str = "Host(`alice.vdi.example.com`)";
    each(
        &on_the_route(),
        &[
            ("double_quotes", RULE, "Host(\"alice.vdi.example.com\")", ""),
            ("block", RULE, "|\n      Host(`alice.vdi.example.com`)", ""),
            ("no_match", "match:", "rule:", "!spec.routes[0].match is missing"),
            ("match_in_capitals", "match:", "Match:", "!spec.routes[0].Match must be spelled"),
            ("match_as_list", RULE, "[Host]", "!spec.routes[0].match is a list"),
            ("host_of_bob", RULE, "Host(`bob.vdi.example.com`)", "!has another host"),
            (
                "host_or_host",
                RULE,
                "Host(`alice.vdi.example.com`) || Host(`b.vdi.example.com`)",
                "!continues after the host",
            ),
            (
                "match_with_path",
                RULE,
                "Host(`alice.vdi.example.com`) && PathPrefix(`/`)",
                "!continues after the host",
            ),
            ("path_alone", RULE, "PathPrefix(`/`)", "!does not begin with Host"),
            ("regexp", RULE, "HostRegexp(`^alice`)", "!write only Host(`alice.vdi.example.com`)"),
            ("kelvin_sign", "kind: Rule", "\u{212a}ind: Rule", "!must be spelled \"kind\""),
            ("v2_syntax", "kind: Rule", "syntax: v2", "!spec.routes[0].syntax"),
            ("v3_syntax", "kind: Rule", "syntax: v3", "!spec.routes[0].syntax"),
            ("no_kind", "    kind: Rule\n", "", ""),
            ("other_kind", "kind: Rule", "kind: Regexp", "!spec.routes[0].kind is `Regexp`"),
            ("extra_field", "kind: Rule", "observability: {accessLogs: false}", ""),
            ("no_priority", "    priority: 50\n", "", "the route's priority"),
            ("null_priority", "priority: 50", "priority:", "the route's priority"),
            ("priority_of_length", "priority: 50", "priority: 0", "!priority is `0`"),
            ("priority_of_the_catch_all", "priority: 50", "priority: 1", "!priority is `1`"),
            ("lowest_priority", "priority: 50", "priority: 2", ""),
            ("highest_priority", "priority: 50", "priority: 9223372036854774784", ""),
            ("higher_priority", "priority: 50", "priority: 9223372036854774785", "!priority is"),
            ("negative_priority", "priority: 50", "priority: -5", "!priority is `-5`"),
            ("priority_as_text", "priority: 50", "priority: \"50\"", "!priority is `50`"),
            ("priority_as_fraction", "priority: 50", "priority: 50.0", "!priority is"),
        ],
    );
}

#[test]
fn the_service_is_the_sessions() {
    const SERVICES: &str = "[{name: kasm-alice-1, port: 8080}]";
    const SERVICE: &str = "{name: kasm-alice-1, port: 8080}";
    let rows = |other: &'static str, port: &'static str| {
        [
            ("service_of_bob", "{name: kasm-alice-1,", "{name: kasm-bob-1,", other),
            ("other_port", "port: 8080}", "port: 9090}", port),
            ("named_port", "port: 8080}", "port: http}", port),
            ("port_as_text", "port: 8080}", "port: \"8080\"}", port),
            ("no_port", ", port: 8080}", "}", "the service's port"),
            ("port_as_list", "port: 8080}", "port: [8080]}", "!port is `a list`"),
            ("no_services", SERVICES, "", "!has 0 services"),
            ("empty_services", SERVICES, "[]", "!has 0 services"),
            ("services_without_list", SERVICES, SERVICE, "!services is a section"),
            ("service_as_text", SERVICES, "[kasm-alice-1]", "!services[0] is text"),
            ("second_service", "[{name: kasm", "[{name: bob}, {name: kasm", "!has 2 services"),
            ("no_service_name", "{name: kasm-alice-1, p", "{p", "!services[0].name is missing"),
            ("service_kind", ", port: 8080}", ", port: 8080, kind: Service}", ""),
            (
                "traefik_service",
                ", port: 8080}",
                ", kind: TraefikService}",
                "!kind is `TraefikService`",
            ),
            ("same_namespace", "port: 8080}", "port: 8080, namespace: vdi-sessions}", ""),
            (
                "service_of_another_namespace",
                "port: 8080}",
                "namespace: bob}",
                "!services[0].namespace is `bob`",
            ),
            (
                "service_of_another_provider",
                "{name: kasm-alice-1,",
                "{name: bob@file,",
                "!outside of the namespace",
            ),
            ("name_in_capitals", "{name: k", "{Name: k", "!services[0].Name must be spelled"),
            ("extra_field", "port: 8080}", "port: 8080, scheme: https, passHostHeader: true}", ""),
            (
                "middleware_of_the_service",
                "port: 8080}",
                "port: 8080, middlewares: [{name: own}]}",
                "",
            ),
            (
                "gate_on_the_service",
                "port: 8080}",
                "port: 8080, middlewares: [{name: doorward}]}",
                "!move it to the route",
            ),
            (
                "gate_part_on_the_service",
                "port: 8080}",
                "port: 8080, middlewares: [{name: doorward-auth}]}",
                "!move it to the route",
            ),
            (
                "foreign_middleware_of_the_service",
                "port: 8080}",
                "port: 8080, middlewares: [{name: a@file}]}",
                "!outside of the namespace",
            ),
        ]
    };
    each(&on_the_route(), &rows("!name is `kasm-bob-1`", "!port is"));
    each(&Terms { allow_other_service: true, ..on_the_route() }, &rows("", ""));
}
