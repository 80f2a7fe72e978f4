//! Hand-off tokens that must not start a session: each is refused, and no cookie is set.

use super::setup::{
    Begun, ORIGIN, begin, forged_state, from_portal, handoff, plan, session_in, signed_in,
};
use crate::support::answer::Answer;
use crate::support::gate::Gate;
use crate::support::key::Key;
use crate::support::portal::{ALICE, BOB, COOKIE, Portal, now};
use crate::support::request::Request;
use crate::support::table::Table;
use serde_json::json;

/// Expects a refusal with this status: no cookie, no redirect, and no token in the body.
async fn refused(table: &mut Table<'_>, row: &str, question: Request, status: u16) -> Answer {
    table
        .judged(row, question, |answer| {
            if answer.status != status {
                return Err(format!("expected {status}"));
            }
            let quiet = ["Set-Cookie", "Location", "Clear-Site-Data", "Refresh"];
            match quiet.iter().find(|name| !answer.all(name).is_empty()) {
                Some(name) => Err(format!("{name} in a refusal")),
                None => Ok(()),
            }
        })
        .await
}

fn entry(begun: &Begun, token: &str) -> Request {
    from_portal(&begun.entry(token)).add("Cookie", &begun.cookie)
}

#[tokio::test]
async fn tokens_that_are_no_handoff_tokens() {
    let portal = Portal::new();
    let stranger = Portal::named("https://idp.example.com", Key::es256("portal-1"));
    let gate = plan(&portal).open().await;
    let begun = begin(&gate).await;
    let mut table = Table::of(&gate);
    let good = || handoff(&portal, "alice", &begun);
    let mut rows = vec![
        ("access_token", portal.token("alice")),
        ("type_missing", good().header("typ", json!(null)).sign(&portal.key)),
        ("type_jwt", good().header("typ", "JWT").sign(&portal.key)),
        ("type_session", good().header("typ", "doorward-session+jwt").sign(&portal.key)),
        ("type_logout", good().header("typ", "logout+jwt").sign(&portal.key)),
        ("forged", good().sign(&stranger.key)),
        ("other_issuer", good().claim("iss", "https://evil.example").sign(&portal.key)),
        ("wrong_origin", good().claim("aud", format!("https://{BOB}")).sign(&portal.key)),
        ("origin_of_plain_http", good().claim("aud", format!("http://{ALICE}")).sign(&portal.key)),
        ("audience_of_sessions", good().claim("aud", "vdi").sign(&portal.key)),
        (
            "for_two_hosts",
            good().claim("aud", json!([ORIGIN, format!("https://{BOB}")])).sign(&portal.key),
        ),
        ("wrong_nonce", good().claim("nonce", "A".repeat(43)).sign(&portal.key)),
        ("no_nonce", good().claim("nonce", json!(null)).sign(&portal.key)),
        ("state_as_nonce", {
            let state = begun.cookie.split('=').nth(1).unwrap();
            good().claim("nonce", state).sign(&portal.key)
        }),
        ("expired", good().claim("iat", now() - 95).claim("exp", now() - 35).sign(&portal.key)),
        ("lives_too_long", good().claim("exp", now() + 600).sign(&portal.key)),
        (
            "from_the_future",
            good().claim("iat", now() + 90).claim("exp", now() + 120).sign(&portal.key),
        ),
        ("no_id", good().claim("jti", json!(null)).sign(&portal.key)),
        ("session_over_already", good().claim("session_exp", now() - 1).sign(&portal.key)),
    ];
    let session = signed_in(&gate, &portal).await;
    rows.push(("session_as_handoff", session));
    for (row, token) in rows {
        let answer = refused(&mut table, row, entry(&begun, &token), 401).await;
        table.expect(answer.is_page(), &format!("{row}: a page for a person"));
        table.expect(answer.text().contains("/.doorward/login?path="), &format!("{row}: a way on"));
    }
    for (row, token) in [("no_token_at_all", "x"), ("three_empty_parts", "..")] {
        refused(&mut table, row, entry(&begun, token), 401).await;
    }
    // The sign-in can still be finished after all of these.
    let token = good().sign(&portal.key);
    let answer = table.row("the_good_one", entry(&begun, &token), 303).await;
    session_in(&answer);
    table.finish();
}

#[tokio::test]
async fn a_sign_in_that_this_browser_did_not_start_is_refused() {
    let portal = Portal::new();
    let gate = plan(&portal).open().await;
    let (begun, other) = (begin(&gate).await, begin(&gate).await);
    let mut table = Table::of(&gate);
    let token = || handoff(&portal, "alice", &begun).sign(&portal.key);
    let bare = || from_portal(&begun.entry(&token()));
    let id = &begun.id;
    let wrong_value = format!("__Host-doorward-st-{id}={}", "A".repeat(60));
    let rows = [
        ("another_browser", bare()),
        ("another_browsers_state", bare().add("Cookie", &other.cookie)),
        (
            "state_of_the_second_tab",
            from_portal(&other.entry(&token())).add("Cookie", &other.cookie),
        ),
        ("state_of_both_and_the_wrong_one_named", {
            let jar = format!("{}; {}", begun.cookie, other.cookie);
            from_portal(&other.entry(&token())).add("Cookie", jar)
        }),
        (
            "state_without_its_prefix",
            bare().add("Cookie", begun.cookie.trim_start_matches("__Host-")),
        ),
        ("state_in_another_case", bare().add("Cookie", begun.cookie.replace("__Host-", "__host-"))),
        ("state_of_another_value", bare().add("Cookie", &wrong_value)),
        ("state_of_a_forger", bare().add("Cookie", forged_state(id, now(), "/"))),
        ("state_too_old", {
            let cookie = forged_state("0909090909090909", now() - 400, "/");
            from_portal(&format!("/.doorward/enter?st=0909090909090909&t={}", token()))
                .add("Cookie", cookie)
        }),
        ("state_empty", bare().add("Cookie", format!("__Host-doorward-st-{id}="))),
    ];
    for (row, question) in rows {
        refused(&mut table, row, question, 401).await;
    }
    table.finish();
}

#[tokio::test]
async fn a_handoff_token_is_accepted_once() {
    let portal = Portal::new();
    let gate = plan(&portal).open().await;
    let begun = begin(&gate).await;
    let token = handoff(&portal, "alice", &begun).sign(&portal.key);
    let mut table = Table::of(&gate);
    let answer = table.row("first", entry(&begun, &token), 303).await;
    let session = session_in(&answer);
    // The browser has kept the deleted state cookie, or an attacker has copied everything.
    refused(&mut table, "replayed", entry(&begun, &token), 401).await;
    let signed_in = entry(&begun, &token).add("Cookie", format!("{COOKIE}={session}"));
    refused(&mut table, "replayed_while_signed_in", signed_in, 401).await;
    refused(&mut table, "replayed_without_state", from_portal(&begun.entry(&token)), 401).await;
    table.finish();
    let logs = gate.process.output();
    assert!(logs.contains("\"arrival-replayed\"") && logs.contains("\"signed-in\""), "{logs}");
}

#[tokio::test]
async fn of_many_concurrent_replays_one_is_accepted() {
    let portal = Portal::new();
    let gate = plan(&portal).open().await;
    let begun = begin(&gate).await;
    let token = handoff(&portal, "alice", &begun).sign(&portal.key);
    let question = entry(&begun, &token);
    let mut asked = tokio::task::JoinSet::new();
    let gate = std::sync::Arc::new(gate);
    for _ in 0..16 {
        let (gate, question) = (std::sync::Arc::clone(&gate), question.clone());
        asked.spawn(async move { gate.try_ask(&question).await });
    }
    let answers = asked.join_all().await;
    let won: Vec<_> = answers.iter().filter(|answer| answer.status == 303).collect();
    assert_eq!(won.len(), 1);
    session_in(won[0]);
    assert!(answers.iter().all(|answer| matches!(answer.status, 303 | 401)));
}

#[tokio::test]
async fn a_handoff_token_of_another_user_gets_a_403_page_and_no_cookie() {
    let portal = Portal::new();
    let gate = plan(&portal).open().await;
    let begun = begin(&gate).await;
    let mut table = Table::of(&gate);
    let bobs = handoff(&portal, "bob", &begun).sign(&portal.key);
    let answer =
        refused(&mut table, "bobs_own_handoff_at_alices_host", entry(&begun, &bobs), 403).await;
    table.expect(answer.text().contains("https://bob.vdi.example.com/"), "the way to his own");
    let route = entry(&begun, &handoff(&portal, "alice", &begun).sign(&portal.key));
    refused(&mut table, "on_a_route_of_another_owner", route.target("/verify?owner=bob"), 403)
        .await;
    table.finish();
}

/// A hand-off token is no credential on other paths, and only `enter` redeems it.
#[tokio::test]
async fn a_handoff_token_is_not_a_session() {
    let portal = Portal::new();
    let gate = plan(&portal).with("tokens", json!({ "headers": ["X-Session-Token"] })).open().await;
    let begun = begin(&gate).await;
    let token = handoff(&portal, "alice", &begun).sign(&portal.key);
    let mut table = Table::of(&gate);
    let plain = || Request::question(ALICE);
    refused(&mut table, "as_a_cookie", plain().session(&token), 401).await;
    refused(
        &mut table,
        "as_a_partitioned_cookie",
        plain().add("Cookie", format!("__Host-doorward-p={token}")),
        401,
    )
    .await;
    refused(&mut table, "as_a_bearer", plain().bearer(&token), 401).await;
    refused(&mut table, "as_a_header", plain().add("X-Session-Token", &token), 401).await;
    let vdi = handoff(&portal, "alice", &begun).claim("aud", "vdi").sign(&portal.key);
    refused(&mut table, "with_the_audience_of_sessions", plain().session(&vdi), 401).await;
    // The URI is part of the return address, as any other URI is.
    let in_query = from_portal(&format!("/?t={token}")).add("Cookie", &begun.cookie);
    let answer = gate.try_ask(&in_query).await;
    let location = answer.header("Location").unwrap_or_default();
    let elsewhere = answer.status == 302 && location.starts_with("https://login.");
    table.expect(elsewhere, &format!("on_another_path: {answer}"));
    table.finish();
}

/// Scripts, frames, forms and WebSockets send the browser's cookies, too.
#[tokio::test]
async fn only_a_page_request_can_finish_a_sign_in() {
    let portal = Portal::new();
    let gate = plan(&portal).open().await;
    let begun = begin(&gate).await;
    let token = || handoff(&portal, "alice", &begun).sign(&portal.key);
    let mut table = Table::of(&gate);
    let bare = || Request::question(ALICE).uri(&begun.entry(&token())).add("Cookie", &begun.cookie);
    let rows = [
        ("fetch", bare().fetch()),
        ("siblings_fetch", bare().fetch_metadata("same-site", "no-cors", "empty")),
        ("image", bare().fetch_metadata("same-site", "no-cors", "image")),
        ("frame", bare().frame()),
        (
            "siblings_frame",
            bare().add("Accept", "text/html").fetch_metadata("same-site", "navigate", "iframe"),
        ),
        ("object", bare().fetch_metadata("same-site", "navigate", "object")),
        ("form", bare().form()),
        ("fetched_ahead", bare().page().add("Sec-Purpose", "prefetch")),
        ("head", bare().page().method("HEAD")),
        ("put", bare().page().method("PUT")),
        ("websocket", bare().websocket()),
        ("program", bare()),
    ];
    for (row, question) in rows {
        refused(&mut table, row, question, 401).await;
    }
    let old = bare().old_page();
    let answer = table.row("old_browser_without_metadata", old, 303).await;
    session_in(&answer);
    table.finish();
}

/// A session cookie that browsers would silently drop is answered with a page that explains it.
#[tokio::test]
async fn a_session_that_fits_no_cookie_is_refused() {
    let portal = Portal::new();
    let gate: Gate =
        plan(&portal).with("identity_headers", json!({ "X-Team": "team" })).open().await;
    let begun = begin(&gate).await;
    let mut table = Table::of(&gate);
    let with = |bytes: usize| {
        let token = handoff(&portal, "alice", &begun).claim("team", "x".repeat(bytes));
        entry(&begun, &token.sign(&portal.key))
    };
    refused(&mut table, "too_large", with(3500), 401).await;
    let answer = table.row("large", with(2500), 303).await;
    session_in(&answer);
    table.finish();
}
