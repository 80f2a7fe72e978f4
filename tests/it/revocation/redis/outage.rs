//! Outages of Redis or of the network: what the gate does meanwhile, and its state afterwards.

use super::{
    Gate, Portal, Redis, SOON, ask, begin, from_portal, handoff, json, problem, replica, says,
    session, signed_in, status, until, until_it_knows,
};
use crate::support::portal::ALICE;
use crate::support::redis::Way;
use crate::support::request::Request;
use std::time::{Duration, Instant};

/// Sends requests for this long; returns each status with its time.
async fn answers(gate: &Gate, token: &str, long: Duration) -> Vec<(Duration, u16)> {
    let started = Instant::now();
    let mut answers = Vec::new();
    while started.elapsed() < long {
        answers.push((started.elapsed(), status(gate, token).await));
    }
    answers
}

async fn enter(gate: &Gate, portal: &Portal) -> u16 {
    let begun = begin(gate).await;
    let token = handoff(portal, "alice", &begun).sign(&portal.key);
    let enter = from_portal(&begun.entry(&token)).add("Cookie", &begun.cookie);
    let status = gate.ask(&enter).await.status;
    if status == 303 {
        assert_eq!(gate.ask(&enter).await.status, 401, "once, during an outage too");
    }
    status
}

/// Signs out during an outage: the browser's cookies are deleted, but a copy of the session stays
/// valid. The page reports that.
async fn sign_out_is_incomplete(gate: &Gate, session: &str) {
    let page = Request::question(ALICE).uri("/.doorward/logout").session(session);
    let answer = gate.ask(&page.form()).await;
    assert!(answer.status == 503 && answer.is_page(), "{answer}");
    let lines = answer.all("Set-Cookie");
    assert!(lines.len() == 2 && lines.iter().all(|line| line.contains("Max-Age=0")), "{answer}");
    assert_eq!(status(gate, session).await, 200);
    says(gate, "sign-out-not-kept").await;
}

#[tokio::test]
async fn with_on_outage_serve_the_last_known_state_is_used() {
    let (portal, mut redis) = (Portal::new(), Redis::keeping().await);
    let gate = replica(&portal, &redis.url(), "serve").open().await;
    let (good, ended) = (session(&portal, "good"), session(&portal, "ended"));
    let own = signed_in(&gate, &portal).await;
    assert_eq!(ask(&gate, "POST", &json!({ "jti": "ended" })).await.0, 200);
    let (seen, ()) = tokio::join!(answers(&gate, &good, Duration::from_secs(3)), async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        redis.kill().await;
    });
    eprintln!("{} requests around the end of Redis, all permitted", seen.len());
    assert!(seen.len() > 20 && seen.iter().all(|(_, status)| *status == 200), "{seen:?}");
    until_it_knows(&gate, false).await;
    assert!(problem(&gate).await.unwrap().contains("check that Redis runs"));
    assert_eq!(status(&gate, &ended).await, 401, "the known state");
    assert_eq!(ask(&gate, "POST", &json!({ "jti": "good" })).await.0, 503);
    assert_eq!(ask(&gate, "DELETE", &json!({ "jti": "ended" })).await.0, 503);
    assert_eq!(status(&gate, &good).await, 200, "nothing is revoked");
    assert_eq!(enter(&gate, &portal).await, 303);
    sign_out_is_incomplete(&gate, &own).await;
    redis.again().await;
    until_it_knows(&gate, true).await;
    assert_eq!((status(&gate, &good).await, status(&gate, &ended).await), (200, 401));
    assert_eq!(ask(&gate, "POST", &json!({ "jti": "good" })).await.0, 200);
    assert_eq!(status(&gate, &good).await, 401);
    let log = gate.process.output();
    assert_eq!(log.matches("the revocation store is unreachable").count(), 1, "once: {log}");
    assert!(log.contains("check that Redis runs"), "{log}");
}

#[tokio::test]
async fn with_on_outage_refuse_requests_get_503_until_redis_is_back() {
    let (portal, mut redis) = (Portal::new(), Redis::keeping().await);
    let gate = replica(&portal, &redis.url(), "refuse").open().await;
    let (good, ended) = (session(&portal, "good"), session(&portal, "ended"));
    assert_eq!(ask(&gate, "POST", &json!({ "jti": "ended" })).await.0, 200);
    assert_eq!(enter(&gate, &portal).await, 303);
    let (seen, ()) = tokio::join!(answers(&gate, &good, Duration::from_secs(8)), redis.kill());
    let refused = seen.iter().position(|(_, status)| *status == 503).expect("rejected in the end");
    let moment = seen[refused].0;
    eprintln!("the first of {} requests that was denied came after {moment:?}", seen.len());
    assert!((3.5..7.0).contains(&moment.as_secs_f64()), "{moment:?}");
    assert!(seen[..refused].iter().all(|(_, status)| *status == 200));
    assert!(seen[refused..].iter().all(|(_, status)| *status == 503), "and stays rejected");
    let question = Request::question(ALICE).session(&good);
    for answer in [gate.ask(&question.clone().fetch()).await, gate.ask(&question.page()).await] {
        assert_eq!(answer.status, 503, "{answer}");
        assert!(answer.header("Retry-After").is_some(), "{answer}");
    }
    assert_eq!(status(&gate, &ended).await, 401, "revoked sessions stay revoked");
    assert_eq!(enter(&gate, &portal).await, 503);
    assert!(problem(&gate).await.is_some());
    says(&gate, "\"revocation-unknown\"").await;
    redis.again().await;
    until(&gate, &good, 200, SOON).await;
    assert_eq!((status(&gate, &ended).await, enter(&gate, &portal).await), (401, 303));
}

#[tokio::test]
async fn the_gate_starts_before_redis() {
    let (portal, mut redis) = (Portal::new(), Redis::keeping().await);
    let first = replica(&portal, &redis.url(), "serve").open().await;
    assert_eq!(ask(&first, "POST", &json!({ "jti": "ended" })).await.0, 200);
    redis.kill().await;
    let serves = replica(&portal, &redis.url(), "serve").open().await;
    let refuses = replica(&portal, &redis.url(), "refuse").open().await;
    let (good, ended) = (session(&portal, "good"), session(&portal, "ended"));
    for gate in [&serves, &refuses] {
        let told = (status(gate, &good).await, status(gate, &ended).await);
        assert_eq!(told, (503, 503), "a gate without any state permits nothing");
        assert!(problem(gate).await.is_some());
        says(gate, "the revocation store is unreachable").await;
    }
    redis.again().await;
    for gate in [&serves, &refuses] {
        until_it_knows(gate, true).await;
        assert_eq!((status(gate, &good).await, status(gate, &ended).await), (200, 401));
    }
}

#[tokio::test]
async fn revocations_lost_by_redis_are_written_back() {
    let (portal, mut redis) = (Portal::new(), Redis::start().await);
    let one = replica(&portal, &redis.url(), "serve").open().await;
    let other = replica(&portal, &redis.url(), "serve").open().await;
    let ended: Vec<_> = (0..3).map(|n| session(&portal, &format!("t{n}"))).collect();
    for n in 0..3 {
        assert_eq!(ask(&one, "POST", &json!({ "jti": format!("t{n}") })).await.0, 200);
    }
    until(&other, &ended[2], 401, SOON).await;
    assert_eq!(ask(&one, "DELETE", &json!({ "jti": "t0" })).await.0, 200);
    until(&other, &ended[0], 200, SOON).await;
    // Once by a restart without persistence, once while the gates are connected.
    for round in ["restart", "flush"] {
        if round == "restart" {
            redis.kill().await;
            until_it_knows(&one, false).await;
            until_it_knows(&other, false).await;
            redis.again().await;
            until_it_knows(&one, true).await;
            until_it_knows(&other, true).await;
        } else {
            assert_eq!(redis.ask(&["FLUSHALL"]).await, "+OK");
            let written = || async { redis.ask(&["XLEN", "doorward:revocations"]).await == ":2" };
            crate::support::process::eventually("written back", SOON, written).await;
        }
        assert_eq!(redis.ask(&["XLEN", "doorward:revocations"]).await, ":2", "each once");
        let late = replica(&portal, &redis.url(), "serve").open().await;
        for gate in [&one, &other, &late] {
            let told = [&ended[0], &ended[1], &ended[2]].map(|token| status(gate, token));
            let [a, b, c] = told;
            assert_eq!((a.await, b.await, c.await), (200, 401, 401), "{round}");
        }
    }
}

#[tokio::test]
async fn a_replica_catches_up_after_a_network_cut() {
    let (portal, redis) = (Portal::new(), Redis::start().await);
    let way = Way::to(redis.address).await;
    let one = replica(&portal, &redis.url(), "serve").open().await;
    let other = replica(&portal, &way.url(), "serve").open().await;
    let (restored, ended) = (session(&portal, "restored"), session(&portal, "ended"));
    assert_eq!(ask(&one, "POST", &json!({ "jti": "restored" })).await.0, 200);
    until(&other, &restored, 401, SOON).await;
    way.cut();
    assert_eq!(ask(&one, "DELETE", &json!({ "jti": "restored" })).await.0, 200);
    assert_eq!(ask(&one, "POST", &json!({ "jti": "ended" })).await.0, 200);
    let started = Instant::now();
    assert_eq!(ask(&other, "POST", &json!({ "jti": "x" })).await.0, 503, "not stored");
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
    until_it_knows(&other, false).await;
    assert_eq!((status(&other, &restored).await, status(&other, &ended).await), (401, 200));
    assert_eq!(status(&other, &session(&portal, "x")).await, 200);
    way.mend();
    let took = until(&other, &ended, 401, SOON).await;
    eprintln!("caught up {took:?} after the network was restored");
    until_it_knows(&other, true).await;
    // A revocation undone during the outage is not restored by a gate that was disconnected.
    for gate in [&one, &other] {
        assert_eq!((status(gate, &restored).await, status(gate, &ended).await), (200, 401));
    }
    let late = replica(&portal, &redis.url(), "serve").open().await;
    assert_eq!((status(&late, &restored).await, status(&late, &ended).await), (200, 401));
}
