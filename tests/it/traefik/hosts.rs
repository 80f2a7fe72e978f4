//! Hosts: for a request that Traefik routes to alice's desktop, the gate decides about alice's
//! host or denies it, and never decides about another host (T12, T13, T19).

use super::behind_every_traefik;
use crate::support::desktop::Desktop;
use crate::support::gated_desktops::GatedDesktops;
use crate::support::portal::{ALICE, BOB};
use crate::support::request::Request;
use crate::support::traefik::Version;
use std::io;

behind_every_traefik! {
    spellings_of_a_host_open_the_same_desktop,
    traefik_and_gate_agree_on_every_host_spelling,
    an_absolute_target_overrides_the_host_header,
    the_sni_name_does_not_affect_the_decision,
    two_users_share_one_http2_connection,
    a_spoofed_forwarded_host_changes_nothing,
    a_bound_route_denies_another_user_with_a_spoofed_host,
}

async fn spellings_of_a_host_open_the_same_desktop(version: Version) {
    let setup = GatedDesktops::open(version).await;
    let token = setup.portal.token("alice");
    for host in [
        "alice.vdi.example.com",
        "ALICE.vdi.example.com",
        "alice.vdi.example.com:443",
        "alice.vdi.example.com.",
        "Alice.VDI.example.com.:8443",
    ] {
        let own = setup.visit(&Request::visit(host).session(&token)).await;
        assert_eq!((own.status, own.json()["desktop"].as_str()), (200, Some("alice")), "{host}");
        setup.alice.forget();
        let theirs = setup.visit(&Request::visit(host).session(&setup.portal.token("bob"))).await;
        assert_eq!(theirs.status, 403, "{host}");
        setup.alice.assert_untouched("bob used another spelling of alice's host");
    }
}

/// A differential test: sends every spelling through Traefik with alice's and with bob's token. A
/// request only ever reaches the desktop of the token's user.
async fn traefik_and_gate_agree_on_every_host_spelling(version: Version) {
    let setup = GatedDesktops::open(version).await;
    let (alices, bobs) = (setup.portal.token("alice"), setup.portal.token("bob"));
    let mut routed = 0;
    for host in variants() {
        for (token, own, other) in
            [(&alices, &setup.alice, &setup.bob), (&bobs, &setup.bob, &setup.alice)]
        {
            let request = Request::visit("").set("Host", &host).session(token);
            // Traefik may answer 400, 404 or close the connection: none admits the client.
            let answer: io::Result<_> = setup.connect(ALICE).await.exchange(&request).await;
            let shown = String::from_utf8_lossy(&host).into_owned();
            assert!(other.seen().is_empty(), "{shown} reached another user's desktop");
            let reached = !own.seen().is_empty();
            if answer.is_ok_and(|answer| answer.status == 200) {
                assert!(reached, "{shown}: 200, but not from the desktop");
                routed += 1;
            }
            forget(own);
        }
    }
    assert!(routed >= 8, "Traefik routes valid spellings: {routed}");
}

fn forget(desktop: &Desktop) {
    for seen in desktop.seen() {
        seen.assert_no_token();
    }
    desktop.forget();
}

/// Spellings of both hosts, and mixtures of them.
fn variants() -> Vec<Vec<u8>> {
    let mut variants = Vec::new();
    for (own, other) in [(ALICE, BOB), (BOB, ALICE)] {
        let upper = own.to_uppercase();
        let texts = [
            own.to_owned(),
            upper.clone(),
            format!("{own}."),
            format!("{upper}.:8443"),
            format!("{own}.."),
            format!("{own}:443"),
            format!("{own}:"),
            format!("{own}:99999999"),
            format!("{own}:abc"),
            format!("{own}:443:444"),
            format!("{own}:{other}"),
            format!("{own},{other}"),
            format!("{own}, {other}"),
            format!("{own} {other}"),
            format!("{own}\t{other}"),
            format!("{other}@{own}"),
            format!("{own}@{other}"),
            format!("{own}/{other}"),
            format!("{own}#{other}"),
            format!("{own}?{other}"),
            format!("{own}\\{other}"),
            format!("{own}%00{other}"),
            format!("{own}%2f{other}"),
            format!("{other}.{own}"),
            format!("dev--{own}"),
            format!("[{own}]"),
            format!("[{own}]:443"),
            format!("{own};{other}"),
            format!("\"{own}\""),
            own.replace('.', "\u{3002}"),
            own.replace('i', "\u{131}"),
            own.replace('a', "%61"),
        ];
        variants.extend(texts.map(String::into_bytes));
        for tail in [&b"\x80"[..], b"\xff", b"\xc2\xa0", b"\xef\xbb\xbf"] {
            variants.push([own.as_bytes(), tail].concat());
            variants.push([tail, own.as_bytes()].concat());
        }
    }
    variants
}

async fn an_absolute_target_overrides_the_host_header(version: Version) {
    let setup = GatedDesktops::open(version).await;
    let (alices, bobs) = (setup.portal.token("alice"), setup.portal.token("bob"));
    let target = |host: &str| format!("https://{host}/x");
    let request = |token: &str| Request::visit(BOB).uri(&target(ALICE)).session(token);
    let own = setup.visit(&request(&alices)).await;
    assert_eq!((own.status, own.json()["desktop"].as_str()), (200, Some("alice")), "{own}");
    setup.alice.forget();
    assert_eq!(setup.visit(&request(&bobs)).await.status, 403);
    let with_user = Request::visit(BOB).uri("https://bob@alice.vdi.example.com/").session(&bobs);
    assert_ne!(setup.visit(&with_user).await.status, 200);
    setup.alice.assert_untouched("alice's host in the target, bob's token");
    setup.bob.assert_untouched("bob's host only in the Host header");

    let doubled = Request::visit(ALICE).add("Host", BOB).session(&bobs);
    assert_eq!(setup.visit(&doubled).await.status, 400, "two Host lines");
    let none = Request::get("/").session(&alices);
    assert_eq!(setup.visit(&none).await.status, 400, "no Host line");
}

async fn the_sni_name_does_not_affect_the_decision(version: Version) {
    let setup = GatedDesktops::open(version).await;
    for (server_name, host, user, status) in [
        (BOB, ALICE, "alice", 200),
        (BOB, ALICE, "bob", 403),
        (ALICE, BOB, "bob", 200),
        (ALICE, BOB, "alice", 403),
        ("unknown.vdi.example.com", ALICE, "alice", 200),
    ] {
        let request = Request::visit(host).session(&setup.portal.token(user));
        let answer = setup.connect(server_name).await.exchange(&request).await.unwrap();
        assert_eq!(answer.status, status, "{server_name} {host} {user}");
    }
    assert_eq!((setup.alice.seen().len(), setup.bob.seen().len()), (2, 1));
}

/// T19: with one wildcard certificate, a browser may send requests for both hosts over one
/// connection.
async fn two_users_share_one_http2_connection(version: Version) {
    let setup = GatedDesktops::open(version).await;
    let http2 = setup.connect_http2(BOB).await;
    let (alices, bobs) = (setup.portal.token("alice"), setup.portal.token("bob"));
    let mut requests = Vec::new();
    let mut expected = Vec::new();
    for round in 0..8 {
        for (host, token, status) in
            [(ALICE, &alices, 200), (ALICE, &bobs, 403), (BOB, &bobs, 200), (BOB, &alices, 403)]
        {
            requests.push(Request::visit(host).uri(&format!("/{round}")).session(token));
            expected.push(status);
        }
    }
    let answers = http2.exchange_all(&requests).await;
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, expected);
    assert_eq!((setup.alice.seen().len(), setup.bob.seen().len()), (8, 8));
    for (desktop, user) in [(&setup.alice, "alice"), (&setup.bob, "bob")] {
        for seen in desktop.seen() {
            seen.assert_no_token();
            assert_eq!(seen.all("X-Doorward-User"), [user]);
        }
    }
}

/// The client sends `X-Forwarded-*` headers itself. The entry point trusts them
/// (`forwardedHeaders.insecure`), the gate's middleware does not (`trustForwardHeader: false`).
async fn a_spoofed_forwarded_host_changes_nothing(version: Version) {
    let setup = GatedDesktops::built(
        version,
        |gate| gate,
        |traefik| traefik.entry_point["forwardedHeaders"] = serde_json::json!({ "insecure": true }),
    )
    .await;
    let bobs = setup.portal.token("bob");
    for name in ["X-Forwarded-Host", "x-forwarded-host", "X-FORWARDED-HOST"] {
        let request = Request::visit(ALICE)
            .session(&bobs)
            .add(name, BOB)
            .add("X-Forwarded-Uri", "/harmless")
            .add("X-Forwarded-Method", "HEAD")
            .add("X-Forwarded-Proto", "https")
            .add("Forwarded", "host=bob.vdi.example.com");
        let answer = setup.visit(&request).await;
        assert!(matches!(answer.status, 400 | 403), "{name}: {answer}");
    }
    for alias in ["X_Forwarded_Host", "X-Forwarded_Host", "X.Forwarded.Host"] {
        let answer = setup.visit(&Request::visit(ALICE).session(&bobs).add(alias, BOB)).await;
        assert!(matches!(answer.status, 400 | 403), "{alias}: {answer}");
    }
    setup.alice.assert_untouched("bob forwarded his own host");
    let alices = setup.portal.token("alice");
    let own = Request::visit(ALICE).session(&alices).add("X-Forwarded-Host", BOB);
    assert_eq!(setup.visit(&own).await.status, 200, "alice keeps access");
}

/// T13: a route that is bound to its owner denies other users, even if Traefik trusts the
/// `X-Forwarded-*` headers of clients.
async fn a_bound_route_denies_another_user_with_a_spoofed_host(version: Version) {
    let setup = GatedDesktops::built(
        version,
        |gate| gate,
        |traefik| {
            traefik.entry_point["forwardedHeaders"] = serde_json::json!({ "insecure": true });
            let address = traefik.forward_auth["address"].as_str().unwrap().to_owned();
            traefik.forward_auth["address"] = serde_json::json!(format!("{address}?owner=alice"));
            traefik.forward_auth["trustForwardHeader"] = serde_json::json!(true);
        },
    )
    .await;
    let bobs = setup.portal.token("bob");
    let spoofed = Request::visit(ALICE).session(&bobs).add("X-Forwarded-Host", BOB);
    assert!(matches!(setup.visit(&spoofed).await.status, 400 | 403));
    setup.alice.assert_untouched("bob's token on alice's route");
    let own = Request::visit(ALICE).session(&setup.portal.token("alice"));
    assert_eq!(setup.visit(&own).await.status, 200);
}
