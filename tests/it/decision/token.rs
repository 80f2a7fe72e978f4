//! Step 6: the form of a token. Each row changes one thing in an otherwise valid token.

use crate::support::gate::{Gate, Plan};
use crate::support::key::base64;
use crate::support::portal::{ALICE, Portal, now};
use crate::support::request::Request;
use crate::support::table::Table;
use crate::support::token::Token;
use serde_json::{Value, json};

fn with(token: &str) -> Request {
    Request::question(ALICE).session(token)
}

/// Three parts of canonical base64url (RFC 7515, sections 2 and 7.1; A4 and A5).
#[tokio::test]
async fn shapes_of_a_token() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let mut table = Table::of(&gate);
    let good = portal.token("alice");
    let parts: Vec<&str> = good.split('.').collect();
    let (header, claims, signature) = (parts[0], parts[1], parts[2]);
    // The 86th character of a 64-byte signature carries two bits; the other four are slack.
    let (body, last) = signature.split_at(signature.len() - 1);
    let slack = ALPHABET[ALPHABET.iter().position(|c| *c == last.as_bytes()[0]).unwrap() | 1];
    let slack = format!("{header}.{claims}.{body}{}", char::from(slack));
    table.row("good", with(&good), 200).await;
    #[rustfmt::skip]
    let rows = [
        ("two_parts", format!("{header}.{claims}")),
        ("two_parts_and_a_dot", format!("{header}.{claims}.")),
        ("four_parts", format!("{good}.{signature}")),
        ("five_parts", format!("{good}.a.b")),
        ("leading_dot", format!(".{good}")),
        ("trailing_dot", format!("{good}.")),
        ("empty_header", format!(".{claims}.{signature}")),
        ("empty_claims", format!("{header}..{signature}")),
        ("padding", format!("{good}==")),
        ("padding_of_the_header", format!("{header}=.{claims}.{signature}")),
        ("slack_bits", slack),
        ("plus_for_minus", good.replace('-', "+").replace('_', "/") + "+"),
        ("space_inside", format!("{header}. {claims}.{signature}")),
        ("percent", format!("{header}%2E{claims}.{signature}")),
        ("question_mark_inside", format!("{header}.?{claims}.{signature}")),
        ("parts_exchanged", format!("{claims}.{header}.{signature}")),
        ("cut_signature", format!("{header}.{claims}.{}", &signature[..84])),
        ("longer_signature", format!("{good}AA")),
        ("json_serialisation", json!({ "protected": header, "payload": claims }).to_string()
            .replace(',', "")),
    ];
    for (name, token) in rows {
        table.row(name, with(&token), 401).await;
    }
    table.finish();
}

#[tokio::test]
async fn size_of_a_token() {
    let portal = Portal::new();
    let gate = Plan::of(&portal).with("tokens", json!({ "max_bytes": "2KiB" })).open().await;
    let mut table = Table::of(&gate);
    let token =
        |filler: usize| portal.claims("alice").claim("x", "y".repeat(filler)).sign(&portal.key);
    // The longest that fits, and the next: three bytes of claims are four of base64url.
    let fits = (0..2048).rev().find(|filler| token_length(&portal, *filler) <= 2048).unwrap();
    table.row("at_the_limit", with(&token(fits)), 200).await;
    table.row("over_the_limit", with(&token(fits + 3)), 401).await;
    table.finish();
}

/// Header members that change what is verified (RFC 7515, section 4.1; RFC 7797; RFC 8725, sections
/// 3.1 and 3.2; A3 and A4).
#[tokio::test]
async fn headers_of_a_token() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let mut table = Table::of(&gate);
    let with_header = |name: &str, value: Value| {
        with(&portal.claims("alice").header(name, value).sign(&portal.key))
    };
    let jwk = portal.key.public_jwk();
    #[rustfmt::skip]
    let rows = [
        ("typ_jwt", "typ", json!("JWT"), 200),
        ("typ_in_lower_case", "typ", json!("jwt"), 200),
        ("typ_with_application", "typ", json!("application/JWT"), 200),
        ("typ_access_token", "typ", json!("at+jwt"), 200),
        ("typ_access_token_with_application", "typ", json!("application/AT+JWT"), 200),
        ("unknown_member", "x", json!("y"), 200),
        ("no_kid_with_a_single_key", "kid", Value::Null, 200),
        ("typ_of_another_kind", "typ", json!("secevent+jwt"), 401),
        ("typ_with_another_tree", "typ", json!("x/jwt"), 401),
        ("typ_empty", "typ", json!(""), 401),
        ("typ_list", "typ", json!(["JWT"]), 401),
        ("typ_logout", "typ", json!("logout+jwt"), 401),
        ("typ_refresh", "typ", json!("refresh+jwt"), 401),
        ("typ_hand_off", "typ", json!("doorward-handoff+jwt"), 401),
        ("typ_of_our_own_session", "typ", json!("doorward-session+jwt"), 401),
        ("crit", "crit", json!(["exp"]), 401),
        ("crit_unknown", "crit", json!(["x-unknown"]), 401),
        ("crit_empty", "crit", json!([]), 401),
        ("crit_string", "crit", json!("exp"), 401),
        ("b64_false", "b64", json!(false), 401),
        ("b64_true", "b64", json!(true), 401),
        ("zip", "zip", json!("DEF"), 401),
        ("enc", "enc", json!("A256GCM"), 401),
        ("cty", "cty", json!("JWT"), 401),
        ("jku", "jku", json!("http://127.0.0.1:9/keys"), 401),
        ("jwk", "jwk", jwk, 401),
        ("x5u", "x5u", json!("http://127.0.0.1:9/chain"), 401),
        ("kid_unknown", "kid", json!("other"), 401),
        ("kid_in_another_case", "kid", json!("PORTAL-1"), 401),
        ("kid_path", "kid", json!("../../../../dev/null"), 401),
        ("kid_sql", "kid", json!("' OR 1=1 --"), 401),
        ("kid_number", "kid", json!(1), 401),
        ("alg_lower_case", "alg", json!("es256"), 401),
        ("alg_with_space", "alg", json!("ES256 "), 401),
        ("alg_of_another_curve", "alg", json!("ES384"), 401),
        ("alg_list", "alg", json!(["ES256"]), 401),
    ];
    for (name, header, value, status) in rows {
        table.row(name, with_header(header, value), status).await;
    }
    #[rustfmt::skip]
    let rows = [
        ("alg_missing", r#"{"kid":"portal-1"}"#),
        ("alg_twice", r#"{"alg":"ES256","alg":"ES256","kid":"portal-1"}"#),
        ("alg_twice_by_escape", r#"{"alg":"ES256","\u0061lg":"none","kid":"portal-1"}"#),
        ("unknown_member_twice", r#"{"alg":"ES256","kid":"portal-1","x":1,"x":2}"#),
        ("header_array", r#"["ES256"]"#),
        ("header_string", r#""ES256""#),
        ("header_null", "null"),
        ("header_empty", "{}"),
        ("header_with_a_tail", r#"{"alg":"ES256","kid":"portal-1"} {}"#),
        ("header_cut", r#"{"alg":"ES256","kid":"portal-1""#),
        ("header_with_comment", r#"{"alg":"ES256"/**/,"kid":"portal-1"}"#),
    ];
    for (name, header) in rows {
        table
            .row(name, with(&portal.claims("alice").raw_header(header).sign(&portal.key)), 401)
            .await;
    }
    table.finish();
}

/// `typ` in the claims is what some providers use instead of the header; `events` marks what RFC
/// 8417 tokens are. Neither kind is a session, for every value of `types` (A8).
#[tokio::test]
async fn tokens_of_another_purpose_are_rejected() {
    let portal = Portal::new();
    let types = json!(["JWT", "at+jwt", "logout+jwt"]);
    let gate = Plan::of(&portal).with_issuer("types", types).open().await;
    let mut table = Table::of(&gate);
    let claim = |name: &str, value: Value| {
        with(&portal.claims("alice").claim(name, value).sign(&portal.key))
    };
    let event = json!({ "http://schemas.openid.net/event/backchannel-logout": {} });
    table.row("session_claim", claim("typ", json!("Bearer")), 200).await;
    table.row("events", claim("events", event), 401).await;
    table.row("empty_events", claim("events", json!({})), 401).await;
    table.row("refresh_claim", claim("typ", json!("Refresh")), 401).await;
    table.row("logout_claim", claim("typ", json!("Logout")), 401).await;
    let listed = portal.claims("alice").header("typ", "logout+jwt").sign(&portal.key);
    table.row("logout_header_though_listed", with(&listed), 401).await;
    table.finish();
}

#[tokio::test]
async fn require_type_refuses_an_untyped_token() {
    let portal = Portal::new();
    let plan = Plan::of(&portal).with_issuer("require_type", json!(true));
    let gate = plan.with_issuer("types", json!(["at+jwt"])).open().await;
    let mut table = Table::of(&gate);
    let typed = |typ: Value| with(&portal.claims("alice").header("typ", typ).sign(&portal.key));
    table.row("as_required", typed(json!("at+jwt")), 200).await;
    table.row("absent", typed(Value::Null), 401).await;
    table.row("another", typed(json!("JWT")), 401).await;
    table.finish();
}

/// The payload is one JSON object without repeated members (A5).
#[tokio::test]
async fn texts_of_the_claims() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let mut table = Table::of(&gate);
    let good = portal.claims("alice").claims_text();
    let more = |extra: &str| good.replacen('{', &format!("{{{extra},"), 1);
    let far = now() + 9000;
    #[rustfmt::skip]
    let rows = [
        ("sub_twice", more(r#""sub":"bob""#)),
        ("sub_twice_the_same", more(r#""sub":"alice""#)),
        ("sub_twice_by_escape", more(r#""\u0073ub":"bob""#)),
        ("exp_twice", more(&format!(r#""exp":{far}"#))),
        ("iss_twice", more(r#""iss":"https://evil.example""#)),
        ("unknown_twice", more(r#""x":1,"x":2"#)),
        ("twice_deep_inside", more(r#""x":{"y":1,"y":2}"#)),
        ("array", format!("[{good}]")),
        ("tail", format!("{good} {good}")),
        ("string", "\"alice\"".to_owned()),
        ("null", "null".to_owned()),
        ("empty", String::new()),
        ("byte_order_mark", format!("\u{feff}{good}")),
        ("cut", good[..good.len() - 1].to_owned()),
        ("deep", more(&format!(r#""x":{}{}"#, "[".repeat(2000), "]".repeat(2000)))),
        ("nan", more(r#""x":NaN"#)),
    ];
    for (name, claims) in rows {
        let token = Token::with_claims(&json!({})).raw_claims(&claims).sign(&portal.key);
        table.row(name, with(&token), 401).await;
    }
    let spaced = good.replace(',', " ,\n\t");
    let token = Token::with_claims(&json!({})).raw_claims(&spaced).sign(&portal.key);
    table.row("white_space_between", with(&token), 200).await;
    table.finish();
}

fn token_length(portal: &Portal, filler: usize) -> usize {
    let claims = portal.claims("alice").claim("x", "y".repeat(filler)).claims_text();
    let header = json!({ "alg": portal.key.algorithm, "kid": portal.key.id }).to_string();
    base64(header).len() + 1 + base64(claims).len() + 1 + 86
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
