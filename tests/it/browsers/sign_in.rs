//! Sign-in and sign-out in real browsers: over TLS, through the real Traefik, with a sign-in page
//! on another site.

use super::sign_in_page::SignInPage;
use crate::handoff::setup::secret;
use crate::support::browser::{Browser, Engine, Page};
use crate::support::desktop::Desktop;
use crate::support::gate::{self, Gate};
use crate::support::portal::{COOKIE, Portal};
use crate::support::process::eventually;
use crate::support::traefik::{self, Traefik, Version};
use serde_json::{Value, json};
use std::env;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

const ZONE: &str = "vdi.localhost";
const PATIENCE: Duration = Duration::from_secs(60);

struct GatedDesktops {
    sign_in: SignInPage,
    alice: Desktop,
    traefik: Traefik,
    _gate: Gate,
    _bob: Desktop,
}

impl GatedDesktops {
    async fn open() -> Self {
        let portal = Arc::new(Portal::new());
        let sign_in = SignInPage::open(Arc::clone(&portal)).await;
        let (alice, bob) =
            (Desktop::open_careless("alice").await, Desktop::open_careless("bob").await);
        let mut plan = traefik::Plan::new(Version::NEWEST, "");
        let login = format!("https://login.localhost:{}", plan.address.port());
        let gate = gate::Plan::of(&portal).with_tls(false);
        let session_key = secret(gate.folder.path(), "session.key", 7);
        let gate = gate
            .with("domains", json!([ZONE]))
            .with("tokens", json!({ "leeway": "0s" }))
            .with("revocation", json!({ "store": "memory" }))
            .with(
                "login",
                json!({
                    "url": format!("{login}/start"),
                    "logout_url": format!("{login}/bye"),
                    "handoff": { "session_key_file": session_key },
                }),
            )
            .open()
            .await;
        plan.zone = ZONE;
        plan.forward_auth["address"] = json!(gate.address());
        plan.forward_auth["tls"] = json!({ "ca": gate.folder().join("authority.crt") });
        plan.route("alice", "Host(`alice.vdi.localhost`)", alice.address);
        plan.route("bob", "Host(`bob.vdi.localhost`)", bob.address);
        plan.route_ungated("login", "Host(`login.localhost`)", sign_in.address);
        let traefik = plan.open().await;
        Self { sign_in, alice, traefik, _gate: gate, _bob: bob }
    }

    fn url(&self, host: &str, path: &str) -> String {
        format!("https://{host}:{}{path}", self.traefik.address.port())
    }

    fn alice(&self, path: &str) -> String {
        self.url("alice.vdi.localhost", path)
    }
}

/// Sends a `fetch` request from the page to its own host.
async fn fetched(page: &Page) -> Value {
    let script = "async () => { const r = await fetch('/data'); \
                  return [r.status, r.headers.get('content-type')] }";
    page.evaluate(script, json!([])).await
}

/// Evaluates an expression in a page; null while the page navigates.
async fn seen(page: &Page, what: &str) -> Value {
    let script = format!("async () => {what}");
    page.try_evaluate(&script, json!([])).await.unwrap_or_default()
}

async fn arrives(page: &Page, url: &str) {
    eventually(url, PATIENCE, || async { seen(page, "location.href").await == url }).await;
}

async fn shows(page: &Page, text: &str) {
    let there = || async {
        let all = seen(page, "document.body.innerText").await;
        all.as_str().is_some_and(|all| all.contains(text))
    };
    eventually(text, PATIENCE, there).await;
}

/// Rewrites the pictures in `docs/pages`, if `REWRITE_PICTURES` is set.
async fn picture(page: &Page, engine: Engine, name: &str) {
    if engine != Engine::Chromium || env::var_os("REWRITE_PICTURES").is_none() {
        return;
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pages");
    std::fs::create_dir_all(&folder).unwrap();
    for (dark, mood) in [(false, "light"), (true, "dark")] {
        page.screenshot(&folder.join(format!("{name}-{mood}.png")), dark).await;
    }
}

/// The number of unexpired state cookies. Firefox still lists a cookie for a moment after its
/// deletion.
fn states(cookies: &[Value]) -> usize {
    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970")]
    let now = crate::support::portal::now() as f64;
    let lives = |one: &&Value| one["expires"].as_f64().is_none_or(|end| end < 0.0 || end > now);
    let is_state = |one: &&Value| {
        one["name"].as_str().is_some_and(|name| name.starts_with("__Host-doorward-st-"))
    };
    cookies.iter().filter(is_state).filter(lives).count()
}

async fn sign_in_expiry_and_sign_out(engine: Engine) {
    let setup = GatedDesktops::open().await;
    let browser = Browser::open(engine).await;

    // Alice signs in and uses her desktop.
    let context = browser.context().await;
    let page = context.page().await;
    let visit = page.goto(&setup.alice("/desk?a=1&b=%2F")).await;
    assert!(visit.url.starts_with(&setup.url("login.localhost", "/start?rd=")), "{visit:?}");
    setup.alice.assert_untouched("before the sign-in");
    page.click("#alice").await;
    arrives(&page, &setup.alice("/desk?a=1&b=%2F")).await;
    let cookies = context.cookies(&setup.alice("/")).await;
    let own: Vec<_> = cookies.iter().filter(|one| one["name"] == COOKIE).collect();
    assert_eq!(own.len(), 1, "{cookies:#?}");
    assert_eq!((&own[0]["httpOnly"], &own[0]["secure"]), (&json!(true), &json!(true)), "{own:#?}");
    assert_eq!(own[0]["domain"], "alice.vdi.localhost", "a cookie for this host only");
    assert_eq!(states(&cookies), 0, "the sign-in deletes its state cookie: {cookies:#?}");
    let bobs = context.cookies(&setup.url("bob.vdi.localhost", "/")).await;
    assert!(bobs.iter().all(|one| one["name"] != COOKIE), "{bobs:#?}");
    assert_eq!(fetched(&page).await[0], 200);
    let echo = "async () => new Promise(done => { const s = new WebSocket(`wss://${location.host}/ws`); \
                s.onopen = () => s.send('hello'); s.onmessage = m => done(m.data); \
                s.onerror = () => done('refused') })";
    assert_eq!(page.evaluate(echo, json!([])).await, "hello");

    // The browser's history does not contain the hand-off, and going back does not end the session.
    let back = page.back().await;
    assert!(!back.url.contains("/.doorward/"), "{back:?}");
    page.goto(&setup.alice("/desk")).await;
    assert_eq!(page.url().await, setup.alice("/desk"));

    // A second tab is already signed in. A sign-out in one tab signs out the other.
    let second = context.page().await;
    assert_eq!(second.goto(&setup.alice("/other")).await.status, Some(200));
    let asked = page.goto(&setup.alice("/.doorward/logout")).await;
    assert_eq!(asked.status, Some(403));
    picture(&page, engine, "sign-out").await;
    page.click("button").await;
    shows(&page, "Good-bye").await;
    assert_eq!(fetched(&second).await, json!([401, "application/problem+json"]));
    let visit = second.goto(&setup.alice("/other")).await;
    assert!(visit.url.starts_with(&setup.url("login.localhost", "/start")), "{visit:?}");
    assert!(context.cookies(&setup.alice("/")).await.iter().all(|one| one["name"] != COOKIE));

    // Two tabs sign in at the same time, and each returns to its own page.
    let context = browser.context().await;
    let (first, second) = (context.page().await, context.page().await);
    first.goto(&setup.alice("/first")).await;
    second.goto(&setup.alice("/second")).await;
    second.click("#alice").await;
    arrives(&second, &setup.alice("/second")).await;
    first.click("#alice").await;
    arrives(&first, &setup.alice("/first")).await;

    // The session expires while a page is open. The next visit signs alice in again without a form,
    // because she is still signed in at the portal.
    setup.sign_in.knows(Some("alice"));
    setup.sign_in.sessions_live(10);
    let context = browser.context().await;
    let page = context.page().await;
    assert!(page.goto(&setup.alice("/desk")).await.is_at(&setup.alice("/desk")));
    let expired = || async { fetched(&page).await[0] == 401 };
    eventually("the session expires", PATIENCE, expired).await;
    assert_eq!(fetched(&page).await[1], "application/problem+json");
    assert_eq!(page.evaluate(echo, json!([])).await, "refused");
    let form = "async () => { const f = document.createElement('form'); f.method = 'post'; \
                f.action = '/save'; document.body.append(f); setTimeout(() => f.submit(), 50) }";
    page.evaluate(form, json!([])).await;
    shows(&page, "Sign in in a new tab").await;
    picture(&page, engine, "expired-while-working").await;
    setup.sign_in.sessions_live(0);
    let again = page.goto(&setup.alice("/desk")).await;
    assert!(again.is_at(&setup.alice("/desk")), "{again:?}");

    // Bob requests alice's desktop: the page says that he has no access and links to his own.
    setup.sign_in.knows(Some("bob"));
    let context = browser.context().await;
    let page = context.page().await;
    let visit = page.goto(&setup.alice("/desk")).await;
    assert_eq!(visit.status, Some(403), "{visit:?}");
    assert!(page.text().await.contains("You do not have access to this workspace"));
    picture(&page, engine, "not-yours").await;
    assert!(context.cookies(&setup.alice("/")).await.iter().all(|one| one["name"] != COOKIE));
    page.click("nav a").await;
    arrives(&page, &setup.url("bob.vdi.localhost", "/")).await;

    // There is no redirect loop.
    setup.sign_in.sessions_live(1);
    setup.sign_in.knows(Some("alice"));
    let context = browser.context().await;
    let page = context.page().await;
    let looped = || async {
        tokio::time::sleep(Duration::from_millis(1200)).await;
        // On a busy machine a sign-in may take longer than the session's lifetime: also a 401.
        page.goto(&setup.alice("/desk")).await.status == Some(401)
            && page.text().await.contains("Sign-in failed several times")
    };
    eventually("the page that ends a loop", 2 * PATIENCE, looped).await;
    picture(&page, engine, "too-many-sign-ins").await;

    // More cookies than `limits.header_bytes`, 60 KiB, and less than 65,535 bytes with all headers: above
    // that, Traefik does not send the request over HTTP/2 and answers 500.
    let context = browser.context().await;
    let page = context.page().await;
    setup.sign_in.sessions_live(0);
    page.goto(&setup.alice("/desk")).await;
    let flood = "async () => { for (let i = 0; i < 16; i++) \
                 document.cookie = `f${i}=${'x'.repeat(3809)}; path=/; secure` }";
    page.evaluate(flood, json!([])).await;
    let visit = page.goto(&setup.alice("/desk")).await;
    assert_eq!(visit.status, Some(431), "{visit:?}");
    if page.text().await.contains("Too many cookies") {
        picture(&page, engine, "too-many-cookies").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sign_in_expiry_and_sign_out_in_chromium() {
    sign_in_expiry_and_sign_out(Engine::Chromium).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sign_in_expiry_and_sign_out_in_firefox() {
    sign_in_expiry_and_sign_out(Engine::Firefox).await;
}
