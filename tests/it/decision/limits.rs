//! Limits, over HTTP/1.1 and HTTP/2: excess is answered 431, never with a permit, and the gate keeps
//! running (T3, T30).

use super::alice;
use crate::support::gate::{Gate, Plan};
use crate::support::portal::{ALICE, Portal};
use crate::support::request::Request;
use crate::support::table::Table;
use serde_json::json;
use std::time::Duration;

fn with_headers(question: Request, total: usize) -> Request {
    let missing = total - question.headers.len();
    (0..missing).fold(question, |question, n| question.add(&format!("X-Filler-{n}"), "x"))
}

fn with_crumbs(question: Request, count: usize) -> Request {
    (0..count).fold(question, |question, n| question.add("Cookie", format!("c{n}=x")))
}

#[tokio::test]
async fn number_of_headers() {
    let portal = Portal::new();
    let gate = Plan::of(&portal).with("limits", json!({ "headers": 40 })).open().await;
    let mut table = Table::of(&gate);
    // A bearer token, so that the request has no cookie line and every line counts.
    let question = || Request::question(ALICE).bearer(&portal.token("alice"));
    table.row("at_the_limit", with_headers(question(), 40), 200).await;
    table.row("one_more", with_headers(question(), 41), 431).await;
    table.row("many_more", with_headers(question(), 100), 431).await;
    table.row("cookies_do_not_count", with_crumbs(with_headers(question(), 40), 200), 200).await;
    table.row("nor_do_they_help", with_crumbs(with_headers(question(), 41), 200), 431).await;
    table.finish();
}

#[tokio::test]
async fn size_of_headers() {
    let portal = Portal::new();
    let gate = Plan::of(&portal).with("limits", json!({ "header_bytes": "16KiB" })).open().await;
    let mut table = Table::of(&gate);
    let padded = |bytes: usize| alice(&portal).add("Cookie", format!("pad={}", "x".repeat(bytes)));
    table.row("below", padded(14 * 1024), 200).await;
    table.row("above", padded(17 * 1024), 431).await;
    let one = alice(&portal).add("X-Big", "x".repeat(17 * 1024));
    table.row("one_header_above", one, 431).await;
    let uri = format!("/{}", "a".repeat(14 * 1024));
    table.row("long_uri_below", alice(&portal).uri(&uri), 200).await;
    table.finish();
}

/// T3: bob sets many cookies for alice's browser; the gate still finds hers.
#[tokio::test]
async fn the_cookies_of_a_full_browser_fit_the_default_limits() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let jar: Vec<String> = (0..150).map(|n| format!("tossed{n}={}", "x".repeat(390))).collect();
    let question = alice(&portal).add("Cookie", jar.join("; "));
    let answer = gate.ask(&question).await;
    assert_eq!((answer.status, answer.all("Cookie")), (200, vec![jar.join("; ")]));
    // No answer clears all cookies: that would sign alice out of every other host, too.
    let refused = gate.ask(&Request::question(ALICE).add("Cookie", jar.join("; ")).page()).await;
    assert_eq!((refused.status, refused.header("Clear-Site-Data")), (302, None));
}

/// A request far above every limit may close its connection, but has no other effect.
#[tokio::test]
async fn malformed_requests_end_at_most_their_connection() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let huge = alice(&portal).add("Cookie", "x".repeat(2 << 20));
    let many = with_headers(alice(&portal), 5000);
    for question in [huge, many] {
        let mut wire = gate.connect().await.unwrap();
        let answer = wire.exchange(&question).await;
        assert!(answer.as_ref().map_or(true, |answer| answer.status == 431), "{answer:?}");
        assert_eq!(gate.ask(&alice(&portal)).await.status, 200, "the gate goes on");
    }
}

#[tokio::test]
async fn an_incomplete_request_times_out() {
    let portal = Portal::new();
    let limits = json!({ "header_timeout": "1s", "idle_timeout": "2s" });
    let gate = Plan::of(&portal).with("limits", limits).open().await;
    let mut slow = gate.connect().await.unwrap();
    slow.send(b"GET /verify HTTP/1.1\r\nHost: x\r\nX-Forwarded-Ho").await.unwrap();
    // With or without a 408: the connection is closed, and there is no permit.
    let answer = slow.answer(false).await;
    assert!(answer.as_ref().map_or(true, |answer| answer.status == 408), "{answer:?}");
    let mut idle = gate.connect().await.unwrap();
    assert_eq!(idle.exchange(&alice(&portal)).await.unwrap().status, 200);
    assert!(idle.is_closed(Duration::from_secs(20)).await, "idle connections are closed");
}

/// The gate ignores a body; what follows it is another request.
#[tokio::test]
async fn a_body_never_becomes_the_next_question() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let inner = String::from_utf8(alice(&portal).bytes()).unwrap();
    let mut wire = gate.connect().await.unwrap();
    let mut outer = Request::question(ALICE).fetch().add("Content-Length", inner.len().to_string());
    outer.method = "POST".to_owned();
    let first = wire.exchange(&outer);
    assert_eq!(first.await.unwrap().status, 401);
    // The body: if it were read as a request, its answer would be a permit.
    let next = async {
        wire.send(inner.as_bytes()).await?;
        wire.exchange(&Request::question(ALICE).fetch()).await
    };
    if let Ok(answer) = next.await {
        assert_eq!(answer.status, 401, "{answer}");
    }
}

/// Request smuggling: two lengths, or a length and chunks.
#[tokio::test]
async fn ambiguous_bodies_are_refused() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    for lines in [
        &[("Content-Length", "5"), ("Content-Length", "6")][..],
        &[("Content-Length", "+5")],
        &[("Content-Length", "5, 6")],
        &[("Transfer-Encoding", "xchunked")],
    ] {
        let mut question = alice(&portal);
        question.method = "POST".to_owned();
        let question =
            lines.iter().fold(question, |question, (name, value)| question.add(name, value));
        let mut wire = gate.connect().await.unwrap();
        let answer = wire.exchange(&question).await;
        assert!(
            answer.as_ref().map_or(true, |answer| answer.status >= 400),
            "{lines:?} {answer:?}"
        );
    }
}

#[tokio::test]
async fn http2_has_the_same_limits() {
    let portal = Portal::new();
    let limits = json!({ "headers": 40, "header_bytes": "16KiB" });
    let gate = Plan::of(&portal).with_tls(false).with("limits", limits).open().await;
    let http2 = gate.connect_http2().await;
    let question = || Request::question(ALICE).bearer(&portal.token("alice"));
    let padded = |bytes: usize| question().add("Cookie", format!("pad={}", "x".repeat(bytes)));
    for (name, question, status) in [
        ("plain", question(), 200),
        ("below_the_number", with_headers(question(), 38), 200),
        ("above_the_number", with_headers(question(), 60), 431),
        ("crumbs", with_crumbs(question(), 200), 200),
        ("below_the_size", padded(14 * 1024), 200),
    ] {
        let answer = http2.exchange(&question).await.unwrap();
        assert_eq!(answer.status, status, "{name}: {answer}");
    }
    let above = http2.exchange(&padded(40 * 1024)).await;
    assert!(above.as_ref().map_or(true, |answer| answer.status == 431), "{above:?}");
    assert_eq!(gate.connect_http2().await.exchange(&question()).await.unwrap().status, 200);
}

/// HTTP/2 sends each cookie as a field of its own; the permit joins the remaining ones.
#[tokio::test]
async fn cookie_lines_of_http2_are_joined_for_the_desktop() {
    let portal = Portal::new();
    let gate = Plan::of(&portal).with_tls(false).open().await;
    let http2 = gate.connect_http2().await;
    let question = with_crumbs(Request::question(ALICE), 2).session(&portal.token("alice"));
    let answer = http2.exchange(&with_crumbs(question, 1)).await.unwrap();
    assert_eq!((answer.status, answer.all("Cookie")), (200, vec!["c0=x; c1=x; c0=x".to_owned()]));
}

/// HTTP/2 without TLS would be a second protocol that the operator has not configured.
#[tokio::test]
async fn http2_needs_tls() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let mut wire = gate.connect().await.unwrap();
    wire.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.unwrap();
    let answer = wire.answer(false).await;
    assert!(answer.as_ref().map_or(true, |answer| answer.status >= 400), "{answer:?}");
    let upgrade = alice(&portal)
        .add("Connection", "Upgrade, HTTP2-Settings")
        .add("Upgrade", "h2c")
        .add("HTTP2-Settings", "AAMAAABkAAQAAP__");
    assert_eq!(gate.ask(&upgrade).await.status, 200, "judged as the HTTP/1.1 question it is");
}
