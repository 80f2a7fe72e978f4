//! Which session gets which host, and which sessions get none.

use super::*;
use crate::manifest::session::Sessions;
use crate::manifest::tree::Node;
use crate::manifest::yaml;
use crate::name::{Case, Label, ReservedLabels};
use proptest::prelude::*;
use std::sync::Arc;

const PORTAL: &str = "https://portal.example.com";
const LAB: &str = "https://lab.example.org";

fn rules(issuer: &str, bare: bool) -> (Box<str>, LabelRules) {
    let reserved = Arc::new(ReservedLabels::default());
    (issuer.into(), LabelRules::new(issuer, bare, Case::Sensitive, reserved))
}

fn domain(name: &str) -> Domain {
    Domain::new(name).unwrap()
}

/// One issuer, one domain.
fn plan(text: &str) -> Plan {
    plan_by(text, &[rules(PORTAL, true)], &[(domain("vdi.example.com"), vec![0])], |_| {})
}

fn plan_by(
    text: &str,
    issuers: &[(Box<str>, LabelRules)],
    domains: &[(Domain, Vec<usize>)],
    change: impl Fn(&mut PlanContext<'_>),
) -> Plan {
    let found = Sessions::of(&yaml::read(text).unwrap(), &Arc::from("-"));
    assert_eq!(found.errors, [], "{text}");
    let settings = Settings::default();
    let mut context = PlanContext {
        settings: &settings,
        domains,
        issuers,
        format: Format::Kubernetes,
        allow_service_override: false,
    };
    change(&mut context);
    Plan::new(found.sessions, &context)
}

fn session(name: &str, username: &str, rest: &str) -> String {
    let mut text = String::new();
    yaml::write(&Node::from([username.to_owned()]), &mut text).unwrap();
    let username = text.strip_prefix("- ").unwrap().replace('\n', "\n  ");
    format!("- session: {{ id: {name}, name: {name} }}\n  username: {username}\n  {rest}\n")
}

#[test]
fn a_session_gets_the_host_that_the_gate_knows_its_user_by() {
    for (name, username, rest, host) in [
        ("plain", "alice", "", "alice.vdi.example.com"),
        ("several_sessions", "alice", "slug: dev", "dev--alice.vdi.example.com"),
        ("upper_case", "Alice", "", "alice-uoik4542q0ochpatj6ken.vdi.example.com"),
        ("reserved", "www", "", "www-u4u6j63lc3e4hgqb1l66f.vdi.example.com"),
    ] {
        // The vectors of the algorithm are for this issuer.
        let issuers = [rules("https://idp.example.com", true)];
        let domains = [(domain("vdi.example.com"), vec![0])];
        let plan = plan_by(&session("a", username, rest), &issuers, &domains, |_| {});
        assert_eq!(plan.errors, [], "{name}");
        assert_eq!(&*plan.routes[0].host, host, "{name}");
        assert_eq!(&*plan.routes[0].username, username, "{name}");
        assert_eq!((&*plan.routes[0].service, plan.routes[0].port), ("a", 8080), "{name}");
    }
}

#[test]
fn a_conflict_refuses_both_sessions() {
    let two = |one: &str, other: &str| format!("{one}{other}");
    for (name, text, kind) in [
        ("one_user_twice", two(&session("a", "alice", ""), &session("b", "alice", "")), "host"),
        (
            "one_slug_twice",
            two(&session("a", "alice", "slug: dev"), &session("b", "alice", "slug: dev")),
            "host",
        ),
        (
            "canonically_equal_names",
            two(&session("a", "\u{e1}", ""), &session("b", "a\u{301}", "")),
            "host",
        ),
        (
            "one_host_in_two_namespaces",
            two(&session("a", "alice", ""), &session("a", "alice", "namespace: other")),
            "host",
        ),
        ("one_name_twice", two(&session("a", "alice", ""), &session("a", "bob", "")), "name"),
        (
            "bob_in_front_of_alices_service",
            two(&session("a", "alice", ""), &session("b", "bob", "service: { name: a }")),
            "service",
        ),
        (
            "bob_at_another_port_of_alices_service",
            two(
                &session("a", "alice", ""),
                &session("b", "bob", "service: { name: a, port: 6901 }"),
            ),
            "service",
        ),
    ] {
        let bystander = session("c", "carol", "");
        let domains = [(domain("vdi.example.com"), vec![0])];
        let text = format!("{bystander}{text}");
        let plan = plan_by(&text, &[rules(PORTAL, true)], &domains, |context| {
            context.allow_service_override = true;
        });
        let routes: Vec<_> = plan.routes.iter().map(|route| route.name.as_str()).collect();
        assert_eq!(routes, ["c"], "{name}");
        // Two sessions of one name have one service too.
        let error = plan
            .errors
            .iter()
            .find(|error| match kind {
                "host" => matches!(error.kind, PlanErrorKind::SharedHost { .. }),
                "name" => matches!(error.kind, PlanErrorKind::SharedName { .. }),
                _ => matches!(error.kind, PlanErrorKind::SharedService { .. }),
            })
            .unwrap_or_else(|| panic!("{name}: {:?}", plan.errors));
        assert_eq!(error.sessions.len(), 2, "{name}");
        let said = error.to_string();
        for item in ["item [1]", "item [2]"] {
            assert!(said.contains(item), "{name} does not name {item}: {said}");
        }
    }
}

#[test]
fn a_session_that_cannot_be_served_is_refused_alone() {
    let two_issuers = [rules(PORTAL, true), rules(LAB, false)];
    let two_domains =
        [(domain("vdi.example.com"), vec![0]), (domain("lab.example.org"), vec![0, 1])];
    for (name, rest, said) in [
        ("no_issuer", "", "has no issuer"),
        ("unknown_issuer", "issuer: https://evil.example", "is not configured"),
        ("issuer_with_a_slash_more", "issuer: https://portal.example.com/", "is not configured"),
        ("no_domain", "issuer: https://portal.example.com", "has no domain"),
        (
            "unknown_domain",
            "issuer: https://portal.example.com\n  domain: evil.example.org",
            "evil.example.org is not configured",
        ),
        (
            "domain_below_one",
            "issuer: https://portal.example.com\n  domain: a.vdi.example.com",
            "is not configured",
        ),
        (
            "issuer_of_another_domain",
            "issuer: https://lab.example.org\n  domain: vdi.example.com",
            "is not configured for the issuer",
        ),
    ] {
        let plan = plan_by(&session("a", "alice", rest), &two_issuers, &two_domains, |_| {});
        assert_eq!(plan.routes, [], "{name}");
        let text = plan.errors[0].to_string();
        assert!(text.contains(said) && text.contains("\n    "), "{name}: {text}");
    }
    for (name, username, rest, said) in [
        ("empty_user", "", "", "is empty"),
        ("control_character", "a\nb", "", "control character U+000A"),
        ("direction_override", "a\u{202e}b", "", "bidirectional"),
        ("service_of_another", "bob", "service: { name: kasm-alice }", "allow-service-override"),
        (
            "service_that_is_none",
            "bob",
            "service: { name: a.b }",
            "is not a valid name of a Service",
        ),
        ("service_of_a_provider", "bob", "service: { name: 'api@internal' }", "'@'"),
    ] {
        let plan = plan(&session("a", username, rest));
        assert_eq!(plan.routes, [], "{name}");
        let text = plan.errors[0].to_string();
        assert!(text.contains(said), "{name}: {text}");
    }
    let digit = plan(&session("1a", "bob", ""));
    assert!(digit.errors[0].to_string().contains("begins with a letter"));
}

#[test]
fn no_redirect_leads_to_the_gate_itself() {
    for (name, namespace, refused) in [
        ("doorward", "doorward", true),
        ("doorward-pages", "doorward", true),
        ("doorward", "vdi-sessions", false),
        ("other", "doorward", false),
    ] {
        let plan = plan(&session(name, "alice", &format!("namespace: {namespace}")));
        assert_eq!(plan.routes.is_empty(), refused, "{name} in {namespace}");
    }
}

#[test]
fn without_kubernetes_a_service_is_a_host_and_a_port() {
    let domains = [(domain("vdi.example.com"), vec![0])];
    let file = |text: &str| {
        plan_by(text, &[rules(PORTAL, true)], &domains, |context| {
            context.format = Format::File;
            context.allow_service_override = true;
        })
    };
    let at = |name: &str, user: &str, service: &str| {
        session(name, user, &format!("service: {{ name: '{service}', port: 6901 }}"))
    };
    for (service, good) in [
        ("10.0.0.7", true),
        ("::1", true),
        ("desk-1.internal", true),
        ("1desk", true),
        ("a b", false),
        ("a/b", false),
        ("user@host", false),
        ("", false),
        ("-a.b", false),
    ] {
        let plan = file(&at("a", "alice", service));
        assert_eq!(plan.routes.len(), usize::from(good), "{service}");
    }
    let same = file(&format!("{}{}", at("a", "alice", "Desk"), at("b", "bob", "desk")));
    assert_eq!(same.routes, [], "one host in two spellings");
    let same = file(&format!("{}{}", at("a", "alice", "::1"), at("b", "bob", "0::1")));
    assert_eq!(same.routes, [], "one address in two spellings");
    let other = session("b", "bob", "service: { name: desk, port: 6902 }");
    let two = file(&format!("{}{other}", at("a", "alice", "desk")));
    assert_eq!(two.routes.len(), 2, "two ports are two desktops");
}

#[test]
fn the_order_of_the_input_does_not_matter() {
    let sessions = ["a", "b", "c"].map(|name| session(name, &format!("user-{name}"), ""));
    let [one, two, three] = &sessions;
    let forth = plan(&format!("{one}{two}{three}"));
    let back = plan(&format!("{three}{two}{one}"));
    let names = |plan: &Plan| plan.routes.iter().map(|r| r.host.clone()).collect::<Vec<_>>();
    assert_eq!(names(&forth), names(&back));
    assert_eq!(forth.routes.len(), 3);
}

proptest! {
    #[test]
    fn two_users_never_share_a_host(
        one in ".{1,12}|[a-c]{1,3}|[A-C]{1,3}|a[-.@]b",
        other in ".{1,12}|[a-c]{1,3}|[A-C]{1,3}|a[-.@]b",
    ) {
        let plan = plan(&format!("{}{}", session("a", &one, ""), session("b", &other, "")));
        let hosts: Vec<&str> = plan.routes.iter().map(|route| &*route.host).collect();
        for host in &hosts {
            let (label, rest) = host.split_once('.').unwrap();
            prop_assert_eq!(rest, "vdi.example.com");
            prop_assert!(Label::new(label).is_ok());
        }
        if let [first, second] = hosts[..] {
            prop_assert_ne!(first, second);
        }
        let shared = plan.errors.iter().any(|r| matches!(r.kind, PlanErrorKind::SharedHost { .. }));
        if shared {
            // One account in two spellings, and nothing else.
            let canonical = |name: &str| rules(PORTAL, true).1.label(name).unwrap().0;
            prop_assert_eq!(canonical(&one), canonical(&other));
        }
    }
}
