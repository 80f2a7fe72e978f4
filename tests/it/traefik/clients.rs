//! Cookie headers of different clients: their size, their number, and cookie fields of HTTP/2.

use super::behind_every_traefik;
use crate::support::gate::Plan;
use crate::support::gated_desktops::GatedDesktops;
use crate::support::portal::{ALICE, COOKIE};
use crate::support::request::Request;
use crate::support::traefik::Version;

behind_every_traefik! {
    two_hundred_http2_cookie_fields_are_joined,
    a_cookie_header_of_60_kb_is_accepted,
    a_cookie_header_beyond_the_limit_gets_431_or_500,
    tossed_cookies_do_not_hide_the_valid_session,
    http2_requests_are_judged_by_class,
    several_cookie_headers_keep_all_other_cookies,
}

/// Over HTTP/2 browsers send one `Cookie` field for each cookie. Traefik joins them into one header
/// for the gate, and the desktop also receives one header.
async fn two_hundred_http2_cookie_fields_are_joined(version: Version) {
    let setup = GatedDesktops::open(version).await;
    let http2 = setup.connect_http2(ALICE).await;
    let crumbs = (0..200).map(|n| format!("c{n}=v{n}"));
    let (before, after): (Vec<String>, Vec<String>) = crumbs.partition(|crumb| crumb.len() < 6);
    let fold = |request: Request, crumbs: &[String]| {
        crumbs.iter().fold(request, |request, crumb| request.add("Cookie", crumb))
    };
    let request = fold(Request::visit(ALICE), &before).session(&setup.portal.token("alice"));
    let answer = http2.exchange(&fold(request, &after)).await.unwrap();
    assert_eq!(answer.status, 200, "{answer}");
    let seen = setup.alice.only();
    seen.assert_no_token();
    assert_eq!(seen.all("Cookie"), [[before, after].concat().join("; ")]);
}

/// T3: cookies that bob adds to alice's cookie jar make her requests larger and have no other
/// effect.
async fn a_cookie_header_of_60_kb_is_accepted(version: Version) {
    let setup = GatedDesktops::open(version).await;
    let jar: Vec<String> = (0..150).map(|n| format!("tossed{n}={}", "x".repeat(390))).collect();
    let jar = jar.join("; ");
    let request = Request::visit(ALICE)
        .add("Cookie", format!("{jar}; {COOKIE}={}", setup.portal.token("alice")));
    assert_eq!(setup.visit(&request).await.status, 200);
    let seen = setup.alice.only();
    seen.assert_no_token();
    assert_eq!(seen.all("Cookie"), [jar.as_str()]);
}

/// Traefik accepts 1 MiB of headers. Over HTTP/1.1 the gate answers 431 with a page that explains
/// the remedy. Over HTTP/2 it does so up to 65,535 bytes. The gate announces this limit, because a
/// longer header list could end the connection of all users. Above it, Traefik itself answers 500.
async fn a_cookie_header_beyond_the_limit_gets_431_or_500(version: Version) {
    for tls in [false, true] {
        let gate = |plan: Plan| if tls { plan.with_tls(false) } else { plan };
        let setup = GatedDesktops::built(version, gate, |_| ()).await;
        let tiny: Vec<String> = (0..4_500).map(|n| format!("c{n}=abcdefghijklmnop")).collect();
        for (jar, over_http2) in [
            ("x".repeat(62_000), 431),
            ("x".repeat(130_000), 500),
            ("x".repeat(700_000), 500),
            (tiny.join("; "), 500),
        ] {
            let session = format!("{COOKIE}={}", setup.portal.token("alice"));
            let visit = Request::visit(ALICE).page().add("Cookie", format!("{jar}; {session}"));
            let answer = setup.visit(&visit).await;
            let what = format!("{} bytes, tls {tls}: {answer}", jar.len());
            assert_eq!(answer.status, if tls { over_http2 } else { 431 }, "{what}");
            if answer.status == 431 {
                assert!(answer.is_page() && answer.text().contains("Too many cookies"), "{what}");
            }
        }
        setup.alice.assert_untouched("every cookie header was beyond the limit");
    }
}

async fn tossed_cookies_do_not_hide_the_valid_session(version: Version) {
    let setup = GatedDesktops::open(version).await;
    let (good, bobs) = (setup.portal.token("alice"), setup.portal.token("bob"));
    let forged = setup.portal.forged("alice");
    let jar = [&bobs, &forged, &good, &bobs].map(|token| format!("{COOKIE}={token}")).join("; ");
    let request = Request::visit(ALICE).add("Cookie", format!("a=1; {jar}; b=2"));
    assert_eq!(setup.visit(&request).await.status, 200);
    let seen = setup.alice.only();
    seen.assert_no_token();
    assert_eq!(seen.all("Cookie"), ["a=1; b=2"]);
}

async fn http2_requests_are_judged_by_class(version: Version) {
    let setup = GatedDesktops::open(version).await;
    let http2 = setup.connect_http2(ALICE).await;
    let bobs = setup.portal.token("bob");
    let requests = [
        Request::visit(ALICE).page(),
        Request::visit(ALICE).fetch(),
        Request::visit(ALICE).form(),
        Request::visit(ALICE).session(&bobs).page(),
        Request::visit("unknown.vdi.example.com").page(),
    ];
    let answers = http2.exchange_all(&requests).await;
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [302, 401, 401, 403, 404]);
    setup.alice.assert_untouched("no request had alice's token");
}

async fn several_cookie_headers_keep_all_other_cookies(version: Version) {
    let setup = GatedDesktops::open(version).await;
    let request = Request::visit(ALICE)
        .add("Cookie", "a=1")
        .session(&setup.portal.token("alice"))
        .add("cookie", "b=2; c=3");
    assert_eq!(setup.visit(&request).await.status, 200);
    let seen = setup.alice.only();
    seen.assert_no_token();
    assert_eq!(seen.all("Cookie"), ["a=1; b=2; c=3"]);
}
