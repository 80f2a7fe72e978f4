//! The log: JSON, one event for each decision, and no secrets.

use crate::support::gate::{Gate, Plan};
use crate::support::log::field;
use crate::support::portal::{ALICE, Portal, ZONE};
use crate::support::request::Request;
use crate::support::token::leak_in;
use serde_json::{Value, json};

fn text<'v>(line: &'v Value, name: &str) -> &'v str {
    field(line, name).and_then(Value::as_str).unwrap_or_default()
}

#[tokio::test]
async fn each_decision_is_logged_as_one_json_line() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let questions = [
        (Request::question(ALICE).session(&portal.token("alice")), 200, "DEBUG"),
        (Request::question(ALICE).session(&portal.token("bob")), 403, "INFO"),
        (Request::question(ALICE).session(&portal.expired("alice")), 401, "INFO"),
        (Request::question(ALICE).page(), 302, "INFO"),
        (Request::question("elsewhere.example.org"), 404, "INFO"),
        (Request::question(ALICE).without("X-Forwarded-Host"), 400, "INFO"),
    ];
    for (count, (question, status, level)) in questions.iter().enumerate() {
        assert_eq!(gate.ask(question).await.status, *status);
        let decisions = gate.decisions_at_least(count + 1).await;
        assert_eq!(decisions.len(), count + 1, "{decisions:#?}");
        let line = decisions.last().unwrap();
        assert_eq!(text(line, "level").to_uppercase(), *level, "{line}");
        if *status != 200 {
            let reason = text(line, "reason");
            let kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(!reason.is_empty() && reason.chars().all(kebab), "{line}");
        }
    }
    let ids: std::collections::BTreeSet<String> =
        gate.decisions().iter().map(|line| text(line, "request_id").to_owned()).collect();
    assert_eq!(ids.len(), questions.len(), "every decision has a unique id");
}

/// A decision's line has its reason, the answer and the field that explains it.
#[tokio::test]
async fn every_decision_is_logged_with_the_same_fields() {
    let portal = Portal::new();
    let gate = Plan::of(&portal).with("cross_site", json!("report")).open().await;
    let alice = Request::question(ALICE).session(&portal.token("alice"));
    let bobs = "https://bob.vdi.example.com";
    #[rustfmt::skip]
    let rows = [
        (alice.clone(), &[("reason", json!("permit")), ("answer", json!("permit")), ("status", json!(200))][..]),
        (alice.clone().add("Origin", "HTTPS://Bob.vdi.example.com:443"),
            &[("would_deny", json!("cross-site-origin")), ("origin", json!(bobs)), ("level", json!("INFO"))]),
        (alice.clone().add("Origin", bobs).add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
            &[("reason", json!("cross-site-origin")), ("origin", json!(bobs)), ("class", json!("websocket"))]),
        (Request::question("elsewhere.example.org"),
            &[("reason", json!("host-unknown")), ("host", json!("elsewhere.example.org"))]),
        (alice.clone().set("X-Forwarded-Proto", "http"),
            &[("reason", json!("forwarded-proto")), ("header", json!("X-Forwarded-Proto"))]),
        (alice.clone().add("X-Forwarded_Host", "bob"),
            &[("reason", json!("forwarded-alias")), ("header", json!("X-Forwarded-Host"))]),
        (Request::question(ALICE).session(&portal.token("bob")),
            &[("reason", json!("wrong-host")), ("label", json!("bob")), ("host_label", json!("alice"))]),
    ];
    for (count, (question, fields)) in rows.iter().enumerate() {
        gate.ask(question).await;
        let decisions = gate.decisions_at_least(count + 1).await;
        let line = decisions.last().unwrap();
        for (name, value) in *fields {
            assert_eq!(field(line, name), Some(value), "{name}: {line}");
        }
        for name in ["event", "result", "reason", "answer", "status", "class", "latency_us"] {
            assert!(field(line, name).is_some(), "{name}: {line}");
        }
        let has_token = field(line, "token_digest").is_some();
        let judged =
            !matches!(text(line, "reason"), "host-unknown" | "forwarded-proto" | "forwarded-alias");
        assert_eq!(has_token, judged, "{line}");
    }
}

#[tokio::test]
async fn permits_are_not_logged_at_level_info() {
    let portal = Portal::new();
    let gate =
        Plan::of(&portal).with("log", json!({ "format": "json", "level": "info" })).open().await;
    assert_eq!(
        gate.ask(&Request::question(ALICE).session(&portal.token("alice"))).await.status,
        200
    );
    assert_eq!(gate.ask(&Request::question(ALICE).session(&portal.token("bob"))).await.status, 403);
    let decisions = gate.decisions_at_least(1).await;
    assert_eq!(decisions.len(), 1, "{decisions:#?}");
}

/// Usernames are logged only if the configuration says so; labels always are.
#[tokio::test]
async fn usernames_are_logged_only_if_configured() {
    let portal = Portal::new();
    let user = "jane.doe@corp.io";
    for written in [false, true] {
        let log = json!({ "format": "json", "level": "debug", "usernames": written });
        let gate = Plan::of(&portal).with("log", log).open().await;
        let token = portal.claims(user).claim("email", "private@corp.example").sign(&portal.key);
        gate.ask(&Request::question(ALICE).session(&token)).await;
        gate.ask(
            &Request::question(&format!("jane-doe-utkjgvubqumm4ulfdbo21.{ZONE}")).session(&token),
        )
        .await;
        gate.decisions_at_least(2).await;
        let output = gate.process.output();
        assert_eq!(output.contains(user), written, "{output}");
        assert!(output.contains("jane-doe-utkjgvubqumm4ulfdbo21"), "{output}");
        assert!(!output.contains("private@corp.example"), "{output}");
    }
}

/// A token in every place where a client can put one, at the most verbose level (T23).
#[tokio::test]
async fn no_part_of_a_token_is_logged() {
    let portal = Portal::new();
    let log = json!({ "format": "json", "level": "trace", "usernames": true });
    let tokens = json!({ "headers": ["X-Session-Token"] });
    let gate = Plan::of(&portal).with("log", log).with("tokens", tokens).open().await;
    let mut asked = 0;
    for token in [
        portal.token("alice"),
        portal.token("bob"),
        portal.expired("alice"),
        portal.forged("alice"),
        portal.claims("alice").raw_claims("not json at all, but long enough").sign(&portal.key),
        portal.claims("alice").header("crit", json!(["exp"])).sign(&portal.key),
    ] {
        let plain = Request::question(ALICE).fetch();
        for question in [
            plain.clone().session(&token),
            plain.clone().bearer(&token),
            plain.clone().add("X-Session-Token", &token),
            plain.clone().add("Authorization", &token),
            plain.clone().add("Authorization", format!("Basic {token}")),
            plain.clone().add("Cookie", format!("other={token}")),
            plain.clone().add("X-Request-Id", &token),
            plain.clone().add("traceparent", &token),
            plain.clone().add("User-Agent", &token),
            plain.clone().add("Referer", format!("https://{ALICE}/?t={token}")),
            plain.clone().add("Origin", format!("https://{token}")),
            plain.clone().uri(&format!("/?access_token={token}")),
            plain.clone().uri(&format!("/.doorward/enter?t={token}")),
            plain.clone().set("X-Forwarded-For", &token),
            plain.clone().set("X-Forwarded-Proto", &token),
            plain.clone().set("X-Forwarded-Method", &token),
            plain.clone().set("X-Forwarded-Host", format!("{token}.{ZONE}")),
            plain.clone().target(&format!("/verify?owner={token}")),
        ] {
            gate.try_ask(&question).await;
            asked += 1;
        }
    }
    gate.decisions_at_least(asked).await;
    let output = gate.process.output();
    assert_eq!(leak_in(&output), None);
    assert!(output.lines().count() >= asked, "the log has lines to check");
}

/// A log line stays one line for every input of a client.
#[tokio::test]
async fn client_input_cannot_add_log_lines() {
    let portal = Portal::new();
    for format in ["json", "text"] {
        let log = json!({ "format": format, "level": "debug", "usernames": true });
        let gate = Plan::of(&portal).with("log", log).open().await;
        let user = portal.token("eve\u{2028}{\"level\":\"ERROR\"}\u{1b}[2K");
        let fake = "x\u{85}{\"level\":\"ERROR\",\"forged\":1}";
        for question in [
            Request::question(ALICE).session(&user),
            Request::question(ALICE).uri("/%0a{\"level\":\"ERROR\"}"),
            Request::question(ALICE).add("X-Request-Id", fake),
            Request::question(fake),
        ] {
            gate.ask(&question).await;
        }
        let output = gate.process.output();
        assert!(
            !output.contains('\u{1b}') || format == "text" && !output.contains("\u{1b}[2K"),
            "{output}"
        );
        if format == "json" {
            let forged = gate.log().into_iter().any(|line| line.get("forged").is_some());
            assert!(!forged, "{output}");
        }
    }
}
