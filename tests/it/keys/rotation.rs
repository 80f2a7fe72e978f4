//! Keys that change while the gate runs, and tokens with unknown key ids.

use super::setup::{
    KEYS, PATIENCE, becomes, fails, known, looks, metric, plan, publish, question, server, status,
};
use crate::support::key::Key;
use crate::support::key_server::Reply;
use crate::support::portal::Portal;
use crate::support::process::eventually;
use serde_json::json;

#[tokio::test]
async fn tokens_of_fetched_keys_are_accepted() {
    let portal = Portal::new();
    let server = server([&portal.key]).await;
    let gate = plan(&portal, &server).open().await;
    assert_eq!(status(&gate, &portal.token("alice")).await, 200);
    assert_eq!(status(&gate, &portal.token("bob")).await, 403);
    assert_eq!(status(&gate, &portal.forged("alice")).await, 401);
    assert_eq!(server.asked(KEYS), 1, "a known kid causes no fetch");
    let known = known(&gate, &portal.issuer).await;
    assert_eq!((&known["keys"], &known["failures"]), (&json!(1), &json!(0)), "{known}");
    assert!(known["problem"].is_null() && known["age_seconds"].as_u64() < Some(60), "{known}");
    assert_eq!(looks(&gate, &portal.issuer, "changed").await, 1);
    let issuer = &portal.issuer;
    let count = metric(&gate, &format!("doorward_keys_count{{issuer=\"{issuer}\"}}")).await;
    assert_eq!(count, Some(1));
    let last = format!("doorward_keys_last_success_timestamp_seconds{{issuer=\"{issuer}\"}}");
    assert!(metric(&gate, &last).await > Some(1_700_000_000));
}

#[tokio::test]
async fn many_unknown_key_ids_cause_one_fetch() {
    let portal = Portal::new();
    let server = server([&portal.key]).await;
    let gate = plan(&portal, &server).open().await;
    let good = question(&portal.token("alice"));
    let mut wire = gate.connect().await.unwrap();
    for number in 0..200 {
        let stranger = Key::es256(&format!("made-up-{number}"));
        let forged = question(&portal.claims("alice").sign(&stranger));
        assert_eq!(wire.exchange(&forged).await.unwrap().status, 401);
    }
    assert_eq!(gate.ask(&good).await.status, 200);
    let looked = || async { looks(&gate, &portal.issuer, "unchanged").await > 0 };
    eventually("the look", PATIENCE, looked).await;
    assert_eq!(server.asked(KEYS), 2, "at start, and for the first unknown kid");
}

#[tokio::test]
async fn a_new_key_is_added_to_the_old_one() {
    let portal = Portal::new();
    let server = server([&portal.key]).await;
    let gate = plan(&portal, &server).open().await;
    let next = Key::es256("portal-2");
    publish(&server, [&next, &portal.key]);
    let (old, new) = (portal.token("alice"), portal.claims("alice").sign(&next));
    becomes(&gate, &new, 200).await;
    assert_eq!(status(&gate, &old).await, 200);
    assert_eq!(server.asked(KEYS), 2);
}

/// The old key's session was in the cache: it was verified under other keys.
#[tokio::test]
async fn tokens_of_a_removed_key_are_rejected() {
    let portal = Portal::new();
    let server = server([&portal.key]).await;
    let gate = plan(&portal, &server).open().await;
    let next = Key::es256("portal-2");
    let (old, new) = (portal.token("alice"), portal.claims("alice").sign(&next));
    assert_eq!(status(&gate, &old).await, 200);
    publish(&server, [&next]);
    becomes(&gate, &new, 200).await;
    assert_eq!(status(&gate, &old).await, 401);
}

#[tokio::test]
async fn reload_and_fetch_do_not_undo_each_other() {
    let portal = Portal::new();
    let server = server([&portal.key]).await;
    let mut gate = plan(&portal, &server).open().await;
    let token = portal.token("alice");
    assert_eq!(status(&gate, &token).await, 200);
    server.answer(KEYS, Reply::HangUp);
    gate.rewrite(|config| config["issuers"][0]["audiences"] = json!(["another"]));
    gate.process.signal("HUP");
    becomes(&gate, &token, 401).await;
    gate.rewrite(|config| config["issuers"][0]["audiences"] = json!(["another", "vdi"]));
    gate.process.signal("HUP");
    becomes(&gate, &token, 200).await;
    fails(&gate, &portal.issuer).await;
    // Later fetches use the configuration in force, not the one at start.
    let next = Key::es256("portal-2");
    publish(&server, [&next]);
    let claims = portal.claims("alice").claim("aud", "another");
    becomes(&gate, &claims.sign(&next), 200).await;
    // Another address is another set.
    gate.rewrite(|config| config["issuers"][0]["keys"]["jwks_url"] = json!(server.url("/none")));
    gate.process.signal("HUP");
    becomes(&gate, &claims_of(&portal, &next), 503).await;
}

fn claims_of(portal: &Portal, key: &Key) -> String {
    portal.claims("alice").sign(key)
}

#[tokio::test]
async fn unusable_keys_of_a_set_are_left_out_and_good_ones_kept() {
    let portal = Portal::new();
    let server = server([]).await;
    let mut encryption = Key::es256("enc").public_jwk();
    encryption["use"] = json!("enc");
    let keys = [encryption, json!({ "kty": "odd", "kid": "odd" }), portal.key.public_jwk()];
    server.answer(KEYS, Reply::json(json!({ "keys": keys }).to_string()));
    let gate = plan(&portal, &server).open().await;
    assert_eq!(status(&gate, &portal.token("alice")).await, 200);
    let output = gate.process.output();
    let warnings = output.lines().filter(|line| line.contains("a fetched key is not used"));
    assert!(warnings.clone().any(|line| line.contains("odd")), "{output}");
}
