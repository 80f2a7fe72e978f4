//! The hand-off through the real Traefik: redirects and cookies reach the browser unchanged, and no
//! request for a gate path reaches a desktop.

use super::setup::{BYE, Begun, ORIGIN, handoff, plan, session_in};
use crate::support::desktop::Desktop;
use crate::support::gate::Gate;
use crate::support::portal::{ALICE, COOKIE, Portal};
use crate::support::request::Request;
use crate::support::traefik::{self, Traefik, Version};
use crate::support::wire::Wire;

/// Alice's desktop behind a gate with hand-off behind Traefik.
struct GatedDesktops {
    portal: Portal,
    gate: Gate,
    desktop: Desktop,
    traefik: Traefik,
}

impl GatedDesktops {
    async fn open(version: Version) -> Self {
        let portal = Portal::new();
        let gate = plan(&portal).open().await;
        let desktop = Desktop::open("alice").await;
        let mut plan = traefik::Plan::new(version, &gate.address());
        plan.route("alice", &format!("Host(`{ALICE}`)"), desktop.address);
        let traefik = plan.open().await;
        Self { portal, gate, desktop, traefik }
    }

    async fn visit(&self, request: &Request) -> crate::support::answer::Answer {
        let mut wire = Wire::tls(self.traefik.address, self.traefik.tls(ALICE)).await.unwrap();
        wire.exchange(request).await.unwrap()
    }
}

async fn in_and_out_again(version: Version) {
    let setup = GatedDesktops::open(version).await;
    setup.desktop.forget();
    let begun = Begun::of(&setup.visit(&Request::visit(ALICE).uri("/desk?a=1").page()).await);
    let token = handoff(&setup.portal, "alice", &begun).sign(&setup.portal.key);
    let entry = || {
        Request::visit(ALICE)
            .uri(&begun.entry(&token))
            .add("Cookie", &begun.cookie)
            .add("Accept", "text/html")
            .fetch_metadata("cross-site", "navigate", "document")
    };
    let answer = setup.visit(&entry()).await;
    assert_eq!(answer.status, 303, "{answer}");
    assert_eq!(answer.header("Location"), Some(format!("{ORIGIN}/desk?a=1")));
    assert_eq!(answer.all("Set-Cookie").len(), 4, "{answer}");
    let session = session_in(&answer);

    let replayed = setup.visit(&entry()).await;
    assert_eq!((replayed.status, replayed.all("Set-Cookie").len()), (401, 0), "{replayed}");
    setup.desktop.assert_untouched("there is no session yet");

    let jar = format!("app=1; {COOKIE}={session}; {}", begun.cookie);
    let inside = Request::visit(ALICE).uri("/desk?a=1").add("Cookie", &jar).page();
    assert_eq!(setup.visit(&inside).await.status, 200);
    let seen = setup.desktop.only();
    seen.assert_no_token();
    assert_eq!(seen.all("Cookie"), ["app=1"]);
    setup.desktop.forget();

    let page = || Request::visit(ALICE).uri("/.doorward/logout").add("Cookie", &jar);
    let asked = setup.visit(&page().page()).await;
    assert!(asked.status == 403 && asked.is_page(), "{asked}");
    let from_bob = page()
        .method("POST")
        .add("Origin", "https://bob.vdi.example.com")
        .add("Content-Length", "0")
        .fetch_metadata("same-site", "navigate", "document");
    assert_eq!(setup.visit(&from_bob).await.status, 403);
    let left = setup.visit(&page().form().add("Content-Length", "0")).await;
    assert_eq!((left.status, left.header("Location").as_deref()), (303, Some(BYE)), "{left}");
    assert_eq!(left.header("Clear-Site-Data").as_deref(), Some("\"cache\", \"storage\""));
    assert_eq!(setup.visit(&inside).await.status, 302, "the session has ended");
    setup.desktop.assert_untouched("the gate answers the sign-out itself");
    drop(setup.gate);
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_in_and_sign_out_with_the_newest_traefik() {
    in_and_out_again(Version::NEWEST).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_in_and_sign_out_with_traefik_3_6() {
    in_and_out_again(Version::BRANCH_3_6).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_in_and_sign_out_with_the_oldest_traefik() {
    in_and_out_again(Version::OLDEST).await;
}
