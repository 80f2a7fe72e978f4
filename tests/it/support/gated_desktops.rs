//! Traefik, the gate, and the desktops of alice and bob, with clients.

use super::answer::Answer;
use super::desktop::Desktop;
use super::gate::{self, Gate};
use super::http2::Http2;
use super::portal::{ALICE, BOB, Portal};
use super::request::Request;
use super::traefik::{self, Traefik, Version};
use super::wire::{Stream, Wire};
use serde_json::json;
use tokio_tungstenite::WebSocketStream;

/// Everything, running.
pub struct GatedDesktops {
    /// Who signs the tokens.
    pub portal: Portal,
    /// The gate.
    pub gate: Gate,
    /// Alice's desktop.
    pub alice: Desktop,
    /// Bob's desktop.
    pub bob: Desktop,
    /// What visitors talk to.
    pub traefik: Traefik,
}

impl GatedDesktops {
    /// The setup as the documentation recommends it, as far as this version can.
    pub async fn open(version: Version) -> Self {
        Self::built(version, |gate| gate, |_| ()).await
    }

    /// A setup with another gate or another Traefik.
    pub async fn built(
        version: Version,
        gate: impl FnOnce(gate::Plan) -> gate::Plan,
        traefik: impl FnOnce(&mut traefik::Plan),
    ) -> Self {
        let portal = Portal::new();
        let gate = gate(gate::Plan::of(&portal)).open().await;
        let (alice, bob) = (Desktop::open("alice").await, Desktop::open("bob").await);
        let mut plan = traefik::Plan::new(version, &gate.address());
        plan.route("alice", &format!("Host(`{ALICE}`)"), alice.address);
        plan.route("bob", &format!("Host(`{BOB}`)"), bob.address);
        if let Some(tls) = gate.tls() {
            plan.forward_auth["tls"] = json!({ "ca": gate.folder().join("authority.crt") });
            if tls.client.is_some() {
                plan.forward_auth["tls"]["cert"] = json!(gate.folder().join("traefik.crt"));
                plan.forward_auth["tls"]["key"] = json!(gate.folder().join("traefik.key"));
            }
        }
        traefik(&mut plan);
        let traefik = plan.open().await;
        let setup = Self { portal, gate, alice, bob, traefik };
        setup.alice.assert_untouched("before the sign-in");
        setup
    }

    /// A connection whose TLS handshake names `server_name`.
    pub async fn connect(&self, server_name: &str) -> Wire {
        let wire = Wire::tls(self.traefik.address, self.traefik.tls(server_name)).await;
        wire.unwrap_or_else(|error| panic!("{error}\n{}", self.traefik.log()))
    }

    /// An HTTP/2 connection whose TLS handshake names `server_name`.
    pub async fn connect_http2(&self, server_name: &str) -> Http2 {
        Http2::connect(self.traefik.address, self.traefik.tls(server_name)).await
    }

    /// Visits on a connection of its own, which names alice in its TLS handshake for every request: the
    /// certificate is a wildcard, and that name decides nothing.
    pub async fn visit(&self, request: &Request) -> Answer {
        let answer = self.connect(ALICE).await.exchange(request).await;
        answer.unwrap_or_else(|error| panic!("{error} after {request:?}\n{}", self.traefik.log()))
    }

    /// Opens a WebSocket, or gives the refusal.
    pub async fn websocket(
        &self,
        request: &Request,
    ) -> Result<WebSocketStream<Box<dyn Stream>>, Answer> {
        let mut wire = self.connect(ALICE).await;
        let answer = wire.exchange(request).await.expect("an answer to the handshake");
        if answer.status == 101 { Ok(wire.into_websocket().await) } else { Err(answer) }
    }
}
