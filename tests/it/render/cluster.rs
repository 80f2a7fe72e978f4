//! Rendered routes on a real API server, behind the real Traefik: who has access, what fails
//! closed, and the effect of routes that other users add.

use super::command::documents;
use super::setup::Setup;
use crate::support::desktop::HOSTILE;
use crate::support::portal::{ALICE, BOB};
use crate::support::request::Request;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn with_the_gate_on_every_route_other_users_are_denied() {
    let setup = Setup::open("route", "route", &[]).await;
    setup.holds().await;

    // A host without a session gets the same answer as a host with one.
    let carol = "carol.vdi.example.com";
    let answer = setup.visit(carol, &Request::visit(carol)).await;
    assert_eq!(answer.status, 401, "{answer}");
    let alice = setup.portal.token("alice");
    let answer = setup.visit(carol, &Request::visit(carol).session(&alice)).await;
    assert_eq!(answer.status, 403, "{answer}");

    // Header names that an application could confuse with doorward's.
    let aliases = ["X_Doorward_User", "X-Doorward_User", "x.doorward.user", "X-Doorward-User"];
    setup.alice.forget();
    let mut visit = Request::visit(ALICE).session(&alice);
    for alias in aliases {
        visit = visit.add(alias, "bob");
    }
    assert_eq!(setup.visit(ALICE, &visit).await.status, 200);
    let seen = setup.alice.only();
    assert_eq!(seen.all("X-Doorward-User"), ["alice"]);
    for alias in &aliases[..3] {
        assert!(seen.all(alias).is_empty(), "{alias}: {seen:#?}");
    }

    // If the Middleware is missing, Traefik serves no route, instead of a route without the gate.
    let bob = setup.portal.token("bob");
    setup.bob.forget();
    let namespace = &*setup.namespace;
    setup.cluster.delete(&["middleware.traefik.io", "doorward-auth", "-n", namespace]).unwrap();
    setup.visit_until(404, BOB, &Request::visit(BOB).session(&bob)).await;
    setup.bob.forget();
    for visit in [Request::visit(BOB), Request::visit(BOB).session(&bob)] {
        assert_eq!(setup.visit(BOB, &visit).await.status, 404);
    }
    setup.bob.assert_untouched("its middleware is missing");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_gate_on_the_entry_point_every_route_is_gated() {
    let setup = Setup::open("entry", "entrypoint", &[]).await;
    setup.holds().await;
    // A user who may create routes here omits the gate or uses a higher priority.
    let rogue = |name: &str, rule: &str, priority: u64| {
        json!({
            "apiVersion": "traefik.io/v1alpha1", "kind": "IngressRoute",
            "metadata": { "name": name, "namespace": setup.namespace },
            "spec": { "entryPoints": ["websecure"], "tls": {}, "routes": [{
                "kind": "Rule", "match": rule, "priority": priority,
                "services": [{ "name": "kasm-alice", "port": 8080 }],
            }] },
        })
        .to_string()
    };
    let longer = format!("Host(`{BOB}`) && PathPrefix(`/`) && Method(`GET`)");
    setup.cluster.apply(&rogue("longer", &longer, 9_223_372_036_854_774_784)).unwrap();
    let bob = setup.portal.token("bob");
    let answer = setup.visit_until(200, BOB, &Request::visit(BOB).session(&bob)).await;
    // The route took over bob's requests, as any route in this namespace can, but no request
    // bypassed the gate.
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    let mut answer = answer;
    while answer.json()["desktop"] != "alice" && std::time::Instant::now() < deadline {
        answer = setup.visit(BOB, &Request::visit(BOB).session(&bob)).await;
    }
    assert_eq!(answer.json()["desktop"], "alice", "Traefik serves the rogue route");
    let alice = setup.portal.token("alice");
    assert_eq!(setup.visit(BOB, &Request::visit(BOB)).await.status, 401);
    assert_eq!(setup.visit(BOB, &Request::visit(BOB).session(&alice)).await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_route_with_an_owner_denies_other_hosts() {
    let setup = Setup::open("bound", "route", &["--bind-owner"]).await;
    setup.holds().await;
    // Bob's route, edited to match alice's host too.
    let routes = setup.render(&["--bind-owner"], &Setup::sessions(&[("kasm-bob", "bob")]));
    let is_bobs = |object: &&Value| object["metadata"]["name"] == "kasm-bob";
    let mut route = documents(&routes).iter().find(is_bobs).unwrap().clone();
    route["spec"]["routes"][0]["match"] = json!(format!("Host(`{BOB}`) || Host(`{ALICE}`)"));
    route["spec"]["routes"][0]["priority"] = json!(9_223_372_036_854_774_784_u64);
    setup.cluster.apply(&route.to_string()).unwrap();
    let alice = setup.portal.token("alice");
    setup.visit_until(403, ALICE, &Request::visit(ALICE).session(&alice)).await;
    setup.bob.forget();
    for token in ["alice", "bob"].map(|user| setup.portal.token(user)) {
        let answer = setup.visit(ALICE, &Request::visit(ALICE).session(&token)).await;
        assert_eq!(answer.status, 403, "{answer}");
    }
    setup.bob.assert_untouched("the host is not the owner's host");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desktops_browser_wide_headers_are_removed() {
    let setup = Setup::open("headers", "route", &[]).await;
    let token = setup.portal.token("alice");
    let visit = Request::visit(ALICE).uri(HOSTILE).session(&token);
    let answer = setup.visit_until(200, ALICE, &visit).await;
    for (header, expected) in [
        ("Clear-Site-Data", None),
        ("Access-Control-Allow-Origin", None),
        ("Access-Control-Allow-Credentials", None),
        ("X-Frame-Options", Some("SAMEORIGIN")),
        ("Content-Security-Policy", Some("frame-ancestors 'self'")),
        ("Cross-Origin-Opener-Policy", Some("same-origin")),
        ("Cross-Origin-Resource-Policy", Some("same-origin")),
        // Cookies that the desktop sets are passed on.
        ("Set-Cookie", Some("desktop=alice; Path=/")),
    ] {
        assert_eq!(answer.header(header).as_deref(), expected, "{header}: {answer}");
    }
    // The gate's denials have their own headers.
    let refused = setup.visit(ALICE, &Request::visit(ALICE)).await;
    assert_eq!(refused.header("Cache-Control").as_deref(), Some("no-store"), "{refused}");
}
