//! Every row of the cross-site rules, both sides of each, and what bob would send.

use super::*;
use crate::name::Domain;

fn domains() -> Domains {
    Domains::new(vec![Domain::new("vdi.example.com").unwrap()]).unwrap()
}

fn own() -> OwnOrigin<'static> {
    OwnOrigin::new(Scheme::Https, "alice.vdi.example.com", None)
}

const OWN: &str = "https://alice.vdi.example.com";
const BOB: &str = "https://bob.vdi.example.com";
const PORTAL: &str = "https://portal.example.com";
const NOW: UnixTime = UnixTime(1_800_000_000);

/// A browser's request with alice's cookie; `edit` makes the row.
fn browser(edit: impl FnOnce(&mut Provenance<'static>)) -> Provenance<'static> {
    let mut request = Provenance { method: "GET", own_cookie: true, ..Provenance::default() };
    edit(&mut request);
    request
}

fn fetch(site: &'static str, mode: &'static str, dest: &'static str) -> Provenance<'static> {
    browser(|request| {
        request.fetch_metadata = true;
        request.site = Presented::Once(site);
        request.mode = Presented::Once(mode);
        request.dest = Presented::Once(dest);
    })
}

fn strict(request: &Provenance<'_>) -> Result<Clearance, Refusal> {
    CrossSite::default().judge(request, own(), &domains(), NOW)
}

#[test]
fn strict_judges_each_row_as_the_table_says() {
    use Refusal::{OriginForeign, OriginMissing, SiteForeign, SourceUnknown};
    let websocket = |origin: Presented<'static>| {
        browser(|request| {
            request.websocket = true;
            request.origin = origin;
        })
    };
    let with_origin = |mut request: Provenance<'static>, method, origin| {
        request.method = method;
        request.origin = Presented::Once(origin);
        request
    };
    let ahead = |site, mode| Provenance { ahead: true, ..fetch(site, mode, "document") };
    let rows: Vec<(&str, Provenance<'_>, Result<(), Refusal>)> = vec![
        ("typed_address", fetch("none", "navigate", "document"), Ok(())),
        ("own_script_fetch", fetch("same-origin", "cors", "empty"), Ok(())),
        ("link_from_bob", fetch("same-site", "navigate", "document"), Ok(())),
        ("link_from_elsewhere", fetch("cross-site", "navigate", "document"), Ok(())),
        ("image_on_bobs_page", fetch("same-site", "no-cors", "image"), Err(SiteForeign)),
        ("script_on_bobs_page", fetch("same-site", "no-cors", "script"), Err(SiteForeign)),
        ("frame_on_bobs_page", fetch("same-site", "navigate", "iframe"), Err(SiteForeign)),
        ("object_on_bobs_page", fetch("same-site", "navigate", "object"), Err(SiteForeign)),
        (
            "service_worker_of_bob",
            fetch("same-site", "same-origin", "serviceworker"),
            Err(SiteForeign),
        ),
        ("fetched_ahead_by_bobs_rules", ahead("none", "navigate"), Err(SiteForeign)),
        ("fetched_ahead_for_bobs_link", ahead("same-site", "navigate"), Err(SiteForeign)),
        ("fetched_ahead_for_a_link_elsewhere", ahead("cross-site", "navigate"), Err(SiteForeign)),
        ("fetched_ahead_by_her_own_page", ahead("same-origin", "no-cors"), Ok(())),
        (
            "fetched_ahead_and_nothing_else_said",
            browser(|request| request.ahead = true),
            Err(SiteForeign),
        ),
        ("unknown_site_value", fetch("near-by", "cors", "empty"), Err(SiteForeign)),
        ("uppercase_site_value", fetch("SAME-ORIGIN", "cors", "empty"), Err(SiteForeign)),
        (
            "doubled_site",
            browser(|request| {
                request.fetch_metadata = true;
                request.site = Presented::Once("same-origin").and(b"same-origin");
            }),
            Err(SiteForeign),
        ),
        (
            "doubled_site_on_a_navigation",
            {
                let mut request = fetch("none", "navigate", "document");
                request.site = Presented::Unusable;
                request
            },
            Ok(()),
        ),
        (
            "form_post_from_bob",
            with_origin(fetch("same-site", "navigate", "document"), "POST", BOB),
            Err(OriginForeign),
        ),
        (
            "form_post_from_the_own_page",
            with_origin(fetch("same-origin", "navigate", "document"), "POST", OWN),
            Ok(()),
        ),
        (
            "form_post_under_no_referrer",
            with_origin(fetch("same-origin", "navigate", "document"), "POST", "null"),
            Ok(()),
        ),
        (
            "null_origin_from_a_sandbox",
            with_origin(fetch("cross-site", "cors", "empty"), "POST", "null"),
            Err(OriginForeign),
        ),
        (
            "null_origin_without_metadata",
            browser(|request| {
                request.method = "POST";
                request.origin = Presented::Once("null");
            }),
            Err(OriginForeign),
        ),
        (
            "cors_get_from_bob",
            with_origin(fetch("same-site", "cors", "empty"), "GET", BOB),
            Err(OriginForeign),
        ),
        (
            "link_with_foreign_origin",
            with_origin(fetch("same-site", "navigate", "document"), "GET", BOB),
            Ok(()),
        ),
        (
            "lowercase_get_is_no_navigation",
            with_origin(fetch("same-site", "navigate", "document"), "get", BOB),
            Err(OriginForeign),
        ),
        (
            "doubled_origin",
            browser(|request| request.origin = Presented::Once(OWN).and(OWN.as_bytes())),
            Err(OriginForeign),
        ),
        ("websocket_of_the_own_page", websocket(Presented::Once(OWN)), Ok(())),
        ("websocket_from_bob", websocket(Presented::Once(BOB)), Err(OriginForeign)),
        ("websocket_from_the_portal", websocket(Presented::Once(PORTAL)), Err(OriginForeign)),
        ("websocket_from_null", websocket(Presented::Once("null")), Err(OriginForeign)),
        ("websocket_without_origin", websocket(Presented::Absent), Err(OriginMissing)),
        (
            "websocket_from_plain_http",
            websocket(Presented::Once("http://alice.vdi.example.com")),
            Err(OriginForeign),
        ),
        (
            "websocket_from_another_port",
            websocket(Presented::Once("https://alice.vdi.example.com:444")),
            Err(OriginForeign),
        ),
        (
            "websocket_null_with_same_origin_site",
            {
                let mut request = fetch("same-origin", "websocket", "websocket");
                request.websocket = true;
                request.origin = Presented::Once("null");
                request
            },
            Err(OriginForeign),
        ),
        (
            "websocket_dressed_as_navigation",
            {
                let mut request = fetch("none", "navigate", "document");
                request.websocket = true;
                request.origin = Presented::Once(BOB);
                request
            },
            Err(OriginForeign),
        ),
        ("old_browser_get", browser(|_| {}), Ok(())),
        ("old_browser_post_blind", browser(|request| request.method = "POST"), Err(SourceUnknown)),
        (
            "old_browser_post_own_referer",
            browser(|request| {
                request.method = "POST";
                request.referer = Presented::Once("https://alice.vdi.example.com/desk?x=1");
            }),
            Ok(()),
        ),
        (
            "old_browser_post_bobs_referer",
            browser(|request| {
                request.method = "POST";
                request.referer = Presented::Once("https://bob.vdi.example.com/");
            }),
            Err(SourceUnknown),
        ),
        (
            "referer_with_own_host_as_user",
            browser(|request| {
                request.method = "POST";
                request.referer =
                    Presented::Once("https://alice.vdi.example.com@bob.vdi.example.com/");
            }),
            Err(SourceUnknown),
        ),
        (
            "old_browser_post_own_origin",
            browser(|request| {
                request.method = "POST";
                request.origin = Presented::Once(OWN);
            }),
            Ok(()),
        ),
        ("delete_without_origin", browser(|request| request.method = "DELETE"), Err(SourceUnknown)),
        (
            "metadata_without_site_other_than_navigation",
            browser(|request| {
                request.method = "PUT";
                request.fetch_metadata = true;
            }),
            Err(SourceUnknown),
        ),
        (
            "program_with_header_token",
            Provenance { method: "DELETE", ..Provenance::default() },
            Ok(()),
        ),
        (
            "program_opens_websocket_with_header_token",
            Provenance { method: "GET", websocket: true, ..Provenance::default() },
            Ok(()),
        ),
        (
            "header_token_but_foreign_origin",
            Provenance { method: "GET", origin: Presented::Once(BOB), ..Provenance::default() },
            Err(OriginForeign),
        ),
    ];
    for (row, request, expected) in rows {
        assert_eq!(strict(&request).map(|_| ()), expected, "{row}");
    }
}

/// Requests as browsers send them when alice's desktop has a service worker (measured with Chromium
/// 156 and Firefox 153). `page` is the address in `Referer`.
fn through_worker(
    (site, mode, dest): (&'static str, &'static str, &'static str),
    page: Option<&'static str>,
) -> Provenance<'static> {
    let mut request = fetch(site, mode, dest);
    request.upgrade_insecure = true;
    request.referer = page.map_or(Presented::Absent, Presented::Once);
    request
}

#[test]
fn a_service_worker_hides_no_other_page() {
    use Refusal::{OriginForeign, PassedOn, RefererForeign, SiteForeign, WorkerHidesOrigin};
    const HERS: &str = "https://alice.vdi.example.com/desk";
    const SCRIPT: &str = "https://alice.vdi.example.com/sw.js";
    const BOBS: &str = "https://bob.vdi.example.com/";
    const FIREFOX: (&str, &str, &str) = ("same-origin", "same-origin", "empty");
    const CHROMIUM: (&str, &str, &str) = ("same-site", "navigate", "empty");
    const CHROMIUM_HERS: (&str, &str, &str) = ("same-origin", "navigate", "empty");
    let get = through_worker;
    let post = |shape, page, origin| {
        let mut request = through_worker(shape, page);
        request.method = "POST";
        request.origin = Presented::Once(origin);
        request
    };
    let preload = |dest, page| {
        let mut request = through_worker(("same-origin", "navigate", dest), page);
        request.navigation_preload = true;
        request
    };
    let script = |mut request: Provenance<'static>| {
        request.upgrade_insecure = false;
        request
    };
    let rows: Vec<(&str, Provenance<'_>, Result<(), Refusal>)> = vec![
        // fetch(event.request)
        ("bobs_link_chromium", get(CHROMIUM, Some(BOBS)), Err(PassedOn)),
        ("link_elsewhere_chromium", get(("cross-site", "navigate", "empty"), None), Err(PassedOn)),
        ("bobs_link_firefox", get(FIREFOX, Some(BOBS)), Err(RefererForeign)),
        ("bobs_link_without_referer_firefox", get(FIREFOX, None), Ok(())),
        ("bobs_form_chromium", post(CHROMIUM, Some(BOBS), BOB), Err(PassedOn)),
        ("bobs_form_without_referer_chromium", post(CHROMIUM, None, "null"), Err(PassedOn)),
        ("bobs_form_firefox", post(FIREFOX, Some(BOBS), OWN), Err(RefererForeign)),
        ("bobs_form_without_referer_firefox", post(FIREFOX, None, "null"), Err(WorkerHidesOrigin)),
        ("bobs_form_own_origin_without_referer", post(FIREFOX, None, OWN), Err(WorkerHidesOrigin)),
        (
            "bobs_speculation_rules",
            {
                let mut request = get(CHROMIUM_HERS, Some(BOBS));
                request.ahead = true;
                request
            },
            Err(PassedOn),
        ),
        ("reload_of_the_page_chromium", get(CHROMIUM_HERS, Some(HERS)), Ok(())),
        ("reload_without_referer_chromium", get(CHROMIUM_HERS, None), Ok(())),
        ("typed_address_chromium", get(("none", "navigate", "empty"), None), Ok(())),
        ("reload_of_the_page_firefox", get(FIREFOX, Some(HERS)), Ok(())),
        ("her_form_chromium", post(CHROMIUM_HERS, Some(HERS), OWN), Ok(())),
        ("her_form_without_referer_chromium", post(CHROMIUM_HERS, None, "null"), Ok(())),
        ("her_form_firefox", post(FIREFOX, Some(HERS), OWN), Ok(())),
        ("her_form_without_referer_firefox", post(FIREFOX, None, "null"), Err(WorkerHidesOrigin)),
        // fetch(event.request, {…}), new Request(event.request, {…})
        ("copied_form", post(FIREFOX, Some(SCRIPT), OWN), Err(WorkerHidesOrigin)),
        (
            "copied_form_cors",
            post(("same-origin", "cors", "empty"), Some(SCRIPT), OWN),
            Err(WorkerHidesOrigin),
        ),
        (
            "copied_form_by_a_loaded_worker",
            post(FIREFOX, Some("https://alice.vdi.example.com/worker?v=2"), OWN),
            Err(WorkerHidesOrigin),
        ),
        (
            "copied_put",
            Provenance { method: "PUT", ..post(FIREFOX, Some(SCRIPT), OWN) },
            Err(WorkerHidesOrigin),
        ),
        (
            "copied_post_in_lower_case",
            Provenance { method: "post", ..post(FIREFOX, Some(SCRIPT), OWN) },
            Err(WorkerHidesOrigin),
        ),
        ("copied_link", get(FIREFOX, Some(SCRIPT)), Ok(())),
        (
            "copied_form_without_fetch_metadata",
            browser(|request| {
                request.method = "POST";
                request.upgrade_insecure = true;
                request.origin = Presented::Once(OWN);
            }),
            Err(WorkerHidesOrigin),
        ),
        (
            "doubled_mode",
            {
                let mut request = post(FIREFOX, None, OWN);
                request.mode = Presented::Unusable;
                request
            },
            Err(WorkerHidesOrigin),
        ),
        // Navigation preload
        ("bobs_frame_preloaded", preload("iframe", Some(BOBS)), Err(RefererForeign)),
        ("bobs_frame_preloaded_without_referer", preload("iframe", None), Err(WorkerHidesOrigin)),
        ("bobs_object_preloaded_without_referer", preload("object", None), Err(WorkerHidesOrigin)),
        (
            "preloaded_without_destination",
            {
                let mut request = preload("iframe", None);
                request.dest = Presented::Absent;
                request
            },
            Err(WorkerHidesOrigin),
        ),
        ("bobs_link_preloaded", preload("document", Some(BOBS)), Err(RefererForeign)),
        ("bobs_link_preloaded_without_referer", preload("document", None), Ok(())),
        ("her_frame_preloaded", preload("iframe", Some(HERS)), Ok(())),
        // Referer, whatever else the request says
        (
            "foreign_referer_of_a_script",
            script(get(("same-origin", "cors", "empty"), Some(BOBS))),
            Err(RefererForeign),
        ),
        (
            "foreign_referer_of_a_page",
            get(("same-origin", "navigate", "document"), Some(BOBS)),
            Err(RefererForeign),
        ),
        (
            "referer_by_plain_http",
            get(FIREFOX, Some("http://alice.vdi.example.com/")),
            Err(RefererForeign),
        ),
        (
            "referer_with_own_host_as_user",
            get(FIREFOX, Some("https://alice.vdi.example.com@bob.vdi.example.com/")),
            Err(RefererForeign),
        ),
        ("empty_referer", get(FIREFOX, Some("")), Ok(())),
        ("form_with_empty_referer", post(FIREFOX, Some(""), OWN), Err(WorkerHidesOrigin)),
        (
            "doubled_referer",
            {
                let mut request = get(FIREFOX, None);
                request.referer = Presented::Once(HERS).and(HERS.as_bytes());
                request
            },
            Err(RefererForeign),
        ),
        // Her own scripts
        ("her_fetch", script(post(("same-origin", "cors", "empty"), Some(HERS), OWN)), Ok(())),
        (
            "her_fetch_by_her_worker",
            script(post(("same-origin", "cors", "empty"), Some(SCRIPT), OWN)),
            Ok(()),
        ),
        ("her_fetch_without_referer", script(post(FIREFOX, None, OWN)), Ok(())),
        (
            "her_beacon_without_referer",
            script(post(("same-origin", "no-cors", "empty"), None, "null")),
            Ok(()),
        ),
        (
            "her_form_into_a_frame_without_referer",
            post(("same-origin", "navigate", "iframe"), None, "null"),
            Ok(()),
        ),
        // What a plain host refuses, it refuses with a worker, too
        ("bobs_frame", get(("same-site", "navigate", "iframe"), Some(BOBS)), Err(SiteForeign)),
        (
            "bobs_fetch",
            script(post(("same-site", "cors", "empty"), Some(BOBS), BOB)),
            Err(OriginForeign),
        ),
    ];
    let rules = CrossSite::default();
    rules.worker_scripts.insert("alice", "alice.vdi.example.com", "/worker", NOW);
    for (row, request, expected) in rows {
        let judged = rules.judge(&request, own(), &domains(), NOW);
        assert_eq!(judged.map(|_| ()), expected, "{row}");
    }
}

#[test]
fn a_navigation_through_a_service_worker_is_not_trusted_by_its_referer() {
    let trusted =
        TrustedOrigin { origin: Origin::parse(PORTAL).unwrap(), frame: false, websocket: false };
    let rules = CrossSite { trusted: vec![trusted], ..CrossSite::default() };
    let referer = Some("https://portal.example.com/");
    for site in ["same-site", "cross-site", "same-origin"] {
        let request = through_worker((site, "navigate", "empty"), referer);
        let judged = rules.judge(&request, own(), &domains(), NOW);
        assert_eq!(judged, Err(Refusal::PassedOn), "{site}: it may be a frame");
    }
}

#[test]
fn a_refused_service_worker_is_refused_in_every_mode() {
    let script = fetch("same-origin", "same-origin", "serviceworker");
    let by_header = Provenance { method: "GET", service_worker: true, ..Provenance::default() };
    for mode in [Mode::Strict, Mode::Report, Mode::Off] {
        let judge = |service_workers, request: &Provenance<'_>| {
            let rules = CrossSite { mode, service_workers, ..CrossSite::default() };
            rules.judge(request, own(), &domains(), NOW)
        };
        for request in [&script, &by_header] {
            let refused = judge(ServiceWorkers::Refuse, request);
            assert_eq!(refused, Err(Refusal::ServiceWorker), "{mode:?}");
            assert!(judge(ServiceWorkers::Allow, request).is_ok(), "{mode:?}");
        }
        let page = fetch("none", "navigate", "document");
        assert!(judge(ServiceWorkers::Refuse, &page).is_ok(), "{mode:?}");
    }
}

#[test]
fn a_trusted_origin_has_only_the_listed_rights() {
    let trusting = |frame, websocket| CrossSite {
        mode: Mode::Strict,
        trusted: vec![TrustedOrigin { origin: Origin::parse(PORTAL).unwrap(), frame, websocket }],
        ..CrossSite::default()
    };
    let from_portal = |mut request: Provenance<'static>| {
        request.origin = Presented::Once(PORTAL);
        request
    };
    let framed = {
        let mut request = fetch("same-site", "navigate", "iframe");
        request.referer = Presented::Once("https://portal.example.com/");
        request
    };
    let socket = from_portal(browser(|request| request.websocket = true));
    let call = from_portal(fetch("same-site", "cors", "empty"));
    let posted = {
        let mut request = from_portal(fetch("same-site", "navigate", "document"));
        request.method = "POST";
        request
    };
    let rows = [
        ("fetch", call, false, false, true),
        ("form_post", posted, false, false, true),
        ("frame_unlisted", framed, false, true, false),
        ("frame_listed", framed, true, false, true),
        ("websocket_unlisted", socket, true, false, false),
        ("websocket_listed", socket, false, true, true),
    ];
    for (row, request, frame, websocket, passes) in rows {
        let judged = trusting(frame, websocket).judge(&request, own(), &domains(), NOW);
        assert_eq!(judged.is_ok(), passes, "{row}");
    }
    // Bob's picture on the portal's page redirects to alice's desktop and keeps the Referer.
    let mut laundered = fetch("same-site", "no-cors", "image");
    laundered.referer = Presented::Once("https://portal.example.com/");
    let judged = trusting(true, true).judge(&laundered, own(), &domains(), NOW);
    assert_eq!(judged, Err(Refusal::SiteForeign), "image_redirected_by_bob");
    let mut silent_socket = laundered;
    silent_socket.websocket = true;
    let judged = trusting(true, true).judge(&silent_socket, own(), &domains(), NOW);
    assert_eq!(judged, Err(Refusal::OriginMissing), "websocket_by_referer");
    let mut with_bobs_origin = framed;
    with_bobs_origin.origin = Presented::Once(BOB);
    let judged = trusting(true, true).judge(&with_bobs_origin, own(), &domains(), NOW);
    assert_eq!(judged, Err(Refusal::OriginForeign), "Referer must not outrank Origin");
}

#[test]
fn report_refuses_only_a_websocket_of_another_workspace() {
    let report = CrossSite { mode: Mode::Report, ..CrossSite::default() };
    let judge = |request: &Provenance<'_>| report.judge(request, own(), &domains(), NOW);
    let socket = |origin| {
        browser(|request| {
            request.websocket = true;
            request.origin = Presented::Once(origin);
        })
    };
    assert_eq!(judge(&socket(BOB)), Err(Refusal::OriginForeign));
    assert_eq!(judge(&socket("https://BOB.vdi.example.com.:8443")), Err(Refusal::OriginForeign));
    assert_eq!(
        judge(&socket("https://dev--bob.vdi.example.com")),
        Err(Refusal::OriginForeign),
        "a second session of another user"
    );
    let reported = |refusal| Ok(Clearance::Reported(refusal));
    assert_eq!(judge(&socket(PORTAL)), reported(Refusal::OriginForeign));
    assert_eq!(
        judge(&socket("https://alice.vdi.example.com:444")),
        reported(Refusal::OriginForeign),
        "the same host on another port"
    );
    assert_eq!(judge(&fetch("same-site", "no-cors", "image")), reported(Refusal::SiteForeign));
    assert_eq!(judge(&fetch("none", "navigate", "document")), Ok(Clearance::Passed));
}

#[test]
fn off_judges_nothing() {
    let off = CrossSite { mode: Mode::Off, ..CrossSite::default() };
    let judged = off.judge(&fetch("cross-site", "cors", "empty"), own(), &domains(), NOW);
    assert_eq!(judged, Ok(Clearance::Unjudged));
}

#[test]
fn a_url_lies_in_an_origin_by_its_whole_authority() {
    let with_port = OwnOrigin::new(Scheme::Https, "alice.vdi.example.com", Some(8443));
    for (row, url, default_port, port_8443) in [
        ("page", "https://alice.vdi.example.com/desk", true, false),
        ("no_path", "https://alice.vdi.example.com", true, false),
        ("query", "https://alice.vdi.example.com?x", true, false),
        ("fragment", "https://alice.vdi.example.com#x", true, false),
        ("stated_port", "https://alice.vdi.example.com:443/", true, false),
        ("other_port", "https://alice.vdi.example.com:8443/", false, true),
        ("upper_case", "HTTPS://Alice.vdi.example.com/", true, false),
        ("trailing_dot", "https://alice.vdi.example.com./", true, false),
        ("user", "https://alice.vdi.example.com@bob.vdi.example.com/", false, false),
        ("longer_host", "https://alice.vdi.example.com.evil.example/", false, false),
        ("host_that_goes_on", "https://alice.vdi.example.comx/", false, false),
        ("backslash", "https://alice.vdi.example.com\\@evil.example/", true, false),
        ("plain_http", "http://alice.vdi.example.com/", false, false),
        ("no_scheme", "//alice.vdi.example.com/", false, false),
        ("empty", "", false, false),
    ] {
        assert_eq!((own().is_of(url), with_port.is_of(url)), (default_port, port_8443), "{row}");
    }
}

#[test]
fn origins_are_compared_as_scheme_host_and_port() {
    let own = OwnOrigin::new(Scheme::Https, "alice.vdi.example.com", Some(8443));
    let rows = [
        ("exact", "https://alice.vdi.example.com:8443", true),
        ("uppercase", "HTTPS://ALICE.vdi.example.com:8443", true),
        ("trailing_dot", "https://alice.vdi.example.com.:8443", true),
        ("default_port", "https://alice.vdi.example.com", false),
        ("other_port", "https://alice.vdi.example.com:443", false),
        ("long_port", "https://alice.vdi.example.com:008443", false),
        ("signed_port", "https://alice.vdi.example.com:+8443", false),
        ("empty_port", "https://alice.vdi.example.com:", false),
        ("other_scheme", "wss://alice.vdi.example.com:8443", false),
        ("plain", "http://alice.vdi.example.com:8443", false),
        ("path", "https://alice.vdi.example.com:8443/", false),
        ("user", "https://x@alice.vdi.example.com:8443", false),
        ("suffix", "https://alice.vdi.example.com.evil.test:8443", false),
        ("prefix", "https://evil-alice.vdi.example.com:8443", false),
        ("two_dots", "https://alice.vdi.example.com..:8443", false),
        ("list", "https://alice.vdi.example.com:8443 https://bob.test", false),
        ("null", "null", false),
        ("empty", "", false),
    ];
    for (row, text, same) in rows {
        assert_eq!(own.is(text), same, "{row}");
    }
    assert_eq!(own.to_string(), "https://alice.vdi.example.com:8443");
    assert_eq!(own.sibling("bob", "vdi.example.com"), "https://bob.vdi.example.com:8443/");
    let own = OwnOrigin::new(Scheme::Https, "alice.vdi.example.com", Some(443));
    assert!(own.is("https://alice.vdi.example.com"), "a stated default port is no other origin");
    assert_eq!(own.to_string(), "https://alice.vdi.example.com");
}
