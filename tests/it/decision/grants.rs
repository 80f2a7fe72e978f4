//! Step 8, grants: who else may enter, and only where the grant says.

use crate::support::gate::{Gate, Plan};
use crate::support::key::Key;
use crate::support::log::field;
use crate::support::portal::{ALICE, BOB, COOKIE, Portal};
use crate::support::request::Request;
use crate::support::table::Table;
use serde_json::{Value, json};

async fn gate(portal: &Portal, labels: Value) -> Gate {
    let grant = json!({
        "issuer": portal.issuer, "claim": "groups", "contains": "vdi-admins", "labels": labels,
    });
    let headers = json!({
        "X-Doorward-User": "username", "X-Doorward-Label": "label", "X-Host-Label": "host_label",
    });
    Plan::of(portal).with("grants", json!([grant])).with("identity_headers", headers).open().await
}

fn member(portal: &Portal, groups: Value) -> String {
    portal.claims("root").claim("groups", groups).sign(&portal.key)
}

#[tokio::test]
async fn a_grant_value_matches_exactly() {
    let portal = Portal::new();
    let gate = gate(&portal, json!("*")).await;
    let mut table = Table::of(&gate);
    for (name, groups, status) in [
        ("in_a_list", json!(["staff", "vdi-admins"]), 200),
        ("alone", json!("vdi-admins"), 200),
        ("other", json!(["staff"]), 403),
        ("longer", json!(["vdi-admins2"]), 403),
        ("inside_a_word", json!("staff,vdi-admins"), 403),
        ("with_space", json!([" vdi-admins"]), 403),
        ("in_another_case", json!(["VDI-Admins"]), 403),
        ("nested", json!([["vdi-admins"]]), 403),
        ("as_a_key", json!({ "vdi-admins": true }), 403),
        ("true", json!(true), 403),
        ("empty", json!([]), 403),
    ] {
        let question = Request::question(ALICE).session(&member(&portal, groups));
        table.row(name, question, status).await;
    }
    table.row("no_such_claim", Request::question(ALICE).session(&portal.token("root")), 403).await;
    table.finish();
}

/// The desktop receives the user and the label of its owner; the log has each use.
#[tokio::test]
async fn a_guest_keeps_their_own_username() {
    let portal = Portal::new();
    let gate = gate(&portal, json!("*")).await;
    let answer =
        gate.ask(&Request::question(ALICE).session(&member(&portal, json!("vdi-admins")))).await;
    assert_eq!(answer.status, 200);
    // `root` is a reserved label, so this user's own is a hashed one.
    assert_eq!(answer.all("X-Doorward-User"), ["root"]);
    assert_eq!(answer.all("X-Host-Label"), ["alice"]);
    assert!(answer.all("X-Doorward-Label")[0].starts_with("root-u"));
    let decisions = gate.decisions_at_least(1).await;
    assert!(decisions.iter().any(|line| line.to_string().contains("grant")), "{decisions:#?}");
    assert!(decisions.iter().all(|line| field(line, "request_id").is_some()));
}

#[tokio::test]
async fn a_grant_applies_to_its_labels() {
    let portal = Portal::new();
    let gate = gate(&portal, json!(["alice"])).await;
    let mut table = Table::of(&gate);
    let at = |host: &str| Request::question(host).session(&member(&portal, json!("vdi-admins")));
    table.row("named", at(ALICE), 200).await;
    table.row("session_of_the_named", at("dev--alice.vdi.example.com"), 200).await;
    table.row("not_named", at(BOB), 403).await;
    let owner = at(ALICE).target("/verify?owner=alice");
    table.row("on_the_owners_route", owner, 200).await;
    let owner = at(ALICE).target("/verify?owner=bob");
    table.row("on_another_owners_route", owner, 403).await;
    table.finish();
}

#[tokio::test]
async fn a_grant_applies_to_one_issuer() {
    let (main, other) =
        (Portal::new(), Portal::named("https://second.example.org", Key::es256("s")));
    let plan = Plan::of(&main);
    let mut entries = [main.entry(plan.folder.path()), other.entry(plan.folder.path())];
    entries[0]["bare_labels"] = json!(true);
    entries[1]["bare_labels"] = json!(false);
    let grant = json!({ "issuer": main.issuer, "claim": "groups", "contains": "a", "labels": "*" });
    let gate = plan.with("issuers", json!(entries)).with("grants", json!([grant])).open().await;
    let mut table = Table::of(&gate);
    let by = |portal: &Portal| {
        Request::question(ALICE).session(&portal.claims("x").claim("groups", "a").sign(&portal.key))
    };
    table.row("issuer_of_the_grant", by(&main), 200).await;
    table.row("another_issuer", by(&other), 403).await;
    table.finish();
}

/// On alice's host her own token has priority over a grant, in any order of the candidates.
#[tokio::test]
async fn the_own_label_takes_precedence_over_a_grant() {
    let portal = Portal::new();
    let gate = gate(&portal, json!("*")).await;
    let (admin, alice) = (member(&portal, json!("vdi-admins")), portal.token("alice"));
    let both = |first: &str, second: &str| {
        Request::question(ALICE).add("Cookie", format!("{COOKIE}={first}; {COOKIE}={second}"))
    };
    for question in [
        both(&admin, &alice),
        both(&alice, &admin),
        Request::question(ALICE).session(&admin).bearer(&alice),
        Request::question(ALICE).session(&alice).bearer(&admin),
    ] {
        // Twice: the second time both tokens are cached, with the same result.
        for _ in 0..2 {
            let answer = gate.ask(&question).await;
            assert_eq!(
                (answer.status, answer.all("X-Doorward-User")),
                (200, vec!["alice".to_owned()])
            );
        }
    }
}
