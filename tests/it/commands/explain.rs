//! `doorward explain`: the decision told step by step, the same one that the gate takes.

use crate::support::gate::Plan;
use crate::support::portal::{ALICE, BOB, COOKIE, Portal};
use crate::support::process::{Finished, doorward, run};
use crate::support::request::Request;
use serde_json::json;
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

/// Nor one of somebody else's that goes on to the desktop, nor one in an odd place.
#[test]
fn an_explanation_holds_no_token_of_others() {
    let portal = Portal::new();
    let plan = Plan::of(&portal).with("tokens", json!({ "headers": ["X-Session-Token"] }));
    let config = plan.write();
    let own = portal.token("alice");
    let other = portal.claims("alice").claim("iss", "https://elsewhere.example").sign(&portal.key);
    let inside = portal.claims("alice").claim("iss", &*own).sign(&portal.key);
    for line in [
        format!("Authorization: Bearer {other}"),
        format!("Authorization: Token {other}"),
        format!("X-Session-Token: {other}"),
        format!("Cookie: theirs={other}; a=1"),
        format!("Origin: https://{other}"),
        format!("Referer: https://{ALICE}/?t={own}"),
        format!("X-Forwarded_Host: {own}"),
        format!("X-Forwarded-Uri: /?t={own}"),
        format!("Authorization: Bearer {inside}"),
        format!("Cookie: theirs={inside}"),
    ] {
        for json in [&[][..], &["--json"]] {
            let uri = format!("/?access_token={own}");
            let mut arguments = vec!["--host", ALICE, "--token-file", "-", "--header", &line];
            arguments.extend(["--header", "Accept: text/html", "--uri", &uri]);
            arguments.extend(json);
            let told = explain(&config, &arguments, &own);
            let leak = crate::support::token::leak_in(&told.output());
            assert_eq!(leak, None, "{line}: {}", told.output());
        }
    }
    let line = format!("Authorization: Token {other}");
    let arguments = ["--host", ALICE, "--token-file", "-", "--header", &line];
    let told = explain(&config, &arguments, &own);
    let length = "Token ".len() + other.len();
    assert!(told.stdout.contains(&format!("authorization: ({length} bytes)")), "{}", told.output());
}

/// The numbers of the steps that an explanation shows, each with its verdict.
fn steps(told: &Finished) -> Vec<(char, String)> {
    let verdict = |line: &str| {
        let verdict =
            ["pass  ", "FAIL  ", "----  "].iter().position(|own| line.starts_with(own))?;
        Some((line.chars().nth(6)?, ["pass", "FAIL", "----"][verdict].to_owned()))
    };
    told.stdout.lines().filter_map(verdict).collect()
}

#[test]
fn every_check_is_told_in_order() {
    let portal = Portal::new();
    let plan = Plan::of(&portal);
    let config = plan.write();
    let basic = ["--header", "Authorization: Basic YTpi"];
    let rows = [
        ("own", &["--host", ALICE, "--token-file", "-"][..], 9, true),
        ("bobs", &["--host", BOB, "--token-file", "-"], 8, false),
        ("no_token", &["--host", ALICE, basic[0], basic[1]], 5, false),
        ("uri", &["--host", ALICE, "--uri", "/.doorward", "--token-file", "-"], 4, false),
        ("unknown_host", &["--host", "elsewhere.example.org", "--token-file", "-"], 3, false),
        ("proto", &["--host", ALICE, "--proto", "http", "--token-file", "-"], 2, false),
        ("stranger", &["--host", ALICE, "--peer", "192.0.2.1"], 1, false),
    ];
    for (row, arguments, last, passes) in rows {
        let told = explain(&config, arguments, &portal.token("alice"));
        let verdicts = (1..=9_u8).map(|number| {
            let verdict = match number {
                _ if number < last || passes => "pass",
                _ if number == last => "FAIL",
                _ => "----",
            };
            (char::from(b'0' + number), verdict.to_owned())
        });
        assert_eq!(steps(&told), verdicts.collect::<Vec<_>>(), "{row}: {}", told.output());
        let assumed = !arguments.contains(&"--peer");
        assert_eq!(told.stdout.contains("(assumed; --peer)"), assumed, "{row}: {}", told.output());
    }
    let told = explain(&config, &["--host", ALICE, basic[0], basic[1]], "");
    assert!(told.stdout.contains("Authorization is not Bearer"), "{}", told.output());
    let told = explain(&config, &["--host", ALICE, "--token-file", "-"], &portal.token("alice"));
    assert!(told.stdout.contains("store none"), "{}", told.output());
    // What a running gate was told, this process does not know, and does not pretend to.
    let config = Plan::of(&portal).with("revocation", json!({ "store": "memory" }));
    let path = config.write();
    let told = explain(&path, &["--host", ALICE, "--token-file", "-"], &portal.token("alice"));
    assert!(told.stdout.contains("not checked here: `doorward revocations`"), "{}", told.output());
}

/// Three in the morning: the two values that differ, and the one thing to change.
#[test]
fn a_refusal_is_told_with_both_values_and_a_remedy() {
    let portal = Portal::new();
    let plan = Plan::of(&portal);
    let config = plan.write();
    let claim =
        |name: &str, value: &str| portal.claims("alice").claim(name, value).sign(&portal.key);
    let alice = portal.token("alice");
    let with = |flags: &[&'static str]| [&["--host", ALICE, "--token-file", "-"], flags].concat();
    let bobs_page = ["--header", "Origin: https://bob.vdi.example.com"];
    #[rustfmt::skip]
    let rows = [
        ("issuer", claim("iss", "https://x.example"), with(&[]),
            "iss \"https://x.example\"; issuers \"https://idp.example.com\"", "issuers[].issuer"),
        ("audience", claim("aud", "mail"), with(&[]), "aud \"mail\"; audiences \"vdi\"", "audiences"),
        ("expired", portal.expired("alice"), with(&[]), " s ago", "sign in again; nothing to change"),
        ("forged", portal.forged("alice"), with(&[]), "its keys [", "keys"),
        ("proto", alice.clone(), with(&["--proto", "http"]),
            "X-Forwarded-Proto \"http\"; public_scheme: forwarded accepts https, wss", "public_scheme"),
        ("attack", alice.clone(), with(&bobs_page), "https://bob.vdi.example.com",
            "the attack that doorward stops"),
    ];
    for (row, token, arguments, compared, remedy) in rows {
        let told = explain(&config, &arguments, &token);
        let (checks, change) = told.stdout.split_once("what to change: ").expect(row);
        assert!(checks.contains(compared), "{row}: {}", told.output());
        assert!(change.contains(remedy), "{row}: {}", told.output());
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
    assert_eq!(value["status"], 403, "{value}");
    assert_eq!(value["answer"], "not-yours", "{value}");
    assert_eq!(value["class"], "other", "{value}");
    assert_eq!(value["reason"], "wrong-host", "{value}");
    let headers = value["headers"].as_array().expect("a list");
    assert!(
        headers.iter().any(|header| {
            header["name"] == "content-type" && header["value"] == "application/problem+json"
        }),
        "{value}"
    );
    let page = ["--json", "--host", ALICE, "--header", "Accept: text/html", "--token-file", "-"];
    let told = explain(&plan.write(), &page, &portal.token("alice"));
    let value: serde_json::Value = serde_json::from_str(&told.stdout).expect("JSON");
    assert_eq!((&value["answer"], &value["class"]), (&json!("permit"), &json!("page")), "{value}");
}
