//! One run of all attacks with one browser, one setup and one kind of cookie: each row of the table
//! once.

use super::recorded_request::{PATIENCE, RecordedRequest, count, recorded_requests};
use super::setup::{Host, Setup};
use super::variant::Variant;
use crate::support::browser::{Browser, Context, Page};
use crate::support::process::eventually;
use serde_json::json;
use std::time::Duration;

/// The result of one row.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The host of the attacking page.
    pub from: Host,
    /// The name of the attack.
    pub name: String,
    /// The result that the page could observe.
    pub result: String,
    /// The requests that the browser sent to alice's host for it, in order.
    pub requests: Vec<RecordedRequest>,
}

/// One run: alice's browser profile at one setup.
pub struct AttackRun<'s> {
    setup: &'s Setup,
    variant: Variant,
    context: Context,
    prefix: String,
}

impl<'s> AttackRun<'s> {
    /// Opens a browser profile and signs alice in.
    pub async fn open(browser: &Browser, setup: &'s Setup, variant: Variant) -> Self {
        let context = browser.context().await;
        let cookie = variant.cookie(&setup.portal.token("alice"));
        let page = context.page().await;
        setup.sign_in(&page, Host::Alice, &cookie).await;
        page.close().await;
        let prefix = format!("/{:?}-{variant:?}", browser.engine).to_lowercase();
        Self { setup, variant, context, prefix }
    }

    /// Runs all attacks and returns their results.
    pub async fn run(self) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        for from in [Host::Bob, Host::Evil, Host::Alice] {
            outcomes.extend(self.attacks(from).await);
            outcomes.extend(self.departures(from).await);
        }
        self.quiet(&outcomes).await;
        let below = format!("{}/", self.prefix);
        let recorded_requests =
            recorded_requests(self.setup, self.variant, |path| path.starts_with(&below)).await;
        for outcome in &mut outcomes {
            let path = self.path(outcome.from, &outcome.name);
            let own = recorded_requests.iter().filter(|(other, _)| *other == path);
            outcome.requests = own.map(|(_, recorded)| recorded.clone()).collect();
        }
        self.context.close().await;
        outcomes
    }

    /// Waits for the requests that every browser sends, and then until no further request arrives:
    /// a browser delays some requests.
    async fn quiet(&self, outcomes: &[Outcome]) {
        for outcome in outcomes.iter().filter(|outcome| !is_uncertain(&outcome.name)) {
            self.sent(outcome.from, &outcome.name).await;
        }
        let below = format!("{}/", self.prefix);
        let mut before = 0;
        while before != count(self.setup, |path| path.starts_with(&below)) {
            before = count(self.setup, |path| path.starts_with(&below));
            tokio::time::sleep(QUIET).await;
        }
    }

    /// Waits for the request of a row.
    async fn sent(&self, from: Host, name: &str) {
        let own = self.path(from, name);
        let came = || async { count(self.setup, |path| path == own) > 0 };
        eventually(&format!("a request for {own}"), PATIENCE, came).await;
    }

    /// Runs the attacks that leave their page open, simultaneously from one page.
    async fn attacks(&self, from: Host) -> Vec<Outcome> {
        let page = self.page(from).await;
        let names = self.names(&page, "attacks", from).await;
        let targets: Vec<_> = names.iter().map(|name| (name, self.target(from, name))).collect();
        let script = "(targets) => attack(attacks, targets)";
        let results = page.evaluate(script, json!([targets])).await;
        page.close().await;
        let results: Vec<(String, String)> = serde_json::from_value(results).unwrap();
        results.into_iter().map(|(name, result)| outcome(from, name, result)).collect()
    }

    /// Runs the attacks that navigate their page or open another one, one after the other.
    async fn departures(&self, from: Host) -> Vec<Outcome> {
        let page = self.page(from).await;
        let names = self.names(&page, "departures", from).await;
        let mut outcomes = Vec::new();
        for (number, name) in names.into_iter().enumerate() {
            if number > 0 {
                let path = format!("{}/page?{number}", self.prefix);
                self.setup.enter_anew(&page, from, &path).await;
            }
            let script = "(targets) => attack(departures, targets)";
            // The page may navigate away before it can return a result.
            let targets = json!([[[name, self.target(from, &name)]]]);
            let said = page.try_evaluate(script, targets).await;
            if name == "link" {
                page.click("#link").await;
            }
            let result = said.ok().and_then(|said| Some(said[0][1].as_str()?.to_owned()));
            if !is_uncertain(&name) {
                self.sent(from, &name).await;
                // The next navigation would cancel a request that is not yet recorded.
                let own = self.path(from, &name);
                recorded_requests(self.setup, self.variant, |path| path == own).await;
            }
            outcomes.push(outcome(from, name, result.unwrap_or_default()));
        }
        page.close().await;
        outcomes
    }

    /// A page on this host with the attack script.
    async fn page(&self, host: Host) -> Page {
        let page = self.context.page().await;
        self.setup.enter(&page, host, &format!("{}/page", self.prefix)).await;
        page
    }

    /// The attacks that run from this host: from bob's page all except the detours.
    async fn names(&self, page: &Page, list: &str, from: Host) -> Vec<String> {
        let all = page.evaluate(&format!("async () => Object.keys({list})"), json!([])).await;
        let all: Vec<String> = serde_json::from_value(all).unwrap();
        let some: &[&str] = match from {
            Host::Evil => &FROM_ANOTHER_SITE,
            Host::Alice => &FROM_HER_OWN_PAGE,
            Host::Bob | Host::Login | Host::Work => &[],
        };
        let is_done = |name: &str| match from {
            Host::Bob => !name.ends_with(DETOUR),
            Host::Alice => some.contains(&name) || name.ends_with(DETOUR),
            Host::Evil | Host::Login | Host::Work => some.contains(&name),
        };
        all.into_iter().filter(|name| is_done(name)).collect()
    }

    fn path(&self, from: Host, name: &str) -> String {
        let name = name.replace(|c: char| !c.is_ascii_alphanumeric(), "-").to_lowercase();
        format!("{}/{from:?}/{name}", self.prefix)
    }

    fn target(&self, from: Host, name: &str) -> String {
        self.setup.url(Host::Alice, &self.path(from, name))
    }
}

fn outcome(from: Host, name: String, result: String) -> Outcome {
    Outcome { from, name, result, requests: Vec::new() }
}

/// Whether some browser sends no request for this attack, or delays it.
pub fn is_uncertain(name: &str) -> bool {
    UNCERTAIN.iter().any(|start| name.starts_with(start))
}

const UNCERTAIN: [&str; 14] = [
    "CSP report",
    "SharedWorker",
    "Worker",
    "embed",
    "font",
    "icon",
    "object",
    "ping",
    "prefetch",
    "preload",
    "prerender",
    "service worker",
    "speculation rules",
    "video",
];
/// The suffix of attack names: the request starts on alice's page and is redirected by bob's host.
pub const DETOUR: &str = ", by way of bob";
const FROM_ANOTHER_SITE: [&str; 13] = [
    "WebSocket",
    "fetch, no-cors",
    "fetch, no-cors POST",
    "fetch",
    "fetch with a header of its own",
    "sendBeacon",
    "form POST into a frame",
    "iframe",
    "img",
    "EventSource",
    "link",
    "form POST",
    "window.open",
];
const FROM_HER_OWN_PAGE: [&str; 16] = [
    "WebSocket",
    "fetch, no-cors",
    "fetch",
    "fetch POST",
    "fetch PUT",
    "XMLHttpRequest",
    "sendBeacon",
    "form POST into a frame",
    "iframe",
    "img",
    "script",
    "style sheet",
    "EventSource",
    "Worker",
    "link",
    "form POST",
];
const QUIET: Duration = Duration::from_millis(700);
