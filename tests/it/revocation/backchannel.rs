//! Back-channel logout: valid logout tokens of a provider end sessions; other requests do not.

use super::{plan, status};
use crate::support::answer::Answer;
use crate::support::gate::Gate;
use crate::support::key::Key;
use crate::support::portal::{ALICE, Portal, now};
use crate::support::process::free_address;
use crate::support::request::Request;
use crate::support::token::Token;
use crate::support::wire::Wire;
use serde_json::json;
use std::net::SocketAddr;

async fn open(portal: &Portal) -> (Gate, SocketAddr) {
    let address = free_address();
    (plan(portal, "memory").with("backchannel_listen", json!(address)).open().await, address)
}

/// A valid logout token, to be changed before it is signed.
fn logout(portal: &Portal, id: &str) -> Token {
    portal
        .claims("alice")
        .header("typ", "logout+jwt")
        .claim("iat", now())
        .claim("exp", now() + 120)
        .claim("jti", id)
        .claim("sid", "sign-in-1")
        .claim("events", json!({ "http://schemas.openid.net/event/backchannel-logout": {} }))
}

fn post(body: &str) -> Request {
    let mut request = Request::get("/backchannel-logout")
        .add("Host", "portal.example.com")
        .add("Content-Type", "application/x-www-form-urlencoded")
        .add("Content-Length", body.len().to_string());
    "POST".clone_into(&mut request.method);
    request
}

async fn send(address: SocketAddr, request: &Request, body: &str) -> Answer {
    let mut wire = Wire::plain(address).await.unwrap();
    wire.send(&[request.bytes(), body.as_bytes().to_vec()].concat()).await.unwrap();
    wire.answer(request.method == "HEAD").await.unwrap()
}

async fn tell(address: SocketAddr, token: &str) -> Answer {
    let body = format!("logout_token={token}");
    send(address, &post(&body), &body).await
}

#[tokio::test]
async fn a_logout_token_ends_the_session_at_once() {
    let portal = Portal::new();
    let (gate, address) = open(&portal).await;
    let session = |sid: &str| portal.claims("alice").claim("sid", sid).sign(&portal.key);
    let (first, second) = (session("sign-in-1"), session("sign-in-2"));
    assert_eq!((status(&gate, &first).await, status(&gate, &second).await), (200, 200));
    let answer = tell(address, &logout(&portal, "a").sign(&portal.key)).await;
    assert_eq!(answer.status, 200, "{answer}");
    assert_eq!(answer.header("Cache-Control").as_deref(), Some("no-store"));
    assert_eq!((status(&gate, &first).await, status(&gate, &second).await), (401, 200));
    // Without `sid`: all sessions of the subject issued so far.
    let all = logout(&portal, "b").claim("sid", json!(null)).sign(&portal.key);
    // The provider omits the claim rather than writing null.
    assert_eq!(tell(address, &all).await.status, 400);
    let mut claims = logout(&portal, "b");
    claims = claims.without("sid");
    assert_eq!(tell(address, &claims.sign(&portal.key)).await.status, 200);
    assert_eq!(status(&gate, &second).await, 401);
    let later = portal.claims("alice").claim("iat", now() + 2).claim("sid", "s3").sign(&portal.key);
    assert_eq!(status(&gate, &later).await, 200, "signed in again");
    assert!(gate.process.output().contains("backchannel-logout"));
}

/// Real providers send other types than the recommended one.
#[tokio::test]
async fn a_logout_token_may_have_the_type_jwt_or_at_jwt() {
    let portal = Portal::new();
    let (gate, address) = open(&portal).await;
    for typ in ["JWT", "jwt", "at+jwt", "application/at+jwt"] {
        let sid = format!("sign-in {typ}");
        let session = portal.claims("alice").claim("sid", &*sid).sign(&portal.key);
        assert_eq!(status(&gate, &session).await, 200, "{typ}");
        let token = logout(&portal, typ).claim("sid", &*sid).header("typ", typ).sign(&portal.key);
        assert_eq!(tell(address, &token).await.status, 200, "{typ}");
        assert_eq!(status(&gate, &session).await, 401, "{typ}");
        assert_eq!(status(&gate, &token).await, 401, "a logout token is never a session");
    }
}

#[tokio::test]
async fn a_token_of_another_purpose_ends_no_session() {
    let portal = Portal::new();
    let (gate, address) = open(&portal).await;
    let session = portal.claims("alice").claim("sid", "sign-in-1").sign(&portal.key);
    let good = || logout(&portal, "x");
    let stranger = Key::es256("portal-1");
    let event = "http://schemas.openid.net/event/backchannel-logout";
    for (row, token) in [
        ("forged", good().header("alg", "ES256").sign(&stranger)),
        ("session_token", session.clone()),
        ("no_event", good().without("events").sign(&portal.key)),
        ("other_event", good().claim("events", json!({ "urn:other": {} })).sign(&portal.key)),
        ("event_no_object", good().claim("events", json!({ event: 1 })).sign(&portal.key)),
        ("nonce", good().claim("nonce", "n").sign(&portal.key)),
        ("no_id", good().without("jti").sign(&portal.key)),
        ("no_user", good().without("sid").without("sub").sign(&portal.key)),
        ("other_audience", good().claim("aud", "other").sign(&portal.key)),
        ("other_issuer", good().claim("iss", "https://evil.example").sign(&portal.key)),
        ("no_end", good().without("exp").sign(&portal.key)),
        ("over", good().claim("iat", now() - 300).claim("exp", now() - 100).sign(&portal.key)),
        ("type_of_a_refresh_token", good().header("typ", "rt+jwt").sign(&portal.key)),
        ("type_handoff", good().header("typ", "doorward-handoff+jwt").sign(&portal.key)),
        ("no_token", "x".to_owned()),
    ] {
        let answer = tell(address, &token).await;
        assert_eq!(answer.status, 400, "{row}: {answer}");
        assert_eq!(answer.header("Cache-Control").as_deref(), Some("no-store"), "{row}");
        assert_eq!(answer.json()["error"], "invalid_request", "{row}");
        assert_eq!(status(&gate, &session).await, 200, "{row}");
    }
    let token = good().sign(&portal.key);
    assert_eq!(gate.ask(&Request::question(ALICE).session(&token)).await.status, 401, "no session");
    assert_eq!(tell(address, &token).await.status, 200);
    assert_eq!(tell(address, &token).await.status, 400, "replayed");
}

#[tokio::test]
async fn only_a_form_body_is_accepted() {
    let portal = Portal::new();
    let (gate, address) = open(&portal).await;
    let token = logout(&portal, "x").sign(&portal.key);
    let body = format!("logout_token={token}");
    let method = |method: &str| {
        let mut request = post(&body);
        method.clone_into(&mut request.method);
        request
    };
    let twice = format!("{body}&{body}");
    let huge = format!("{body}&x={}", "x".repeat(17_000));
    for (row, request, body, expected) in [
        ("get", method("GET").without("Content-Length"), "", 405),
        ("put", method("PUT"), &*body, 405),
        ("other_path", post(&body).target("/"), &body, 404),
        ("workspace_path", post(&body).target("/verify"), &body, 404),
        ("forward_auth", post(&body).add("X-Forwarded-Uri", "/"), &body, 421),
        ("json", post(&body).set("Content-Type", "application/json"), &body, 400),
        ("no_type", post(&body).without("Content-Type"), &body, 400),
        ("twice", post(&twice), &twice, 400),
        ("empty", post(""), "", 400),
        ("in_the_query", post("").target(&format!("/backchannel-logout?{body}")), "", 400),
        ("too_large", post(&huge), &huge, 400),
    ] {
        let answer = send(address, &request, body).await;
        assert_eq!(answer.status, expected, "{row}: {answer}");
    }
    let with_charset =
        post(&body).set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
    assert_eq!(send(address, &with_charset, &body).await.status, 200);
    assert_eq!(gate.ask(&Request::question(ALICE).target("/backchannel-logout")).await.status, 404);
}

/// A flood of forged tokens costs a bounded number of signature checks and is answered with
/// Retry-After.
#[tokio::test]
async fn a_flood_of_logout_tokens_is_answered_503() {
    let portal = Portal::new();
    let (_gate, address) = open(&portal).await;
    let forged = logout(&portal, "x").header("alg", "ES256").sign(&Key::es256("portal-1"));
    let body = format!("logout_token={forged}");
    let mut wire = Wire::plain(address).await.unwrap();
    let mut told = Vec::new();
    for _ in 0..1200 {
        wire.send(&[post(&body).bytes(), body.as_bytes().to_vec()].concat()).await.unwrap();
        let answer = wire.answer(false).await.unwrap();
        if answer.status == 503 {
            assert_eq!(answer.header("Retry-After").as_deref(), Some("1"));
        }
        told.push(answer.status);
        if told.contains(&503) {
            break;
        }
    }
    assert!(told.iter().all(|status| matches!(status, 400 | 503)), "{told:?}");
}
