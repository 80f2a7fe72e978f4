//! What `trusted_origins` admits besides the own origin, and what `report` and `off` still refuse.

use super::alice;
use crate::support::gate::Plan;
use crate::support::portal::{ALICE, BOB, Portal};
use crate::support::request::Request;
use crate::support::table::Table;
use serde_json::json;

const OWN: &str = "https://alice.vdi.example.com";
const BOBS: &str = "https://bob.vdi.example.com";

#[tokio::test]
async fn trusted_origins() {
    let portal = Portal::new();
    let trusted = json!([
        { "origin": "https://portal.example.com", "frame": true },
        { "origin": "https://tools.example.com:8443", "websocket": true },
    ]);
    let gate = Plan::of(&portal).with("trusted_origins", trusted).open().await;
    let mut table = Table::of(&gate);
    let foreign = |origin: &str| {
        alice(&portal).fetch().set("Sec-Fetch-Site", "cross-site").add("Origin", origin)
    };
    let frame = |referer: &str| {
        alice(&portal).frame().set("Sec-Fetch-Site", "cross-site").add("Referer", referer)
    };
    let socket = |origin: &str| alice(&portal).websocket().set("Origin", origin);
    let (hub, tools) = ("https://portal.example.com", "https://tools.example.com:8443");
    #[rustfmt::skip]
    let rows = [
        ("portal_fetches", foreign(hub), 200),
        ("portal_posts", foreign(hub).method("POST"), 200),
        ("tools_fetch", foreign(tools), 200),
        ("tools_on_another_port", foreign("https://tools.example.com"), 403),
        ("portal_in_the_plain", foreign("http://portal.example.com"), 403),
        ("longer_portal", foreign("https://portal.example.com.evil.example"), 403),
        ("bob_fetches", foreign(BOBS), 403),
        ("two_trusted_origins", foreign(hub).add("Origin", tools), 403),
        // Bob's picture on the portal's page may redirect here, and keeps the portal's Referer.
        ("redirected_image_with_portals_referer", alice(&portal)
            .fetch_metadata("cross-site", "no-cors", "image")
            .add("Referer", "https://portal.example.com/a"), 403),
        ("bob_by_referer", alice(&portal).fetch_metadata("same-site", "no-cors", "image")
            .add("Referer", "https://bob.vdi.example.com/a"), 403),
        ("bobs_origin_portals_referer", foreign(BOBS)
            .add("Referer", "https://portal.example.com/a"), 403),
        ("portal_frames", frame("https://portal.example.com/a"), 200),
        ("tools_frame", frame("https://tools.example.com:8443/a"), 403),
        ("bob_frames", frame("https://bob.vdi.example.com/a"), 403),
        ("portals_socket", socket(hub), 403),
        ("tools_socket", socket(tools), 200),
        ("bobs_socket", socket(BOBS), 403),
        ("preflight_from_portal", foreign(hub).method("OPTIONS")
            .add("Access-Control-Request-Method", "PUT"), 403),
    ];
    table.rows(rows).await;
    // A trusted origin does not replace a token.
    let bobs = Request::question(ALICE).session(&portal.token("bob")).fetch().add("Origin", hub);
    table.row("bobs_token_from_the_portal", bobs, 403).await;
    table.finish();
}

#[tokio::test]
async fn report_and_off() {
    let portal = Portal::new();
    for (mode, sibling_socket) in [("report", 403), ("off", 200)] {
        let gate = Plan::of(&portal).with("cross_site", json!(mode)).open().await;
        let mut table = Table::of(&gate);
        let from_bob =
            alice(&portal).fetch().set("Sec-Fetch-Site", "same-site").add("Origin", BOBS);
        let socket = |origin: &str| alice(&portal).websocket().set("Origin", origin);
        #[rustfmt::skip]
        let rows = [
            ("fetch_from_bob", from_bob.clone(), 200),
            ("own_socket", socket(OWN), 200),
            ("sibling_socket", socket(BOBS), sibling_socket),
            ("elsewhere_socket", socket("https://elsewhere.example"), 200),
            ("bobs_token", from_bob.without("Cookie").session(&portal.token("bob")), 403),
            ("bobs_host", alice(&portal).set("X-Forwarded-Host", BOB), 403),
            ("preflight", alice(&portal).method("OPTIONS")
                .add("Access-Control-Request-Method", "PUT"), 403),
        ];
        table.rows(rows).await;
        table.finish();
        let ready = gate.admin("/readyz").await.unwrap();
        assert!(ready.status == 200 && ready.text().contains(mode), "{ready}");
        let said = gate.process.output();
        assert!(said.contains("cross_site") && said.to_lowercase().contains("warn"), "{said}");
    }
}
