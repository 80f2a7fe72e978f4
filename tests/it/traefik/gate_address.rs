//! How Traefik reaches the gate. With a wrong configuration no request is permitted.

use super::behind_every_traefik;
use crate::support::certificates::Authority;
use crate::support::gated_desktops::GatedDesktops;
use crate::support::portal::{ALICE, BOB};
use crate::support::request::Request;
use crate::support::traefik::{Plan, Version};
use serde_json::json;

behind_every_traefik! {
    the_gate_decides_over_https_and_http2,
    the_gate_decides_over_https_with_a_client_certificate,
    without_the_client_certificate_nothing_passes,
    with_the_wrong_authority_nothing_passes,
    at_a_wrong_path_nothing_passes,
    on_the_entry_point_the_gate_protects_every_route,
    a_gate_applied_twice_denies_every_request,
    a_route_with_a_missing_middleware_gets_404,
    with_trust_forward_header_a_websocket_is_known_by_its_scheme,
}

async fn check_answers(setup: &GatedDesktops) {
    let own = Request::visit(ALICE).session(&setup.portal.token("alice"));
    let requests = [
        own.clone(),
        Request::visit(ALICE).session(&setup.portal.token("bob")),
        Request::visit(ALICE).fetch(),
        Request::visit(BOB).session(&setup.portal.token("bob")),
    ];
    let http2 = setup.connect_http2(ALICE).await;
    // Many simultaneous requests, so that Traefik needs more than one connection to the gate.
    let many: Vec<Request> = requests.iter().cloned().cycle().take(80).collect();
    let answers = http2.exchange_all(&many).await;
    for (answer, expected) in answers.iter().zip([200, 403, 401, 200].into_iter().cycle()) {
        assert_eq!(answer.status, expected, "{answer}");
    }
    assert_eq!((setup.alice.seen().len(), setup.bob.seen().len()), (20, 20));
    setup.websocket(&own.websocket()).await.expect("the handshake");
}

async fn the_gate_decides_over_https_and_http2(version: Version) {
    check_answers(&GatedDesktops::built(version, |gate| gate.with_tls(false), |_| ()).await).await;
}

async fn the_gate_decides_over_https_with_a_client_certificate(version: Version) {
    check_answers(&GatedDesktops::built(version, |gate| gate.with_tls(true), |_| ()).await).await;
}

async fn nothing_passes(setup: &GatedDesktops, statuses: &[u16]) {
    let own = Request::visit(ALICE).session(&setup.portal.token("alice"));
    for request in [own.clone(), own.page(), Request::visit(ALICE)] {
        let answer = setup.visit(&request).await;
        assert!(statuses.contains(&answer.status), "{answer}");
    }
    setup.alice.assert_untouched("the gate permitted no request");
}

async fn without_the_client_certificate_nothing_passes(version: Version) {
    let without = |traefik: &mut crate::support::traefik::Plan| {
        let tls = traefik.forward_auth["tls"].as_object_mut().unwrap();
        tls.remove("cert");
        tls.remove("key");
    };
    let setup = GatedDesktops::built(version, |gate| gate.with_tls(true), without).await;
    nothing_passes(&setup, &[403, 500]).await;
}

async fn with_the_wrong_authority_nothing_passes(version: Version) {
    let folder = tempfile::tempdir().unwrap();
    let wrong = folder.path().join("wrong.crt");
    std::fs::write(&wrong, Authority::new().pem).unwrap();
    let setup = GatedDesktops::built(
        version,
        |gate| gate.with_tls(false),
        |traefik| traefik.forward_auth["tls"] = json!({ "ca": wrong }),
    )
    .await;
    nothing_passes(&setup, &[500]).await;
}

/// Every other path is answered 404, and the health endpoints are on another listener. With a wrong
/// path in the address, no request is permitted.
async fn at_a_wrong_path_nothing_passes(version: Version) {
    for path in ["", "/", "/readyz", "/healthz", "/verify/"] {
        let change = |traefik: &mut Plan| {
            let address = traefik.forward_auth["address"].as_str().unwrap();
            traefik.forward_auth["address"] = json!(address.replace("/verify", path));
        };
        let setup = GatedDesktops::built(version, |gate| gate, change).await;
        nothing_passes(&setup, &[404]).await;
    }
}

async fn on_the_entry_point_the_gate_protects_every_route(version: Version) {
    let setup = GatedDesktops::built(
        version,
        |gate| gate,
        |traefik| {
            traefik.entry_point["http"]["middlewares"] = json!(["gate@file"]);
            for name in ["alice", "bob"] {
                traefik.routers[name].as_object_mut().unwrap().remove("middlewares");
            }
        },
    )
    .await;
    check_answers(&setup).await;
}

/// The gate's first answer removes the token, so the second `ForwardAuth` request has none.
async fn a_gate_applied_twice_denies_every_request(version: Version) {
    let setup = GatedDesktops::built(
        version,
        |gate| gate,
        |traefik| traefik.entry_point["http"]["middlewares"] = json!(["gate@file"]),
    )
    .await;
    nothing_passes(&setup, &[302, 401]).await;
}

async fn a_route_with_a_missing_middleware_gets_404(version: Version) {
    let setup = GatedDesktops::built(
        version,
        |gate| gate,
        |traefik| {
            traefik.routers["bob"]["middlewares"] = json!(["missing"]);
        },
    )
    .await;
    let own = Request::visit(BOB).session(&setup.portal.token("bob"));
    assert_eq!(setup.visit(&own).await.status, 404);
    setup.bob.assert_untouched("its middleware is missing");
}

/// With `trustForwardHeader: true`, Traefik sends `wss` in `X-Forwarded-Proto`. `Origin` still has
/// the `https` of the page.
async fn with_trust_forward_header_a_websocket_is_known_by_its_scheme(version: Version) {
    let setup = GatedDesktops::built(
        version,
        |gate| gate,
        |traefik| traefik.forward_auth["trustForwardHeader"] = json!(true),
    )
    .await;
    let own = Request::visit(ALICE).session(&setup.portal.token("alice")).websocket();
    setup.websocket(&own).await.expect("the handshake");
    let foreign = own.set("Origin", "https://bob.vdi.example.com");
    assert_eq!(setup.websocket(&foreign).await.expect_err("a refusal").status, 403);
}
