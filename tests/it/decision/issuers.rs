//! Steps 6 and 8: issuer, audience, user and time claims, and the separation of issuers.

use crate::support::gate::{Gate, Plan};
use crate::support::key::Key;
use crate::support::portal::{ALICE, Portal, ZONE, now};
use crate::support::request::Request;
use crate::support::table::Table;
use serde_json::{Value, json};

fn with(token: &str) -> Request {
    Request::question(ALICE).session(token)
}

/// Time claims: both sides of every boundary that can be tested with a running clock.
#[tokio::test]
async fn times() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let mut table = Table::of(&gate);
    let day = 24 * 3600;
    let now = now();
    let sign = |claims: &[(&str, Value)]| {
        let token = claims.iter().fold(portal.claims("alice"), |token, (name, value)| {
            if value.is_null() { token.without(name) } else { token.claim(name, value.clone()) }
        });
        with(&token.sign(&portal.key))
    };
    #[rustfmt::skip]
    let rows = [
        ("within_leeway", vec![("exp", json!(now - 5))], 200),
        ("past_leeway", vec![("exp", json!(now - 31))], 401),
        ("long_past", vec![("exp", json!(1))], 401),
        ("exp_missing", vec![("exp", Value::Null)], 401),
        ("exp_string", vec![("exp", json!((now + 60).to_string()))], 401),
        ("exp_boolean", vec![("exp", json!(true))], 401),
        ("exp_list", vec![("exp", json!([now + 60]))], 401),
        ("exp_object", vec![("exp", json!({}))], 401),
        ("exp_negative", vec![("exp", json!(-1))], 401),
        ("exp_decimal", vec![("exp", half_a_second_later(now + 60))], 200),
        ("exp_without_end", vec![("exp", json!(u64::MAX))], 401),
        ("lifetime_at_the_limit", vec![("iat", json!(now)), ("exp", json!(now + day))], 200),
        ("lifetime_over_the_limit", vec![("iat", json!(now)), ("exp", json!(now + day + 1))], 401),
        ("iat_missing", vec![("iat", Value::Null)], 401),
        ("iat_string", vec![("iat", json!("0"))], 401),
        ("iat_ahead", vec![("iat", json!(now + 300))], 401),
        ("iat_within_leeway", vec![("iat", json!(now + 15))], 200),
        ("nbf_past", vec![("nbf", json!(now - 60))], 200),
        ("nbf_within_leeway", vec![("nbf", json!(now + 15))], 200),
        ("nbf_ahead", vec![("nbf", json!(now + 300))], 401),
        ("nbf_string", vec![("nbf", json!("0"))], 401),
        ("nbf_boolean", vec![("nbf", json!(false))], 401),
        ("nbf_without_end", vec![("nbf", json!(u64::MAX))], 401),
    ];
    for (name, claims, status) in rows {
        table.row(name, sign(&claims), status).await;
    }
    table.finish();
}

#[tokio::test]
async fn leeway_and_lifetime_are_what_the_configuration_says() {
    let portal = Portal::new();
    let plan = Plan::of(&portal).with("tokens", json!({ "leeway": "0s" }));
    let gate = plan.with_issuer("max_lifetime", Value::Null).open().await;
    let mut table = Table::of(&gate);
    let sign =
        |name: &str, value: Value| portal.claims("alice").claim(name, value).sign(&portal.key);
    table.row("exp_now_is_past", with(&sign("exp", json!(now()))), 401).await;
    table.row("nbf_ahead", with(&sign("nbf", json!(now() + 30))), 401).await;
    table.row("any_lifetime", with(&sign("exp", json!(now() + 400 * 24 * 3600))), 200).await;
    let no_iat = portal.claims("alice").without("iat").sign(&portal.key);
    table.row("no_iat_needed", with(&no_iat), 200).await;
    table.finish();
}

/// `iss`, `aud` and the user claim (RFC 7519, sections 4.1.1 and 4.1.3; A2 and A7).
#[tokio::test]
async fn issuer_audience_and_user() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let mut table = Table::of(&gate);
    let iss = portal.issuer.clone();
    #[rustfmt::skip]
    let rows = [
        ("aud_string", "aud", json!("vdi"), 200),
        ("aud_list", "aud", json!(["other", "vdi"]), 200),
        ("aud_missing", "aud", Value::Null, 401),
        ("aud_other", "aud", json!("other"), 401),
        ("aud_in_another_case", "aud", json!("VDI"), 401),
        ("aud_prefix", "aud", json!("vdi2"), 401),
        ("aud_empty_list", "aud", json!([]), 401),
        ("aud_number", "aud", json!(5), 401),
        ("aud_list_with_a_number", "aud", json!(["vdi", 5]), 401),
        ("aud_nested_list", "aud", json!([["vdi"]]), 401),
        ("aud_object", "aud", json!({ "vdi": true }), 401),
        ("iss_missing", "iss", Value::Null, 401),
        ("iss_other", "iss", json!("https://evil.example"), 401),
        ("iss_with_slash", "iss", json!(format!("{iss}/")), 401),
        ("iss_in_another_case", "iss", json!(iss.to_uppercase()), 401),
        ("iss_list", "iss", json!([iss]), 401),
        ("iss_list_of_two", "iss", json!(["https://evil.example", iss]), 401),
        ("iss_object", "iss", json!({}), 401),
        ("iss_with_nul", "iss", json!(format!("{iss}\0")), 401),
        ("sub_missing", "sub", Value::Null, 401),
        ("sub_number", "sub", json!(7), 401),
        ("sub_list", "sub", json!(["alice"]), 401),
        ("sub_object", "sub", json!({ "alice": 1 }), 401),
        ("sub_boolean", "sub", json!(true), 401),
    ];
    for (name, claim, value, status) in rows {
        let token = portal.claims("alice");
        let token = if value.is_null() { token.without(claim) } else { token.claim(claim, value) };
        table.row(name, with(&token.sign(&portal.key)), status).await;
    }
    table.finish();
}

#[tokio::test]
async fn the_user_claim_is_the_configured_one() {
    let portal = Portal::new();
    #[rustfmt::skip]
    let rows = [
        ("uid", json!({ "uid": "alice" })),
        ("/account/name", json!({ "account": { "name": "alice" } })),
        ("/accounts/1", json!({ "accounts": ["bob", "alice"] })),
        ("/a~1b/c~0d", json!({ "a/b": { "c~d": "alice" } })),
    ];
    for (path, claims) in rows {
        let gate = Plan::of(&portal).with_issuer("user_claim", json!(path)).open().await;
        let mut table = Table::of(&gate);
        let members = claims.as_object().unwrap().iter();
        // `sub` is bob, but it is not the user claim.
        let token = members
            .fold(portal.claims("bob"), |token, (name, value)| token.claim(name, value.clone()));
        table.row(path, with(&token.sign(&portal.key)), 200).await;
        table.row("claim_missing", with(&portal.token("alice")), 401).await;
        table.finish();
    }
}

/// Two issuers are trusted, each for its own tokens only (A7).
#[tokio::test]
async fn a_key_never_verifies_tokens_of_another_issuer() {
    let (main, second) = two_portals();
    let plan = Plan::of(&main);
    let mut entries = [main.entry(plan.folder.path()), second.entry(plan.folder.path())];
    entries[0]["bare_labels"] = json!(true);
    entries[1]["bare_labels"] = json!(false);
    let gate = plan.with("issuers", json!(entries)).open().await;
    let mut table = Table::of(&gate);
    table.row("main", with(&main.token("alice")), 200).await;
    let mixed = main.claims("alice").header("kid", main.key.id.as_str()).sign(&second.key);
    table.row("mains_word_with_seconds_key", with(&mixed), 401).await;
    let mixed = main.claims("alice").sign(&second.key);
    table.row("mains_word_with_seconds_key_and_kid", with(&mixed), 401).await;
    let mixed = second.claims("alice").sign(&main.key);
    table.row("seconds_word_with_mains_key", with(&mixed), 401).await;
    // alice of the second issuer is another user: her label includes her issuer.
    table.row("namesake", with(&second.token("alice")), 403).await;
    table.finish();
}

/// A domain admits the users of its own issuers only (A7).
#[tokio::test]
async fn a_zone_has_its_own_issuers() {
    let (main, second) = two_portals();
    let plan = Plan::of(&main);
    let mut entries = [main.entry(plan.folder.path()), second.entry(plan.folder.path())];
    entries[0]["bare_labels"] = json!(false);
    entries[1]["bare_labels"] = json!(true);
    let zones = json!([
        { "name": ZONE, "issuers": [second.issuer] },
        { "name": "desks.example.net", "issuers": [main.issuer, second.issuer] },
    ]);
    let gate = plan.with("issuers", json!(entries)).with("domains", zones).open().await;
    let mut table = Table::of(&gate);
    let mains_label = "alice-uigvpv5c9n0rvhraghli6";
    let at = |label: &str, zone: &str, token: &str| {
        Request::question(&format!("{label}.{zone}")).session(token)
    };
    let (mains, seconds) = (main.token("alice"), second.token("alice"));
    table.row("issuer_of_the_zone", at("alice", ZONE, &seconds), 200).await;
    table.row("issuer_of_another_zone", at(mains_label, ZONE, &mains), 403).await;
    table.row("there_it_is_welcome", at(mains_label, "desks.example.net", &mains), 200).await;
    table.row("so_is_the_other", at("alice", "desks.example.net", &seconds), 200).await;
    table.finish();
}

fn two_portals() -> (Portal, Portal) {
    (Portal::new(), Portal::named("https://second.example.org", Key::es256("second-1")))
}

/// A `NumericDate` may be a decimal (RFC 7519, section 2).
fn half_a_second_later(time: u64) -> Value {
    format!("{time}.5").parse().unwrap()
}
