//! Real browsers: Chromium and Firefox, headless, driven through puppeteer-core.
//!
//! `browser/driver.mjs` holds the browser and takes one command a line. It ends with its standard
//! input, and the browser with it. Both engines find every name below `.localhost` on the loopback
//! device by themselves, and take whichever certificate they meet.

mod link;

use super::parts::{browsers, system};
use link::Link;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

/// Which browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Blink.
    Chromium,
    /// Gecko.
    Firefox,
}

/// A running browser.
pub struct Browser {
    /// Which one.
    pub engine: Engine,
    /// Its name and version, as it says them.
    pub version: String,
    link: Arc<Link>,
}

/// A profile: its own cookies, storage and service workers.
pub struct Context {
    link: Arc<Link>,
    id: u64,
}

/// A tab.
pub struct Page {
    link: Arc<Link>,
    id: u64,
}

/// What a tab shows after it went somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// `None`: it did not come from a server, or not anew.
    pub status: Option<u16>,
    /// Where it ended.
    pub url: String,
}

impl Browser {
    /// Starts a browser.
    ///
    /// # Panics
    ///
    /// With what it said, when it does not come up.
    pub async fn open(engine: Engine) -> Self {
        let installed = tokio::task::spawn_blocking(move || {
            let program = match engine {
                Engine::Chromium => browsers::chromium(),
                Engine::Firefox => browsers::firefox(),
            };
            (program, browsers::driver())
        });
        let (program, (node, modules)) = installed.await.expect("a browser and its driver");
        let name = format!("{engine:?}").to_lowercase();
        let mut command = Command::new(node);
        command.arg(DRIVER).arg(modules).arg(name).arg(program);
        if engine == Engine::Chromium {
            // Service workers are registered only where the whole browser takes the certificate.
            command.arg("--ignore-certificate-errors");
            if system::is_root() {
                command.arg("--no-sandbox");
            }
        }
        let (link, version) = Link::open(&mut command).await;
        let version = version.unwrap_or_else(|why| panic!("{engine:?} does not start: {why}"));
        Self { engine, version: version.as_str().unwrap_or_default().to_owned(), link }
    }

    /// A new profile.
    pub async fn context(&self) -> Context {
        let id = self.link.demand(json!({ "op": "context" })).await;
        Context { link: Arc::clone(&self.link), id: id.as_u64().expect("a number") }
    }

    /// A tab in a profile of its own.
    pub async fn page(&self) -> Page {
        self.context().await.page().await
    }
}

impl Context {
    /// A tab.
    pub async fn page(&self) -> Page {
        let id = self.link.demand(json!({ "op": "page", "context": self.id })).await;
        Page { link: Arc::clone(&self.link), id: id.as_u64().expect("a number") }
    }

    /// The cookies that are kept for the host of `url`, those that no script may see among them:
    /// objects with `name`, `value`, `domain`, `path`, `httpOnly` and more.
    pub async fn cookies(&self, url: &str) -> Vec<Value> {
        let ask = json!({ "op": "cookies", "context": self.id, "url": url });
        self.link.demand(ask).await.as_array().cloned().expect("a list")
    }

    /// Closes all its tabs and forgets everything.
    pub async fn close(self) {
        self.link.demand(json!({ "op": "forget", "context": self.id })).await;
    }
}

impl Page {
    /// Goes to `url` and waits until its document is there.
    ///
    /// # Panics
    ///
    /// When no document comes; see [`Page::try_goto`].
    pub async fn goto(&self, url: &str) -> Visit {
        self.try_goto(url).await.unwrap_or_else(|why| panic!("{url}: {why}"))
    }

    /// As [`Page::goto`], for addresses that may lead nowhere.
    pub async fn try_goto(&self, url: &str) -> Result<Visit, String> {
        self.ask(json!({ "op": "goto", "url": url })).await.map(|visit| Visit::read(&visit))
    }

    /// Goes to `url`, from wherever it may still be on its way to. It must not be there already.
    pub async fn wander(&self, url: &str) {
        self.demand(json!({ "op": "wander", "url": url })).await;
    }

    /// As the user's way back in the history. Nothing tells the status.
    pub async fn back(&self) -> Visit {
        Visit::read(&self.demand(json!({ "op": "back" })).await)
    }

    /// Calls `function`, the text of an asynchronous function, with `arguments`, as if the user had
    /// just clicked on the page, and gives what it returns.
    ///
    /// # Panics
    ///
    /// When it throws, or the page goes away under it; see [`Page::try_evaluate`].
    pub async fn evaluate(&self, function: &str, arguments: Value) -> Value {
        let value = self.try_evaluate(function, arguments).await;
        value.unwrap_or_else(|why| panic!("{why} in\n{function}"))
    }

    /// As [`Page::evaluate`], for what may end the page.
    pub async fn try_evaluate(&self, function: &str, arguments: Value) -> Result<Value, String> {
        assert!(arguments.is_array(), "the arguments are a list: {arguments}");
        self.ask(json!({ "op": "evaluate", "script": function, "args": arguments })).await
    }

    /// Moves the mouse to the middle of an element and clicks.
    pub async fn click(&self, selector: &str) {
        self.demand(json!({ "op": "click", "selector": selector })).await;
    }

    /// Empties a field and types `value` into it.
    pub async fn fill(&self, selector: &str, value: &str) {
        self.demand(json!({ "op": "fill", "selector": selector, "value": value })).await;
    }

    /// Its address.
    pub async fn url(&self) -> String {
        self.demand(json!({ "op": "url" })).await.as_str().expect("an address").to_owned()
    }

    /// What a reader sees.
    pub async fn text(&self) -> String {
        self.demand(json!({ "op": "text" })).await.as_str().expect("text").to_owned()
    }

    /// A PNG of what is seen, for a reader who likes it `dark` or light.
    pub async fn screenshot(&self, path: &Path, dark: bool) {
        self.demand(json!({ "op": "screenshot", "path": path, "dark": dark })).await;
    }

    /// Has the web app manifest read, in a browser that does so only when it is asked.
    pub async fn manifest(&self) {
        self.demand(json!({ "op": "manifest" })).await;
    }

    /// Closes it.
    pub async fn close(self) {
        self.demand(json!({ "op": "close" })).await;
    }

    async fn demand(&self, command: Value) -> Value {
        let told = command.to_string();
        self.ask(command).await.unwrap_or_else(|why| panic!("{why} to {told}"))
    }

    async fn ask(&self, mut command: Value) -> Result<Value, String> {
        command["page"] = json!(self.id);
        self.link.ask(command).await
    }
}

impl Visit {
    /// Whether it ended well, where it was meant to.
    pub fn is_at(&self, url: &str) -> bool {
        self.status == Some(200) && self.url == url
    }

    fn read(value: &Value) -> Self {
        let status = value["status"].as_u64().and_then(|status| u16::try_from(status).ok());
        Self { status, url: value["url"].as_str().unwrap_or_default().to_owned() }
    }
}

const DRIVER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/support/browser/driver.mjs");
