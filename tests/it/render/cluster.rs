//! Rendered routes on a real API server, behind the real Traefik: who has access, what fails
//! closed, and the effect of routes that other users add.

use super::command::documents;
use super::scene::Scene;
use crate::support::desktop::HOSTILE;
use crate::support::portal::{ALICE, BOB};
use crate::support::request::Request;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn with_the_gate_on_every_route() {
    let scene = Scene::open("route", "route", &[]).await;
    scene.holds().await;

    // A host without a session gets the same answer as a host with one.
    let carol = "carol.vdi.example.com";
    let answer = scene.visit(carol, &Request::visit(carol)).await;
    assert_eq!(answer.status, 401, "{answer}");
    let alice = scene.portal.token("alice");
    let answer = scene.visit(carol, &Request::visit(carol).session(&alice)).await;
    assert_eq!(answer.status, 403, "{answer}");

    // Header names that an application could confuse with doorward's.
    let aliases = ["X_Doorward_User", "X-Doorward_User", "x.doorward.user", "X-Doorward-User"];
    scene.alice.forget();
    let mut visit = Request::visit(ALICE).session(&alice);
    for alias in aliases {
        visit = visit.add(alias, "bob");
    }
    assert_eq!(scene.visit(ALICE, &visit).await.status, 200);
    let seen = scene.alice.only();
    assert_eq!(seen.all("X-Doorward-User"), ["alice"]);
    for alias in &aliases[..3] {
        assert!(seen.all(alias).is_empty(), "{alias}: {seen:#?}");
    }

    // If the Middleware is missing, Traefik serves no route, instead of a route without the gate.
    let bob = scene.portal.token("bob");
    scene.bob.forget();
    let namespace = &*scene.namespace;
    scene.cluster.delete(&["middleware.traefik.io", "doorward-auth", "-n", namespace]).unwrap();
    scene.visit_until(404, BOB, &Request::visit(BOB).session(&bob)).await;
    scene.bob.forget();
    for visit in [Request::visit(BOB), Request::visit(BOB).session(&bob)] {
        assert_eq!(scene.visit(BOB, &visit).await.status, 404);
    }
    scene.bob.assert_untouched("its gate is missing");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_gate_on_the_entry_point_every_route_is_gated() {
    let scene = Scene::open("entry", "entrypoint", &[]).await;
    scene.holds().await;
    // A user who may create routes here omits the gate or uses a higher priority.
    let rogue = |name: &str, rule: &str, priority: u64| {
        json!({
            "apiVersion": "traefik.io/v1alpha1", "kind": "IngressRoute",
            "metadata": { "name": name, "namespace": scene.namespace },
            "spec": { "entryPoints": ["websecure"], "tls": {}, "routes": [{
                "kind": "Rule", "match": rule, "priority": priority,
                "services": [{ "name": "kasm-alice", "port": 8080 }],
            }] },
        })
        .to_string()
    };
    let longer = format!("Host(`{BOB}`) && PathPrefix(`/`) && Method(`GET`)");
    scene.cluster.apply(&rogue("longer", &longer, 9_223_372_036_854_774_784)).unwrap();
    let bob = scene.portal.token("bob");
    let answer = scene.visit_until(200, BOB, &Request::visit(BOB).session(&bob)).await;
    // The route took over bob's requests, as any route in this namespace can, but no request
    // bypassed the gate.
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    let mut answer = answer;
    while answer.json()["desktop"] != "alice" && std::time::Instant::now() < deadline {
        answer = scene.visit(BOB, &Request::visit(BOB).session(&bob)).await;
    }
    assert_eq!(answer.json()["desktop"], "alice", "the rogue route is served by now");
    let alice = scene.portal.token("alice");
    assert_eq!(scene.visit(BOB, &Request::visit(BOB)).await.status, 401);
    assert_eq!(scene.visit(BOB, &Request::visit(BOB).session(&alice)).await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_route_with_an_owner_denies_other_hosts() {
    let scene = Scene::open("bound", "route", &["--bind-owner"]).await;
    scene.holds().await;
    // Bob's route, edited to match alice's host too.
    let routes = scene.render(&["--bind-owner"], &Scene::sessions(&[("kasm-bob", "bob")]));
    let is_bobs = |object: &&Value| object["metadata"]["name"] == "kasm-bob";
    let mut route = documents(&routes).iter().find(is_bobs).unwrap().clone();
    route["spec"]["routes"][0]["match"] = json!(format!("Host(`{BOB}`) || Host(`{ALICE}`)"));
    route["spec"]["routes"][0]["priority"] = json!(9_223_372_036_854_774_784_u64);
    scene.cluster.apply(&route.to_string()).unwrap();
    let alice = scene.portal.token("alice");
    scene.visit_until(403, ALICE, &Request::visit(ALICE).session(&alice)).await;
    scene.bob.forget();
    for token in ["alice", "bob"].map(|user| scene.portal.token(user)) {
        let answer = scene.visit(ALICE, &Request::visit(ALICE).session(&token)).await;
        assert_eq!(answer.status, 403, "{answer}");
    }
    scene.bob.assert_untouched("the host is not its owner's");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desktops_browser_wide_headers_are_removed() {
    let scene = Scene::open("headers", "route", &[]).await;
    let token = scene.portal.token("alice");
    let visit = Request::visit(ALICE).uri(HOSTILE).session(&token);
    let answer = scene.visit_until(200, ALICE, &visit).await;
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
    let refused = scene.visit(ALICE, &Request::visit(ALICE)).await;
    assert_eq!(refused.header("Cache-Control").as_deref(), Some("no-store"), "{refused}");
}
