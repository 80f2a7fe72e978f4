//! Unusual requests: methods, request targets, upgrades, and the gate's own paths (T22).

use super::behind_every_traefik;
use crate::support::gated_desktops::GatedDesktops;
use crate::support::portal::ALICE;
use crate::support::request::Request;
use crate::support::traefik::Version;

behind_every_traefik! {
    unusual_request_targets_give_no_access,
    unusual_methods_give_no_access,
    the_reserved_path_never_reaches_a_desktop,
    an_unknown_upgrade_is_judged_like_any_request,
    an_h2c_upgrade_does_not_bypass_the_gate,
    a_token_in_the_query_is_ignored,
    no_preflight_reaches_a_desktop,
    head_is_get_without_a_body,
}

const ODD_TARGETS: [&str; 24] = [
    "//",
    "//alice",
    "/./",
    "/../",
    "/a/../../b",
    "/%2e%2e/",
    "/%2e%2e%2f",
    "/a%2fb",
    "/a%5cb",
    "/a%00b",
    "/;",
    "/;a=b",
    "/?",
    "/??",
    "/?a;b",
    "/#",
    "/a%zz",
    "/%",
    "*",
    "/verify",
    "/.well-known/x",
    "/favicon.ico",
    "/healthz",
    "/socket?EIO=4&transport=websocket",
];

async fn unusual_request_targets_give_no_access(version: Version) {
    let setup = GatedDesktops::open(version).await;
    let bobs = setup.portal.token("bob");
    for target in ODD_TARGETS {
        for request in [Request::visit(ALICE), Request::visit(ALICE).session(&bobs)] {
            let answer = setup.visit(&request.uri(target)).await;
            assert!((400..500).contains(&answer.status), "{target}: {answer}");
        }
    }
    setup.alice.assert_untouched("unusual targets without alice's token");
}

async fn unusual_methods_give_no_access(version: Version) {
    let setup = GatedDesktops::open(version).await;
    let bobs = setup.portal.token("bob");
    for method in ["get", "PUT", "DELETE", "PROPFIND", "TRACE", "OPTIONS", "PATCH", "X", "PRI"] {
        let answer = setup.visit(&Request::visit(ALICE).session(&bobs).method(method)).await;
        assert!((400..600).contains(&answer.status), "{method}: {answer}");
    }
    let own = Request::visit(ALICE).session(&setup.portal.token("alice"));
    assert_eq!(setup.visit(&own.clone().method("TRACE")).await.status, 400, "TRACE by the owner");
    // Before 3.7.9, Traefik forwarded CONNECT; with those versions, the gate denies it.
    let connect = own.method("CONNECT").uri("alice.vdi.example.com:443");
    let answer = setup.visit(&connect).await;
    let expected: &[u16] = if version.refuses_connect() { &[501] } else { &[400, 404, 405, 501] };
    assert!(expected.contains(&answer.status), "{answer}");
    setup.alice.assert_untouched("unusual methods");
}

/// With every spelling of the path, no request for the reserved path reaches the desktop.
async fn the_reserved_path_never_reaches_a_desktop(version: Version) {
    let setup = GatedDesktops::open(version).await;
    let own = Request::visit(ALICE).session(&setup.portal.token("alice"));
    for target in [
        "/.doorward",
        "/.doorward/",
        "/.doorward/enter?t=x",
        "/.doorward/logout",
        "//.doorward/enter",
        "/./.doorward/enter",
        "/x/../.doorward/enter",
        "/%2edoorward/enter",
        "/%2e%64oorward/enter",
    ] {
        setup.visit(&own.clone().uri(target)).await;
        for seen in setup.alice.seen() {
            let path = seen.line.split([' ', '?']).nth(1).unwrap_or_default();
            let reserved = path == "/.doorward" || path.starts_with("/.doorward/");
            assert!(!reserved, "{target} reached the desktop as {}", seen.line);
        }
    }
}

/// The desktop answers 101 only to the upgrade `websocket`. This test checks that the upgrade does
/// not reach it without access.
async fn an_unknown_upgrade_is_judged_like_any_request(version: Version) {
    let setup = GatedDesktops::open(version).await;
    let upgrade = |request: Request| request.add("Connection", "Upgrade").add("Upgrade", "foo");
    let bobs = setup.portal.token("bob");
    assert_eq!(setup.visit(&upgrade(Request::visit(ALICE))).await.status, 401);
    assert_eq!(setup.visit(&upgrade(Request::visit(ALICE).session(&bobs))).await.status, 403);
    setup.alice.assert_untouched("upgrades without alice's token");
}

async fn an_h2c_upgrade_does_not_bypass_the_gate(version: Version) {
    let setup = GatedDesktops::open(version).await;
    let upgrade = Request::visit(ALICE)
        .session(&setup.portal.token("bob"))
        .add("Connection", "Upgrade, HTTP2-Settings")
        .add("Upgrade", "h2c")
        .add("HTTP2-Settings", "AAMAAABkAAQAAP__");
    assert_eq!(setup.visit(&upgrade).await.status, 403);
    setup.alice.assert_untouched("an h2c upgrade with bob's token");
}

/// `ForwardAuth` cannot remove a token from the request target, so the gate does not accept one
/// there.
async fn a_token_in_the_query_is_ignored(version: Version) {
    let setup = GatedDesktops::open(version).await;
    let token = setup.portal.token("alice");
    for name in ["access_token", "token", "t", "jwt", "__Host-doorward"] {
        let request = Request::visit(ALICE).uri(&format!("/?{name}={token}")).fetch();
        assert_eq!(setup.visit(&request).await.status, 401, "{name}");
    }
    setup.alice.assert_untouched("tokens only in the query");
}

/// If the gate answered 2xx, Traefik would forward the preflight to the desktop. A preflight that
/// is also an upgrade would become a tunnel.
async fn no_preflight_reaches_a_desktop(version: Version) {
    let setup = GatedDesktops::open(version).await;
    let token = setup.portal.token("alice");
    let preflight = Request::visit(ALICE)
        .method("OPTIONS")
        .add("Origin", "https://bob.vdi.example.com")
        .add("Access-Control-Request-Method", "PUT");
    #[rustfmt::skip]
    let rows = [
        ("bare", preflight.clone()),
        ("with_token", preflight.clone().session(&token)),
        ("with_bearer", preflight.clone().bearer(&token)),
        ("from_ones_own_page", preflight.clone().set("Origin", "https://alice.vdi.example.com")
            .session(&token)),
        ("with_upgrade", preflight.clone().session(&token).websocket()),
        ("with_odd_upgrade", preflight.session(&token).add("Connection", "Upgrade")
            .add("Upgrade", "foo")),
    ];
    for (name, request) in rows {
        let answer = setup.visit(&request).await;
        assert_eq!(answer.status, 403, "{name}: {answer}");
        assert!(answer.all("Access-Control-Allow-Origin").is_empty(), "{name}: {answer}");
    }
    setup.alice.assert_untouched("preflight requests");
}

async fn head_is_get_without_a_body(version: Version) {
    let setup = GatedDesktops::open(version).await;
    let token = setup.portal.token("alice");
    let own = Request::visit(ALICE).method("HEAD").session(&token);
    assert_eq!(setup.visit(&own).await.status, 200);
    assert_eq!(setup.alice.only().line, "HEAD /");
    setup.alice.forget();
    let refused = setup.visit(&Request::visit(ALICE).method("HEAD").page()).await;
    assert_eq!((refused.status, refused.body.len()), (302, 0));
    let refused = setup
        .visit(&Request::visit(ALICE).method("HEAD").session(&setup.portal.token("bob")))
        .await;
    assert_eq!((refused.status, refused.body.len()), (403, 0));
    setup.alice.assert_untouched("no request had alice's token");
}
