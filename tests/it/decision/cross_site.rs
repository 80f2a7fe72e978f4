//! Step 9: bob's page is same-site with alice's desktop, so no cookie attribute keeps them apart.
//! The rules of docs/answers-and-cross-site.md (T5 to T8).

use super::alice;
use crate::support::gate::Gate;
use crate::support::portal::{ALICE, COOKIE, Portal};
use crate::support::request::Request;
use crate::support::table::Table;

const OWN: &str = "https://alice.vdi.example.com";
const BOBS: &str = "https://bob.vdi.example.com";

#[tokio::test]
async fn fetch_metadata() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let mut table = Table::of(&gate);
    for (method, mode, destination, navigation) in [
        ("GET", "navigate", "document", true),
        ("HEAD", "navigate", "document", true),
        ("POST", "navigate", "document", false),
        ("get", "navigate", "document", false),
        ("GET", "navigate", "iframe", false),
        ("GET", "navigate", "frame", false),
        ("GET", "navigate", "embed", false),
        ("GET", "navigate", "object", false),
        ("GET", "nested-navigate", "document", false),
        ("GET", "no-cors", "image", false),
        ("GET", "no-cors", "script", false),
        ("GET", "cors", "empty", false),
        ("GET", "same-origin", "serviceworker", false),
        ("GET", "navigate", "empty", false),
        ("GET", "no-cors", "document", false),
        ("DELETE", "cors", "empty", false),
    ] {
        for (site, always) in [
            ("same-origin", true),
            ("none", true),
            ("same-site", false),
            ("cross-site", false),
            ("sibling", false),
            ("", false),
            ("Same-Origin", false),
            ("same-origin, same-origin", false),
        ] {
            let question = alice(&portal).method(method).fetch_metadata(site, mode, destination);
            let status = if always || navigation { 200 } else { 403 };
            table.row(&format!("{site:?} {method} {mode} {destination}"), question, status).await;
        }
    }
    // Chromium's speculation rules, and the browser's own prefetching.
    for (site, status) in [("same-origin", 200), ("none", 403), ("same-site", 403), ("", 403)] {
        let ahead =
            alice(&portal).page().set("Sec-Fetch-Site", site).add("Sec-Purpose", "prefetch");
        table.row(&format!("fetched ahead, site {site:?}"), ahead, status).await;
    }
    let stranger = Request::question(ALICE).page().add("Sec-Purpose", "prefetch;prerender");
    let answer = table.row("no sign-in by a prefetch", stranger, 401).await;
    table.expect(answer.all("Set-Cookie").is_empty(), "and nothing is begun");
    let from_bob = |question: Request| question.set("Sec-Fetch-Site", "same-site");
    let page = || alice(&portal).page();
    #[rustfmt::skip]
    let rows = [
        ("site_twice", alice(&portal).fetch().add("Sec-Fetch-Site", "same-origin"), 403),
        ("site_twice_differing", alice(&portal).fetch().add("Sec-Fetch-Site", "cross-site"),
            403),
        ("navigation_without_mode", from_bob(page()).without("Sec-Fetch-Mode"), 403),
        ("navigation_without_destination", from_bob(page()).without("Sec-Fetch-Dest"), 403),
        ("navigation_with_two_modes", from_bob(page()).add("Sec-Fetch-Mode", "cors"), 403),
        ("navigation_with_two_destinations", from_bob(page()).add("Sec-Fetch-Dest", "image"), 403),
        ("navigation_that_accepts_anything", from_bob(page()).set("Accept", "*/*"), 200),
        ("image_that_accepts_html", from_bob(page()).set("Sec-Fetch-Dest", "image"), 403),
    ];
    table.rows(rows).await;
    table.finish();
}

#[tokio::test]
async fn origins() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let mut table = Table::of(&gate);
    let post = |origin: &str| alice(&portal).method("POST").add("Origin", origin);
    #[rustfmt::skip]
    let rows = [
        (OWN, 200),
        ("https://alice.vdi.example.com:443", 200),
        ("HTTPS://ALICE.VDI.example.com", 200),
        (BOBS, 403),
        ("http://alice.vdi.example.com", 403),
        ("https://alice.vdi.example.com:444", 403),
        ("https://alice.vdi.example.com/", 403),
        ("https://alice.vdi.example.com/x", 403),
        ("https://alice.vdi.example.com?", 403),
        ("https://alice.vdi.example.com#", 403),
        ("https://alice.vdi.example.com.evil.example", 403),
        ("https://alice.vdi.example.com@evil.example", 403),
        ("https://evil.example@alice.vdi.example.com", 403),
        ("https://evil.example#https://alice.vdi.example.com", 403),
        ("https://vdi.example.com", 403),
        ("https://dev--alice.vdi.example.com", 403),
        ("//alice.vdi.example.com", 403),
        ("alice.vdi.example.com", 403),
        ("https://alice.vdi.example.com https://evil.example", 403),
        ("https://alice.vdi.example.com, https://evil.example", 403),
        ("wss://alice.vdi.example.com", 403),
        ("https:alice.vdi.example.com", 403),
        ("https:///alice.vdi.example.com", 403),
        ("https://alice.vdi.example.com\\evil.example", 403),
        ("https://al\u{131}ce.vdi.example.com", 403),
        ("null", 403),
        ("NULL", 403),
        ("", 403),
    ];
    for (origin, status) in rows {
        table.row(&format!("post from {origin:?}"), post(origin), status).await;
        let fetch = alice(&portal).fetch().add("Origin", origin);
        // A page with `no-referrer` posts its own forms with `Origin: null`; `Sec-Fetch-Site` proves them.
        let status = if origin == "null" { 200 } else { status };
        table.row(&format!("vouched for {origin:?}"), fetch, status).await;
    }
    let navigation = |origin: &str, site: &str| {
        alice(&portal).page().set("Sec-Fetch-Site", site).add("Origin", origin)
    };
    #[rustfmt::skip]
    let rows = [
        ("two_origins", post(OWN).add("Origin", OWN), 403),
        ("own_and_foreign", post(OWN).add("Origin", BOBS), 403),
        ("get_from_bob", alice(&portal).add("Origin", BOBS), 403),
        ("head_from_bob", alice(&portal).method("HEAD").add("Origin", BOBS), 403),
        ("old_page_from_bob", alice(&portal).old_page().add("Origin", BOBS), 403),
        ("navigation_from_bob", navigation(BOBS, "same-site"), 200),
        ("navigation_from_nowhere", navigation("null", "cross-site"), 200),
        ("form_from_bob", navigation(BOBS, "same-site").method("POST"), 403),
        ("null_vouched_twice", post("null").add("Sec-Fetch-Site", "same-origin")
            .add("Sec-Fetch-Site", "same-origin"), 403),
        ("null_vouched_as_none", post("null").add("Sec-Fetch-Site", "none"), 403),
        ("null_vouched_as_same_site", post("null").add("Sec-Fetch-Site", "same-site"), 403),
    ];
    table.rows(rows).await;
    table.finish();
}

/// The own origin is the one in the browser's address bar: another port is another origin.
#[tokio::test]
async fn own_origin_has_the_port_of_the_host() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let mut table = Table::of(&gate);
    #[rustfmt::skip]
    let rows = [
        ("alice.vdi.example.com:8443", "https://alice.vdi.example.com:8443", 200),
        ("alice.vdi.example.com:8443", OWN, 403),
        ("alice.vdi.example.com:443", OWN, 200),
        ("ALICE.vdi.example.com", OWN, 200),
        ("dev--alice.vdi.example.com", "https://dev--alice.vdi.example.com", 200),
        ("dev--alice.vdi.example.com", OWN, 403),
    ];
    for (host, origin, status) in rows {
        let question =
            alice(&portal).set("X-Forwarded-Host", host).method("POST").add("Origin", origin);
        table.row(&format!("{origin} at {host}"), question, status).await;
    }
    table.finish();
}

/// Browsers without Fetch Metadata: safe methods pass, others need `Origin` or `Referer`.
#[tokio::test]
async fn without_fetch_metadata() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let mut table = Table::of(&gate);
    for method in ["GET", "HEAD"] {
        table.row(method, alice(&portal).method(method), 200).await;
    }
    for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "get", "LOCK"] {
        let bare = alice(&portal).method(method);
        let from = |referer: &str| bare.clone().add("Referer", referer);
        #[rustfmt::skip]
        let rows = [
            (method, bare.clone(), 403),
            ("own_origin", bare.clone().add("Origin", OWN), 200),
            ("own_referer", from("https://alice.vdi.example.com/desk?x"), 200),
            ("bobs_referer", from("https://bob.vdi.example.com/"), 403),
            ("longer_referer", from("https://alice.vdi.example.com.evil.example/"), 403),
            ("own_host_in_the_path", from("https://evil.example/https://alice.vdi.example.com/"),
                403),
            ("own_host_as_user", from("https://alice.vdi.example.com@evil.example/"), 403),
            ("plain_referer", from("http://alice.vdi.example.com/"), 403),
            ("empty_referer", from(""), 403),
            ("two_referers", from("https://alice.vdi.example.com/").add("Referer", BOBS), 403),
            ("bobs_origin_own_referer", from("https://alice.vdi.example.com/").add("Origin", BOBS),
                403),
        ];
        table.rows(rows).await;
    }
    table.finish();
}

/// T6: bob's page opens a WebSocket to alice's desktop, and her browser sends all her cookies.
#[tokio::test]
async fn websockets() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let mut table = Table::of(&gate);
    let socket = |origin: &str| alice(&portal).websocket().set("Origin", origin);
    let own = || alice(&portal).websocket();
    #[rustfmt::skip]
    let rows = [
        ("own", own(), 200),
        ("own_in_firefox", own().fetch_metadata("same-origin", "websocket", "empty"), 200),
        ("own_from_bob_in_firefox", own().fetch_metadata("same-site", "websocket", "empty"), 403),
        ("bob", socket(BOBS), 403),
        ("bob_vouched", socket(BOBS).add("Sec-Fetch-Site", "same-origin"), 403),
        ("portal", socket("https://login.example.net"), 403),
        ("zone", socket("https://vdi.example.com"), 403),
        ("plain", socket("http://alice.vdi.example.com"), 403),
        ("other_port", socket("https://alice.vdi.example.com:444"), 403),
        ("other_session", socket("https://dev--alice.vdi.example.com"), 403),
        ("null", socket("null"), 403),
        ("null_vouched", socket("null").add("Sec-Fetch-Site", "same-origin"), 403),
        ("absent", own().without("Origin"), 403),
        ("absent_vouched", own().without("Origin").add("Sec-Fetch-Site", "same-origin"), 403),
        ("twice", own().add("Origin", OWN), 403),
        ("by_post", own().method("POST"), 200),
        ("from_bob_disguised_as_page", socket(BOBS).fetch_metadata("same-site", "cors", "empty"),
            403),
        // Only `Sec-WebSocket-Key` shows a handshake: Traefik removes Upgrade and Connection.
        ("empty_key", own().set("Sec-WebSocket-Key", "").without("Origin"), 403),
    ];
    table.rows(rows).await;
    table.finish();
}

/// A request without cookies and browser headers, with a token in a header, comes from a program.
#[tokio::test]
async fn a_request_with_only_a_header_token_is_exempt_from_cross_site_rules() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let mut table = Table::of(&gate);
    let tool = || Request::question(ALICE).bearer(&portal.token("alice")).method("POST");
    let ours = |value: &str| format!("{COOKIE}={value}");
    #[rustfmt::skip]
    let rows = [
        ("post", tool(), 200),
        ("delete", tool().method("DELETE"), 200),
        ("websocket", tool().websocket().method("GET").without("Origin"), 200),
        ("with_a_cookie_of_the_app", tool().add("Cookie", "a=1"), 200),
        ("with_referer", tool().add("Referer", BOBS), 200),
        ("with_our_cookie", tool().session(&portal.token("alice")), 403),
        ("with_a_bad_cookie_of_ours", tool().add("Cookie", ours("x")), 403),
        ("with_an_empty_cookie_of_ours", tool().add("Cookie", ours("")), 403),
        ("with_bobs_origin", tool().add("Origin", BOBS), 403),
        ("with_own_origin", tool().add("Origin", OWN), 200),
        ("with_null_origin", tool().add("Origin", "null"), 403),
        ("with_cross_site", tool().add("Sec-Fetch-Site", "cross-site"), 403),
        ("with_any_metadata", tool().add("Sec-Fetch-User", "?1"), 403),
        ("with_same_origin", tool().add("Sec-Fetch-Site", "same-origin"), 200),
        ("with_a_storage_access_header", tool().add("Sec-Fetch-Storage-Access", "none"), 403),
    ];
    table.rows(rows).await;
    table.finish();
}
