//! `/revocations`: authentication, requests, and their effect.

use super::{SECRET, admin_request, ask, plan, send, status};
use crate::handoff::setup::{login, secret, signed_in};
use crate::support::gate::{Gate, Plan};
use crate::support::portal::{ALICE, Portal, now};
use crate::support::request::Request;
use serde_json::{Value, json};

#[tokio::test]
async fn revocations_require_the_secret() {
    let portal = Portal::new();
    let gate = plan(&portal, "memory").open().await;
    let with = |method: &str, lines: &[&str]| {
        let mut request = Request::get("/revocations").add("Host", "admin.internal");
        method.clone_into(&mut request.method);
        lines.iter().fold(request, |request, line| request.add("Authorization", line))
    };
    let good = format!("Bearer {SECRET}");
    let rows: [(&str, &[&str], u16); 9] = [
        ("nothing", &[], 401),
        ("empty", &["Bearer "], 401),
        ("other", &["Bearer thirty-two-visible-characters-or-mors"], 401),
        ("prefix", &["Bearer thirty-two-visible-characters-or-mor"], 401),
        ("longer", &["Bearer thirty-two-visible-characters-or-moree"], 401),
        ("basic", &["Basic dGhpcnR5LXR3by12aXNpYmxlLWNoYXJhY3RlcnMtb3ItbW9yZQ=="], 401),
        ("no_scheme", &[SECRET], 401),
        ("twice", &[&good, &good], 401),
        ("good", &[&good], 200),
    ];
    for (row, lines, expected) in rows {
        let (got, body) = send(&gate, &with("GET", lines), "").await;
        assert_eq!(got, expected, "{row}: {body}");
        for method in ["POST", "DELETE"] {
            let request = with(method, lines).add("Content-Length", "2");
            let (got, body) = send(&gate, &request, "{}").await;
            // With the secret, only the empty body is wrong.
            assert_eq!(got, if expected == 200 { 400 } else { expected }, "{row}: {body}");
        }
    }
    let (got, _) = send(&gate, &admin_request("PUT", ""), "").await;
    assert_eq!(got, 405);
    let (got, _) = send(&gate, &admin_request("GET", "").add("X-Forwarded-Uri", "/"), "").await;
    assert_eq!(got, 421, "ForwardAuth requests are rejected here");
    assert!(!gate.process.output().contains(SECRET));
}

#[tokio::test]
async fn without_a_secret_revocations_is_404() {
    let portal = Portal::new();
    let gate = Plan::of(&portal).with("revocation", json!({ "store": "memory" })).open().await;
    for method in ["GET", "POST", "DELETE"] {
        assert_eq!(send(&gate, &admin_request(method, ""), "").await.0, 404, "{method}");
    }
    // The API is not on the listener for Traefik.
    let question = Request::question("alice.vdi.example.com").target("/revocations");
    assert_eq!(gate.ask(&question).await.status, 404);
}

#[tokio::test]
async fn a_revoked_session_is_denied_at_once() {
    let portal = Portal::new();
    let gate = plan(&portal, "memory").open().await;
    let token = |id: &str, session: &str| {
        portal.claims("alice").claim("jti", id).claim("sid", session).sign(&portal.key)
    };
    for (row, name, value, ends) in [
        ("token", "jti", "t1", [true, false, false]),
        ("sign_in", "sid", "s1", [true, true, false]),
        ("subject", "sub", "alice", [true, true, true]),
        ("user", "user", "alice", [true, true, true]),
        ("somebody_else", "user", "bob", [false, false, false]),
        ("id_of_another_kind", "sid", "t1", [false, false, false]),
    ] {
        let tokens = [token("t1", "s1"), token("t2", "s1"), token("t3", "s2")];
        // The sessions are cached; that must not matter.
        for token in &tokens {
            assert_eq!(status(&gate, token).await, 200, "{row}, before");
        }
        let asked = json!({ name: value });
        let (got, told) = ask(&gate, "POST", &asked).await;
        assert_eq!(
            (got, &told[name], &told["issuer"]),
            (200, &json!(value), &json!(portal.issuer))
        );
        for (token, ended) in tokens.iter().zip(ends) {
            assert_eq!(status(&gate, token).await, if ended { 401 } else { 200 }, "{row}");
        }
        let (_, list) = ask(&gate, "GET", &Value::Null).await;
        assert_eq!(list["count"], 1, "{list}");
        assert_eq!(list["revocations"][0], told);
        assert_eq!(ask(&gate, "DELETE", &asked).await.0, 200, "{row}");
        assert_eq!(ask(&gate, "DELETE", &asked).await.0, 404, "{row}: nothing is left");
        for token in &tokens {
            assert_eq!(status(&gate, token).await, 200, "{row}: revocation removed");
        }
    }
}

#[tokio::test]
async fn a_session_issued_after_the_revocation_is_valid() {
    let portal = Portal::new();
    let gate = plan(&portal, "memory").open().await;
    let issued = |at: u64| portal.claims("alice").claim("iat", at).sign(&portal.key);
    let (_, told) = ask(&gate, "POST", &json!({ "user": "alice" })).await;
    let moment = told["issued_before"].as_u64().unwrap();
    assert_eq!(status(&gate, &issued(moment - 1)).await, 401);
    assert_eq!(status(&gate, &issued(moment)).await, 200, "signed in again");
    let (_, told) = ask(&gate, "POST", &json!({ "user": "alice", "issued_before": 1 })).await;
    assert_eq!(told["issued_before"], 1, "the requested time");
    assert_eq!(status(&gate, &issued(moment - 1)).await, 401, "the first revocation holds");
    // A revocation is kept as long as a token, or a session from a hand-off, can be valid.
    let kept = told["expires"].as_u64().unwrap();
    assert!(kept > now() + 86_400, "{told}");
}

#[tokio::test]
async fn an_invalid_revocation_request_is_refused_with_the_reason() {
    let portal = Portal::new();
    let gate = plan(&portal, "memory").open().await;
    let long = "x".repeat(1025);
    for (row, body, part) in [
        ("no_json", "alice".to_owned(), "JSON"),
        ("empty", "{}".to_owned(), "exactly one"),
        ("two_names", r#"{"jti":"a","sid":"b"}"#.to_owned(), "exactly one"),
        ("name_twice", r#"{"jti":"a","jti":"b"}"#.to_owned(), "duplicate"),
        ("unknown_key", r#"{"jti":"a","until":5}"#.to_owned(), "unknown field"),
        ("unknown_issuer", r#"{"jti":"a","issuer":"https://evil.example"}"#.to_owned(), "issuer"),
        ("number", r#"{"jti":5}"#.to_owned(), "JSON"),
        ("negative_time", r#"{"jti":"a","issued_before":-1}"#.to_owned(), "JSON"),
        ("empty_value", r#"{"jti":""}"#.to_owned(), "1 to 1024"),
        ("long_value", format!(r#"{{"jti":"{long}"}}"#), "1 to 1024"),
        ("user_without_label", r#"{"user":" "}"#.to_owned(), "user"),
        ("two_documents", r#"{"jti":"a"}{"jti":"b"}"#.to_owned(), "JSON"),
        ("too_large", format!(r#"{{"jti":"{}"}}"#, "x".repeat(9000)), "8 KiB"),
    ] {
        let (got, told) = send(&gate, &admin_request("POST", &body), &body).await;
        assert_eq!(got, 400, "{row}: {told}");
        let error = told["error"].as_str().unwrap();
        assert!(error.contains(part), "{row}: {error}");
    }
    let (_, list) = ask(&gate, "GET", &Value::Null).await;
    assert_eq!(list["count"], 0, "{list}");
}

/// A session that the gate issued is revoked by the identifiers of the portal's sign-in.
#[tokio::test]
async fn sessions_from_a_handoff_are_revoked_too() {
    use crate::handoff::setup::{begin, from_portal, handoff, login, secret, session_in};
    let portal = Portal::new();
    let plan = plan(&portal, "memory");
    let key = secret(plan.folder.path(), "session.key", 1);
    let gate: Gate = plan.with("login", login(&json!({ "session_key_file": key }))).open().await;
    for (name, value) in [("sid", "sign-in-1"), ("sub", "alice"), ("user", "alice")] {
        let begun = begin(&gate).await;
        let claims = || handoff(&portal, "alice", &begun).claim("sid", "sign-in-1");
        let token = claims().sign(&portal.key);
        let enter = |token: &str| from_portal(&begun.entry(token)).add("Cookie", &begun.cookie);
        let answer = gate.ask(&enter(&token)).await;
        let session = session_in(&answer);
        assert_eq!(status(&gate, &session).await, 200);
        // Minted before the revocation, used after it.
        let waiting = claims().sign(&portal.key);
        let asked = json!({ name: value });
        assert_eq!(ask(&gate, "POST", &asked).await.0, 200);
        assert_eq!(status(&gate, &session).await, 401, "{name}");
        let late = gate.ask(&enter(&waiting)).await;
        assert_eq!((late.status, late.all("Set-Cookie").len()), (401, 0), "{name}: {late}");
        assert_eq!(ask(&gate, "DELETE", &asked).await.0, 200);
    }
}

/// Alice signed out while all her sessions were revoked: undoing the revocation restores the
/// sessions she did not sign out of, and not the other one.
#[tokio::test]
async fn removing_a_revocation_keeps_a_sign_out_in_force() {
    let portal = Portal::new();
    for store in ["memory", "file"] {
        let plan = plan(&portal, store);
        let key = secret(plan.folder.path(), "session.key", 1);
        let gate = plan.with("login", login(&json!({ "session_key_file": key }))).open().await;
        let (left, kept) = (signed_in(&gate, &portal).await, signed_in(&gate, &portal).await);
        let alice = json!({ "user": "alice", "issued_before": now() + 60 });
        assert_eq!(ask(&gate, "POST", &alice).await.0, 200);
        assert_eq!((status(&gate, &left).await, status(&gate, &kept).await), (401, 401), "{store}");
        let page = Request::question(ALICE).uri("/.doorward/logout").session(&left);
        assert_eq!(gate.ask(&page.form()).await.status, 303, "{store}");
        assert_eq!(ask(&gate, "DELETE", &json!({ "user": "alice" })).await.0, 200);
        assert_eq!((status(&gate, &left).await, status(&gate, &kept).await), (401, 200), "{store}");
    }
}
