//! A gate whose issuer's keys are fetched, and what is asked about them.

use crate::support::gate::{Gate, Plan};
use crate::support::key::{Key, key_set};
use crate::support::key_server::{KeyServer, Reply};
use crate::support::portal::{ALICE, Portal};
use crate::support::process::eventually;
use crate::support::request::Request;
use serde_json::{Value, json};
use std::time::Duration;

/// Where most key sets are.
pub const KEYS: &str = "/keys";
/// For what takes a look at the issuer's server, and a retry.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The gate of most tests here, not started: it fetches the portal's keys from `server`.
pub fn plan(portal: &Portal, server: &KeyServer) -> Plan {
    let plan = Plan::of(portal);
    let authority = server.authority(plan.folder.path());
    plan.with_issuer("keys", json!({ "jwks_url": server.url(KEYS) }))
        .with_issuer("ca_file", json!(authority))
}

/// A server that publishes these keys.
pub async fn server<'k>(keys: impl IntoIterator<Item = &'k Key>) -> KeyServer {
    let server = KeyServer::open().await;
    publish(&server, keys);
    server
}

/// From now on it publishes these.
pub fn publish<'k>(server: &KeyServer, keys: impl IntoIterator<Item = &'k Key>) {
    server.answer(KEYS, Reply::json(key_set(keys)));
}

/// Alice's question with a token.
pub fn question(token: &str) -> Request {
    Request::question(ALICE).session(token)
}

/// The status that alice gets with this token.
pub async fn status(gate: &Gate, token: &str) -> u16 {
    gate.ask(&question(token)).await.status
}

/// Waits until alice gets this status.
pub async fn becomes(gate: &Gate, token: &str, expected: u16) {
    let what = format!("status {expected}");
    eventually(&what, PATIENCE, || async { status(gate, token).await == expected }).await;
}

/// What `/readyz` says of the fetched keys of `issuer`.
pub async fn known(gate: &Gate, issuer: &str) -> Value {
    let ready = gate.admin("/readyz").await.unwrap();
    let body: Value = serde_json::from_str(&ready.text()).unwrap();
    let rows = body["keys"].as_array().unwrap();
    rows.iter().find(|row| row["issuer"] == issuer).cloned().unwrap_or_default()
}

/// Waits until a look has failed.
pub async fn fails(gate: &Gate, issuer: &str) {
    let failed = || async { known(gate, issuer).await["failures"].as_u64() > Some(0) };
    eventually("a failure in /readyz", PATIENCE, failed).await;
}

/// The value of a line of `/metrics`.
pub async fn metric(gate: &Gate, line: &str) -> Option<u64> {
    let metrics = gate.metrics().await;
    let found = metrics.lines().find_map(|other| other.strip_prefix(line))?;
    found.trim().parse().ok()
}

/// How often a look at `issuer` came to `result`.
pub async fn looks(gate: &Gate, issuer: &str, result: &str) -> u64 {
    let line = format!("doorward_keys_fetches_total{{issuer=\"{issuer}\",result=\"{result}\"}}");
    metric(gate, &line).await.unwrap_or_default()
}
