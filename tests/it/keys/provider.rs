//! A real OpenID provider: npm's `oidc-provider`, found by discovery.

use super::setup::{PATIENCE, becomes, fails, known, looks, status};
use crate::support::answer::Answer;
use crate::support::certificates::Authority;
use crate::support::gate::{Gate, Plan};
use crate::support::parts::node::openid_provider;
use crate::support::portal::Portal;
use crate::support::process::{Process, eventually, free_address};
use crate::support::request::Request;
use crate::support::token::remember;
use crate::support::wire::{Tls, Wire};
use serde_json::{Value, json};
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

/// A running provider.
pub struct Provider {
    process: Process,
    address: SocketAddr,
    authority: Authority,
}

impl Provider {
    /// Starts a provider with its files in `folder` and without back-channel logout.
    async fn open(folder: &Path) -> Self {
        Self::start(folder, None).await
    }

    /// Starts a provider that posts its logout tokens to `logout`.
    pub async fn telling(folder: &Path, logout: &str) -> Self {
        Self::start(folder, Some(logout)).await
    }

    async fn start(folder: &Path, logout: Option<&str>) -> Self {
        let (authority, address) = (Authority::new(), free_address());
        let (certificate, key) = authority.issue(&["127.0.0.1"]).write(folder, "provider");
        let script = folder.join("provider.mjs");
        fs::write(&script, include_str!("provider.mjs")).unwrap();
        let mut node = Command::new("node");
        node.arg(script).arg(openid_provider()).arg(address.port().to_string());
        let process = Process::start(node.arg(certificate).arg(key).args(logout));
        let listening = || async { process.stdout().contains("listening") };
        eventually("the provider", PATIENCE, listening).await;
        Self { process, address, authority }
    }

    /// Configures the gate of this plan to find the provider's keys by discovery.
    pub fn is_issuer_of(&self, plan: Plan, audience: &str) -> Plan {
        let authority = plan.folder.path().join("authority.crt");
        fs::write(&authority, &self.authority.pem).unwrap();
        plan.with_issuer("issuer", json!(self.issuer()))
            .with_issuer("audiences", json!([audience]))
            .with_issuer("keys", json!({ "discovery": true }))
            .with_issuer("ca_file", json!(authority))
    }

    /// `iss` of its tokens, and the base of all its addresses.
    pub fn issuer(&self) -> String {
        format!("https://{}", self.address)
    }

    /// Its output.
    pub fn output(&self) -> String {
        self.process.output()
    }

    /// Sends a request on a new connection, with `body` as a form unless it is empty.
    pub async fn ask(&self, request: Request, body: &str) -> Answer {
        let authority = &self.authority.pem;
        let tls = Tls { server_name: "127.0.0.1", authority, client: None };
        let mut wire = Wire::tls(self.address, tls).await.unwrap();
        let request = request
            .add("Host", self.address.to_string())
            .add("Connection", "close")
            .add("Content-Type", "application/x-www-form-urlencoded")
            .add("Content-Length", body.len().to_string());
        wire.send(&[request.bytes(), body.as_bytes().to_vec()].concat()).await.unwrap();
        wire.answer(false).await.unwrap()
    }

    /// Posts a form and returns the body of the response, which must be 200.
    pub async fn post(&self, path: &str, body: &str) -> String {
        let answer = self.ask(Request::get(path).method("POST"), body).await;
        assert_eq!(answer.status, 200, "{answer}\n{}", self.output());
        answer.text()
    }

    /// An access token for this client.
    async fn token(&self, client: &str) -> String {
        let body = format!(
            "grant_type=client_credentials&client_id={client}&client_secret=secret&scope=vdi&\
             resource=urn:vdi"
        );
        let answer: Value = serde_json::from_str(&self.post("/token", &body).await).unwrap();
        remember(answer["access_token"].as_str().unwrap().to_owned())
    }
}

#[tokio::test]
async fn discovery_and_rotation_at_a_real_openid_provider() {
    let plan = Plan::of(&Portal::new());
    let provider = Provider::open(plan.folder.path()).await;
    let gate = provider.is_issuer_of(plan, "urn:vdi").open().await;
    let first = provider.token("alice").await;
    assert_eq!(status(&gate, &first).await, 200, "{}", gate.process.output());
    assert_eq!(status(&gate, &provider.token("bob").await).await, 403);

    provider.post("/_rotate", "").await;
    let second = provider.token("alice").await;
    becomes(&gate, &second, 200).await;
    assert_eq!(status(&gate, &first).await, 200, "its key is still published");
    assert_eq!(keys(&gate, &provider).await, 2);

    provider.post("/_rotate?drop", "").await;
    let third = provider.token("alice").await;
    becomes(&gate, &third, 200).await;
    assert_eq!((status(&gate, &first).await, status(&gate, &second).await), (401, 401));
    assert_eq!(keys(&gate, &provider).await, 1);
    assert_eq!(looks(&gate, &provider.issuer(), "changed").await, 3);

    let issuer = provider.issuer();
    drop(provider);
    gate.process.signal("HUP");
    fails(&gate, &issuer).await;
    assert_eq!(status(&gate, &third).await, 200, "the provider is down");
}

async fn keys(gate: &Gate, provider: &Provider) -> u64 {
    known(gate, &provider.issuer()).await["keys"].as_u64().unwrap()
}
