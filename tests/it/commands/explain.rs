//! `doorward explain`: the decision told step by step, the same one that the gate takes.

use crate::support::gate::Plan;
use crate::support::portal::{ALICE, BOB, COOKIE, Portal};
use crate::support::process::{Finished, doorward, run};
use crate::support::request::Request;
use std::fs;
use std::path::Path;

fn explain(config: &Path, arguments: &[&str], input: &str) -> Finished {
    run(doorward().arg("explain").args(arguments).arg("--config").arg(config), input)
}

#[test]
fn the_answer_is_the_exit_code() {
    let portal = Portal::new();
    let plan = Plan::of(&portal);
    let config = plan.write();
    let file = plan.folder.path().join("token");
    fs::write(&file, format!("{}\n", portal.token("alice"))).unwrap();
    let file = file.to_str().unwrap();
    #[rustfmt::skip]
    let rows = [
        ("own", &["--host", ALICE, "--token-file", file][..], 0),
        ("own_in_capitals", &["--host", "ALICE.vdi.example.com:443", "--token-file", file], 0),
        ("bobs", &["--host", BOB, "--token-file", file], 1),
        ("no_token", &["--host", ALICE], 1),
        ("unknown_host", &["--host", "elsewhere.example.org", "--token-file", file], 1),
        ("method", &["--host", ALICE, "--method", "TRACE", "--token-file", file], 1),
        ("uri", &["--host", ALICE, "--uri", "/.doorward/enter", "--token-file", file], 1),
        ("proto", &["--host", ALICE, "--proto", "http", "--token-file", file], 1),
        ("stranger", &["--host", ALICE, "--peer", "192.0.2.1", "--token-file", file], 1),
        ("neighbour", &["--host", ALICE, "--peer", "127.0.0.1", "--token-file", file], 0),
        ("owner", &["--host", ALICE, "--owner", "alice", "--token-file", file], 0),
        ("other_owner", &["--host", ALICE, "--owner", "bob", "--token-file", file], 1),
        ("later", &["--host", ALICE, "--at", "2100-01-01T00:00:00Z", "--token-file", file], 1),
        ("foreign_page", &["--host", ALICE, "--token-file", file, "--header",
            "Origin: https://bob.vdi.example.com"], 1),
    ];
    for (name, arguments, code) in rows {
        let told = explain(&config, arguments, "");
        assert_eq!(told.code, code, "{name}: {}", told.output());
        assert!(told.stdout.lines().count() > 2, "{name}: {}", told.output());
        assert!(told.stdout.contains("allowed") == (code == 0), "{name}: {}", told.output());
    }
}

#[test]
fn a_token_may_come_by_standard_input_or_by_header() {
    let portal = Portal::new();
    let plan = Plan::of(&portal);
    let config = plan.write();
    let token = portal.token("alice");
    let told = explain(&config, &["--host", ALICE, "--token-file", "-"], &token);
    assert_eq!(told.code, 0, "{}", told.output());
    let cookie = format!("Cookie: a=1; {COOKIE}={token}");
    let told = explain(&config, &["--host", ALICE, "--header", &cookie], "");
    assert_eq!(told.code, 0, "{}", told.output());
    let bearer = format!("authorization: bearer {token}");
    let told = explain(&config, &["--host", ALICE, "--header", &bearer], "");
    assert_eq!(told.code, 0, "{}", told.output());
}

/// Explaining shows everything about a token but the token.
#[test]
fn an_explanation_holds_no_token() {
    let portal = Portal::new();
    let plan = Plan::of(&portal);
    let config = plan.write();
    for token in [
        portal.token("alice"),
        portal.forged("alice"),
        portal.expired("alice"),
        portal.token("bob"),
    ] {
        for arguments in [
            &["--host", ALICE, "--token-file", "-"][..],
            &["--json", "--host", ALICE, "--token-file", "-"],
        ] {
            let told = explain(&config, arguments, &token);
            let leak = crate::support::token::leak_in(&told.output());
            assert_eq!(leak, None, "{}", told.output());
        }
    }
}

/// Both tell the same, and `explain` says why.
#[tokio::test]
async fn the_explanation_is_the_gates_own_decision() {
    let portal = Portal::new();
    let gate = Plan::of(&portal).open().await;
    let config = gate.plan.write();
    #[rustfmt::skip]
    let rows = [
        (portal.token("alice"), ""),
        (portal.token("bob"), "label"),
        (portal.expired("alice"), "expired"),
        (portal.forged("alice"), "signature"),
        (portal.claims("alice").claim("aud", "other").sign(&portal.key), "audience"),
        (portal.claims("alice").claim("iss", "https://x").sign(&portal.key), "issuer"),
    ];
    for (token, reason) in rows {
        let status = gate.ask(&Request::question(ALICE).session(&token)).await.status;
        let told = explain(
            &config,
            &["--host", ALICE, "--header", &format!("Cookie: {COOKIE}={token}")],
            "",
        );
        assert_eq!(told.code, i32::from(status != 200), "{status}: {}", told.output());
        // A permit is told as one; a refusal by its status.
        let answer = if status == 200 { "allowed".to_owned() } else { status.to_string() };
        assert!(told.stdout.contains(&answer), "{status}: {}", told.output());
        assert!(told.stdout.to_lowercase().contains(reason), "{reason}: {}", told.output());
    }
}

#[test]
fn an_explanation_for_programs() {
    let portal = Portal::new();
    let plan = Plan::of(&portal);
    let told = explain(
        &plan.write(),
        &["--json", "--host", ALICE, "--token-file", "-"],
        &portal.token("bob"),
    );
    assert_eq!(told.code, 1, "{}", told.output());
    let value: serde_json::Value = serde_json::from_str(&told.stdout).expect("JSON");
    assert!(value.to_string().contains("403"), "{value}");
}
