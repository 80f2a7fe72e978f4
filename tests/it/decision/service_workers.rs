//! What a service worker of alice's own desktop hides: a navigation of bob's page passes through it,
//! and comes with alice's cookie and, in many cases, as her own request.

use super::alice;
use crate::support::answer::Answer;
use crate::support::gate::{Gate, Plan};
use crate::support::portal::{ALICE, Portal};
use crate::support::request::Request;
use crate::support::table::Table;
use serde_json::json;

const OWN: &str = "https://alice.vdi.example.com";
const HERS: &str = "https://alice.vdi.example.com/desk";
const BOBS: &str = "https://bob.vdi.example.com/";

/// `fetch(event.request)` for a navigation from another page, in Chromium.
fn chromium(request: Request, site: &str) -> Request {
    navigation(request).fetch_metadata(site, "navigate", "empty")
}

/// The same in Firefox.
fn firefox(request: Request, referer: &str) -> Request {
    let request = navigation(request).fetch_metadata("same-origin", "same-origin", "empty");
    request.add("Referer", referer)
}

fn navigation(request: Request) -> Request {
    request.add("Upgrade-Insecure-Requests", "1").set("Accept", "text/html,*/*;q=0.8")
}

fn loads_itself_again(answer: &Answer) -> bool {
    let policy = answer.header("Content-Security-Policy").unwrap_or_default();
    let (refresh, framed) = (
        answer.text().contains("http-equiv=\"refresh\""),
        policy.contains("frame-ancestors 'none'"),
    );
    let head = answer.body.is_empty();
    assert!(head || refresh == framed, "a page that reloads cannot be framed: {answer}");
    refresh
}

#[tokio::test]
async fn a_link_loads_itself_again_and_nothing_else_does() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let mut table = Table::of(&gate);
    let mut row = async |name: &str, request: Request, reloads: bool| {
        let answer = table.row(name, request, 403).await;
        table.expect(loads_itself_again(&answer) == reloads, name);
        answer
    };
    let hers = || alice(&portal);
    row("link_of_a_sibling_chromium", chromium(hers(), "same-site"), true).await;
    row("link_of_another_site_chromium", chromium(hers(), "cross-site"), true).await;
    row("link_of_a_sibling_firefox", firefox(hers(), BOBS), true).await;
    row(
        "link_preloaded_firefox",
        firefox(hers(), BOBS).fetch_metadata("same-origin", "navigate", "document"),
        true,
    )
    .await;
    row("prefetch", chromium(hers(), "same-site").add("Sec-Purpose", "prefetch"), false).await;
    row("prefetch_as_her_own", firefox(hers(), BOBS).add("Sec-Purpose", "prefetch"), false).await;
    row(
        "frame",
        hers().frame().fetch_metadata("same-origin", "navigate", "iframe").add("Referer", BOBS),
        false,
    )
    .await;
    row("script", firefox(hers(), BOBS).set("Accept", "*/*"), false).await;
    row("form_chromium", chromium(hers().method("POST"), "same-site"), false).await;
    let form = firefox(hers().method("POST"), BOBS).add("Origin", OWN);
    row("form_firefox", form, false).await;
    row("form_without_referer", firefox(hers().method("POST"), "").add("Origin", "null"), false)
        .await;
    let head = row("head", chromium(hers().method("HEAD"), "same-site"), false).await;
    let policy = head.header("Content-Security-Policy").unwrap_or_default();
    table.expect(policy.contains("frame-ancestors 'none'"), "HEAD has the headers of the page");
    table.row("the_page_again_chromium", chromium(hers(), "same-origin"), 200).await;
    table.row("the_page_again_firefox", firefox(hers(), HERS), 200).await;
    let form = firefox(hers().method("POST"), HERS).add("Origin", OWN);
    table.row("her_own_form", form, 200).await;
    table.finish();
}

#[tokio::test]
async fn a_page_that_reloads_without_effect_stops() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let mut table = Table::of(&gate);
    let mut cookie = String::new();
    for reload in 1..=4 {
        let request = chromium(alice(&portal), "same-site").add("Cookie", &cookie);
        let answer = table.row(&format!("reload {reload}"), request, 403).await;
        table.expect(loads_itself_again(&answer) == (reload < 4), &format!("reload {reload}"));
        if let Some(set) = answer.cookies().first() {
            set.split(';').next().unwrap_or_default().clone_into(&mut cookie);
        }
    }
    let other = chromium(alice(&portal), "same-site").uri("/other").add("Cookie", &cookie);
    let answer = table.row("another_path", other, 403).await;
    table.expect(loads_itself_again(&answer), "each path has its own count");
    table.finish();
}

#[tokio::test]
async fn a_page_through_a_service_worker_signs_in_like_any_page() {
    let portal = Portal::new();
    let login = json!({ "url": "https://portal.example.com/vdi", "sets_cookie": true });
    let gate = Plan::of(&portal).with("login", login).open().await;
    let mut table = Table::of(&gate);
    let visitor = || Request::question(ALICE);
    for site in ["same-origin", "none", "same-site", "cross-site"] {
        table.row(&format!("chromium, {site}"), chromium(visitor(), site), 302).await;
    }
    table.row("firefox", firefox(visitor(), HERS), 302).await;
    table.row("script", firefox(visitor(), HERS).set("Accept", "application/json"), 401).await;
    table.row("form", chromium(visitor().method("POST"), "same-origin"), 401).await;
    table.finish();
}

#[tokio::test]
async fn the_script_of_a_loaded_service_worker_is_no_page() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let mut table = Table::of(&gate);
    let form = |page: &str| firefox(alice(&portal).method("POST"), page).add("Origin", OWN);
    let script = "https://alice.vdi.example.com/worker?version=2";
    table.row("form_of_a_page", form(script), 200).await;
    let load =
        |site| alice(&portal).uri("/worker").fetch_metadata(site, "same-origin", "serviceworker");
    table.row("loaded_by_bobs_page", load("same-site"), 403).await;
    table.row("form_of_a_page_still", form(script), 200).await;
    table.row("loaded_by_her_page", load("same-origin"), 200).await;
    table.row("form_of_the_script", form(script), 403).await;
    table
        .row("form_of_a_page_beside_it", form("https://alice.vdi.example.com/worker/page"), 200)
        .await;
    table
        .row("form_of_a_script_by_its_name", form("https://alice.vdi.example.com/sw.js"), 403)
        .await;
    table.finish();
}

#[tokio::test]
async fn service_workers_can_be_refused() {
    let portal = Portal::new();
    let gate = Plan::of(&portal).with("service_workers", json!("refuse")).open().await;
    let mut table = Table::of(&gate);
    let hers = || {
        alice(&portal).uri("/sw.js").fetch_metadata("same-origin", "same-origin", "serviceworker")
    };
    table.row("by_destination", hers(), 403).await;
    table.row("by_header", alice(&portal).add("Service-Worker", "script"), 403).await;
    table
        .row(
            "a_script",
            alice(&portal).uri("/sw.js").fetch_metadata("same-origin", "no-cors", "script"),
            200,
        )
        .await;
    table.row("a_page", alice(&portal).page(), 200).await;
    table.finish();
}
