//! Issuers that cannot be reached: at start, later, and for too long.

use super::setup::{
    KEYS, PATIENCE, becomes, fails, known, plan, publish, question, server, status,
};
use crate::support::certificates::Authority;
use crate::support::gate::Gate;
use crate::support::key::Key;
use crate::support::key_server::{KeyServer, Reply};
use crate::support::portal::{Portal, now};
use crate::support::process::{eventually, free_address};
use serde_json::json;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;

#[tokio::test]
async fn an_issuer_that_is_down_at_the_start_gives_503_for_its_tokens() {
    let portal = Portal::new();
    let other = Portal::named("https://other.example.net", Key::es256("other"));
    let (authority, address) = (Authority::new(), free_address());
    let absent = KeyServer::open_on(address, &authority).await;
    let mut plan = plan(&portal, &absent);
    drop(absent);
    let mut second = other.entry(plan.folder.path());
    second["bare_labels"] = json!(true);
    plan.config["issuers"][0]["bare_labels"] = json!(false);
    plan.config["issuers"].as_array_mut().unwrap().push(second);
    let gate = plan.open().await;

    let token = portal.token("alice");
    let answer = gate.ask(&question(&token)).await;
    assert_eq!(answer.status, 503, "{answer}");
    assert_eq!(answer.header("Retry-After").as_deref(), Some("5"), "{answer}");
    let logged = || async { gate.process.output().contains("keys-unavailable") };
    eventually("the reason in the log", PATIENCE, logged).await;
    assert_eq!(status(&gate, &other.token("alice")).await, 200, "another issuer's");
    assert_eq!(status(&gate, &other.token("bob")).await, 403);
    // A token that cannot be judged among invalid ones: the answer is 503, not 401.
    let both = question(&other.token("bob")).session(&token);
    assert_eq!(gate.ask(&both).await.status, 503);
    let both = question(&token).session(&other.token("alice"));
    assert_eq!(gate.ask(&both).await.status, 200);
    let seen = known(&gate, &portal.issuer).await;
    assert!(seen["last_success"].is_null() && seen["keys"] == 0, "{seen}");
    assert!(seen["problem"].as_str().unwrap().contains("no connection"), "{seen}");

    let present = KeyServer::open_on(address, &authority).await;
    publish(&present, [&portal.key]);
    // Her label has a hash at this issuer: 403 means that the token was verified.
    becomes(&gate, &token, 403).await;
    assert!(known(&gate, &portal.issuer).await["problem"].is_null());
}

/// Probes see that the gate is starting, and a shutdown does not wait for the issuer.
#[tokio::test]
async fn a_gate_without_keys_reports_it_and_can_be_stopped() {
    let portal = Portal::new();
    let server = server([]).await;
    server.answer(KEYS, Reply::Never);
    let plan = plan(&portal, &server);
    let process = plan.start();
    let mut gate = Gate { process, plan };
    let waits = || async {
        let ready = gate.admin("/readyz").await;
        ready.is_ok_and(|answer| answer.status == 503 && answer.text().contains("starting"))
    };
    eventually("starting", PATIENCE, waits).await;
    gate.process.signal("HUP");
    gate.process.signal("TERM");
    let start = std::time::Instant::now();
    assert_eq!(gate.process.exit_code(PATIENCE).await, Some(0), "{}", gate.process.output());
    assert!(start.elapsed() < Duration::from_secs(9), "it waited for the issuer");
}

#[tokio::test]
async fn an_issuer_that_goes_down_later_changes_nothing() {
    let portal = Portal::new();
    let server = server([&portal.key]).await;
    let gate = plan(&portal, &server).open().await;
    server.answer(KEYS, Reply::HangUp);
    let unknown = portal.claims("alice").sign(&Key::es256("unknown"));
    assert_eq!(status(&gate, &unknown).await, 401);
    fails(&gate, &portal.issuer).await;
    assert_eq!(status(&gate, &portal.token("alice")).await, 200);
    let seen = known(&gate, &portal.issuer).await;
    assert!(seen["keys"] == 1 && !seen["last_success"].is_null(), "{seen}");
    // An unusable set is treated like an outage and removes no keys.
    server.answer(KEYS, Reply::json(r#"{"keys":[]}"#));
    let empty = || async {
        let seen = known(&gate, &portal.issuer).await;
        seen["problem"].as_str().is_some_and(|problem| problem.contains("empty"))
    };
    eventually("the empty set in /readyz", PATIENCE, empty).await;
    assert_eq!(status(&gate, &portal.token("alice")).await, 200);
}

#[tokio::test]
async fn a_start_without_the_issuer_uses_stored_keys() {
    let portal = Portal::new();
    let server = server([&portal.key]).await;
    let (mut gate, file) = with_state(&portal, &server, "24h").await;
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    gate.process.signal("TERM");
    assert_eq!(gate.process.exit_code(Duration::from_secs(30)).await, Some(0));
    server.answer(KEYS, Reply::HangUp);
    restart(&mut gate).await;
    assert_eq!(status(&gate, &portal.token("alice")).await, 200);
    fails(&gate, &portal.issuer).await;
    // A set stored for one address is not used for another.
    gate.rewrite(|config| config["issuers"][0]["keys"]["jwks_url"] = json!(server.url("/none")));
    gate.process.signal("HUP");
    becomes(&gate, &portal.token("alice"), 503).await;
}

/// The age counts from when the keys were fetched, also across a restart.
#[tokio::test]
async fn keys_older_than_max_stale_are_not_used() {
    let portal = Portal::new();
    let server = server([&portal.key]).await;
    let (mut gate, file) = with_state(&portal, &server, "1m").await;
    gate.process.signal("TERM");
    assert_eq!(gate.process.exit_code(Duration::from_secs(30)).await, Some(0));
    server.answer(KEYS, Reply::HangUp);
    age(&file, 45);
    restart(&mut gate).await;
    let token = portal.token("alice");
    let first = status(&gate, &token).await;
    // On a slow machine the minute may be over already.
    let age = known(&gate, &portal.issuer).await["age_seconds"].as_u64();
    assert!(first == 200 || age >= Some(60), "{first} with keys of {age:?} s");
    becomes(&gate, &token, 503).await;
    let seen = known(&gate, &portal.issuer).await;
    assert!(seen["keys"] == 0 && seen["age_seconds"].as_u64() >= Some(60), "{seen}");
    assert!(gate.process.output().contains("older than max_stale"));
    publish(&server, [&portal.key]);
    becomes(&gate, &token, 200).await;
}

#[tokio::test]
async fn a_stored_key_set_of_the_wrong_age_is_ignored() {
    let portal = Portal::new();
    let server = server([&portal.key]).await;
    let (mut gate, file) = with_state(&portal, &server, "1h").await;
    gate.process.signal("TERM");
    assert_eq!(gate.process.exit_code(Duration::from_secs(30)).await, Some(0));
    server.answer(KEYS, Reply::HangUp);
    for seconds in [3_600, -600] {
        age(&file, seconds);
        restart(&mut gate).await;
        assert_eq!(status(&gate, &portal.token("alice")).await, 503, "{seconds}");
        gate.process.signal("TERM");
        assert_eq!(gate.process.exit_code(Duration::from_secs(30)).await, Some(0));
    }
}

/// A gate that has fetched and stored its keys, and the file.
async fn with_state(portal: &Portal, server: &KeyServer, max_stale: &str) -> (Gate, PathBuf) {
    let plan = plan(portal, server).with_issuer("max_stale", json!(max_stale));
    let state = plan.folder.path().join("state");
    fs::create_dir(&state).unwrap();
    let gate = plan.with("state_dir", json!(state)).open().await;
    let file = || {
        let names = state.read_dir().unwrap().map(|entry| entry.unwrap().path());
        names.into_iter().find(|path| path.extension().is_some_and(|end| end == "jwks"))
    };
    eventually("the stored keys", PATIENCE, || async { file().is_some() }).await;
    (gate, file().unwrap())
}

async fn restart(gate: &mut Gate) {
    gate.process = gate.plan.start();
    let gate = &*gate;
    let ready = || async { gate.admin("/readyz").await.is_ok_and(|answer| answer.status == 200) };
    eventually("ready again", PATIENCE, ready).await;
}

/// Makes the stored set this many seconds older.
fn age(file: &std::path::Path, seconds: i64) {
    let content = fs::read_to_string(file).unwrap();
    let (head, body) = content.split_once('\n').unwrap();
    let mut head: serde_json::Value = serde_json::from_str(head).unwrap();
    head["fetched_at"] = json!(now().checked_add_signed(-seconds).unwrap());
    fs::write(file, format!("{head}\n{body}")).unwrap();
    assert!(body.contains("portal-1"), "{body}");
}
