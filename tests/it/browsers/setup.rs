//! The setup for the browsers: the real Traefik over TLS, the real gate over HTTP/2 behind it, and a
//! desktop of alice that accepts every request it receives.
//!
//! The response headers that the documentation recommends are left out, so that the gate is the only
//! protection between bob's page and her desktop.

use super::attacker_pages::{AttackerPages, SIGN_IN};
use crate::support::browser::Page;
use crate::support::desktop::Desktop;
use crate::support::gate::{self, Gate};
use crate::support::portal::Portal;
use crate::support::request_recorder::RequestRecorder;
use crate::support::traefik::{self, Traefik, Version};
use serde_json::json;

/// The running parts of the setup.
pub struct Setup {
    /// The portal that signs the tokens.
    pub portal: Portal,
    /// The gate.
    pub gate: Gate,
    /// The middleware before the gate, which records every request.
    pub recorder: RequestRecorder,
    /// Alice's desktop.
    pub alice: Desktop,
    traefik: Traefik,
    _attacker_pages: AttackerPages,
}

/// A host of the setup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    /// Alice's desktop, behind the gate.
    Alice,
    /// Another session of alice, also behind the gate.
    Work,
    /// A sibling of alice's host: browsers treat both as the same site.
    Bob,
    /// Another site.
    Evil,
    /// The sign-in page to which the gate redirects: another site, but a trusted origin.
    Login,
}

impl Host {
    /// All hosts.
    pub const ALL: [Self; 5] = [Self::Alice, Self::Work, Self::Bob, Self::Evil, Self::Login];

    /// The DNS name of the host.
    pub fn name(self) -> &'static str {
        match self {
            Self::Alice => "alice.vdi.localhost",
            Self::Work => "work--alice.vdi.localhost",
            Self::Bob => "bob.vdi.localhost",
            Self::Evil => "evil.localhost",
            Self::Login => "login.localhost",
        }
    }
}

impl Setup {
    /// Opens a setup with a changed configuration of the gate.
    pub async fn open(change: impl FnOnce(gate::Plan) -> gate::Plan) -> Self {
        let (portal, recorder, attacker_pages) =
            (Portal::new(), RequestRecorder::open().await, AttackerPages::open().await);
        let alice = Desktop::open_careless("alice").await;
        let mut plan = traefik::Plan::new(Version::NEWEST, "");
        let port = plan.address.port();
        let origin = format!("https://{}:{port}", Host::Login.name());
        let login = format!("{origin}/start");
        let gate = gate::Plan::of(&portal)
            .with("domains", json!([ZONE]))
            .with("login", json!({ "url": login, "sets_cookie": true }))
            .with("trusted_origins", json!([{ "origin": origin }]))
            .with_tls(false);
        let gate = change(gate).open().await;
        plan.zone = ZONE;
        plan.forward_auth["address"] = json!(gate.address());
        plan.forward_auth["tls"] = json!({ "ca": gate.folder().join("authority.crt") });
        plan.middlewares["recorder"] = recorder.middleware();
        let rule = |host: Host| format!("Host(`{}`)", host.name());
        plan.route("alice", &rule(Host::Alice), alice.address);
        plan.routers["alice"]["middlewares"] = json!(["recorder", "gate"]);
        for host in [Host::Alice, Host::Work] {
            let name = format!("{SIGN_IN}-{host:?}").to_lowercase();
            let sign_in = format!("{} && Path(`/{SIGN_IN}`)", rule(host));
            plan.route_ungated(&name, &sign_in, attacker_pages.address);
        }
        plan.route("work", &rule(Host::Work), alice.address);
        plan.routers["work"]["middlewares"] = json!(["recorder", "gate"]);
        for host in [Host::Bob, Host::Evil, Host::Login] {
            plan.route_ungated(host.name(), &rule(host), attacker_pages.address);
        }
        let traefik = plan.open().await;
        Self { portal, gate, recorder, alice, traefik, _attacker_pages: attacker_pages }
    }

    /// The URL of this path on a host.
    pub fn url(&self, host: Host, path: &str) -> String {
        format!("https://{}:{}{path}", host.name(), self.traefik.address.port())
    }

    /// The host with this origin.
    pub fn host_of(&self, origin: &str) -> Option<Host> {
        Host::ALL.into_iter().find(|host| self.url(*host, "") == origin)
    }

    /// Navigates to a page with the attack script.
    pub async fn enter(&self, page: &Page, host: Host, path: &str) {
        let url = self.url(host, path);
        let visit = page.goto(&url).await;
        assert!(visit.is_at(&url), "{url}: {visit:?}");
        arm(page).await;
    }

    /// As [`Setup::enter`], for a page that may have a navigation in progress.
    pub async fn enter_anew(&self, page: &Page, host: Host, path: &str) {
        page.wander(&self.url(host, path)).await;
        arm(page).await;
    }

    /// Sets `cookie` on one of alice's hosts, as a sign-in does.
    pub async fn sign_in(&self, page: &Page, host: Host, cookie: &str) {
        let cookie = cookie.replace(' ', "%20").replace(';', "%3B").replace('=', "%3D");
        let url = self.url(host, &format!("/{SIGN_IN}?cookie={cookie}"));
        assert_eq!(page.goto(&url).await.status, Some(200));
    }
}

/// Adds the attack script to a page of alice's desktop.
async fn arm(page: &Page) {
    let script = "async text => { if (typeof attack === 'function') return; \
        const script = document.createElement('script'); \
        script.textContent = text; document.head.append(script) }";
    page.evaluate(script, json!([include_str!("attacks.js")])).await;
}

/// Browsers resolve all names below `localhost` themselves. They treat `vdi.localhost` as one site,
/// because its only public suffix is the last label.
pub const ZONE: &str = "vdi.localhost";
