//! Several gates with one Redis: a change at one is in force at all.

mod outage;
mod strangers;

use super::{ask, plan, status};
use crate::handoff::setup::{begin, from_portal, handoff, login, secret, session_in, signed_in};
use crate::support::gate::{Gate, Plan};
use crate::support::portal::{ALICE, Portal};
use crate::support::process::eventually;
use crate::support::redis::Redis;
use crate::support::request::Request;
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

/// One of several gates that share Redis and session keys.
fn replica(portal: &Portal, url: &str, outage: &str) -> Plan {
    let plan = plan(portal, "redis");
    let folder = plan.folder.path();
    let file = folder.join("redis.url");
    fs::write(&file, format!("{url}\n")).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o440)).unwrap();
    let key = secret(folder, "session.key", 1);
    let mut section = plan.config["revocation"].clone();
    section["url_file"] = json!(file);
    section["on_outage"] = json!(outage);
    plan.with("revocation", section).with("login", login(&json!({ "session_key_file": key })))
}

/// The store's problem in `/readyz`.
async fn problem(gate: &Gate) -> Option<String> {
    let ready = gate.admin("/readyz").await.unwrap();
    assert_eq!(ready.status, 200, "an outage must not remove the gate from load balancing");
    ready.json()["revocation_problem"].as_str().map(str::to_owned)
}

/// Waits until the gate's log has this text: lines appear a moment after the event.
async fn says(gate: &Gate, text: &str) {
    eventually(text, SOON, || async { gate.process.output().contains(text) }).await;
}

/// Waits until the gate has noticed that Redis is down, or up again.
async fn until_it_knows(gate: &Gate, is_up: bool) {
    let what = if is_up { "Redis is up" } else { "Redis is down" };
    eventually(what, SOON, || async { problem(gate).await.is_none() == is_up }).await;
    let up = format!("doorward_revocation_store_up {}", u8::from(is_up));
    assert!(gate.metrics().await.contains(&up), "{up}");
}

/// Waits until this token gets this status; returns how long that took.
async fn until(gate: &Gate, token: &str, expected: u16, within: Duration) -> Duration {
    let started = Instant::now();
    let what = format!("{expected} for alice");
    eventually(&what, within, || async { status(gate, token).await == expected }).await;
    started.elapsed()
}

fn session(portal: &Portal, id: &str) -> String {
    portal.claims("alice").claim("jti", id).claim("sid", format!("of-{id}")).sign(&portal.key)
}

const SOON: Duration = Duration::from_secs(15);

#[tokio::test]
async fn a_revocation_at_one_replica_applies_at_all() {
    let (portal, redis) = (Portal::new(), Redis::start().await);
    let one = replica(&portal, &redis.url(), "serve").open().await;
    let other = replica(&portal, &redis.url(), "refuse").open().await;
    let mut slowest = Duration::ZERO;
    for round in 0..20 {
        let token = session(&portal, &format!("t{round}"));
        assert_eq!((status(&one, &token).await, status(&other, &token).await), (200, 200));
        let asked = json!({ "jti": format!("t{round}") });
        assert_eq!(ask(&one, "POST", &asked).await.0, 200);
        assert_eq!(status(&one, &token).await, 401, "in force at once at the gate that revoked it");
        slowest = slowest.max(until(&other, &token, 401, Duration::from_secs(1)).await);
        assert_eq!(ask(&other, "DELETE", &asked).await.0, 200);
        assert_eq!(status(&other, &token).await, 200);
        slowest = slowest.max(until(&one, &token, 200, Duration::from_secs(1)).await);
        assert_eq!(ask(&other, "DELETE", &asked).await.0, 404, "nothing is left");
    }
    eprintln!("a change at one gate was in force at the other within {slowest:?}, of 40");
    // A gate that starts later reads everything.
    assert_eq!(ask(&one, "POST", &json!({ "user": "alice" })).await.0, 200);
    let token = session(&portal, "t");
    let late = replica(&portal, &redis.url(), "serve").open().await;
    assert_eq!(status(&late, &token).await, 401);
    let (_, list) = ask(&late, "GET", &Value::Null).await;
    assert_eq!((&list["count"], &list["store"]), (&json!(1), &json!("redis")), "{list}");
    let metrics = late.metrics().await;
    assert!(metrics.contains("doorward_revocations 1"), "{metrics}");
    assert!(metrics.contains("doorward_revocation_store_up 1"), "{metrics}");
}

#[tokio::test]
async fn a_handoff_token_is_accepted_once_by_all_replicas() {
    let (portal, redis) = (Portal::new(), Redis::start().await);
    let one = replica(&portal, &redis.url(), "serve").open().await;
    let other = replica(&portal, &redis.url(), "serve").open().await;
    for (first, second) in [(&one, &other), (&other, &one), (&one, &one)] {
        let begun = begin(&one).await;
        let token = handoff(&portal, "alice", &begun).sign(&portal.key);
        let enter = from_portal(&begun.entry(&token)).add("Cookie", &begun.cookie);
        let answer = first.ask(&enter).await;
        assert_eq!(answer.status, 303, "{answer}");
        let replayed = second.ask(&enter).await;
        assert_eq!((replayed.status, replayed.all("Set-Cookie").len()), (401, 0), "{replayed}");
        says(second, "arrival-replayed").await;
        // Both have the session cached; a sign-out at one applies at the other.
        let session = session_in(&answer);
        assert_eq!((status(&one, &session).await, status(&other, &session).await), (200, 200));
        let page = Request::question(ALICE).uri("/.doorward/logout").session(&session);
        assert_eq!(first.ask(&page.form()).await.status, 303);
        assert_eq!(status(first, &session).await, 401);
        until(second, &session, 401, Duration::from_secs(1)).await;
    }
    // Of many simultaneous uses, one is accepted.
    let begun = begin(&one).await;
    let token = handoff(&portal, "alice", &begun).sign(&portal.key);
    let enter = from_portal(&begun.entry(&token)).add("Cookie", &begun.cookie);
    let (a, b, c, d) =
        tokio::join!(one.ask(&enter), other.ask(&enter), one.ask(&enter), other.ask(&enter));
    let mut told = [a.status, b.status, c.status, d.status];
    told.sort_unstable();
    assert_eq!(told, [303, 401, 401, 401]);
}
