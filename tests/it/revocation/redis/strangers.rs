//! A Redis that other programs use, or that rejects the gate.

use super::{
    Portal, Redis, SOON, Value, ask, begin, from_portal, handoff, json, problem, replica, says,
    session, status, until,
};
use crate::support::certificates::Authority;
use crate::support::process::eventually;

#[tokio::test]
async fn foreign_stream_entries_are_ignored() {
    let (portal, redis) = (Portal::new(), Redis::start().await);
    let stream = "doorward:revocations";
    let add = async |fields: &[&str]| {
        let words = [&["XADD", stream, "*"], fields].concat();
        assert!(redis.ask(&words).await.contains('-'));
    };
    add(&["x", "y"]).await;
    let gate = replica(&portal, &redis.url(), "serve").open().await;
    add(&["op", "revoke", "record", "{}"]).await;
    add(&["op", "revoke", "record", "not json"]).await;
    add(&["\u{1}", "\r\n", "record", "\u{0}"]).await;
    let token = session(&portal, "t");
    assert_eq!(ask(&gate, "POST", &json!({ "jti": "t" })).await.0, 200);
    assert_eq!((status(&gate, &token).await, problem(&gate).await), (401, None));
    let (_, list) = ask(&gate, "GET", &Value::Null).await;
    assert_eq!(list["count"], 1, "{list}");
    says(&gate, "ignored stream entries of doorward:revocations").await;
    // A key of another type stops the writing, and the remedy is reported.
    assert_eq!(redis.ask(&["DEL", stream]).await, ":1");
    assert_eq!(redis.ask(&["SET", stream, "x"]).await, "+OK");
    eventually("a problem", SOON, || async { problem(&gate).await.is_some() }).await;
    let told = problem(&gate).await.unwrap();
    assert!(told.contains("give doorward a database of its own"), "{told}");
    assert_eq!(status(&gate, &token).await, 401, "and nothing is lost");
    redis.ask(&["DEL", stream]).await;
    eventually("no problem", SOON, || async { problem(&gate).await.is_none() }).await;
    assert_eq!(redis.ask(&["XLEN", stream]).await, ":1", "written back");
}

#[tokio::test]
async fn expired_revocations_leave_the_stream() {
    let (portal, redis) = (Portal::new(), Redis::start().await);
    let record = |id: &str, until: &str| {
        format!(
            "{{\"issuer\":\"{}\",\"kind\":\"jti\",\"value\":\"{id}\",\"issued_before\":null,\
             \"until\":{until}}}",
            portal.issuer
        )
    };
    let add = async |id: &str, op: &str, record: &str| {
        let words = ["XADD", "doorward:revocations", id, "op", op, "record", record];
        redis.ask(&words).await;
    };
    for n in 1..=1200 {
        add(&format!("{n}-0"), "revoke", &record(&format!("old-{n}"), "5000")).await;
    }
    add("2000-0", "revoke", &record("undone", "null")).await;
    add("2000-1", "restore", &record("undone", "null")).await;
    add("3000-0", "revoke", &record("for-good", "null")).await;
    add("3000-1", "revoke", &record("old", "5000")).await;
    let gate = replica(&portal, &redis.url(), "serve").open().await;
    let length = || async { redis.ask(&["XLEN", "doorward:revocations"]).await };
    eventually("trimmed", SOON, || async { length().await == ":2" }).await;
    assert_eq!(status(&gate, &session(&portal, "for-good")).await, 401);
    assert_eq!(status(&gate, &session(&portal, "undone")).await, 200);
    let late = replica(&portal, &redis.url(), "serve").open().await;
    assert_eq!(status(&late, &session(&portal, "for-good")).await, 401);
}

#[tokio::test]
async fn a_wrong_redis_password_is_reported_and_not_shown() {
    let portal = Portal::new();
    let redis = Redis::with(&["--requirepass", "the-right-password"]).await;
    let url = |password: &str| format!("redis://:{password}@{}", redis.address);
    let wrong = replica(&portal, &url("the-wr0ng-password"), "serve").open().await;
    let none = replica(&portal, &redis.url(), "serve").open().await;
    let right = replica(&portal, &url("the-right-password"), "serve").open().await;
    for (row, gate) in [("wrong", &wrong), ("none", &none)] {
        let told = problem(gate).await.unwrap();
        assert!(told.contains("correct user and password"), "{row}: {told}");
        assert_eq!(ask(gate, "POST", &json!({ "jti": "t" })).await.0, 503, "{row}");
    }
    assert_eq!(problem(&right).await, None);
    for gate in [&wrong, &none, &right] {
        let log = gate.process.output();
        for secret in ["wr0ng", "the-right-password", "redis://"] {
            assert!(!log.contains(secret), "{secret} in {log}");
        }
    }
    says(&wrong, "correct user and password").await;
}

/// With the rights documented in docs/operating.md, and without one of them.
#[tokio::test]
async fn the_documented_redis_rights_are_sufficient() {
    let (portal, redis) = (Portal::new(), Redis::start().await);
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/operating.md");
    let page = std::fs::read_to_string(page).unwrap();
    let rights = page.lines().find_map(|line| line.strip_prefix("~doorward:*"));
    let rights = rights.expect("a line with the rights");
    let user = async |name: &str, rights: &str| {
        let mut words = vec!["ACL", "SETUSER", name, "on", ">pass-w0rd", "~doorward:*"];
        words.extend(rights.split_whitespace());
        assert_eq!(redis.ask(&words).await, "+OK", "{words:?}");
        format!("redis://{name}:pass-w0rd@{}", redis.address)
    };
    let gate = replica(&portal, &user("gate", rights).await, "serve").open().await;
    assert_eq!(problem(&gate).await, None);
    let token = session(&portal, "t");
    assert_eq!(ask(&gate, "POST", &json!({ "jti": "t" })).await.0, 200);
    assert_eq!(status(&gate, &token).await, 401);
    // Data loss and writing back needs the most rights.
    let key = "doorward:revocations";
    assert_eq!(redis.ask(&["FLUSHALL"]).await, "+OK");
    eventually("written back", SOON, || async { redis.ask(&["XLEN", key]).await == ":1" }).await;
    let begun = begin(&gate).await;
    let handed = handoff(&portal, "alice", &begun).sign(&portal.key);
    let enter = from_portal(&begun.entry(&handed)).add("Cookie", &begun.cookie);
    assert_eq!((gate.ask(&enter).await.status, gate.ask(&enter).await.status), (303, 401));
    let fewer = rights.replace("+xadd", "");
    let poor = replica(&portal, &user("poor", &fewer).await, "serve").open().await;
    assert_eq!(ask(&poor, "POST", &json!({ "jti": "u" })).await.0, 503);
    says(&poor, "allow the user in revocation.url_file to use on doorward:*").await;
    assert_eq!(status(&poor, &session(&portal, "u")).await, 200);
    assert_eq!(status(&poor, &token).await, 401, "reading still works");
}

#[tokio::test]
async fn revoke_verifies_the_servers_certificate() {
    let (portal, authority) = (Portal::new(), Authority::new());
    let redis = Redis::with_tls(&authority).await;
    let url = format!("rediss://localhost:{}", redis.address.port());
    let trusting = |pem: &str| {
        let mut plan = replica(&portal, &url, "serve");
        let file = plan.folder.path().join("authorities.pem");
        std::fs::write(&file, pem).unwrap();
        plan.environment.push(("SSL_CERT_FILE".to_owned(), file.display().to_string()));
        plan
    };
    let one = trusting(&authority.pem).open().await;
    let other = trusting(&authority.pem).open().await;
    assert_eq!(problem(&one).await, None);
    let token = session(&portal, "t");
    assert_eq!(ask(&one, "POST", &json!({ "jti": "t" })).await.0, 200);
    until(&other, &token, 401, SOON).await;
    // A gate that trusts another authority, and one that connects without TLS, get no connection.
    let stranger = trusting(&Authority::new().pem).open().await;
    let told = problem(&stranger).await.unwrap();
    assert!(told.contains("SSL_CERT_FILE"), "{told}");
    let plain = replica(&portal, &url.replace("rediss", "redis"), "serve").open().await;
    assert!(problem(&plain).await.is_some());
}
