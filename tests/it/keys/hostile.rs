//! Servers with wrong responses. Each is an issuer of the same gate: none gets a key accepted,
//! keeps the gate from starting, or blocks another issuer's users.

use super::setup::{KEYS, known, status};
use crate::support::certificates::Authority;
use crate::support::gate::Plan;
use crate::support::key::{Key, base64, key_set};
use crate::support::key_server::{KeyServer, Reply};
use crate::support::portal::{AUDIENCE, Portal};
use serde_json::{Value, json};
use std::fs;

/// An issuer, its keys, and the expected words in `/readyz`; `None`: its keys are accepted.
struct Row {
    issuer: String,
    keys: Value,
    expected: Option<&'static str>,
}

#[tokio::test]
async fn an_invalid_key_source_gives_no_keys() {
    let (server, key) = (KeyServer::open().await, Key::es256("k"));
    let mut rows = sets(&server, &key);
    rows.extend(documents(&server));
    rows.push(Row {
        issuer: "https://name.example".to_owned(),
        keys: json!({ "jwks_url": format!("https://localhost:{}/good", server.address.port()) }),
        expected: Some("no TLS"),
    });

    let portal = Portal::named("unused", key);
    let mut plan = Plan::of(&portal);
    let authority = server.authority(plan.folder.path());
    let stranger = plan.folder.path().join("stranger.crt");
    fs::write(&stranger, Authority::new().pem).unwrap();
    let entry = |issuer: &str, keys: &Value| {
        json!({
            "issuer": issuer, "audiences": [AUDIENCE], "algorithms": ["ES256"], "keys": keys,
            "user_claim": "sub", "bare_labels": false, "ca_file": authority,
        })
    };
    let mut issuers: Vec<Value> = rows.iter().map(|row| entry(&row.issuer, &row.keys)).collect();
    let good = json!({ "jwks_url": server.url("/good") });
    for (name, file) in [("wrong-ca", json!(stranger)), ("system-ca", Value::Null)] {
        let issuer = format!("https://{name}.example");
        let mut entry = entry(&issuer, &good);
        entry["ca_file"] = file;
        issuers.push(entry);
        rows.push(Row { issuer, keys: Value::Null, expected: Some("") });
    }
    plan.config["issuers"] = json!(issuers);
    let gate = plan.open().await;
    for Row { issuer, expected, .. } in rows {
        let signer = Portal::named(&issuer, Key::es256("unused"));
        let token = signer.claims("alice").sign(&portal.key);
        let seen = known(&gate, &issuer).await;
        let problem = seen["problem"].as_str();
        // 403: verified, and a label with a hash. 503: cannot be judged.
        let status = status(&gate, &token).await;
        match expected {
            None => assert_eq!((status, problem), (403, None), "{issuer}: {seen}"),
            Some(words) => {
                assert_eq!(status, 503, "{issuer}: {seen}");
                assert!(problem.is_some_and(|text| text.contains(words)), "{issuer}: {seen}");
            }
        }
    }
    let output = gate.process.output();
    assert!(!output.contains(&base64([7; 32])), "the log shows a secret:\n{output}");
    let told = output.lines().filter(|line| line.contains("many-odd"));
    assert!(told.count() < 20, "twenty thousand keys are not logged one by one");
    assert!(output.lines().all(|line| line.len() < 4_000));
    assert_eq!(server.asked(KEYS), 0);
}

/// Key sets at configured addresses.
fn sets(server: &KeyServer, key: &Key) -> Vec<Row> {
    let set = key_set([key]);
    let json = "Content-Type: application/json\r\n";
    let mut private = key.public_jwk();
    private["d"] = json!(base64([7; 32]));
    let secret = json!({ "kty": "oct", "alg": "HS256", "kid": "k", "k": base64([7; 32]) });
    let of = |key: &Value| Reply::json(json!({ "keys": [key] }).to_string());
    let large = |bytes: usize| {
        let padding = format!("{{\"pad\":\"{}\",", "x".repeat(bytes));
        Reply::json(set.replacen('{', &padding, 1))
    };
    let half = format!("HTTP/1.1 200 OK\r\n{json}Content-Length: 9000\r\n\r\n{set}");
    let elsewhere = format!("Location: {}\r\n{json}", server.url("/good"));
    let head = format!("{json}X-Long: {}\r\n", "x".repeat(64 * 1024));
    let replies: Vec<(&str, Reply, Option<&'static str>)> = vec![
        ("good", Reply::json(&set), None),
        (
            "good-charset",
            Reply::with("200 OK", "Content-Type: application/json; charset=utf-8\r\n", &set),
            None,
        ),
        (
            "good-kind",
            Reply::with("200 OK", "content-type: application/jwk-set+json\r\n", &set),
            None,
        ),
        ("half-a-megabyte", large(500_000), None),
        (
            "many-odd",
            Reply::json(set.replacen('[', &format!("[{}", "{},".repeat(20_000)), 1)),
            None,
        ),
        (
            "only-odd",
            Reply::json(format!("{{\"keys\":[{}1]}}", "{},".repeat(20_000))),
            Some("more"),
        ),
        ("never", Reply::Never, Some("within 10s")),
        ("drip", Reply::Drip, Some("within 10s")),
        ("hang-up", Reply::HangUp, Some("not HTTP or is incomplete")),
        ("garbage", Reply::Bytes(b"\x00\xff\r\n\r\n".to_vec()), Some("not HTTP or is incomplete")),
        ("broken-off", Reply::Bytes(half.into()), Some("not HTTP or is incomplete")),
        ("ten-megabytes", large(10_000_000), Some("too large")),
        ("long-head", Reply::with("200 OK", &head, &set), Some("too large")),
        ("redirect", Reply::with("302 Found", &elsewhere, &set), Some("answered 302; redirects")),
        ("moved", Reply::with("308 Permanent Redirect", &elsewhere, &set), Some("answered 308")),
        ("not-found", Reply::with("404 Not Found", json, &set), Some("answered 404")),
        ("broken", Reply::with("500 Internal Server Error", json, &set), Some("answered 500")),
        ("part", Reply::with("206 Partial Content", json, &set), Some("answered 206")),
        ("page", Reply::with("200 OK", "Content-Type: text/html\r\n", &set), Some("not JSON")),
        ("no-type", Reply::with("200 OK", "", &set), Some("not JSON")),
        ("two-types", Reply::with("200 OK", &format!("{json}{json}"), &set), Some("not JSON")),
        ("no-json", Reply::json("<html>"), Some("key set")),
        ("no-set", Reply::json("[]"), Some("key set")),
        ("empty-set", Reply::json(r#"{"keys":[]}"#), Some("empty")),
        ("secret", of(&secret), Some("key 1")),
        ("private-key", of(&private), Some("key 1")),
    ];
    let mut rows = Vec::new();
    for (name, reply, expected) in replies {
        server.answer(&format!("/{name}"), reply);
        let keys = json!({ "jwks_url": server.url(&format!("/{name}")) });
        rows.push(Row { issuer: format!("https://{name}.example"), keys, expected });
    }
    rows
}

/// Discovery documents at their issuers' addresses.
fn documents(server: &KeyServer) -> Vec<Row> {
    let mut rows = Vec::new();
    let keys = server.url("/good");
    let own = |name: &str| server.url(&format!("/at-{name}"));
    let documents = [
        ("good", own("good"), json!(keys), None),
        ("slash", own("slash") + "/", json!(keys), Some("another issuer")),
        ("other", "https://other.example".to_owned(), json!(keys), Some("another issuer")),
        ("plain", own("plain"), json!(keys.replace("https", "http")), Some("not https")),
        ("desk", own("desk"), json!("https://bob.vdi.example.com/k"), Some("a workspace")),
        ("file", own("file"), json!("file:///etc/passwd"), Some("not a web address")),
        ("list", own("list"), json!([keys]), Some("not a JSON object")),
        ("elsewhere", own("elsewhere"), json!(server.url("/redirect")), Some("answered 302")),
        ("nowhere", own("nowhere"), json!("https://keys.invalid/"), Some("no address")),
    ];
    for (name, issuer, jwks_uri, expected) in documents {
        let document = json!({ "issuer": issuer, "jwks_uri": jwks_uri }).to_string();
        server
            .answer(&format!("/at-{name}/.well-known/openid-configuration"), Reply::json(document));
        rows.push(Row { issuer: own(name), keys: json!({ "discovery": true }), expected });
    }
    rows
}
