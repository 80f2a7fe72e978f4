//! Values with which an attacker tries to get a second route, another host or a route without the
//! gate (T16). Each value stays one text.

use super::*;
use crate::manifest::template::conform::ConformError;
use crate::manifest::template::expand::Expansion;
use crate::manifest::tree::Section;
use proptest::prelude::*;

/// Every kind of place that a value can have.
const EVERYWHERE: &str = "\
plain: {{ .username }}
double: \"{{ .host }}\"
single: '{{ .domain }}'
quote: {{ .namespace | quote }}
inside: a `{{ .issuer }}` b
neighbours: {{ .session.name }}{{ .session.id }}-{{ .session.slug }}
block: |
  {{ .service.name }}
  # {{ .owner.kind }}
folded: >-
  x {{ .owner.name }}
list:
- {{ .owner.uid }}
- [{{ .owner.apiVersion }}, '', {{ .service.port }}]
flow: {a: {{ .username }}, \"b\": \"{{ .host }}\"}
alias: &anchor {{ .issuer }}
again: *anchor
port: {{ .service.port }}
port_text: '{{ .service.port }}'
# {{ .issuer }}
lower: {{ .issuer | lower }}
default: {{ .issuer | default .session.id | default \"none\" }} # {{ .issuer }}
---
second: {{ .session.id }}
";

/// What has to come of it, made without any text that is read.
fn everywhere(values: &Values<'_>, owner: &OwnerReference) -> Vec<Node> {
    let text = |text: &str| Node::from(text.to_owned());
    let port = Node::from(values.service_port);
    let slug = values.session_slug.unwrap_or_default();
    let or =
        |one: &str, other: &str| if one.is_empty() { other.to_owned() } else { one.to_owned() };
    let first = Section::new()
        .put("plain", text(values.label))
        .put("double", text(values.host))
        .put("single", text(values.domain))
        .put("quote", text(values.namespace))
        .put("inside", format!("a `{}` b", values.issuer))
        .put("neighbours", format!("{}{}-{slug}", values.session_name, values.session_id))
        .put("block", format!("{}\n# {}\n", values.service_name, owner.kind))
        .put("folded", format!("x {}", owner.name))
        .put(
            "list",
            [text(&owner.uid), vec![text(&owner.api_version), text(""), port.clone()].into()],
        )
        .put("flow", Section::new().put("a", text(values.label)).put("b", text(values.host)))
        .put("alias", text(values.issuer))
        .put("again", text(values.issuer))
        .put("port", port)
        .put("port_text", values.service_port.to_string())
        .put("lower", values.issuer.to_lowercase())
        .put("default", or(values.issuer, &or(values.session_id, "none")));
    vec![first.into(), Section::new().put("second", text(values.session_id)).into()]
}

/// A route with values wherever an operator could think of one.
const ROUTE: &str = "\
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata:
  name: {{ .session.name }}
  namespace: {{ .namespace }}
  annotations:
    issuer: {{ .issuer }}
spec:
  entryPoints: [{{ .session.slug | default \"websecure\" }}]
  routes:
  - match: Host(`{{ .username }}.{{ .domain }}`)
    kind: Rule
    middlewares:
    - name: {{ .issuer | lower }}
    services:
    - name: {{ .service.name }}
      port: {{ .service.port }}
  tls: {}
";

#[test]
fn no_value_of_a_session_makes_another_route() {
    for (name, attack) in [
        ("backtick_username", "alice`) || Host(`bob"),
        ("backtick_and_comment", "bob.vdi.example.com`) // "),
        ("quote_and_or", "alice\") || Host(\"bob"),
        ("whole_rule", "Host(`bob.vdi.example.com`)"),
        ("catch_all_rule", "x`) || HostRegexp(`.*`) || Host(`x"),
        ("second_argument", "alice`, `bob"),
        ("second_route", "alice`)\n    - match: Host(`bob.vdi.example.com`)\n      kind: Rule"),
        (
            "second_document_in_value",
            "x\n---\napiVersion: traefik.io/v1alpha1\nkind: IngressRoute\n",
        ),
        ("end_of_document", "x\n...\n"),
        ("line_end", "alice\n"),
        ("carriage_return", "alice\rspec: {}"),
        ("next_line", "alice\u{85}spec: {}"),
        ("line_separator", "alice\u{2028}spec: {}"),
        ("key_in_value", "x\nspec:\n  routes: []"),
        ("key_on_one_line", "a: b"),
        ("flow_list", "[a, b]"),
        ("flow_section", "{middlewares: []}"),
        ("end_of_flow", "], middlewares: [], x: ["),
        ("comment", "alice #"),
        ("hash", "#"),
        ("anchor", "&anchor x"),
        ("alias", "*anchor"),
        ("merge", "<<: *anchor"),
        ("tag", "!!binary YQ=="),
        ("block_header", "|\n  x"),
        ("double_quotes", "\"x\": \"y"),
        ("single_quotes", "' }"),
        ("escapes", "\\x60\\u0060\\n\\"),
        ("null", "null"),
        ("truth", "true"),
        ("number", "8080"),
        ("nothing", ""),
        ("space", " "),
        ("tab", "\t"),
        ("nul", "\0"),
        ("byte_order_mark", "\u{feff}"),
        ("action", "{{ .host }}"),
        ("open_action", "{{"),
        ("open_comment", "{{/*"),
        ("go_variable", "$x"),
        ("wildcard_host", "*"),
        ("other_user", "bob"),
        ("gate_of_another_provider", "none@file"),
        ("gate_part", "doorward-auth"),
        ("other_entry_point", "web"),
        ("other_namespace", "kube-system"),
    ] {
        same_tree(name, attack);
        each_field_holds(name, attack);
        same_host_and_gate(name, attack);
    }
}

/// The value in every field at once.
fn same_tree(name: &str, attack: &str) {
    let owner = OwnerReference {
        api_version: attack.into(),
        kind: attack.into(),
        name: attack.into(),
        uid: attack.into(),
    };
    let values = Values {
        label: attack,
        host: attack,
        domain: attack,
        namespace: attack,
        issuer: attack,
        session_name: attack,
        session_id: attack,
        session_slug: Some(attack),
        service_name: attack,
        service_port: 9,
        owner: Some(&owner),
    };
    assert_eq!(filled(EVERYWHERE, &values), everywhere(&values, &owner), "{name}");
}

/// The sessions that bob makes with it, one field after another.
fn sessions(attack: &str) -> [(&'static str, Values<'_>); 8] {
    [
        ("label", Values { label: attack, ..ALICE }),
        ("domain", Values { domain: attack, ..ALICE }),
        ("namespace", Values { namespace: attack, ..ALICE }),
        ("issuer", Values { issuer: attack, ..ALICE }),
        ("session_name", Values { session_name: attack, ..ALICE }),
        ("session_id", Values { session_id: attack, ..ALICE }),
        ("session_slug", Values { session_slug: Some(attack), ..ALICE }),
        ("service_name", Values { service_name: attack, ..ALICE }),
    ]
}

/// In the first template a value is the text where it stands and changes nothing beside it.
fn each_field_holds(name: &str, attack: &str) {
    let template = Template::parse(FIRST).unwrap();
    for (field, values) in sessions(attack) {
        let nodes = template.fill(&values).unwrap();
        let expected = FIRST
            .replace("{{ .session.name }}", "NAME")
            .replace("{{ .session.id }}", "ID")
            .replace("{{ .username }}", "USER");
        let mut expected = yaml::read(&expected).unwrap();
        replace(&mut expected[0], "NAME", values.session_name);
        replace(&mut expected[0], "ID", values.session_id);
        replace(&mut expected[0], "USER", values.label);
        assert_eq!(nodes, expected, "{name} as {field}");
    }
}

fn replace(node: &mut Node, from: &str, to: &str) {
    match node {
        Node::Text(text) => *node = Node::from(text.replace(from, to)),
        Node::List(items) => items.iter_mut().for_each(|item| replace(item, from, to)),
        Node::Section(section) => {
            section.entries_mut().for_each(|entry| replace(&mut entry.node, from, to));
        }
        _ => {}
    }
}

/// What is taken is alice's, behind the gate; most is not taken.
fn same_host_and_gate(name: &str, attack: &str) {
    for template in [FIRST, ROUTE] {
        for (field, values) in sessions(attack) {
            is_alices(&format!("{name} as {field}"), filled(template, &values));
        }
    }
}

fn is_alices(name: &str, nodes: Vec<Node>) {
    let Ok((node, _)) = with_route_spec(|spec| conform(nodes, &spec)) else { return };
    let text = |keys: &[&str]| node.below(keys).and_then(Node::text).map(str::to_owned);
    assert_eq!(text(&["metadata", "namespace"]).as_deref(), Some("vdi-sessions"), "{name}");
    let entry_points = node.below(&["spec", "entryPoints"]);
    assert_eq!(entry_points, Some(&Node::from(["websecure"])), "{name}");
    let [route] = node.below(&["spec", "routes"]).and_then(Node::list).unwrap() else {
        panic!("{name}: more than one route");
    };
    let rule = route.below(&["match"]).and_then(Node::text);
    assert_eq!(rule, Some("Host(`alice.vdi.example.com`)"), "{name}");
    let services = route.below(&["services"]);
    let service = Section::new().put("name", "kasm-alice-1").put("port", 8080_u16);
    assert_eq!(services, Some(&Node::from([service])), "{name}");
    let middlewares = route.below(&["middlewares"]).and_then(Node::list).unwrap();
    assert_eq!(middlewares[0], Section::new().put("name", "doorward").into(), "{name}");
    for other in &middlewares[1..] {
        let other = other.below(&["name"]).and_then(Node::text).unwrap();
        assert!(!other.contains('@') && !other.starts_with("doorward"), "{name}: {other}");
    }
    // What is written says the same, and nothing beside it.
    let written = yaml::write_all([&node]).unwrap();
    assert_eq!(yaml::read(&written).unwrap(), [node], "{name}");
}

#[test]
fn a_backtick_in_a_username_is_escaped() {
    let nodes = filled(FIRST, &Values { label: "alice.vdi.example.com`) || Host(`bob", ..ALICE });
    let error = with_route_spec(|spec| conform(nodes, &spec)).unwrap_err();
    assert!(matches!(&error, ConformError::Match { .. }), "{error}");
}

#[test]
fn the_marker_of_another_field_is_text() {
    let template = Template::parse(EVERYWHERE).unwrap();
    let owner = owner();
    let values = Values { owner: Some(&owner), session_slug: Some("dev"), ..ALICE };
    let expanded = Expansion::new(&template.program, &template.source, &values);
    for number in 0..template.program.expressions.len() {
        for is_number in [false, true] {
            let mut mark = String::new();
            expanded.marks.write(is_number, number, &mut mark);
            same_tree("mark", &mark);
            same_tree("half_a_mark", &mark[..9]);
            same_tree("rest_of_a_mark", &mark[9..]);
        }
    }
}

#[test]
fn marks_keep_clear_of_what_a_template_holds() {
    // Two pieces that make the first salt only when they come together, as text and as escapes.
    let marks = Expansion::new(&Template::parse("").unwrap().program, "", &ALICE).marks;
    let mut mark = String::new();
    marks.write(false, 0, &mut mark);
    let (front, back) = mark.split_at(5);
    for template in [
        format!("a: {mark}\nb: {{{{ .host }}}}"),
        format!("a: {front}{{{{/* x */}}}}{back}\nb: {{{{ .host }}}}"),
        format!("a: {front}{{{{ if .host }}}}{back}{{{{ end }}}}\nb: {{{{ .host }}}}"),
        format!("a: {front}{{{{- /* x */ -}}}} {back}\nb: {{{{ .host }}}}"),
    ] {
        let expected = Section::new().put("a", mark.clone()).put("b", ALICE.host);
        assert_eq!(filled(&template, &ALICE), [expected.into()], "{template}");
    }
    let template = format!("a: {front}{{{{ .host }}}}{back}");
    let expected = Section::new().put("a", format!("{front}{}{back}", ALICE.host));
    assert_eq!(filled(&template, &ALICE), [expected.into()]);
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,20}",
        any::<String>(),
        "[V0-9]{0,40}",
        "(`|\"|'|\n|---\n|: |- |#|[{]{2}|[}]{2}|\\[|\\]|&a|\\*a|!t|%|\\||>|@|\\\\| |x){0,8}",
        "(alice|kasm-alice-1|vdi\\.example\\.com|vdi-sessions|websecure|doorward|bob)",
    ]
}

proptest! {
    #[test]
    fn any_value_is_one_text(
        texts in prop::collection::vec(value(), 13),
        service_port: u16,
    ) {
        let owner = OwnerReference {
            api_version: texts[9].as_str().into(),
            kind: texts[10].as_str().into(),
            name: texts[11].as_str().into(),
            uid: texts[12].as_str().into(),
        };
        let values = Values {
            label: &texts[0],
            host: &texts[1],
            domain: &texts[2],
            namespace: &texts[3],
            issuer: &texts[4],
            session_name: &texts[5],
            session_id: &texts[6],
            session_slug: Some(&texts[7]),
            service_name: &texts[8],
            service_port,
            owner: Some(&owner),
        };
        prop_assert_eq!(filled(EVERYWHERE, &values), everywhere(&values, &owner));
    }

    #[test]
    fn any_session_is_alices_or_refused(
        texts in prop::collection::vec(value(), 6),
        slug in prop::option::of(value()),
        service_port in prop_oneof![Just(8080_u16), any::<u16>()],
    ) {
        let values = Values {
            label: &texts[0],
            domain: &texts[1],
            namespace: &texts[2],
            issuer: &texts[3],
            session_name: &texts[4],
            service_name: &texts[5],
            session_slug: slug.as_deref(),
            service_port,
            ..ALICE
        };
        is_alices("first", filled(FIRST, &values));
        is_alices("route", filled(ROUTE, &values));
    }

    #[test]
    fn no_text_makes_the_parser_fall_over(text in "([{]{2}-? ?|-?[}]{2}|if|else|end|\\.host|\\||quote|default|\"|`|/\\*|\\*/|\\\\|[0-9]| |\n|ä|\\PC){0,24}") {
        if let Ok(template) = Template::parse(&text) {
            let _ = template.fill(&ALICE);
        }
    }
}
