//! `doorward explain`: shows each step of the decision, which is the one that the gate takes.

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
fn the_exit_code_tells_permit_from_denial() {
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
        let shown = explain(&config, arguments, "");
        assert_eq!(shown.code, code, "{name}: {}", shown.output());
        assert!(shown.stdout.lines().count() > 2, "{name}: {}", shown.output());
        assert!(shown.stdout.contains("allowed") == (code == 0), "{name}: {}", shown.output());
    }
}

#[test]
fn the_token_can_be_read_from_standard_input_or_a_header() {
    let portal = Portal::new();
    let plan = Plan::of(&portal);
    let config = plan.write();
    let token = portal.token("alice");
    let shown = explain(&config, &["--host", ALICE, "--token-file", "-"], &token);
    assert_eq!(shown.code, 0, "{}", shown.output());
    let cookie = format!("Cookie: a=1; {COOKIE}={token}");
    let shown = explain(&config, &["--host", ALICE, "--header", &cookie], "");
    assert_eq!(shown.code, 0, "{}", shown.output());
    let bearer = format!("authorization: bearer {token}");
    let shown = explain(&config, &["--host", ALICE, "--header", &bearer], "");
    assert_eq!(shown.code, 0, "{}", shown.output());
}

/// The output describes a token but never contains it.
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
            let shown = explain(&config, arguments, &token);
            let leak = crate::support::token::leak_in(&shown.output());
            assert_eq!(leak, None, "{}", shown.output());
        }
    }
}

/// It contains no token of another service that is forwarded to the desktop, and none in an unusual
/// place.
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
            let shown = explain(&config, &arguments, &own);
            let leak = crate::support::token::leak_in(&shown.output());
            assert_eq!(leak, None, "{line}: {}", shown.output());
        }
    }
    let line = format!("Authorization: Token {other}");
    let arguments = ["--host", ALICE, "--token-file", "-", "--header", &line];
    let shown = explain(&config, &arguments, &own);
    let length = "Token ".len() + other.len();
    assert!(
        shown.stdout.contains(&format!("authorization: ({length} bytes)")),
        "{}",
        shown.output()
    );
}

/// The numbers of the steps in the output, each with its verdict.
fn steps(shown: &Finished) -> Vec<(char, String)> {
    let verdict = |line: &str| {
        let verdict =
            ["pass  ", "FAIL  ", "----  "].iter().position(|own| line.starts_with(own))?;
        Some((line.chars().nth(6)?, ["pass", "FAIL", "----"][verdict].to_owned()))
    };
    shown.stdout.lines().filter_map(verdict).collect()
}

#[test]
fn every_step_is_printed_in_order() {
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
        let shown = explain(&config, arguments, &portal.token("alice"));
        let verdicts = (1..=9_u8).map(|number| {
            let verdict = match number {
                _ if number < last || passes => "pass",
                _ if number == last => "FAIL",
                _ => "----",
            };
            (char::from(b'0' + number), verdict.to_owned())
        });
        assert_eq!(steps(&shown), verdicts.collect::<Vec<_>>(), "{row}: {}", shown.output());
        let assumed = !arguments.contains(&"--peer");
        assert_eq!(
            shown.stdout.contains("(assumed; --peer)"),
            assumed,
            "{row}: {}",
            shown.output()
        );
    }
    let shown = explain(&config, &["--host", ALICE, basic[0], basic[1]], "");
    assert!(shown.stdout.contains("Authorization is not Bearer"), "{}", shown.output());
    let shown = explain(&config, &["--host", ALICE, "--token-file", "-"], &portal.token("alice"));
    assert!(shown.stdout.contains("store none"), "{}", shown.output());
    // This process does not know the revocations of a running server, and says so.
    let config = Plan::of(&portal).with("revocation", json!({ "store": "memory" }));
    let path = config.write();
    let shown = explain(&path, &["--host", ALICE, "--token-file", "-"], &portal.token("alice"));
    assert!(
        shown.stdout.contains("not checked here: `doorward revocations`"),
        "{}",
        shown.output()
    );
}

/// The output has the two values that differ, and what to change.
#[test]
fn a_denial_shows_both_values_and_the_remedy() {
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
        let shown = explain(&config, &arguments, &token);
        let (checks, change) = shown.stdout.split_once("what to change: ").expect(row);
        assert!(checks.contains(compared), "{row}: {}", shown.output());
        assert!(change.contains(remedy), "{row}: {}", shown.output());
    }
}

/// Both have the same result, and `explain` has the reason.
#[tokio::test]
async fn explain_and_the_gate_decide_alike() {
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
        let shown = explain(
            &config,
            &["--host", ALICE, "--header", &format!("Cookie: {COOKIE}={token}")],
            "",
        );
        assert_eq!(shown.code, i32::from(status != 200), "{status}: {}", shown.output());
        // A permit is shown as `allowed`, a denial by its status.
        let answer = if status == 200 { "allowed".to_owned() } else { status.to_string() };
        assert!(shown.stdout.contains(&answer), "{status}: {}", shown.output());
        assert!(shown.stdout.to_lowercase().contains(reason), "{reason}: {}", shown.output());
    }
}

#[test]
fn an_explanation_for_programs() {
    let portal = Portal::new();
    let plan = Plan::of(&portal);
    let shown = explain(
        &plan.write(),
        &["--json", "--host", ALICE, "--token-file", "-"],
        &portal.token("bob"),
    );
    assert_eq!(shown.code, 1, "{}", shown.output());
    let value: serde_json::Value = serde_json::from_str(&shown.stdout).expect("JSON");
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
    let shown = explain(&plan.write(), &page, &portal.token("alice"));
    let value: serde_json::Value = serde_json::from_str(&shown.stdout).expect("JSON");
    assert_eq!((&value["answer"], &value["class"]), (&json!("permit"), &json!("page")), "{value}");
}
