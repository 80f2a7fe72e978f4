//! Alice's desktop has a service worker, and pages of bob and of another site navigate to it. Writes
//! `docs/isolation-with-service-workers.md`.

use super::document::{Document, GATE, REACHED, Row, listed_by};
use super::recorded_request::{PATIENCE, RecordedRequest, count, recorded_requests};
use super::setup::{Host, Setup};
use super::variant::Variant;
use crate::support::browser::{Browser, Context, Engine, Page};
use crate::support::process::eventually;
use serde_json::json;
use std::time::Duration;

/// What a page does.
#[derive(Clone, Copy)]
struct Action {
    name: &'static str,
    from: Host,
    /// The page sends no `Referer`.
    silent: bool,
    script: &'static str,
    expected: Expected,
}

/// What may reach alice's desktop.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expected {
    /// Nothing.
    Nothing,
    /// A GET, either at once or after the page has reloaded itself.
    Link,
    /// Nothing, unless the request is the same as that of a link: then a GET. `X-Frame-Options`, which
    /// the setup leaves out, prevents the browser from showing the frame.
    Frame,
    /// Every request: it is alice's own page.
    All,
    /// Alice's own form. The gate denies it if a copying worker, or a worker in Firefox and a page
    /// without `Referer`, hides that the form is on her page.
    OwnForm,
}

/// The requests that one action caused with one kind of service worker.
struct Finding {
    action: usize,
    kind: &'static str,
    requests: Vec<RecordedRequest>,
}

/// One browser profile of alice with one kind of service worker.
struct Session<'s> {
    setup: &'s Setup,
    engine: Engine,
    context: Context,
    kind: &'static str,
}

impl<'s> Session<'s> {
    async fn open(browser: &Browser, setup: &'s Setup, kind: &'static str) -> Self {
        let context = browser.context().await;
        let page = context.page().await;
        let cookie = VARIANT.cookie(&setup.portal.token("alice"));
        setup.sign_in(&page, Host::Alice, &cookie).await;
        setup.enter(&page, Host::Alice, "/page").await;
        let script = "async kind => { \
            await navigator.serviceWorker.register(`/service-worker?kind=${kind}`); \
            await navigator.serviceWorker.ready; \
            while (!navigator.serviceWorker.controller) await later(20) }";
        page.evaluate(script, json!([kind])).await;
        page.close().await;
        Self { setup, engine: browser.engine, context, kind }
    }

    async fn run(self) -> Vec<Finding> {
        let mut pages = Vec::new();
        for (number, action) in ACTIONS.iter().enumerate() {
            pages.push(self.start(number, action).await);
        }
        for (number, action) in ACTIONS.iter().enumerate() {
            let own = self.path(number);
            let came = || async { count(self.setup, |path| path == own) > 0 };
            eventually(&format!("{}: a request for {own}", action.name), PATIENCE, came).await;
        }
        self.quiet().await;
        let mut findings = Vec::new();
        for number in 0..ACTIONS.len() {
            let own = self.path(number);
            let requests = recorded_requests(self.setup, VARIANT, |path| path == own).await;
            let requests = requests.into_iter().map(|(_, recorded)| recorded).collect();
            findings.push(Finding { action: number, kind: self.kind, requests });
        }
        for page in pages {
            page.close().await;
        }
        self.context.close().await;
        findings
    }

    async fn start(&self, number: usize, action: &Action) -> Page {
        let page = self.context.page().await;
        self.setup.enter(&page, action.from, "/page").await;
        let target = self.setup.url(Host::Alice, &self.path(number));
        let script = format!(
            "async (url, silent) => {{ if (silent) \
             document.head.append(make('meta', {{ name: 'referrer', content: 'no-referrer' }})); \
             const act = {}; await Promise.race([act(url), later(3000)]) }}",
            action.script
        );
        // The page may navigate away before it can return a result.
        drop(page.try_evaluate(&script, json!([target, action.silent])).await);
        page
    }

    /// Waits until no further request comes.
    async fn quiet(&self) {
        let prefix = self.prefix();
        let mut before = 0;
        while before != count(self.setup, |path| path.starts_with(&prefix)) {
            before = count(self.setup, |path| path.starts_with(&prefix));
            tokio::time::sleep(QUIET).await;
        }
    }

    fn prefix(&self) -> String {
        format!("/{:?}-{}/", self.engine, self.kind.replace(' ', "-"))
    }

    fn path(&self, number: usize) -> String {
        format!("{}{number}", self.prefix())
    }
}

/// The error of a finding, if it has one.
fn failure(engine: Engine, finding: &Finding) -> Option<String> {
    let action = &ACTIONS[finding.action];
    let reached: Vec<_> = finding.requests.iter().filter(|recorded| recorded.reached).collect();
    let only_get = reached.iter().all(|recorded| recorded.method == "GET");
    let copies = finding.kind.starts_with("copies");
    let right = match action.expected {
        Expected::Nothing => reached.is_empty(),
        Expected::Link => !reached.is_empty() && only_get,
        Expected::Frame => {
            let like_link = copies || engine == Engine::Firefox && action.silent;
            only_get && (like_link || reached.is_empty())
        }
        Expected::All => !reached.is_empty(),
        Expected::OwnForm => {
            let firefox = engine == Engine::Firefox && finding.kind != "passes on GET";
            reached.is_empty() == (copies || action.silent && firefox)
        }
    };
    let what = format!("{engine:?}, worker that {}, {}", finding.kind, action.name);
    (!right).then(|| format!("{what}: {:#?}", finding.requests))
}

/// One row for each action: the answers, and what reached the desktop, by kind of worker.
fn rows(findings: &[Finding]) -> Vec<Row> {
    ACTIONS
        .iter()
        .enumerate()
        .map(|(number, action)| {
            let own: Vec<_> = findings.iter().filter(|one| one.action == number).collect();
            let by_kind = |say: &dyn Fn(&Finding) -> String| {
                listed_by(own.iter().map(|finding| (finding.kind, say(finding))))
            };
            let sent = |finding: &Finding| {
                super::document::listed(&finding.requests, super::document::sent)
            };
            let answers = |finding: &Finding| {
                super::document::listed(&finding.requests, |recorded| recorded.answer.clone())
            };
            let reached = |finding: &Finding| {
                let reached = finding.requests.iter().any(|recorded| recorded.reached);
                if reached { "yes" } else { "no" }.to_owned()
            };
            let from = format!("{:?}", action.from).to_lowercase();
            let silent = if action.silent { ", no `Referer`" } else { "" };
            vec![
                format!("{from}: {}{silent}", action.name),
                by_kind(&sent),
                by_kind(&answers),
                by_kind(&reached),
            ]
        })
        .collect()
}

async fn findings(engine: Engine, setup: &Setup) -> (Browser, Vec<Finding>) {
    let browser = Browser::open(engine).await;
    let mut findings = Vec::new();
    for kind in KINDS {
        findings.extend(Session::open(&browser, setup, kind).await.run().await);
    }
    (browser, findings)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_page_uses_alices_service_worker() {
    let setup = Box::pin(Setup::open(|gate| gate)).await;
    let (chromium, firefox) =
        tokio::join!(findings(Engine::Chromium, &setup), findings(Engine::Firefox, &setup));
    let mut document = Document::new("isolation-with-service-workers.md", HEAD);
    let mut failures = Vec::new();
    for (browser, findings) in [chromium, firefox] {
        let version = format!("Recorded with {}.", browser.version);
        document.chapter(&format!("{:?}", browser.engine), &version);
        document.table("Navigations and forms", TEXT, &COLUMNS, &rows(&findings));
        failures.extend(findings.iter().filter_map(|one| failure(browser.engine, one)));
    }
    eprintln!("{}", document.text());
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
    let differences = document.differences();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

const VARIANT: Variant = Variant::Lax;
const KINDS: [&str; 6] = [
    "passes on",
    "copies by options",
    "copies by Request",
    "preloads",
    "cache first",
    "passes on GET",
];
const TEXT: &str = "The kinds of service workers with the same result are in parentheses.";
const COLUMNS: [&str; 4] = ["what the page does", "what the browser sends", GATE, REACHED];
const HEAD: &str = include_str!("service_workers.md");
const QUIET: Duration = Duration::from_millis(700);

const fn action(
    from: Host,
    name: &'static str,
    script: &'static str,
    expected: Expected,
) -> Action {
    Action { name, from, silent: false, script, expected }
}

const fn silent(action: Action) -> Action {
    Action { silent: true, ..action }
}

const LINK: &str = "async url => { location = url }";
const FORM: &str = "async url => posts(url)";
const FRAME: &str = "url => framed({ src: url })";
const FORM_IN_FRAME: &str = "url => postsInto(url)";
const BEACON: &str = "async url => navigator.sendBeacon(url, 'knock=1')";
const FETCH: &str = "url => fetches(url, { method: 'POST', body: 'knock=1' })";

const ACTIONS: [Action; 26] = [
    action(Host::Bob, "link", LINK, Expected::Link),
    silent(action(Host::Bob, "link", LINK, Expected::Link)),
    action(
        Host::Bob,
        "link, redirected there by 302",
        "async url => { location = via(302, url) }",
        Expected::Link,
    ),
    action(Host::Bob, "form POST", FORM, Expected::Nothing),
    silent(action(Host::Bob, "form POST", FORM, Expected::Nothing)),
    action(
        Host::Bob,
        "form POST as text/plain",
        "async url => posts(url, { enctype: 'text/plain' })",
        Expected::Nothing,
    ),
    action(
        Host::Bob,
        "form POST as multipart/form-data",
        "async url => posts(url, { enctype: 'multipart/form-data' })",
        Expected::Nothing,
    ),
    action(
        Host::Bob,
        "form POST, redirected there by 307",
        "async url => posts(via(307, url))",
        Expected::Nothing,
    ),
    silent(action(
        Host::Bob,
        "form POST, redirected there by 307",
        "async url => posts(via(307, url))",
        Expected::Nothing,
    )),
    action(Host::Bob, "form POST into a frame", FORM_IN_FRAME, Expected::Nothing),
    silent(action(Host::Bob, "form POST into a frame", FORM_IN_FRAME, Expected::Nothing)),
    action(Host::Bob, "iframe", FRAME, Expected::Frame),
    silent(action(Host::Bob, "iframe", FRAME, Expected::Frame)),
    action(
        Host::Bob,
        "object",
        "url => framed({ data: url, type: 'text/html' }, 'object')",
        Expected::Nothing,
    ),
    action(Host::Evil, "link", LINK, Expected::Link),
    action(Host::Evil, "form POST", FORM, Expected::Nothing),
    silent(action(Host::Evil, "form POST", FORM, Expected::Nothing)),
    action(Host::Evil, "iframe", FRAME, Expected::Nothing),
    action(Host::Alice, "link", LINK, Expected::Link),
    action(Host::Alice, "form POST", FORM, Expected::OwnForm),
    silent(action(Host::Alice, "form POST", FORM, Expected::OwnForm)),
    action(Host::Alice, "form POST into a frame", FORM_IN_FRAME, Expected::OwnForm),
    action(Host::Alice, "fetch POST", FETCH, Expected::All),
    silent(action(Host::Alice, "fetch POST", FETCH, Expected::All)),
    action(Host::Alice, "sendBeacon", BEACON, Expected::All),
    silent(action(Host::Alice, "sendBeacon", BEACON, Expected::All)),
];
