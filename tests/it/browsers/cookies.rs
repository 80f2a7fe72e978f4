//! Cookie tossing and eviction: bob's page sets cookies that the browser also sends to alice's
//! host, and so many of them that the browser evicts alice's session cookie.

use super::document::{NOTHING, Row};
use super::recorded_request::{RecordedRequest, recorded_requests};
use super::setup::{Host, Setup, ZONE};
use super::variant::Variant;
use crate::support::browser::{Browser, Context, Engine, Page};
use crate::support::desktop::Seen;
use serde_json::{Value, json};
use std::time::Duration;

/// The result with one kind of cookie.
pub struct Finding {
    engine: Engine,
    variant: Variant,
    /// The session cookies in alice's next request with their users, in order.
    tossed: String,
    after_tossing: RecordedRequest,
    user: String,
    after_overflow: RecordedRequest,
    landed: String,
}

/// Runs both attacks, each in a separate browser profile.
pub async fn attack(browser: &Browser, setup: &Setup, variant: Variant) -> Finding {
    let name = format!("{:?}-{variant:?}", browser.engine).to_lowercase();
    let tokens = [setup.portal.token("alice"), setup.portal.token("bob")];

    let (context, page) = signed_in(browser, setup, variant, &tokens[0]).await;
    let path = format!("{TOSSED}/{name}/page");
    write(&page, setup, &tossed(&tokens[1], &format!("{TOSSED}/{name}"))).await;
    let own = setup.url(Host::Alice, &path);
    assert!(page.goto(&own).await.is_at(&own), "{name}: alice's own page loads");
    let after_tossing = last_knock(setup, variant, &path).await;
    let user = users(setup, &path);
    let tossed = sessions(setup, &path, variant, &tokens);
    context.close().await;

    let (context, page) = signed_in(browser, setup, variant, &tokens[0]).await;
    let path = format!("/overflown/{name}/page");
    for batch in ["a", "b"] {
        let many = |number| format!("{batch}{number}=x; Secure; Path=/; Domain={ZONE}");
        write(&page, setup, &(0..MANY).map(many).collect::<Vec<_>>()).await;
        // A browser evicts cookies with a delay.
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let landed = page.goto(&setup.url(Host::Alice, &path)).await.url;
    let after_overflow = last_knock(setup, variant, &path).await;
    let host = Host::ALL.into_iter().find(|host| landed.starts_with(&setup.url(*host, "/")));
    let landed = format!("{host:?}");
    context.close().await;
    let engine = browser.engine;
    Finding { engine, variant, tossed, after_tossing, user, after_overflow, landed }
}

impl Finding {
    /// The error of a finding: a page of another user, or a page without alice's cookie.
    pub fn failure(&self) -> Option<String> {
        let at = format!("{:?}, {:?}", self.engine, self.variant);
        if self.user != "alice" || !self.after_tossing.reached {
            return Some(format!("{at}: the desktop received user {:?} after tossing", self.user));
        }
        let RecordedRequest { session, reached, .. } = self.after_overflow;
        let landed = if session { Host::Alice } else { Host::Login };
        let right = session == reached && self.landed == format!("{:?}", Some(landed));
        (!right).then(|| format!("{at}: after the eviction, the browser is at {}", self.landed))
    }

    /// The row of the table.
    pub fn row(&self) -> Row {
        let overflown = if self.after_overflow.session { "kept" } else { "lost" };
        vec![
            self.variant.name().to_owned(),
            self.tossed.clone(),
            self.after_tossing.answer.clone(),
            overflown.to_owned(),
            self.after_overflow.answer.clone(),
        ]
    }
}

async fn signed_in(
    browser: &Browser,
    setup: &Setup,
    variant: Variant,
    token: &str,
) -> (Context, Page) {
    let context = browser.context().await;
    let page = context.page().await;
    setup.sign_in(&page, Host::Alice, &variant.cookie(token)).await;
    let jar = context.cookies(&setup.url(Host::Alice, "/")).await;
    let hidden = |cookie: &Value| {
        cookie["name"] == json!(variant.cookie_name()) && cookie["httpOnly"] == json!(true)
    };
    assert!(jar.iter().any(hidden), "{variant:?}: {jar:?}");
    (context, page)
}

async fn write(page: &Page, setup: &Setup, cookies: &[String]) {
    page.goto(&setup.url(Host::Bob, "/page")).await;
    let script = "async cookies => { for (const cookie of cookies) document.cookie = cookie }";
    page.evaluate(script, json!([cookies])).await;
}

/// Every spelling that a parser could accept as the gate's cookie, with a session that is valid on
/// bob's host.
fn tossed(token: &str, path: &str) -> Vec<String> {
    let mut cookies = Vec::new();
    for name in [
        "__Host-doorward",
        "=__Host-doorward",
        "__host-doorward",
        "__HOST-DOORWARD",
        " __Host-doorward",
        "session",
        "Session",
        "=session",
    ] {
        for path in ["/", path] {
            cookies.push(format!("{name}={token}; Secure; Path={path}; Domain={ZONE}"));
        }
    }
    cookies
}

async fn last_knock(setup: &Setup, variant: Variant, path: &str) -> RecordedRequest {
    let recorded_requests = recorded_requests(setup, variant, |other| other == path).await;
    recorded_requests.last().expect("she asked for it").1.clone()
}

/// The usernames that the desktop received with requests for this path.
fn users(setup: &Setup, path: &str) -> String {
    let all = setup.alice.seen();
    let here = all.iter().filter(|seen| seen.line.ends_with(path));
    let names: Vec<&str> = here.flat_map(|seen| seen.all("X-Doorward-User")).collect();
    names.join(", ")
}

/// Every cookie of the request that contains a session.
fn sessions(setup: &Setup, path: &str, variant: Variant, tokens: &[String; 2]) -> String {
    let such = |seen: &Seen| seen.all("X-Forwarded-Uri") == [path];
    let records = setup.recorder.records(such);
    let (_, seen) = records.last().expect("she asked for it");
    let mut told = Vec::new();
    for pair in seen.all("Cookie").iter().flat_map(|line| line.split(';')) {
        let whose = ["alice", "bob"].into_iter().zip(tokens);
        let whose = whose.filter(|(_, token)| pair.contains(token.as_str()));
        for (user, token) in whose {
            let name = pair.trim().trim_end_matches(token.as_str()).trim_end_matches('=');
            let ours = if name == variant.cookie_name() { "" } else { " (not ours)" };
            told.push(format!("`{name}` {user}{ours}"));
        }
    }
    if told.is_empty() { NOTHING.to_owned() } else { told.join(", ") }
}

/// Requests below this path contain bob's tokens on alice's host.
pub const TOSSED: &str = "/tossed";
/// More than any browser keeps for one site.
const MANY: usize = 200;
/// Title of the table.
pub const TITLE: &str = "Cookies";
/// Introduction of the table.
pub const TEXT: &str = "Bob's page writes cookies for the whole zone: first his own session under every \
    name that a parser might read as doorward's, then 400 others. The table shows alice's next request \
    and its result. How many cookies a browser stores depends on the browser.";
/// Columns of the table.
pub const HEAD: [&str; 5] = [
    "cookie",
    "sessions that came after his own were written",
    "the gate then",
    "alice's after 400 others",
    "the gate after those",
];
