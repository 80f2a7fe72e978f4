//! Session keys are rotated while the gate runs, and several replicas share them.

use super::setup::{
    Begun, begin, from_portal, handoff, login, plan, secret, session_in, signed_in,
};
use crate::support::gate::Gate;
use crate::support::portal::{ALICE, Portal};
use crate::support::process::eventually;
use crate::support::request::Request;
use serde_json::json;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(60);

/// The number of configurations that the gate has loaded.
async fn generation(gate: &Gate) -> u64 {
    gate.admin("/readyz").await.unwrap().json()["generation"].as_u64().unwrap()
}

async fn status(gate: &Gate, session: &str) -> u16 {
    gate.ask(&Request::question(ALICE).session(session).page()).await.status
}

#[tokio::test]
async fn a_session_key_rotates_without_ending_sessions() {
    let portal = Portal::new();
    let mut gate = plan(&portal).open().await;
    let folder = gate.folder().to_owned();
    let (old_key, new_key) = (folder.join("session.key"), secret(&folder, "next.key", 2));
    let old = signed_in(&gate, &portal).await;

    for (round, files) in
        [json!([old_key, new_key]), json!([new_key, old_key])].into_iter().enumerate()
    {
        let before = generation(&gate).await;
        gate.rewrite(|config| config["login"] = login(&json!({ "session_key_file": files })));
        gate.process.signal("HUP");
        let loaded = || async { generation(&gate).await > before };
        eventually("the reload", PATIENCE, loaded).await;
        assert_eq!(status(&gate, &old).await, 200, "round {round}");
    }
    let new = signed_in(&gate, &portal).await;
    assert_eq!(status(&gate, &new).await, 200);

    gate.rewrite(|config| config["login"] = login(&json!({ "session_key_file": new_key })));
    gate.process.signal("HUP");
    let out = || async { status(&gate, &old).await == 302 };
    eventually("the old session signs in again", PATIENCE, out).await;
    assert_eq!(status(&gate, &new).await, 200);
}

/// The browser stores the state, so any replica can finish the sign-in.
#[tokio::test]
async fn one_replica_starts_a_sign_in_and_another_finishes_it() {
    let portal = Portal::new();
    let (one, other) = (plan(&portal).open().await, plan(&portal).open().await);
    let begun = begin(&one).await;
    let token = handoff(&portal, "alice", &begun).sign(&portal.key);
    let entry = from_portal(&begun.entry(&token)).add("Cookie", &begun.cookie);
    let answer = other.ask(&entry).await;
    assert_eq!(answer.status, 303, "{answer}");
    let session = session_in(&answer);
    assert_eq!(status(&one, &session).await, 200);
}

/// Two domains with keys of their own: a session of one domain is not valid in the other.
#[tokio::test]
async fn each_domain_has_its_own_keys() {
    const LAB: &str = "alice.lab.example.org";
    let portal = Portal::new();
    let plan = plan(&portal);
    let other = secret(plan.folder.path(), "lab.key", 3);
    let gate = plan
        .with("domains", json!([
            "vdi.example.com",
            { "name": "lab.example.org", "login": login(&json!({ "session_key_file": other })) },
        ]))
        .open()
        .await;
    let session = signed_in(&gate, &portal).await;
    assert_eq!(status(&gate, &session).await, 200);
    let lab = |session: &str| Request::question(LAB).session(session).page();
    let answer = gate.ask(&lab(&session)).await;
    assert!(matches!(answer.status, 302 | 401), "{answer}");
    let begun = Begun::of(&gate.ask(&Request::question(LAB).page()).await);
    let token =
        handoff(&portal, "alice", &begun).claim("aud", format!("https://{LAB}")).sign(&portal.key);
    let entry = from_portal(&begun.entry(&token)).set("X-Forwarded-Host", LAB);
    let answer = gate.ask(&entry.add("Cookie", &begun.cookie)).await;
    assert_eq!(answer.status, 303, "{answer}");
    let session = session_in(&answer);
    assert_eq!(gate.ask(&lab(&session)).await.status, 200);
    assert_ne!(status(&gate, &session).await, 200);
}
