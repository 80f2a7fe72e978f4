//! Hand-off tokens that reached the wrong browser, and sessions that were replaced: both are
//! worthless to an attacker who obtains them.

use super::setup::{
    Begun, PARTITIONED, begin, claims_of, forged_state, from_portal, handoff, login, plan, secret,
    session_in, signed_in,
};
use crate::support::answer::Answer;
use crate::support::gate::Gate;
use crate::support::portal::{ALICE, COOKIE, Portal, now};
use crate::support::request::Request;
use crate::support::table::Table;
use serde_json::json;

const OF_HERS: &str = "dev--alice.vdi.example.com";

fn entry(begun: &Begun, token: &str) -> Request {
    from_portal(&begun.entry(token)).add("Cookie", &begun.cookie)
}

async fn enter(gate: &Gate, portal: &Portal, begun: &Begun, jar: &str) -> Answer {
    let token = handoff(portal, "alice", begun).sign(&portal.key);
    let jar = format!("{}; {jar}", begun.cookie);
    gate.ask(&from_portal(&begun.entry(&token)).add("Cookie", jar)).await
}

async fn visit(gate: &Gate, session: &str) -> u16 {
    gate.ask(&Request::question(ALICE).session(session).fetch()).await.status
}

/// The token is part of a URL that a script of the desktop may have read. It is used up when an
/// attacker brings it to the browser that started the sign-in.
#[tokio::test]
async fn a_handoff_token_at_the_wrong_browser_is_used_up() {
    let portal = Portal::new();
    let gate = plan(&portal).open().await;
    let mut table = Table::of(&gate);
    for row in [
        "another_browser",
        "no_page_but_a_fetch",
        "fetched_by_a_service_worker",
        "loaded_as_an_image",
        "in_a_frame_of_a_sibling",
        "posted",
        "by_head",
        "state_of_another_sign_in",
        "state_too_old",
    ] {
        let (begun, other) = (begin(&gate).await, begin(&gate).await);
        let token = handoff(&portal, "alice", &begun).sign(&portal.key);
        let address = begun.entry(&token);
        let own = Request::question(ALICE).uri(&address).add("Cookie", &begun.cookie);
        let html = || own.clone().add("Accept", "text/html");
        let question = match row {
            "another_browser" => from_portal(&address),
            "no_page_but_a_fetch" => own.fetch_metadata("same-origin", "cors", "empty"),
            "fetched_by_a_service_worker" => {
                own.fetch_metadata("same-origin", "same-origin", "empty")
            }
            "loaded_as_an_image" => own.fetch_metadata("same-origin", "no-cors", "image"),
            "in_a_frame_of_a_sibling" => html().fetch_metadata("same-site", "navigate", "iframe"),
            "posted" => html().method("POST").fetch_metadata("cross-site", "navigate", "document"),
            "by_head" => html().method("HEAD").fetch_metadata("cross-site", "navigate", "document"),
            "state_of_another_sign_in" => {
                from_portal(&other.entry(&token)).add("Cookie", &other.cookie)
            }
            _ => {
                let cookie = forged_state(&begun.id, now() - 400, "/");
                from_portal(&address).add("Cookie", cookie)
            }
        };
        table.refused(&format!("{row}: refused"), question, &[401, 403]).await;
        let answer = table.row(&format!("{row}: used up"), entry(&begun, &token), 401).await;
        table.expect(answer.all("Set-Cookie").is_empty(), &format!("{row}: {answer}"));
        let fresh = handoff(&portal, "alice", &begun).sign(&portal.key);
        table.row(&format!("{row}: the next one is good"), entry(&begun, &fresh), 303).await;
    }
    table.finish();
    let told = gate.process.output().matches("\"arrival-replayed\"").count();
    assert_eq!(told, 9, "each with that reason");
}

/// Invalid tokens are not stored, so an attacker cannot fill the store with forged ones.
#[tokio::test]
async fn a_handoff_token_for_another_host_stays_unused() {
    let portal = Portal::new();
    let gate = plan(&portal).open().await;
    let begun = begin(&gate).await;
    let token = handoff(&portal, "alice", &begun).sign(&portal.key);
    let mut table = Table::of(&gate);
    let address = begun.entry(&token);
    let elsewhere = Request::question(OF_HERS).uri(&address).add("Accept", "text/html");
    let elsewhere = elsewhere.fetch_metadata("cross-site", "navigate", "document");
    table.row("at_another_host_of_hers", elsewhere, 401).await;
    table.row("changed_on_the_way", from_portal(&format!("{address}A")), 401).await;
    table.row("at_its_own", entry(&begun, &token), 303).await;
    table.finish();
}

#[tokio::test]
async fn a_new_sign_in_ends_the_previous_session() {
    let portal = Portal::new();
    let gate = plan(&portal).open().await;
    let (before, elsewhere) = (signed_in(&gate, &portal).await, signed_in(&gate, &portal).await);
    let by_portal = portal.token("alice");
    for (row, jar, ended) in [
        ("in_the_usual_cookie", format!("{COOKIE}={before}"), &before),
        ("in_both", format!("{COOKIE}={elsewhere}; {PARTITIONED}={before}"), &elsewhere),
        ("a_token_of_the_portals", format!("{COOKIE}={by_portal}"), &before),
        ("nonsense", format!("{COOKIE}=x.y.z"), &before),
    ] {
        let answer = enter(&gate, &portal, &begin(&gate).await, &jar).await;
        assert_eq!(answer.status, 303, "{row}: {answer}");
        assert_eq!(visit(&gate, &session_in(&answer)).await, 200, "{row}: the new one");
        assert_eq!(visit(&gate, ended).await, 401, "{row}: the one of before");
    }
    assert_eq!(visit(&gate, &by_portal).await, 200, "the gate does not end tokens of the portal");
}

/// A revocation of everything issued before a point in time includes a session whose hand-off token
/// was issued before it, however late the browser redeemed it.
#[tokio::test]
async fn a_session_is_as_old_as_its_handoff_token() {
    let portal = Portal::new();
    let gate = plan(&portal).open().await;
    for (row, issued, latest) in
        [("brought_late", now() - 25, now() - 25), ("by_a_fast_clock", now() + 5, now() + 4)]
    {
        let begun = begin(&gate).await;
        let token =
            handoff(&portal, "alice", &begun).claim("iat", issued).claim("exp", issued + 55);
        let answer = gate.ask(&entry(&begun, &token.sign(&portal.key))).await;
        assert_eq!(answer.status, 303, "{row}: {answer}");
        let age = claims_of(&session_in(&answer))["iat"].as_u64().unwrap();
        assert!(age <= latest, "{row}: {age} of {issued}");
    }
}

/// A sign-out also deletes the other cookies that the configuration accepts as sessions.
#[tokio::test]
async fn signing_out_clears_every_session_cookie() {
    let portal = Portal::new();
    let plan = plan(&portal);
    let key = secret(plan.folder.path(), "session.key", 1);
    let gate = plan
        .with("login", login(&json!({ "session_key_file": key })))
        .with("tokens", json!({ "cookies": [COOKIE, "__Host-other"] }))
        .open()
        .await;
    let session = signed_in(&gate, &portal).await;
    let jar = format!("{COOKIE}={session}; __Host-other={}", portal.token("alice"));
    let out = Request::question(ALICE).uri("/.doorward/logout").add("Cookie", jar).form();
    let answer = gate.ask(&out).await;
    assert_eq!(answer.status, 303, "{answer}");
    let mut gone: Vec<_> = answer.cookies();
    gone.sort();
    let all = [COOKIE, PARTITIONED, "__Host-other"].map(|name| format!("{name}="));
    let mut all = Vec::from(all);
    all.sort();
    assert_eq!(gone, all);
    assert!(answer.all("Set-Cookie").iter().all(|line| line.contains("Max-Age=0")), "{answer}");
}
