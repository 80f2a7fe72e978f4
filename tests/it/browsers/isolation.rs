//! Every attack of a page on alice's desktop, in both browsers and with every kind of cookie.

use super::attack_run::{AttackRun, DETOUR, Outcome};
use super::cookies;
use super::document::{self, Document};
use super::setup::{Host, Setup};
use super::strict_side_effects;
use super::variant::{PARENT_COOKIE, Variant};
use crate::support::browser::{Browser, Engine};
use serde_json::json;
use std::iter;

/// The setups with three different configurations of the gate.
struct Setups {
    usual: Setup,
    parent_domain: Setup,
    without_rules: Setup,
}

impl Setups {
    async fn open() -> Self {
        let tokens = json!({ "cookies": [PARENT_COOKIE], "parent_domain": true });
        let (usual, parent_domain, without_rules) = tokio::join!(
            Setup::open(|gate| gate),
            Setup::open(|gate| gate.with("tokens", tokens)),
            Setup::open(|gate| gate.with("cross_site", json!("off"))),
        );
        Self { usual, parent_domain, without_rules }
    }

    fn of(&self, variant: Variant) -> &Setup {
        if variant == Variant::ParentDomain { &self.parent_domain } else { &self.usual }
    }
}

/// All results of one browser.
struct Findings {
    browser: Browser,
    rounds: Vec<(Variant, Vec<Outcome>)>,
    without_rules: Vec<Outcome>,
    cookies: Vec<cookies::Finding>,
    strictness: Vec<document::Row>,
}

impl Findings {
    async fn gather(engine: Engine, setups: &Setups) -> Self {
        let browser = Browser::open(engine).await;
        let (mut rounds, mut cookies) = (Vec::new(), Vec::new());
        for variant in Variant::ALL {
            let setup = setups.of(variant);
            rounds.push((variant, AttackRun::open(&browser, setup, variant).await.run().await));
            cookies.push(cookies::attack(&browser, setup, variant).await);
        }
        let open = AttackRun::open(&browser, &setups.without_rules, Variant::Strict).await;
        let without_rules = open.run().await;
        let strictness = strict_side_effects::rows(&browser, &setups.usual).await;
        Self { browser, rounds, without_rules, cookies, strictness }
    }

    /// The results that show an error.
    fn failures(&self) -> Vec<String> {
        let mut failures = Vec::new();
        for (variant, outcomes) in &self.rounds {
            let complaints = outcomes.iter().filter_map(|outcome| {
                let what = if is_hers(outcome) { shut_out(outcome) } else { let_in(outcome) }?;
                Some(format!("{:?}, {variant:?}: {what}: {outcome:#?}", self.browser.engine))
            });
            failures.extend(complaints);
        }
        // An attack that fails even without the rules would prove nothing.
        let idle = self.without_rules.iter().filter(|outcome| {
            let tried = outcome.from == Host::Bob && WOULD_WORK.contains(&outcome.name.as_str());
            tried && !outcome.requests.iter().any(|recorded| recorded.reached)
        });
        failures.extend(idle.map(|outcome| format!("failed without the rules: {outcome:#?}")));
        failures.extend(self.cookies.iter().filter_map(cookies::Finding::failure));
        failures
    }

    fn write(&self, document: &mut Document) {
        let version = format!("Recorded with {}.", self.browser.version);
        document.chapter(&format!("{:?}", self.browser.engine), &version);
        for (from, title, text) in TABLES {
            let rows = self.without_rules.iter().enumerate();
            let rows = rows.filter(|(_, outcome)| outcome.from == from).map(|(place, without)| {
                let with = self.rounds.iter().map(|(variant, all)| (*variant, &all[place]));
                document::row(&with.collect::<Vec<_>>(), without)
            });
            document.table(title, text, &document::ATTACKS, &rows.collect::<Vec<_>>());
        }
        let rows: Vec<_> = self.cookies.iter().map(cookies::Finding::row).collect();
        document.table(cookies::TITLE, cookies::TEXT, &cookies::HEAD, &rows);
        document.table(
            strict_side_effects::TITLE,
            strict_side_effects::TEXT,
            &strict_side_effects::HEAD,
            &self.strictness,
        );
    }
}

/// Whether the request came from alice's own page, without a redirect by bob's host.
fn is_hers(outcome: &Outcome) -> bool {
    outcome.from == Host::Alice && !outcome.name.ends_with(DETOUR)
}

fn shut_out(outcome: &Outcome) -> Option<&'static str> {
    let came =
        !outcome.requests.is_empty() && outcome.requests.iter().all(|recorded| recorded.reached);
    let told = outcome.result.contains("READ") || TELLS_NOTHING.contains(&outcome.name.as_str());
    (!came || !told).then_some("alice's own page cannot do this")
}

fn let_in(outcome: &Outcome) -> Option<&'static str> {
    let navigates = MAY_NAVIGATE.contains(&outcome.name.as_str());
    let harmless = outcome.requests.iter().all(|recorded| {
        !recorded.reached || (navigates && recorded.is_document_navigation() && recorded.session)
    });
    match (harmless, outcome.result.contains("READ")) {
        (false, _) => Some("reached alice's desktop"),
        (true, true) => Some("read something of alice's"),
        (true, false) => None,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_page_gets_past_the_gate_in_a_real_browser() {
    let setups = Box::pin(Setups::open()).await;
    let (chromium, firefox) = tokio::join!(
        Findings::gather(Engine::Chromium, &setups),
        Findings::gather(Engine::Firefox, &setups),
    );
    let mut document = Document::new("isolation-in-browsers.md", HEAD);
    let mut failures = Vec::new();
    for findings in [chromium, firefox] {
        findings.write(&mut document);
        failures.extend(findings.failures());
    }
    // Shown with `--nocapture`, and if the test fails.
    eprintln!("{}", document.text());
    for setup in [&setups.usual, &setups.parent_domain] {
        let seen = setup.alice.seen();
        // A cookie with another name than the gate's is a cookie of the application and is
        // forwarded, even if it contains bob's token.
        for seen in seen.iter().filter(|seen| !seen.line.contains(cookies::TOSSED)) {
            seen.assert_no_token();
        }
    }
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
    let differences = document.differences();
    let remedy = "see the head of tests/it/browsers/document.rs";
    let all: Vec<String> = differences.into_iter().chain(iter::once(remedy.to_owned())).collect();
    assert!(all.len() == 1, "{}", all.join("\n"));
}

const HEAD: &str = include_str!("document.md");
const TABLES: [(Host, &str, &str); 3] = [
    (Host::Bob, "Bob's page", "A sibling: the same site as alice's, another origin."),
    (Host::Evil, "A page of another site", "A selection of the same attacks."),
    (
        Host::Alice,
        "Alice's own page",
        "What must work. In the rows by way of bob, her page requests an address of bob's, which \
         redirects back to her host.",
    ),
];
/// The last request of these attacks is a navigation by a link.
const MAY_NAVIGATE: [&str; 8] = [
    "link",
    "link that downloads",
    "link in a new window out of a sandboxed frame",
    "address, set by a script",
    "address, redirected there by 302",
    "form GET",
    "form POST, redirected there by 302",
    "window.open",
];
/// These requests work, and the page cannot read their response.
const TELLS_NOTHING: [&str; 3] = ["sendBeacon", "link", "form POST"];
/// The attacks of bob's page that succeed if the gate only checks the cookie.
const WOULD_WORK: [&str; 8] = [
    "WebSocket",
    "fetch",
    "fetch, no-cors POST",
    "sendBeacon",
    "iframe",
    "img",
    "script",
    "form POST",
];
