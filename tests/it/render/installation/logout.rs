//! The rendered route for logout tokens: one path of the portal's host, and no path of a desktop's
//! host.

use super::{Installation, SESSIONS, by_hand};
use crate::render::setup::rendered;
use crate::support::answer::Answer;
use crate::support::cluster::Cluster;
use crate::support::desktop::Desktop;
use crate::support::portal::{BOB, now};
use crate::support::process::eventually;
use crate::support::request::Request;
use crate::support::wire::{Tls, Wire};
use serde_json::{Value, json};
use std::fs;
use std::net::SocketAddr;
use std::time::Duration;

/// Below the domain, so that the installation's certificate covers it. Not a desktop's host,
/// because the label is reserved.
pub const PORTAL: &str = "portal.vdi.example.com";
const PATH: &str = "/backchannel-logout";
/// The only route in doorward's namespaces that needs no gate.
const GOOD: &str = "(Host(`a.example`)) && Path(`/backchannel-logout`) && Method(`POST`)";

/// The configuration for `render` also needs a revocation store that several replicas share.
pub fn several(mut config: Value, folder: &std::path::Path) -> Value {
    let file = folder.join("redis.url");
    crate::support::certificates::write_secret(&file, "redis://redis.doorward.svc:6379");
    config["revocation"] = json!({ "store": "redis", "url_file": file });
    config
}

async fn post(installation: &Installation, host: &str, body: &str) -> Option<Answer> {
    let mut request = Request::get(PATH)
        .add("Host", host)
        .add("Content-Type", "application/x-www-form-urlencoded")
        .add("Content-Length", body.len().to_string());
    "POST".clone_into(&mut request.method);
    let tls = Tls { server_name: host, authority: &installation.root, client: None };
    let mut wire = Wire::tls(installation.traefik.address("websecure"), tls).await.ok()?;
    wire.send(&[request.bytes(), body.as_bytes().to_vec()].concat()).await.ok()?;
    wire.answer(false).await.ok()
}

/// Bob has access; after he signs out at the portal, he has none.
pub async fn check_backchannel_logout(
    installation: &Installation,
    listener: SocketAddr,
    desktop: &Desktop,
) {
    let Installation { cluster, portal, configuration, .. } = installation;
    let out = cluster.folder().join("with-logout");
    rendered(configuration, &["gate", "--out", out.to_str().unwrap()], "");
    let objects = fs::read_to_string(out.join("base/logout.yaml")).unwrap();
    cluster.apply(&objects).unwrap();
    by_hand(cluster, "logout", listener);

    let session = portal.claims("bob").claim("sid", "sign-in-1").sign(&portal.key);
    let inside = Request::visit(BOB).session(&session);
    installation.visit_until(200, BOB, &inside).await;
    let logout = |id: &str| {
        let events = json!({ "http://schemas.openid.net/event/backchannel-logout": {} });
        let token = portal.claims("bob").header("typ", "logout+jwt").claim("iat", now());
        let token = token.claim("exp", now() + 120).claim("jti", id).claim("sid", "sign-in-1");
        format!("logout_token={}", token.claim("events", events).sign(&portal.key))
    };
    // As soon as the route exists, the listener itself rejects an invalid token.
    let there = || async {
        post(installation, PORTAL, "logout_token=x")
            .await
            .is_some_and(|answer| answer.status == 400)
    };
    eventually("the route to the listener", Duration::from_secs(60), there).await;
    desktop.forget();
    for host in [BOB, "unknown.vdi.example.com"] {
        let answer = post(installation, host, &logout("on-a-workspace")).await.unwrap();
        assert!([401, 403].contains(&answer.status), "{host}: {answer}");
    }
    desktop.assert_untouched("a logout token on a workspace's host");
    installation.visit_until(200, BOB, &inside).await;
    for request in [Request::visit(PORTAL), Request::visit(PORTAL).uri("/backchannel-logout/x")] {
        let answer =
            installation.traefik.visit(&installation.root, PORTAL, &request).await.unwrap();
        assert_eq!(answer.status, 401, "the zone's gate, and not the listener: {answer}");
    }
    let answer = post(installation, PORTAL, &logout("at-the-portal")).await.unwrap();
    assert_eq!(answer.status, 200, "{answer}");
    installation.visit_until(401, BOB, &inside).await;
    assert!(cluster.has(&["ingressroute.traefik.io", "doorward-logout", "-n", "doorward"]));
    assert!(!cluster.has(&["ingressroute.traefik.io", "doorward-logout", "-n", SESSIONS]));
}

/// Rows: a route without the gate that differs slightly from the listener's.
pub fn check_policies_for_the_listener(cluster: &Cluster) {
    let match_of = |rule: &str| json!({ "/match": rule });
    for (row, namespace, changes, allowed) in [
        ("the_one_that_is", "doorward", json!({}), true),
        ("with_the_sessions", SESSIONS, json!({}), false),
        (
            "every_method",
            "doorward",
            match_of("(Host(`a.example`)) && Path(`/backchannel-logout`)"),
            false,
        ),
        (
            "every_path",
            "doorward",
            match_of("(Host(`a.example`)) && PathPrefix(`/`) && Method(`POST`)"),
            false,
        ),
        (
            "or_all_of_alices",
            "doorward",
            match_of(&format!("{GOOD} || Host(`alice.vdi.example.com`)")),
            false,
        ),
        (
            "all_of_alices_or",
            "doorward",
            match_of(&format!("Host(`alice.vdi.example.com`) || {GOOD}")),
            false,
        ),
        (
            "alices_inside",
            "doorward",
            match_of(
                "(Host(`a.example`) || PathPrefix(`/`)) && Path(`/backchannel-logout`) && Method(`POST`)",
            ),
            false,
        ),
        ("a_desktop", "doorward", json!({ "/services/0/name": "kasm-alice" }), false),
        (
            "a_desktop_beside_it",
            "doorward",
            json!({ "/services": [
                { "name": "doorward-logout", "port": 4184 }, { "name": "kasm-alice", "port": 80 },
            ] }),
            false,
        ),
        (
            "a_desktop_behind_the_name",
            "doorward",
            json!({ "/services/0": { "name": "doorward-logout", "kind": "TraefikService" } }),
            false,
        ),
        (
            "the_name_elsewhere",
            "doorward",
            json!({ "/services/0": { "name": "doorward-logout", "namespace": SESSIONS, "port": 80 } }),
            false,
        ),
        ("no_service", "doorward", json!({ "/services": [] }), false),
    ] {
        let mut route = json!({
            "kind": "Rule", "match": GOOD, "services": [{ "name": "doorward-logout", "port": 4184 }],
        });
        for (path, value) in changes.as_object().unwrap() {
            match route.pointer_mut(path) {
                Some(place) => *place = value.clone(),
                None => panic!("{row} changes nothing at {path}"),
            }
        }
        let object = json!({
            "apiVersion": "traefik.io/v1alpha1", "kind": "IngressRoute",
            "metadata": { "name": "almost", "namespace": namespace },
            "spec": { "entryPoints": ["websecure"], "tls": {}, "routes": [route] },
        });
        let outcome = cluster.apply(&object.to_string());
        assert_eq!(outcome.is_ok(), allowed, "{row}: {outcome:?}");
        if let Err(refusal) = outcome {
            assert!(refusal.contains("doorward-gated"), "{row}: {refusal}");
        }
    }
}
