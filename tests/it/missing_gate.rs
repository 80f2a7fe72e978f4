//! Tests of the tests: without a gate, the checks of the other tests must find a breach, with each
//! version of Traefik.

use crate::support::desktop::Desktop;
use crate::support::http2::Http2;
use crate::support::key::Key;
use crate::support::portal::{ALICE, Portal};
use crate::support::request::Request;
use crate::support::token::leak_in;
use crate::support::traefik::{Plan, Traefik, Version};
use crate::support::wire::Wire;
use futures_util::{SinkExt, StreamExt};
use tokio_tungstenite::tungstenite::Message;

async fn ungated(version: Version) -> (Traefik, Desktop) {
    let desktop = Desktop::open("alice").await;
    let mut plan = Plan::new(version, "http://127.0.0.1:1/verify");
    plan.route("alice", &format!("Host(`{ALICE}`)"), desktop.address);
    plan.routers["alice"].as_object_mut().unwrap().remove("middlewares");
    let traefik = plan.open().await;
    desktop.forget();
    (traefik, desktop)
}

async fn a_missing_gate_is_seen(version: Version) {
    let (traefik, desktop) = ungated(version).await;
    let token = Portal::new().token("alice");
    let mut wire = Wire::tls(traefik.address, traefik.tls(ALICE)).await.unwrap();

    let visit =
        Request::visit(ALICE).uri("/a?b").session(&token).add("x-Odd", "1").add("X-Odd", "2");
    let answer = wire.exchange(&visit).await.unwrap();
    assert_eq!((answer.status, answer.json()["desktop"].as_str()), (200, Some("alice")));
    let seen = desktop.only();
    assert_eq!(seen.line, "GET /a?b");
    assert_eq!(seen.all("X-Odd"), ["1", "2"]);
    assert!(leak_in(seen.all("Cookie")[0]).is_some(), "{seen:#?}");

    let answer = wire.exchange(&Request::visit(ALICE).websocket()).await.unwrap();
    assert_eq!(answer.status, 101, "{answer}");
    let mut socket = wire.into_websocket().await;
    socket.send(Message::text("knock")).await.unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap(), Message::text("knock"));

    let http2 = Http2::connect(traefik.address, traefik.tls(ALICE)).await;
    let visits = [Request::visit(ALICE).uri("/1"), Request::visit(ALICE).uri("/2")];
    let answers = http2.exchange_all(&visits).await;
    let lines: Vec<_> = answers.iter().map(|answer| answer.json()["line"].clone()).collect();
    assert_eq!(lines, ["GET /1", "GET /2"]);
}

#[tokio::test]
async fn the_test_finds_a_missing_gate_with_the_newest_traefik() {
    a_missing_gate_is_seen(Version::NEWEST).await;
}

#[tokio::test]
async fn the_test_finds_a_missing_gate_with_traefik_3_6() {
    a_missing_gate_is_seen(Version::BRANCH_3_6).await;
}

#[tokio::test]
async fn the_test_finds_a_missing_gate_with_the_oldest_traefik() {
    a_missing_gate_is_seen(Version::OLDEST).await;
}

/// Every kind of key signs what the matching public half verifies, so that a refused token was
/// refused for what the row says, and not for a signature that the harness got wrong.
#[test]
fn keys_sign_what_their_public_half_verifies() {
    use aws_lc_rs::signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256,
        RSA_PSS_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
    };
    let bytes = |key: &Key, member: &str| {
        use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
        URL_SAFE_NO_PAD.decode(key.public_jwk()[member].as_str().unwrap()).unwrap()
    };
    let message = b"message";
    let curves: [(Key, &dyn VerificationAlgorithm); 2] =
        [(Key::es256("k"), &ECDSA_P256_SHA256_FIXED), (Key::es384("k"), &ECDSA_P384_SHA384_FIXED)];
    for (key, algorithm) in curves {
        let point = [&[4], &bytes(&key, "x")[..], &bytes(&key, "y")].concat();
        UnparsedPublicKey::new(algorithm, point).verify(message, &key.sign(message)).unwrap();
    }
    let key = Key::ed25519("k");
    UnparsedPublicKey::new(&ED25519, bytes(&key, "x")).verify(message, &key.sign(message)).unwrap();
    for (name, algorithm) in
        [("RS256", &RSA_PKCS1_2048_8192_SHA256), ("PS256", &RSA_PSS_2048_8192_SHA256)]
    {
        let key = Key::rsa("k", name);
        let public = RsaPublicKeyComponents { n: bytes(&key, "n"), e: bytes(&key, "e") };
        public.verify(algorithm, message, &key.sign(message)).unwrap();
    }
}
