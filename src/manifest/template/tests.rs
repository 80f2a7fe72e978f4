//! Templates and the sessions that fill them.

mod attacks;
mod language;
mod refusals;

use super::conform::{RouteSpec, conform};
use super::*;
use crate::manifest::{
    GatePlace, InputPosition, LabelValue, ObjectName, OwnerReference, Route, TraefikName,
};
use crate::name::{Domain, Label, SessionSlug};

/// The first template that had to be supported, byte for byte.
const FIRST: &str = r#"apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata:
  name: {{ .session.name }}
  namespace: vdi-sessions
  labels:
    app: kasm-vdi
    component: session-ingress
    session-id: {{ .session.id }}
spec:
  entryPoints:
    - websecure
  routes:
    - match: Host(`{{ .username }}.vdi.example.com`)
      kind: Rule
      services:
        - name: {{ .session.name }}
          port: 8080
  tls:
    certResolver: letsencrypt
    domains:
      - main: "*.vdi.example.com"
"#;

const ALICE: Values<'_> = Values {
    label: "alice",
    host: "alice.vdi.example.com",
    domain: "vdi.example.com",
    namespace: "vdi-sessions",
    issuer: "https://id.example.com/Realm",
    session_name: "kasm-alice-1",
    session_id: "66fe8fe4",
    session_slug: None,
    service_name: "kasm-alice-1",
    service_port: 8080,
    owner: None,
};

fn owner() -> OwnerReference {
    OwnerReference {
        api_version: "doorward.dev/v1alpha1".into(),
        kind: "VDISession".into(),
        name: "alice-1".into(),
        uid: "0b8e".into(),
    }
}

fn filled(template: &str, values: &Values<'_>) -> Vec<Node> {
    let template = Template::parse(template).unwrap_or_else(|error| panic!("{template}: {error}"));
    template.fill(values).unwrap_or_else(|error| panic!("{template:?}: {error}"))
}

/// The expected route of alice's session, with the defaults.
fn with_route_spec<T>(check: impl FnOnce(RouteSpec<'_>) -> T) -> T {
    check(RouteSpec {
        host: "alice.vdi.example.com",
        namespace: &ObjectName::known("vdi-sessions"),
        service_name: "kasm-alice-1",
        service_port: 8080,
        allow_other_service: false,
        gate: GatePlace::Route,
        middleware: &ObjectName::known("doorward"),
        middlewares: &["doorward".to_owned()],
        add_middleware: true,
        priority: 1_000_000_000_000,
        entry_points: &[TraefikName::known("websecure")],
        annotations: &[("doorward.dev/label-version", "doorward-label/v1".to_owned())],
        owner: None,
    })
}

#[test]
fn the_first_template_is_rendered_unchanged_and_gated() {
    let mut expected = FIRST
        .replace("{{ .session.name }}", "kasm-alice-1")
        .replace("{{ .session.id }}", "66fe8fe4")
        .replace("{{ .username }}", "alice");
    assert_eq!(filled(FIRST, &ALICE), yaml::read(&expected).unwrap());

    let (node, added) = with_route_spec(|spec| conform(filled(FIRST, &ALICE), &spec)).unwrap();
    for (after, addition) in [
        ("66fe8fe4\n", "  annotations:\n    doorward.dev/label-version: doorward-label/v1\n"),
        (
            "port: 8080\n",
            "      priority: 1000000000000\n      middlewares:\n      - name: doorward\n",
        ),
    ] {
        expected = expected.replace(after, &format!("{after}{addition}"));
    }
    assert_eq!([node], *yaml::read(&expected).unwrap());
    assert_eq!(
        added.to_string(),
        "the gate's middleware, the route's priority, metadata.annotations"
    );
}

#[test]
fn ten_thousand_sessions_are_read_once() {
    let template = Template::parse(FIRST).unwrap();
    let fill = |number: u32| {
        let (name, id) = (format!("kasm-{number}"), format!("{number}"));
        let nodes =
            template.fill(&Values { session_name: &name, session_id: &id, ..ALICE }).unwrap();
        let id = nodes[0].below(&["metadata", "labels", "session-id"]).cloned();
        assert_eq!(id, Some(Node::from(number.to_string())));
    };
    (0..10_000).for_each(fill);
    assert_eq!(template.read.borrow().len(), 1);
}

#[test]
fn a_failed_parse_is_cached_too() {
    let template = Template::parse("a: [{{ .host }}").unwrap();
    let first = template.fill(&ALICE).unwrap_err();
    assert_eq!(template.fill(&Values { host: "bob", ..ALICE }), Err(first));
    assert_eq!(template.read.borrow().len(), 1);
}

#[test]
fn branches_with_the_same_text_keep_their_own_values() {
    let template =
        Template::parse("{{ if .owner }}a: {{ .label }}{{ else }}a: {{ .host }}{{ end }}").unwrap();
    let owner = owner();
    let possessed = Values { owner: Some(&owner), ..ALICE };
    for (values, expected) in [(&possessed, "alice"), (&ALICE, ALICE.host), (&possessed, "alice")] {
        let nodes = template.fill(values).unwrap();
        assert_eq!(nodes[0].below(&["a"]).and_then(Node::text), Some(expected));
    }
}

#[test]
fn a_route_gives_its_values() {
    let route = Route {
        position: InputPosition { file: "-".into(), document: 1, item: None },
        name: ObjectName::new("kasm-alice-1").unwrap(),
        id: LabelValue::new("66fe8fe4").unwrap(),
        namespace: ObjectName::new("vdi-sessions").unwrap(),
        username: "Alice `x`".into(),
        issuer: ALICE.issuer.into(),
        label: Label::new("alice").unwrap(),
        slug: Some(SessionSlug::new("dev").unwrap()),
        domain: Domain::new("vdi.example.com").unwrap(),
        host: "dev--alice.vdi.example.com".into(),
        service: "desktop".into(),
        port: 6901,
        owner: Some(owner()),
    };
    let owner = owner();
    let expected = Values {
        host: "dev--alice.vdi.example.com",
        session_slug: Some("dev"),
        service_name: "desktop",
        service_port: 6901,
        owner: Some(&owner),
        ..ALICE
    };
    assert_eq!(Values::of(&route), expected);
}
