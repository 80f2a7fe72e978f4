//! The environment: over the file, by exact names only.

use super::{check, complaint};
use crate::support::gate::Plan;
use crate::support::portal::{ALICE, Portal};
use crate::support::process::{doorward, run};
use crate::support::request::Request;

fn plan(variables: &[(&str, &str)]) -> Plan {
    let mut plan = Plan::of(&Portal::new());
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    plan.environment = variables.collect();
    plan
}

#[tokio::test]
async fn a_variable_overrides_the_file() {
    let portal = Portal::new();
    let mut plan = Plan::of(&portal);
    plan.environment = vec![
        ("DOORWARD__TOKENS__COOKIES".to_owned(), r#"["__Host-other"]"#.to_owned()),
        ("DOORWARD__TOKENS__LEEWAY".to_owned(), "0s".to_owned()),
        ("DOORWARD__CROSS_SITE".to_owned(), "off".to_owned()),
    ];
    let gate = plan.open().await;
    let with = |name: &str| {
        Request::question(ALICE).add("Cookie", format!("{name}={}", portal.token("alice")))
    };
    assert_eq!(gate.ask(&with("__Host-other").method("POST")).await.status, 200);
    assert_eq!(gate.ask(&with("__Host-doorward")).await.status, 401);
}

#[test]
fn a_wrong_variable_is_reported_by_its_key() {
    #[rustfmt::skip]
    let rows = [
        ("DOORWARD__CROSS_SITE", "lax", "cross_site"),
        ("DOORWARD__TOKENS__LEEWAY", "301s", "tokens.leeway"),
        ("DOORWARD__TRUSTED_PROXIES", "[0.0.0.0/0]", "trusted_proxies"),
        ("DOORWARD__CROSS_SIGHT", "off", "cross_sight"),
        ("DOORWARD__LISTEN", "[", "DOORWARD__LISTEN"),
    ];
    for (name, value, wanted) in rows {
        let refusal = check(&plan(&[(name, value)]));
        let complaint = complaint(&refusal, &[]);
        assert_eq!(complaint, None, "{name}");
        let said = refusal.stderr.contains(wanted) || refusal.stderr.contains(name);
        assert!(said, "{name}: {}", refusal.output());
    }
}

/// Kubernetes puts such names into every container beside a service called doorward.
#[test]
fn variables_that_kubernetes_injects_are_ignored() {
    let checked = check(&plan(&[
        ("DOORWARD_PORT", "tcp://10.0.0.1:4181"),
        ("DOORWARD_SERVICE_HOST", "10.0.0.1"),
        ("DOORWARD_SERVICE_PORT", "4181"),
        ("DOORWARD_PORT_4181_TCP", "tcp://10.0.0.1:4181"),
        ("DOORWARD_LISTEN", "0.0.0.0:1"),
        ("DOORWARD_CROSS_SITE", "nonsense"),
        ("doorward__cross_site", "nonsense"),
        ("LISTEN", "nonsense"),
    ]));
    assert_eq!(checked.code, 0, "{}", checked.output());
}

#[test]
fn a_variable_names_the_file() {
    let plan = plan(&[]);
    let path = plan.write();
    let checked = run(doorward().arg("check").env("DOORWARD_CONFIG", &path), "");
    assert_eq!(checked.code, 0, "{}", checked.output());
    let flag_wins = run(
        doorward().args(["check", "--config"]).arg(&path).env("DOORWARD_CONFIG", "/nowhere"),
        "",
    );
    assert_eq!(flag_wins.code, 0, "{}", flag_wins.output());
    let missing = run(doorward().arg("check").env("DOORWARD_CONFIG", "/nowhere/config.yaml"), "");
    assert_eq!(complaint(&missing, &["/nowhere/config.yaml"]), None);
}
