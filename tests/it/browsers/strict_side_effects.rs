//! Requests of ordinary applications that `cross_site: strict` denies, and the remedies.

use super::document::{GATE, REACHED, Row};
use super::recorded_request::{RecordedRequest, recorded_requests};
use super::setup::{Host, Setup};
use super::variant::Variant;
use crate::support::browser::{Browser, Context, Engine};
use crate::support::process::eventually;
use serde_json::json;
use std::time::Duration;

/// Sends each of these requests and returns the rows of the table.
pub async fn rows(browser: &Browser, setup: &Setup) -> Vec<Row> {
    let mut rows = Vec::new();
    for variant in [Variant::None, Variant::Lax] {
        let tab = Tab::open(browser, setup, variant).await;
        for (host, remedy) in [(Host::Evil, FORM_POST), (Host::Login, TRUSTED)] {
            let who =
                if host == Host::Login { "an origin in `trusted_origins`" } else { "another site" };
            let name =
                format!("OAuth answer by `form_post` from {who}, `SameSite={}`", variant.name());
            rows.push(
                tab.row(&name, host, "(url) => attack(departures, [['form POST', url]])", remedy)
                    .await,
            );
        }
        if variant == Variant::Lax {
            let by_query =
                "(url) => attack(departures, [['address, redirected there by 302', url]])";
            let name = "OAuth answer in the query, from another site";
            rows.push(tab.row(name, Host::Evil, by_query, "").await);
            let call = "(url) => attack(attacks, [['fetch', url]])";
            let name = "fetch from a page of another session of the same user";
            rows.push(tab.row(name, Host::Work, call, ONE_HOST).await);
            let name = "fetch from the page of the same session";
            rows.push(tab.row(name, Host::Alice, call, "").await);
            for (name, crossorigin, remedy) in [
                ("web app manifest", "", MANIFEST),
                ("web app manifest with `crossorigin=\"use-credentials\"`", "use-credentials", ""),
            ] {
                rows.push(tab.manifest(name, crossorigin, remedy).await);
            }
        }
    }
    rows
}

struct Tab<'s> {
    context: Context,
    setup: &'s Setup,
    variant: Variant,
    engine: Engine,
}

impl<'s> Tab<'s> {
    async fn open(browser: &Browser, setup: &'s Setup, variant: Variant) -> Self {
        let context = browser.context().await;
        let page = context.page().await;
        for host in [Host::Alice, Host::Work] {
            let cookie = variant.cookie(&setup.portal.token("alice"));
            setup.sign_in(&page, host, &cookie).await;
        }
        page.close().await;
        Self { context, setup, variant, engine: browser.engine }
    }

    /// The row for the requests to alice's host that a page on `from` causes by `script`.
    async fn row(&self, name: &str, from: Host, script: &str, remedy: &str) -> Row {
        let path = self.path(name);
        let page = self.context.page().await;
        self.setup.enter(&page, from, "/page").await;
        let target = self.setup.url(Host::Alice, &path);
        // The page may navigate away before it can return a result.
        drop(page.try_evaluate(script, json!([target])).await);
        let came = || async { !self.recorded_requests(&path).await.is_empty() };
        eventually(name, Duration::from_secs(60), came).await;
        let recorded_requests = self.recorded_requests(&path).await;
        page.close().await;
        told(name, &recorded_requests, remedy)
    }

    /// The row for a web app manifest. A browser without support for manifests sends no request.
    async fn manifest(&self, name: &str, crossorigin: &str, remedy: &str) -> Row {
        let path = self.path(name);
        let page = self.context.page().await;
        self.setup.enter(&page, Host::Alice, "/page").await;
        let script = "async (href, crossOrigin) => { const link = document.createElement('link'); \
            Object.assign(link, { rel: 'manifest', href }); \
            if (crossOrigin) link.crossOrigin = crossOrigin; document.head.append(link) }";
        page.evaluate(script, json!([path, crossorigin])).await;
        page.manifest().await;
        told(name, &self.recorded_requests(&path).await, remedy)
    }

    fn path(&self, name: &str) -> String {
        let name = name.replace(|c: char| !c.is_ascii_alphanumeric(), "-").to_lowercase();
        format!("/strictness/{:?}/{name}", self.engine)
    }

    async fn recorded_requests(&self, path: &str) -> Vec<RecordedRequest> {
        let recorded_requests =
            recorded_requests(self.setup, self.variant, |other| other == path).await;
        recorded_requests.into_iter().map(|(_, recorded)| recorded).collect()
    }
}

fn told(name: &str, recorded_requests: &[RecordedRequest], remedy: &str) -> Row {
    let answers: Vec<&str> =
        recorded_requests.iter().map(|recorded| recorded.answer.as_str()).collect();
    let answers = if answers.is_empty() { "nothing".to_owned() } else { answers.join("; then ") };
    let reached =
        if recorded_requests.iter().any(|recorded| recorded.reached) { "yes" } else { "no" };
    vec![name.to_owned(), answers, reached.to_owned(), remedy.to_owned()]
}

/// Title of the table.
pub const TITLE: &str = "What `strict` breaks";
/// Introduction of the table.
pub const TEXT: &str =
    "What an ordinary application behind doorward may do but is refused, and the remedy.";
/// Columns of the table.
pub const HEAD: [&str; 4] = ["what an app does", GATE, REACHED, "what helps"];
const FORM_POST: &str = "let the provider answer in the query (`response_mode=query`), or name its origin \
    in `trusted_origins` and give the session cookie `SameSite=None`";
const TRUSTED: &str = "the cookie has to come along: `SameSite=None`";
const ONE_HOST: &str = "call through one host";
const MANIFEST: &str = "`crossorigin=\"use-credentials\"` on the link";
