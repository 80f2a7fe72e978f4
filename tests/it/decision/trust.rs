//! Step 1: which peers may send requests. An untrusted peer is answered 403 and learns nothing.

use super::alice;
use crate::support::certificates::Authority;
use crate::support::gate::Plan;
use crate::support::portal::{ALICE, Portal};
use crate::support::request::Request;
use crate::support::wire::{Tls, Wire};
use serde_json::json;
use std::fs;
use std::net::{Ipv6Addr, TcpListener};
use std::path::{Path, PathBuf};

#[tokio::test]
async fn a_request_of_an_untrusted_peer_is_not_read() {
    let portal = Portal::new();
    let gate = Plan::of(&portal).with("trusted_proxies", json!(["192.0.2.0/24"])).open().await;
    #[rustfmt::skip]
    let rows = [
        ("good_question", alice(&portal)),
        ("no_token", Request::question(ALICE)),
        ("page", Request::question(ALICE).page()),
        ("malformed", Request::get("/verify").add("Host", "x")),
        ("unknown_host", Request::question("elsewhere.example.org")),
        ("bad_owner", alice(&portal).target("/verify?owner=")),
        ("claims_to_be_trusted", alice(&portal).set("X-Forwarded-For", "192.0.2.1")
            .add("X-Real-Ip", "192.0.2.1")),
        ("forwarded", alice(&portal).add("Forwarded", "for=192.0.2.1;by=192.0.2.1")),
    ];
    for (name, question) in rows {
        assert_eq!(gate.ask(&question).await.status, 403, "{name}");
    }
}

#[tokio::test]
async fn trusted_proxies_accepts_networks() {
    let portal = Portal::new();
    for (ranges, status) in [
        (json!(["127.0.0.1/32"]), 200),
        (json!(["127.0.0.1"]), 200),
        (json!(["10.0.0.0/8", "127.0.0.0/8"]), 200),
        (json!(["127.0.0.2/32"]), 403),
        (json!(["::1/128"]), 403),
        (json!(["::ffff:127.0.0.0/104"]), 200),
    ] {
        let gate = Plan::of(&portal).with("trusted_proxies", ranges.clone()).open().await;
        assert_eq!(gate.ask(&alice(&portal)).await.status, status, "{ranges}");
    }
}

/// A listener on `::` sees IPv4 peers as mapped addresses; they are unmapped before they are
/// compared.
#[tokio::test]
async fn mapped_addresses_are_unmapped() {
    if TcpListener::bind((Ipv6Addr::UNSPECIFIED, 0)).is_err() {
        eprintln!("left out: this machine has no IPv6");
        return;
    }
    let portal = Portal::new();
    for (ranges, status) in [(json!(["127.0.0.0/8"]), 200), (json!(["10.0.0.0/8"]), 403)] {
        let mut plan = Plan::of(&portal).with("trusted_proxies", ranges);
        let port = plan.config["listen"].as_str().unwrap().rsplit_once(':').unwrap().1.to_owned();
        plan.config["listen"] = json!(format!("[::]:{port}"));
        let gate = plan.open().await;
        assert_eq!(gate.ask(&alice(&portal)).await.status, status);
    }
}

/// With `client_ca_file`, only a client certificate proves the peer.
#[tokio::test]
async fn a_client_certificate_makes_a_peer_trusted() {
    let portal = Portal::new();
    let gate = Plan::of(&portal).with_tls(true).open().await;
    assert_eq!(gate.ask(&alice(&portal)).await.status, 200, "Traefik's certificate");
    let http2 = gate.connect_http2().await.exchange(&alice(&portal)).await.unwrap();
    assert_eq!(http2.status, 200);

    let (other, tls) = (Authority::new(), gate.tls().unwrap());
    let stranger = other.issue(&["traefik.internal"]);
    for client in [None, Some(&stranger)] {
        // In TLS 1.3 the client learns of the refusal after the handshake, as an error on reading.
        let exchange = async {
            let mut wire = Wire::tls(gate.listen(), Tls { client, ..tls }).await?;
            wire.exchange(&alice(&portal)).await
        };
        let answer = exchange.await;
        assert!(answer.as_ref().map_or(true, |answer| answer.status == 403), "{answer:?}");
    }
    assert!(Wire::plain(gate.listen()).await.unwrap().exchange(&alice(&portal)).await.is_err());
}

/// `self_signed` stores one certificate in `state_dir`, which Traefik is configured to trust.
#[tokio::test]
async fn a_self_signed_certificate_survives_a_restart() {
    let portal = Portal::new();
    let mut plan = Plan::of(&portal).with("tls", json!({ "self_signed": true }));
    let state = tempfile::tempdir().unwrap();
    plan.config["state_dir"] = json!(state.path());
    let authority = |when: &str| {
        let certificates = certificates_below(state.path());
        assert!(!certificates.is_empty(), "no certificate in state_dir {when}");
        certificates
    };
    let gate = plan.open().await;
    let first = authority("after the first start");
    let ask = async || {
        let tls = Tls { server_name: "127.0.0.1", authority: &first, client: None };
        Wire::tls(gate.listen(), tls).await?.exchange(&alice(&portal)).await
    };
    assert_eq!(ask().await.unwrap().status, 200);

    let again = Plan::of(&portal)
        .with("tls", json!({ "self_signed": true }))
        .with("state_dir", json!(state.path()))
        .open()
        .await;
    assert_eq!(authority("after the second start"), first);
    drop(again);
}

/// Every certificate in PEM below `folder`, one after the other.
fn certificates_below(folder: &Path) -> String {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().flatten().map(|e| e.path()).collect();
    entries.sort();
    let read = |path: PathBuf| {
        if path.is_dir() {
            return certificates_below(&path);
        }
        let text = fs::read_to_string(path).unwrap_or_default();
        if text.contains("BEGIN CERTIFICATE") { text } else { String::new() }
    };
    entries.into_iter().map(read).collect()
}
