use super::*;
use crate::manifest::{GatePlace, Settings};
use crate::name::Domain;

fn installation() -> Installation {
    let domains = ["vdi.example.com", "lab.example.org"].map(|name| Domain::new(name).unwrap());
    Installation { domains: domains.into(), ..Installation::default() }
}

fn kind(node: &Node) -> &str {
    node.below(&["kind"]).and_then(Node::text).unwrap()
}

fn name(node: &Node) -> &str {
    node.below(&["metadata", "name"]).and_then(Node::text).unwrap()
}

fn expressions(node: &Node) -> Vec<&str> {
    let validations = node.below(&["spec", "validations"]).and_then(Node::list).unwrap();
    validations.iter().filter_map(|rule| rule.below(&["expression"])?.text()).collect()
}

#[test]
fn every_policy_is_bound_and_refuses_what_it_cannot_judge() {
    let objects = admission(&installation());
    let of = |wanted: &'static str| objects.iter().filter(move |node| kind(node) == wanted);
    let bindings: Vec<_> = of("ValidatingAdmissionPolicyBinding").collect();
    assert_eq!(bindings.len(), of("ValidatingAdmissionPolicy").count());
    for policy in of("ValidatingAdmissionPolicy") {
        assert_eq!(policy.below(&["spec", "failurePolicy"]), Some(&"Fail".into()));
        let binding = bindings.iter().find(|binding| {
            binding.below(&["spec", "policyName"]).and_then(Node::text) == Some(name(policy))
        });
        let actions = binding.and_then(|binding| binding.below(&["spec", "validationActions"]));
        assert_eq!(actions.and_then(Node::list), Some(&["Deny".into()][..]), "{}", name(policy));
        for rule in policy.below(&["spec", "validations"]).and_then(Node::list).unwrap() {
            assert!(rule.below(&["message"]).is_some(), "{}", name(policy));
        }
    }
}

#[test]
fn each_policy_selects_the_platforms_namespaces_or_all_others() {
    for node in admission(&installation()) {
        let path = ["spec", "matchConstraints", "namespaceSelector", "matchExpressions"];
        let Some(selectors) = node.below(&path).and_then(Node::list) else { continue };
        let expected = if name(&node) == "doorward-gated" { "In" } else { "NotIn" };
        assert_eq!(selectors[0].below(&["operator"]), Some(&expected.into()), "{}", name(&node));
        let values = selectors[0].below(&["values"]).and_then(Node::list).unwrap();
        assert_eq!(values, ["vdi-sessions".into(), "doorward".into()]);
    }
}

#[test]
fn a_route_of_the_platform_has_the_gate_exactly_where_it_is() {
    for (gate, wanted, unwanted) in [
        (GatePlace::Route, "has(r.middlewares) && r.middlewares.exists(m,", "!has(r.middlewares)"),
        (GatePlace::EntryPoint, "!has(r.middlewares) || !r.middlewares.exists(m,", "parentRefs"),
    ] {
        let settings = Settings { gate, ..Settings::default() };
        let objects = admission(&Installation { settings, ..installation() });
        let rules = expressions(&objects[0]);
        assert_eq!(rules[0], "size(object.spec.routes) > 0");
        assert!(rules[1].contains(wanted) && !rules[1].contains(unwanted), "{}", rules[1]);
    }
}

#[test]
fn every_zone_is_guarded() {
    let objects = admission(&installation());
    for policy in ["doorward-zone", "doorward-zone-tcp", "doorward-zone-ingress"] {
        let policy = objects.iter().find(|node| name(node) == policy).unwrap();
        let variables = policy.below(&["spec", "variables"]).and_then(Node::list).unwrap();
        let zones = variables[0].below(&["expression"]).and_then(Node::text);
        assert_eq!(zones, Some("['vdi.example.com', 'lab.example.org']"));
    }
    let none = Installation::default();
    assert!(admission(&none).iter().all(|node| !name(node).starts_with("doorward-zone")));
}

#[test]
fn fields_that_make_a_host_are_immutable() {
    let definition = &session(&installation())[0];
    let versions = definition.below(&["spec", "versions"]).and_then(Node::list).unwrap();
    let schema = versions[0].below(&["schema", "openAPIV3Schema"]).unwrap();
    let spec = schema.below(&["properties", "spec"]).unwrap();
    let rules = |node: &Node| {
        let rules = node.below(&["x-kubernetes-validations"]).and_then(Node::list).unwrap();
        rules.iter().filter_map(|rule| rule.below(&["rule"])?.text().map(str::to_owned)).collect()
    };
    let of_spec: Vec<String> = rules(spec);
    for field in ["sessionSlug", "domain"] {
        assert!(of_spec.iter().any(|rule| rule.contains(&format!("has(oldSelf.{field})"))));
        assert!(spec.below(&["properties", field]).is_some(), "{field}");
    }
    let user = spec.below(&["properties", "user"]).unwrap();
    let of_user: Vec<String> = rules(user);
    assert!(of_user[0].contains("has(oldSelf.issuer)"));
    let username = user.below(&["properties", "username"]).unwrap();
    let of_username: Vec<String> = rules(username);
    assert_eq!(of_username, ["self == oldSelf"]);
}
