//! The purpose of doorward: users have access only to their own desktops, and no desktop receives
//! a token.

use super::behind_every_traefik;
use crate::support::gated_desktops::GatedDesktops;
use crate::support::portal::{ALICE, BOB, COOKIE, LOGIN};
use crate::support::request::Request;
use crate::support::traefik::Version;
use futures_util::{SinkExt, StreamExt};
use std::time::Duration;
use tokio_tungstenite::tungstenite::Message;

behind_every_traefik! {
    a_user_reaches_their_own_desktop,
    a_request_for_another_users_desktop_gets_403,
    without_a_token_a_page_gets_302_and_other_requests_401,
    a_same_origin_websocket_is_permitted,
    a_cross_origin_websocket_is_denied,
    requests_from_a_sibling_page_are_denied,
    with_the_gate_stopped_traefik_answers_500,
}

async fn a_user_reaches_their_own_desktop(version: Version) {
    let setup = GatedDesktops::open(version).await;
    let token = setup.portal.token("alice");
    let by_cookie = Request::visit(ALICE)
        .uri("/desk?x=1")
        .add("Cookie", format!("a=1; {COOKIE}={token}; b=\"x y\""))
        .add("Authorization", "Basic dXNlcjpwYXNz")
        .page();
    let answer = setup.visit(&by_cookie).await;
    assert_eq!(
        (answer.status, answer.json()["desktop"].as_str()),
        (200, Some("alice")),
        "{answer}"
    );
    assert_eq!(answer.cookies(), ["desktop=alice"], "the app's own cookie passes");
    let seen = setup.alice.only();
    seen.assert_no_token();
    assert_eq!(seen.line, "GET /desk?x=1");
    assert_eq!(seen.all("Cookie"), ["a=1; b=\"x y\""]);
    assert_eq!(seen.all("Authorization"), ["Basic dXNlcjpwYXNz"]);
    assert_eq!(seen.all("X-Doorward-User"), ["alice"]);
    assert_eq!(seen.all("X-Doorward-Label"), ["alice"]);

    setup.alice.forget();
    let by_bearer = Request::visit(ALICE).bearer(&token).add("Cookie", "a=1");
    assert_eq!(setup.visit(&by_bearer).await.status, 200);
    let seen = setup.alice.only();
    seen.assert_no_token();
    assert_eq!((seen.all("Authorization").len(), seen.all("Cookie")), (0, vec!["a=1"]));

    setup.alice.forget();
    let only_ours = Request::visit(ALICE).session(&token).bearer(&token);
    assert_eq!(setup.visit(&only_ours).await.status, 200);
    let seen = setup.alice.only();
    seen.assert_no_token();
    assert_eq!((seen.all("Authorization").len(), seen.all("Cookie").len()), (0, 0));
    setup.bob.assert_untouched("every request was for alice's desktop");
}

async fn a_request_for_another_users_desktop_gets_403(version: Version) {
    let setup = GatedDesktops::open(version).await;
    let bobs = setup.portal.token("bob");
    let shapes: [fn(Request) -> Request; 5] =
        [Request::page, Request::fetch, Request::form, Request::frame, Request::websocket];
    for shape in shapes {
        let answer = setup.visit(&shape(Request::visit(ALICE).session(&bobs))).await;
        assert_eq!((answer.status, answer.header("Location")), (403, None), "{answer}");
        assert_eq!(answer.violations(), Vec::<String>::new(), "{answer}");
    }
    let answer = setup.visit(&Request::visit(ALICE).bearer(&bobs)).await;
    assert_eq!(answer.status, 403);
    setup.alice.assert_untouched("bob's token on alice's host");
    assert_eq!(setup.visit(&Request::visit(BOB).session(&bobs)).await.status, 200);
    setup.bob.only().assert_no_token();
}

async fn without_a_token_a_page_gets_302_and_other_requests_401(version: Version) {
    let setup = GatedDesktops::open(version).await;
    let portal = &setup.portal;
    let expired = portal.expired("alice");
    let page = setup.visit(&Request::visit(ALICE).uri("/a?b").page()).await;
    assert_eq!(page.status, 302);
    let location = page.header("Location").unwrap();
    assert_eq!(location, format!("{LOGIN}?rd=https%3A%2F%2Falice.vdi.example.com%2Fa%3Fb"));
    let page = setup.visit(&Request::visit(ALICE).session(&expired).page()).await;
    assert_eq!(page.status, 302);
    let page = setup.visit(&Request::visit(ALICE).session(&portal.forged("alice")).page()).await;
    assert!(page.status == 401 && page.is_page(), "{page}");
    let shapes: [fn(Request) -> Request; 4] =
        [Request::fetch, Request::form, Request::frame, Request::websocket];
    for shape in shapes {
        for request in [Request::visit(ALICE), Request::visit(ALICE).session(&expired)] {
            let answer = setup.visit(&shape(request)).await;
            assert_eq!((answer.status, answer.header("Location")), (401, None), "{answer}");
            assert_eq!(answer.violations(), Vec::<String>::new(), "{answer}");
        }
    }
    setup.alice.assert_untouched("no request had a valid token");
}

async fn a_same_origin_websocket_is_permitted(version: Version) {
    let setup = GatedDesktops::open(version).await;
    let request = Request::visit(ALICE)
        .uri("/socket")
        .add("Cookie", "a=1")
        .session(&setup.portal.token("alice"))
        .websocket();
    let mut socket = setup.websocket(&request).await.expect("the handshake");
    for text in ["knock", "knock again"] {
        socket.send(Message::text(text)).await.unwrap();
        assert_eq!(socket.next().await.unwrap().unwrap(), Message::text(text));
    }
    let seen = setup.alice.only();
    seen.assert_no_token();
    assert_eq!(seen.all("Cookie"), ["a=1"]);
    assert_eq!(seen.all("X-Doorward-User"), ["alice"]);
}

async fn a_cross_origin_websocket_is_denied(version: Version) {
    let setup = GatedDesktops::open(version).await;
    let token = setup.portal.token("alice");
    for origin in [
        "https://bob.vdi.example.com",
        "https://alice.vdi.example.com:444",
        "http://alice.vdi.example.com",
        "https://login.example.net",
        "null",
    ] {
        let request = Request::visit(ALICE).session(&token).websocket().set("Origin", origin);
        let answer = setup.websocket(&request).await.expect_err("a refusal");
        assert_eq!(answer.status, 403, "{origin}: {answer}");
    }
    let request = Request::visit(ALICE).session(&token).websocket().without("Origin");
    assert_eq!(setup.websocket(&request).await.expect_err("a refusal").status, 403);
    setup.alice.assert_untouched("WebSockets from other origins");
}

/// Alice's browser sends her cookies with requests that bob's page starts.
async fn requests_from_a_sibling_page_are_denied(version: Version) {
    let setup = GatedDesktops::open(version).await;
    let token = setup.portal.token("alice");
    let bobs_page = "https://bob.vdi.example.com";
    let own = || Request::visit(ALICE).session(&token);
    #[rustfmt::skip]
    let rows = [
        ("fetch", own().fetch_metadata("same-site", "cors", "empty").add("Origin", bobs_page)),
        ("image", own().fetch_metadata("same-site", "no-cors", "image")),
        ("frame", own().fetch_metadata("same-site", "navigate", "iframe")),
        ("form", own().form().set("Sec-Fetch-Site", "same-site").set("Origin", bobs_page)),
        ("old_form", own().method("POST").add("Origin", bobs_page)),
        ("old_form_by_referer", own().method("POST").add("Referer", bobs_page)),
    ];
    for (name, request) in rows {
        assert_eq!(setup.visit(&request).await.status, 403, "{name}");
    }
    setup.alice.assert_untouched("requests from bob's page");
    let link = own().page().set("Sec-Fetch-Site", "same-site");
    assert_eq!(setup.visit(&link).await.status, 200, "a link from bob's page is permitted");
}

async fn with_the_gate_stopped_traefik_answers_500(version: Version) {
    let mut setup = GatedDesktops::open(version).await;
    let good = Request::visit(ALICE).session(&setup.portal.token("alice")).page();
    assert_eq!(setup.visit(&good).await.status, 200);
    setup.alice.forget();
    setup.gate.process.signal("TERM");
    assert_eq!(setup.gate.process.exit_code(Duration::from_secs(30)).await, Some(0));
    for _ in 0..3 {
        assert_eq!(setup.visit(&good).await.status, 500);
        assert_eq!(setup.visit(&Request::visit(ALICE)).await.status, 500);
    }
    setup.alice.assert_untouched("the gate was stopped");
}
