//! The admin listener: health, metrics, version, and no decisions.

use crate::support::gate::{Gate, Plan};
use crate::support::portal::{ALICE, Portal};
use crate::support::request::Request;
use crate::support::wire::Wire;
use serde_json::json;
use std::collections::BTreeSet;

#[tokio::test]
async fn the_admin_listener_answers_health_and_version() {
    let gate = Gate::open(&Portal::new()).await;
    for path in ["/livez", "/readyz", "/healthz", "/version", "/metrics"] {
        assert_eq!(gate.admin(path).await.unwrap().status, 200, "{path}");
    }
    let version = gate.admin("/version").await.unwrap().text();
    assert!(version.contains(env!("CARGO_PKG_VERSION")), "{version}");
    for path in
        ["/", "/verify", "/livez/", "/metricsx", "/revocations", "/debug/pprof", "/.doorward/login"]
    {
        assert_eq!(gate.admin(path).await.unwrap().status, 404, "{path}");
    }
}

/// A `ForwardAuth` address that points here by mistake permits nothing, although health is 2xx.
#[tokio::test]
async fn the_other_listeners_do_not_answer_verify() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let question = Request::question(ALICE).session(&portal.token("alice"));
    let answer =
        Wire::plain(gate.admin_address()).await.unwrap().exchange(&question).await.unwrap();
    assert!((400..500).contains(&answer.status), "{answer}");
}

/// Checks every line of the exposition, and that no label names a user, a host or a path.
#[tokio::test]
async fn metrics_are_well_formed_and_name_no_user() {
    let portal = Portal::new();
    let gate = Plan::of(&portal).with("grants", json!([])).open().await;
    let user = "Jane.Doe@corp.io";
    for question in [
        Request::question(ALICE).session(&portal.token("alice")),
        Request::question(ALICE).session(&portal.token(user)),
        Request::question(ALICE).session(&portal.forged("alice")),
        Request::question("elsewhere.example.org").uri("/secret-path"),
        Request::question(ALICE).uri("/secret-path?x").page(),
        Request::question(ALICE).without("X-Forwarded-Uri"),
        Request::question(ALICE)
            .session(&portal.token("alice"))
            .websocket()
            .set("Origin", "https://bob.vdi.example.com"),
    ] {
        gate.ask(&question).await;
    }
    let metrics = gate.metrics().await;
    let mut names = BTreeSet::new();
    for line in metrics.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let (series, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("no value: {line}"));
        assert!(value.parse::<f64>().is_ok(), "{line}");
        let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
        assert!(!name.is_empty() && name.chars().all(is_name), "{line}");
        assert!(labels.ends_with('}'), "{line}");
        for secret in ["alice", "jane", "bob", "corp.io", "example", "secret-path", "203.0.113"] {
            assert!(!labels.to_lowercase().contains(secret), "{secret} in {line}");
        }
        names.insert(name);
    }
    assert!(names.iter().any(|name| name.starts_with("doorward_")), "{names:?}");
    assert!(
        metrics.lines().any(|line| line.starts_with("# HELP doorward_")),
        "each metric has a HELP line"
    );
    // Reasons are constants of the program and never client input: the number of series is bounded.
    let before = metrics.lines().count();
    for n in 0..50 {
        gate.ask(&Request::question(&format!("u{n}.vdi.example.com")).uri(&format!("/{n}"))).await;
        gate.ask(
            &Request::question(ALICE).method(&format!("M{n}")).session(&portal.forged("alice")),
        )
        .await;
    }
    let after = gate.metrics().await.lines().count();
    assert!(after <= before + 5, "{before} lines became {after}");
}

/// The listener has its own TLS settings, without client certificates, because probes have none.
#[tokio::test]
async fn the_admin_listener_supports_tls() {
    let portal = Portal::new();
    let plan = Plan::of(&portal).with_tls(false);
    let own = plan.config["tls"].clone();
    let mut plan = plan.with("admin_tls", own);
    let address = plan.config["admin_listen"].as_str().unwrap().parse().unwrap();
    plan.config["admin_tls"].as_object_mut().unwrap().remove("client_ca_file");
    let authority = std::fs::read_to_string(plan.folder.path().join("authority.crt")).unwrap();
    let process = plan.start();
    let tls =
        crate::support::wire::Tls { server_name: "localhost", authority: &authority, client: None };
    let ready = || async {
        let exchange = async {
            let request = Request::get("/readyz").add("Host", "localhost");
            Wire::tls(address, tls).await?.exchange(&request).await
        };
        exchange.await.is_ok_and(|answer| answer.status == 200)
    };
    crate::support::process::eventually(
        "ready over TLS",
        std::time::Duration::from_secs(30),
        ready,
    )
    .await;
    drop(process);
}
