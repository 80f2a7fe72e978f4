//! The installation of docs/install-kubernetes.md on its own cluster: the complete, unchanged
//! `deploy/`, Traefik with the rendered permissions and static configuration, a wildcard
//! certificate from an ACME server, and sessions as objects of the cluster. Only the gate's address
//! differs, because a cluster without nodes has no DNS.

mod logout;

use super::setup::{rendered, trust};
use crate::support::cluster::{Cluster, User};
use crate::support::crd_traefik::{CrdTraefik, Plan};
use crate::support::desktop::Desktop;
use crate::support::gate::{self, Gate};
use crate::support::own_address::own_address;
use crate::support::parts::traefik_objects;
use crate::support::pebble::Pebble;
use crate::support::portal::{ALICE, BOB, Portal, ZONE};
use crate::support::process::free_address;
use crate::support::request::Request;
use serde_json::{Value, json};
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

const SESSIONS: &str = "vdi-sessions";

/// The cluster with `deploy/` applied, and Traefik on it.
struct Installation {
    cluster: Cluster,
    pebble: Pebble,
    root: String,
    gate: Gate,
    portal: Portal,
    configuration: PathBuf,
    /// The gate's listener for logout tokens.
    ended: SocketAddr,
    traefik: CrdTraefik,
}

impl Installation {
    async fn open() -> Self {
        let deploy = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy");
        let base = |file: &str| fs::read_to_string(deploy.join("base").join(file)).unwrap();
        let definition = base("vdisession.yaml");
        let cluster = Cluster::with_definitions(traefik_objects::NEWEST, &definition).await;
        let (pebble, portal) = (Pebble::open().await, Portal::new());
        let pages = SocketAddr::new(own_address(), free_address().port());
        let ended = SocketAddr::new(own_address(), free_address().port());
        let gate = gate::Plan::of(&portal)
            .with("pages_listen", json!(pages))
            .with("backchannel_listen", json!(ended))
            .with("revocation", json!({ "store": "memory" }))
            .with("reserved_labels", json!(["portal"]))
            .with(
                "login",
                json!({ "url": format!("https://{}/", logout::PORTAL), "sets_cookie": true }),
            )
            .with_tls(false);
        let gate = gate.open().await;
        let mut config = logout::several(gate.plan.config.clone(), gate.folder());
        config["render"] = json!({});
        let configuration = gate.folder().join("render.yaml");
        fs::write(&configuration, config.to_string()).unwrap();

        let namespace = json!({
            "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "traefik" },
        });
        cluster.apply(&namespace.to_string()).unwrap();
        for file in ["namespaces.yaml", "traefik-access.yaml"] {
            cluster.apply(&base(file)).unwrap();
        }
        // The ServiceAccount of Traefik's chart, with only the permissions of `deploy/`.
        let made = cluster.kubectl(&["create", "serviceaccount", "traefik", "-n", "traefik"]);
        assert_eq!(made.code, 0, "{}", made.output());
        let token = cluster.folder().join("traefik-account.token");
        let account = cluster.account_token("traefik", "traefik");
        crate::support::certificates::write_secret(&token, account);
        let arguments = ["static", "--dns-provider", "exec", "--email", "ops@example.org"];
        let fixed = rendered(&configuration, &arguments, "");
        let mut plan = Plan::new(&fixed.stdout).certified_by(&pebble);
        plan.token_file = Some(token);
        // Before the policies are applied, because the test setup adds a route without the gate.
        let traefik = plan.open(&cluster).await;
        cluster.apply_kustomize(&deploy).unwrap();
        for namespace in ["doorward", SESSIONS] {
            trust(&cluster, namespace, &gate);
        }
        by_hand(&cluster, "pages", pages);
        let root = pebble.root().await;
        Self { cluster, pebble, root, gate, portal, configuration, ended, traefik }
    }

    /// The gate's real address.
    fn without_dns(&self) {
        let address = self.gate.address();
        for namespace in ["doorward", SESSIONS] {
            let arguments = ["middleware", "--namespace", namespace, "--gate-address", &address];
            self.cluster.apply(&rendered(&self.configuration, &arguments, "").stdout).unwrap();
        }
    }

    /// A session, as the system that starts desktops creates it.
    fn start(&self, name: &str, user: &str, desktop: &Desktop) {
        self.cluster.service(SESSIONS, name, 8080, desktop);
        self.cluster.apply(&session(name, user).to_string()).unwrap();
    }

    /// Renders and applies all sessions of the cluster.
    fn render(&self) {
        let sessions = self.cluster.kubectl(&["get", "vdisessions", "-A", "-o", "json"]);
        let routes = rendered(&self.configuration, &["-"], &sessions.stdout);
        self.cluster.apply(&routes.stdout).unwrap();
        self.without_dns();
    }

    async fn visit_until(&self, status: u16, host: &str, request: &Request) {
        self.traefik.visit_until(status, &self.root, host, request).await;
    }
}

/// The `EndpointSlice` that the endpoint controller would create for the Service of this listener.
fn by_hand(cluster: &Cluster, listener: &str, address: SocketAddr) {
    let slice = json!({
        "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
        "metadata": {
            "name": format!("doorward-{listener}-by-hand"), "namespace": "doorward",
            "labels": { "kubernetes.io/service-name": format!("doorward-{listener}") },
        },
        "addressType": "IPv4",
        "ports": [{ "name": listener, "port": address.port() }],
        "endpoints": [{ "addresses": [address.ip()], "conditions": { "ready": true } }],
    });
    cluster.apply(&slice.to_string()).unwrap();
}

fn session(name: &str, user: &str) -> Value {
    json!({
        "apiVersion": "doorward.dev/v1alpha1", "kind": "VDISession",
        "metadata": { "name": name, "namespace": SESSIONS },
        "spec": { "sessionId": name, "user": { "username": user } },
    })
}

fn route(namespace: &str, spec: &Value) -> String {
    json!({
        "apiVersion": "traefik.io/v1alpha1", "kind": "IngressRoute",
        "metadata": { "name": "rogue", "namespace": namespace }, "spec": spec,
    })
    .to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn alice_is_admitted_and_bob_is_denied() {
    let installation = Installation::open().await;
    let Installation { cluster, pebble, portal, .. } = &installation;
    let [alice, bob] = [
        Desktop::open_on("alice", own_address()).await,
        Desktop::open_on("bob", own_address()).await,
    ];
    installation.start("kasm-alice", "alice", &alice);
    installation.start("kasm-bob", "bob", &bob);
    // More sessions, so that one certificate per session would be noticed.
    for number in 0..8 {
        let (name, user) = (format!("kasm-{number}"), format!("user-{number}"));
        installation.start(&name, &user, &alice);
    }
    installation.render();
    let [alices, bobs] = ["alice", "bob"].map(|user| portal.token(user));
    installation.visit_until(200, ALICE, &Request::visit(ALICE).session(&alices)).await;
    alice.forget();
    installation.visit_until(403, ALICE, &Request::visit(ALICE).session(&bobs)).await;
    alice.assert_untouched("bob's visit");
    installation.visit_until(200, BOB, &Request::visit(BOB).session(&bobs)).await;
    for number in 0..8 {
        let (user, host) = (format!("user-{number}"), format!("user-{number}.{ZONE}"));
        let token = portal.token(&user);
        installation.visit_until(200, &host, &Request::visit(&host).session(&token)).await;
    }
    assert_eq!((pebble.orders(), pebble.issued()), (1, 1), "{}", pebble.log());

    // The route is deleted with its session, and the catch-all route behind the gate serves alice's
    // host.
    cluster.delete(&["vdisession", "kasm-alice", "-n", SESSIONS]).unwrap();
    installation.visit_until(404, ALICE, &Request::visit(ALICE).session(&alices)).await;
    alice.forget();
    installation.visit_until(404, ALICE, &Request::visit(ALICE).session(&alices)).await;
    installation.visit_until(401, ALICE, &Request::visit(ALICE)).await;
    alice.assert_untouched("its session is gone");
    assert!(!cluster.has(&["ingressroute.traefik.io", "kasm-alice", "-n", SESSIONS]));
    installation.visit_until(200, BOB, &Request::visit(BOB).session(&bobs)).await;
    logout::check_backchannel_logout(&installation, installation.ended, &bob).await;
    check_admission_policies(cluster);
    logout::check_policies_for_the_listener(cluster);
    check_session_schema(cluster);
}

/// Rows: the user, the namespace, and the route.
fn check_admission_policies(cluster: &Cluster) {
    let other = cluster.namespace("tenant");
    let admin = User { name: "tenant", groups: &["system:masters"] };
    let rule = |rule: &str, priority: Option<u64>| {
        let mut spec = json!({
            "entryPoints": ["websecure"], "tls": {},
            "routes": [{ "kind": "Rule", "match": rule, "services": [{ "name": "a", "port": 1 }] }],
        });
        if let Some(priority) = priority {
            spec["routes"][0]["priority"] = json!(priority);
        }
        spec
    };
    for (name, namespace, spec, allowed) in [
        ("own_host", &*other, rule("Host(`app.example.org`)", None), true),
        (
            "own_host_in_two",
            &other,
            rule("Host(`a.example.org`) || Host(`b.example.org`)", None),
            true,
        ),
        ("own_path", &other, rule("Host(`app.example.org`) && PathPrefix(`/a`)", None), true),
        ("alices_host", &other, rule("Host(`alice.vdi.example.com`)", None), false),
        ("alices_host_in_capitals", &other, rule("Host(`ALICE.VDI.EXAMPLE.COM`)", None), false),
        (
            "alices_host_second",
            &other,
            rule("Host(`a.org`) || Host(`alice.vdi.example.com`)", None),
            false,
        ),
        (
            "pattern_of_the_zone",
            &other,
            rule(r"HostRegexp(`^.+\.vdi\.example\.com$`)", None),
            false,
        ),
        (
            "pattern_that_hides_it",
            &other,
            rule("HostRegexp(`^alice.vd[i].example.com$`)", None),
            false,
        ),
        ("every_host", &other, rule("Host(`*`)", None), false),
        ("no_host", &other, rule("PathPrefix(`/`)", None), false),
        (
            "longer_rule",
            &other,
            rule("PathPrefix(`/`) && Method(`GET`) && !Path(`/x`)", None),
            false,
        ),
        ("our_priority", &other, rule("Host(`a.org`)", Some(1_000_000_000_000)), false),
        ("highest_priority", &other, rule("Host(`a.org`)", Some(9_223_372_036_854_774_784)), false),
        ("no_routes", &other, json!({ "entryPoints": ["websecure"], "routes": [] }), false),
        ("no_routes_at_home", SESSIONS, json!({ "routes": [] }), false),
        ("no_gate_at_home", SESSIONS, rule("Host(`carol.vdi.example.com`)", None), false),
    ] {
        let outcome = cluster.apply_as(admin, &route(namespace, &spec));
        assert_eq!(outcome.is_ok(), allowed, "{name}: {outcome:?}");
        if let Err(refusal) = outcome {
            assert!(refusal.contains("ValidatingAdmissionPolicy"), "{name}: {refusal}");
        }
    }
    for kind in ["TLSStore", "TLSOption"] {
        let object = json!({
            "apiVersion": "traefik.io/v1alpha1", "kind": kind,
            "metadata": { "name": "default", "namespace": other }, "spec": {},
        });
        let outcome = cluster.apply_as(admin, &object.to_string());
        assert!(outcome.is_err(), "a second default {kind} was accepted: {outcome:?}");
    }
}

/// Rows: a session that the cluster must reject.
fn check_session_schema(cluster: &Cluster) {
    let with = |path: &str, value: Value| {
        let mut object = session("kasm-row", "carol");
        *object.pointer_mut(path).unwrap() = value;
        object.to_string()
    };
    let mut slug = session("kasm-row", "carol");
    slug["spec"]["sessionSlug"] = json!("xn");
    let mut port = session("kasm-row", "carol");
    port["spec"]["service"] = json!({ "port": 65536 });
    let mut misspelt = session("kasm-row", "carol");
    misspelt["spec"]["usr"] = json!({});
    for (name, object) in [
        ("empty_username", with("/spec/user/username", json!(""))),
        ("username_of_1025", with("/spec/user/username", json!("a".repeat(1025)))),
        ("username_as_a_number", with("/spec/user/username", json!(7))),
        ("no_user", with("/spec/user", json!({}))),
        ("slug_of_two", slug.to_string()),
        ("port_too_large", port.to_string()),
        ("misspelt", misspelt.to_string()),
    ] {
        let outcome = cluster.apply(&object);
        assert!(outcome.is_err(), "{name} was accepted");
    }
    cluster.apply(&session("kasm-row", "carol").to_string()).unwrap();
    let renamed = cluster.apply(&session("kasm-row", "bob").to_string());
    assert!(renamed.is_err(), "the user of a session was changed");
}
