//! What no answer may reveal, and what it has in common with the log.

use crate::support::gate::{Gate, Plan};
use crate::support::log::field;
use crate::support::portal::{ALICE, Portal};
use crate::support::request::Request;
use serde_json::json;

type Shape = fn(Request) -> Request;

/// An answer names no other user (T28).
#[tokio::test]
async fn an_answer_names_no_other_user() {
    let portal = Portal::new();
    let gate =
        Plan::of(&portal).with("identity_headers", json!({ "X-User": "username" })).open().await;
    let carol =
        portal.claims("Carol Quince").claim("email", "carol@quince.example").sign(&portal.key);
    let bob = portal.token("bob");
    let shapes: [Shape; 4] = [Request::page, Request::fetch, Request::frame, Request::websocket];
    for shape in shapes {
        let question = shape(Request::question(ALICE).session(&bob).bearer(&carol));
        let answer = gate.ask(&question).await;
        assert_eq!(answer.status, 403);
        // The user has typed the host; a sign-in link may contain it, percent-encoded, too.
        let text = answer.to_string().replace(ALICE, "").to_lowercase();
        for name in ["alice", "quince", "carol@", "idp.example.com", "portal-1"] {
            assert!(!text.contains(name), "{name} in\n{answer}");
        }
    }
}

/// Text of the request appears in the answer as text, never as markup.
#[tokio::test]
async fn a_page_repeats_nothing_as_markup() {
    let portal = Portal::new();
    let gate = Plan::of(&portal).without("login").open().await;
    let script = "<script>alert(1)</script>";
    let user = portal.token("\"><script>alert(1)</script>");
    for question in [
        Request::question(ALICE).page().uri(&format!("/{script}?{script}")),
        Request::question(ALICE).page().add("X-Request-Id", script),
        Request::question(ALICE).page().add("traceparent", script),
        Request::question(ALICE).page().session(&user),
        Request::question(&format!("{script}.vdi.example.com")).page(),
    ] {
        let answer = gate.ask(&question).await;
        assert!((400..500).contains(&answer.status), "{answer}");
        assert!(!answer.to_string().contains("<script"), "{answer}");
    }
}

/// The answer and the log have the same word for a denial; only the log names the user.
#[tokio::test]
async fn an_answer_and_its_log_line_share_a_request_id() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let shapes: [Shape; 3] = [Request::page, Request::fetch, Request::frame];
    for (count, shape) in shapes.into_iter().enumerate() {
        let answer = gate.ask(&shape(Request::question(ALICE).session(&portal.token("bob")))).await;
        let decisions = gate.decisions_at_least(count + 1).await;
        let line = decisions.last().unwrap();
        let id = field(line, "request_id").and_then(|id| id.as_str()).unwrap_or_default();
        assert!(id.len() >= 8 && answer.text().contains(id), "{line}\n{answer}");
        assert!(field(line, "reason").is_some(), "{line}");
    }
}
