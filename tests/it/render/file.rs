//! The output for the file provider, behind each supported Traefik: a folder that follows the
//! sessions.

use super::setup::rendered;
use crate::support::certificates::Authority;
use crate::support::desktop::Desktop;
use crate::support::gate;
use crate::support::portal::{ALICE, BOB, Portal, ZONE};
use crate::support::process::{Process, eventually, free_address, leashed};
use crate::support::request::Request;
use crate::support::traefik::Version;
use crate::support::traefik_parts;
use crate::support::wire::{Tls, Wire};
use serde_json::{Value, json};
use std::fs;
use std::time::Duration;

/// A user whose name equals that of the catch-all route.
const NAMESAKE: &str = "doorward-catch-all";

async fn a_folder_follows_the_sessions(version: Version) {
    let portal = Portal::new();
    let pages = free_address();
    let plan = gate::Plan::of(&portal).with("pages_listen", json!(pages)).with_tls(false);
    let gate = plan.open().await;
    let mut config = gate.plan.config.clone();
    config["render"] = json!({ "gate_address": gate.address(), "traefik_version": version.number });
    let configuration = gate.folder().join("render.yaml");
    fs::write(&configuration, config.to_string()).unwrap();
    let [alice, bob, other] =
        [Desktop::open("alice").await, Desktop::open("bob").await, Desktop::open("namesake").await];
    let session = |name: &str, desktop: &Desktop| {
        json!({
            "session": { "id": name, "name": name }, "username": name,
            "service": { "name": desktop.address.ip(), "port": desktop.address.port() },
        })
    };

    let folder = tempfile::tempdir().unwrap();
    let dynamic = folder.path().join("dynamic");
    let render = |sessions: Value| {
        let authority = gate.folder().join("authority.crt");
        let arguments = [
            "--format",
            "file",
            "--allow-service-override",
            "--bind-owner",
            "--out",
            dynamic.to_str().unwrap(),
            "--ca-file",
            authority.to_str().unwrap(),
            "-",
        ];
        rendered(&configuration, &arguments, &sessions.to_string());
    };
    render(json!([session("alice", &alice), session("bob", &bob), session(NAMESAKE, &other)]));
    let authority = Authority::new();
    let wildcard = authority.issue(&[&format!("*.{ZONE}")]);
    let (certificate, key) = wildcard.write(folder.path(), "wildcard");
    let pair = json!({ "tls": { "certificates": [{ "certFile": certificate, "keyFile": key }] } });
    fs::write(dynamic.join("certificate.yaml"), pair.to_string()).unwrap();

    let arguments = ["static", "--format", "file", "--no-acme", "--directory"];
    let arguments = [&arguments[..], &[dynamic.to_str().unwrap()]].concat();
    let fixed = rendered(&configuration, &arguments, "");
    let mut fixed: Value = serde_saphyr::from_str(&fixed.stdout).unwrap();
    let address = free_address();
    for (name, entry_point) in fixed["entryPoints"].as_object_mut().unwrap() {
        entry_point["address"] = json!(if name == "websecure" { address } else { free_address() });
    }
    let path = folder.path().join("traefik.yaml");
    fs::write(&path, fixed.to_string()).unwrap();
    let mut command = leashed(&traefik_parts::program(version.number));
    command.arg(format!("--configFile={}", path.display())).env_clear();
    let traefik = Process::start_leashed(&mut command);

    let visit = async |host: &str, request: Request| {
        let tls = Tls { server_name: host, authority: &authority.pem, client: None };
        let mut wire = Wire::tls(address, tls).await.ok()?;
        wire.exchange(&request).await.ok()
    };
    let status = async |host: &str, token: &str| {
        visit(host, Request::visit(host).session(token)).await.map(|answer| answer.status)
    };
    let [alices, bobs, namesakes] = ["alice", "bob", NAMESAKE].map(|user| portal.token(user));
    let within = Duration::from_secs(60);
    let said = format!("Traefik {} serves alice", version.number);
    eventually(&said, within, || async { status(ALICE, &alices).await == Some(200) }).await;
    alice.forget();
    assert_eq!(status(ALICE, &bobs).await, Some(403), "{}", traefik.output());
    alice.assert_untouched("bob's visit");
    assert_eq!(status(BOB, &bobs).await, Some(200));
    let namesake = format!("{NAMESAKE}.{ZONE}");
    assert_eq!(status(&namesake, &namesakes).await, Some(200));
    // This host has no session, and only the user whose label it has gets to know that.
    let carol = format!("carol.{ZONE}");
    assert_eq!(status(&carol, &alices).await, Some(403));
    assert_eq!(status(&carol, &portal.token("carol")).await, Some(404));

    render(json!([session("bob", &bob)]));
    let said = format!("Traefik {} forgets alice's route", version.number);
    eventually(&said, within, || async { status(ALICE, &alices).await == Some(404) }).await;
    alice.forget();
    assert_eq!(status(ALICE, &bobs).await, Some(403));
    alice.assert_untouched("its session is gone");
    assert_eq!(status(BOB, &bobs).await, Some(200));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_follows_the_sessions_behind_the_newest_traefik() {
    a_folder_follows_the_sessions(Version::NEWEST).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_follows_the_sessions_behind_traefik_3_6() {
    a_folder_follows_the_sessions(Version::BRANCH_3_6).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_follows_the_sessions_behind_the_oldest_traefik() {
    a_folder_follows_the_sessions(Version::OLDEST).await;
}
