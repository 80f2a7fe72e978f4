//! How Traefik reaches the gate, and what happens when it is set up wrongly: never a permit.

use super::behind_every_traefik;
use crate::support::certificates::Authority;
use crate::support::gated_desktops::GatedDesktops;
use crate::support::portal::{ALICE, BOB};
use crate::support::request::Request;
use crate::support::traefik::{Plan, Version};
use serde_json::json;

behind_every_traefik! {
    over_https_and_http2,
    over_https_with_a_client_certificate,
    without_the_client_certificate_nothing_passes,
    with_the_wrong_authority_nothing_passes,
    at_a_wrong_path_nothing_passes,
    on_the_entry_point_it_guards_every_route,
    put_in_twice_it_lets_nobody_in,
    a_route_whose_gate_does_not_exist_serves_nothing,
    websockets_are_told_by_their_scheme_where_forwarded_headers_are_trusted,
}

async fn judges_rightly(setup: &GatedDesktops) {
    let own = Request::visit(ALICE).session(&setup.portal.token("alice"));
    let requests = [
        own.clone(),
        Request::visit(ALICE).session(&setup.portal.token("bob")),
        Request::visit(ALICE).fetch(),
        Request::visit(BOB).session(&setup.portal.token("bob")),
    ];
    let http2 = setup.connect_http2(ALICE).await;
    // Many at once, so that more than one connection to the gate is wanted.
    let many: Vec<Request> = requests.iter().cloned().cycle().take(80).collect();
    let answers = http2.exchange_all(&many).await;
    for (answer, expected) in answers.iter().zip([200, 403, 401, 200].into_iter().cycle()) {
        assert_eq!(answer.status, expected, "{answer}");
    }
    assert_eq!((setup.alice.seen().len(), setup.bob.seen().len()), (20, 20));
    setup.websocket(&own.websocket()).await.expect("the handshake");
}

async fn over_https_and_http2(version: Version) {
    judges_rightly(&GatedDesktops::built(version, |gate| gate.with_tls(false), |_| ()).await).await;
}

async fn over_https_with_a_client_certificate(version: Version) {
    judges_rightly(&GatedDesktops::built(version, |gate| gate.with_tls(true), |_| ()).await).await;
}

async fn nothing_passes(setup: &GatedDesktops, statuses: &[u16]) {
    let own = Request::visit(ALICE).session(&setup.portal.token("alice"));
    for request in [own.clone(), own.page(), Request::visit(ALICE)] {
        let answer = setup.visit(&request).await;
        assert!(statuses.contains(&answer.status), "{answer}");
    }
    setup.alice.assert_untouched("the gate was out of reach");
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

/// Every other path is 404, and health answers are on another listener: a slip in the address shuts
/// the door.
async fn at_a_wrong_path_nothing_passes(version: Version) {
    for path in ["", "/", "/readyz", "/healthz", "/verify/"] {
        let slip = |traefik: &mut Plan| {
            let address = traefik.forward_auth["address"].as_str().unwrap();
            traefik.forward_auth["address"] = json!(address.replace("/verify", path));
        };
        let setup = GatedDesktops::built(version, |gate| gate, slip).await;
        nothing_passes(&setup, &[404]).await;
    }
}

async fn on_the_entry_point_it_guards_every_route(version: Version) {
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
    judges_rightly(&setup).await;
}

/// The second question no longer holds the token that the first answer took away.
async fn put_in_twice_it_lets_nobody_in(version: Version) {
    let setup = GatedDesktops::built(
        version,
        |gate| gate,
        |traefik| traefik.entry_point["http"]["middlewares"] = json!(["gate@file"]),
    )
    .await;
    nothing_passes(&setup, &[302, 401]).await;
}

async fn a_route_whose_gate_does_not_exist_serves_nothing(version: Version) {
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
    setup.bob.assert_untouched("its gate does not exist");
}

/// `trustForwardHeader: true` makes Traefik say `wss`; the origin is still the page's `https`.
async fn websockets_are_told_by_their_scheme_where_forwarded_headers_are_trusted(version: Version) {
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
