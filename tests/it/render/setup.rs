//! A namespace of the shared cluster with rendered routes: the gate, two desktops, their sessions,
//! and the real Traefik with the static configuration that is rendered for it.

use crate::support::answer::Answer;
use crate::support::certificates::Authority;
use crate::support::cluster::Cluster;
use crate::support::crd_traefik::{CrdTraefik, Plan};
use crate::support::desktop::Desktop;
use crate::support::gate::{self, Gate};
use crate::support::own_address::own_address;
use crate::support::portal::{ALICE, BOB, Portal, ZONE};
use crate::support::process::{Finished, doorward, run};
use crate::support::request::Request;
use crate::support::wire::{Tls, Wire};
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;

/// The running parts of the setup.
pub struct Setup {
    pub cluster: &'static Cluster,
    pub namespace: String,
    pub portal: Portal,
    pub alice: Desktop,
    pub bob: Desktop,
    pub traefik: CrdTraefik,
    authority: Authority,
    configuration: PathBuf,
    /// Kept, because the process ends when this is dropped.
    _gate: Gate,
}

impl Setup {
    /// `place`: the value of `render.gate`; `more`: further flags of the rendering of sessions.
    pub async fn open(name: &str, place: &str, more: &[&str]) -> Self {
        let cluster = Cluster::shared().await;
        let namespace = cluster.namespace(name);
        let portal = Portal::new();
        let pages = Desktop::open_on("pages", own_address()).await;
        let gate = gate::Plan::of(&portal).with_tls(false).open().await;
        let render = json!({
            "namespace": namespace, "gate": place, "gate_address": gate.address(),
        });
        let mut config = gate.plan.config.clone();
        config["render"] = render;
        let configuration = gate.folder().join("render.yaml");
        fs::write(&configuration, config.to_string()).unwrap();

        let [alice, bob] = [
            Desktop::open_on("alice", own_address()).await,
            Desktop::open_on("bob", own_address()).await,
        ];
        cluster.service(&namespace, "kasm-alice", 8080, &alice);
        cluster.service(&namespace, "kasm-bob", 8080, &bob);
        // In place of the gate's own page, so that the test sees which backend answered.
        cluster.service(&namespace, "doorward-pages", 80, &pages);
        trust(cluster, &namespace, &gate);
        let authority = cluster.wildcard(&namespace, "wildcard", ZONE);
        let store = json!({
            "apiVersion": "traefik.io/v1alpha1", "kind": "TLSStore",
            "metadata": { "name": "default", "namespace": namespace },
            "spec": { "defaultCertificate": { "secretName": "wildcard" } },
        });
        cluster.apply(&store.to_string()).unwrap();
        let fixed = rendered(&configuration, &["static", "--no-acme"], "");
        let mut plan = Plan::new(&fixed.stdout);
        // The test's namespace has no Role, so the documented ClusterRole is bound.
        plan.configuration["providers"]["kubernetesCRD"]
            .as_object_mut()
            .unwrap()
            .remove("disableClusterScopeResources");
        if place == "entrypoint" {
            // Before Traefik starts: an entry point serves nothing while its Middleware is missing.
            let middlewares = rendered(&configuration, &["middleware"], "");
            cluster.apply(&middlewares.stdout).unwrap();
        }
        let traefik = plan.open(cluster).await;
        let setup = Self {
            cluster,
            namespace,
            portal,
            alice,
            bob,
            traefik,
            authority,
            configuration,
            _gate: gate,
        };
        let sessions = Setup::sessions(&[("kasm-alice", "alice"), ("kasm-bob", "bob")]);
        let routes = setup.render(more, &sessions);
        setup.cluster.apply(&routes.stdout).unwrap();
        setup
    }

    /// Sessions in the short form.
    pub fn sessions(all: &[(&str, &str)]) -> Value {
        let session = |(name, user): &(&str, &str)| json!({ "session": { "id": name, "name": name }, "username": user });
        all.iter().map(session).collect()
    }

    /// Renders sessions with the gate's configuration.
    pub fn render(&self, more: &[&str], sessions: &Value) -> Finished {
        rendered(&self.configuration, &[more, &["-"]].concat(), &sessions.to_string())
    }

    /// Sends a request through Traefik, with the host in TLS SNI and HTTP.
    pub async fn visit(&self, host: &str, request: &Request) -> Answer {
        self.traefik.visit(&self.authority.pem, host, request).await.unwrap()
    }

    /// Repeats a request until the response has this status.
    pub async fn visit_until(&self, status: u16, host: &str, request: &Request) -> Answer {
        self.traefik.visit_until(status, &self.authority.pem, host, request).await
    }

    /// A WebSocket through Traefik; the status of the handshake.
    pub async fn websocket_status(&self, host: &str, token: &str) -> u16 {
        let tls = Tls { server_name: host, authority: &self.authority.pem, client: None };
        let address = self.traefik.address("websecure");
        let mut wire = Wire::tls(address, tls).await.unwrap();
        let origin = format!("https://{host}");
        let request = Request::visit(host).session(token).websocket().set("Origin", origin);
        wire.exchange(&request).await.unwrap().status
    }

    /// Alice and bob have access to their own desktops only, and a request without a token to none.
    pub async fn holds(&self) {
        let [alice, bob] = ["alice", "bob"].map(|user| self.portal.token(user));
        for (host, user, other, own, foreign) in [
            (ALICE, &alice, &bob, &self.alice, &self.bob),
            (BOB, &bob, &alice, &self.bob, &self.alice),
        ] {
            self.visit_until(200, host, &Request::visit(host).session(user)).await;
            own.forget();
            foreign.forget();
            let answer = self.visit(host, &Request::visit(host).uri("/desk").session(user)).await;
            assert_eq!(answer.status, 200, "{answer}");
            own.only().assert_no_token();
            own.forget();
            let answer = self.visit(host, &Request::visit(host).session(other)).await;
            assert_eq!(answer.status, 403, "{answer}");
            let answer = self.visit(host, &Request::visit(host)).await;
            assert_eq!(answer.status, 401, "{answer}");
            assert_eq!(self.websocket_status(host, other).await, 403);
            own.assert_untouched("a request without access");
            assert_eq!(self.websocket_status(host, user).await, 101);
            foreign.assert_untouched("a request for another user's host");
        }
    }
}

/// The CA certificate by which Traefik verifies the gate.
pub fn trust(cluster: &Cluster, namespace: &str, gate: &Gate) {
    let authority = fs::read_to_string(gate.folder().join("authority.crt")).unwrap();
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret",
        "metadata": { "name": "doorward-ca", "namespace": namespace },
        "stringData": { "ca.crt": authority },
    });
    cluster.apply(&secret.to_string()).unwrap();
}

/// Runs `doorward render --config FILE …`, which must succeed.
pub fn rendered(configuration: &PathBuf, arguments: &[&str], input: &str) -> Finished {
    let mut command = doorward();
    command.arg("render").args(arguments).arg("--config").arg(configuration);
    let finished = run(&mut command, input);
    assert_eq!(finished.code, 0, "{arguments:?}: {}", finished.output());
    finished
}
