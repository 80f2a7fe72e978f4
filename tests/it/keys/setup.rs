//! A gate with fetched keys, and helpers to observe it.

use crate::support::gate::{Gate, Plan};
use crate::support::key::{Key, key_set};
use crate::support::key_server::{KeyServer, Reply};
use crate::support::portal::{ALICE, Portal};
use crate::support::process::eventually;
use crate::support::request::Request;
use serde_json::{Value, json};
use std::time::Duration;

/// The path of most key sets.
pub const KEYS: &str = "/keys";
/// Time for a fetch and a retry.
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

/// Replaces the published keys.
pub fn publish<'k>(server: &KeyServer, keys: impl IntoIterator<Item = &'k Key>) {
    server.answer(KEYS, Reply::json(key_set(keys)));
}

/// Alice's request with a token.
pub fn question(token: &str) -> Request {
    Request::question(ALICE).session(token)
}

/// The status of alice's request with this token.
pub async fn status(gate: &Gate, token: &str) -> u16 {
    gate.ask(&question(token)).await.status
}

/// Waits until alice's request gets this status.
pub async fn becomes(gate: &Gate, token: &str, expected: u16) {
    let what = format!("status {expected}");
    eventually(&what, PATIENCE, || async { status(gate, token).await == expected }).await;
}

/// The entry of `issuer` in `/readyz`.
pub async fn known(gate: &Gate, issuer: &str) -> Value {
    let ready = gate.admin("/readyz").await.unwrap();
    let body: Value = serde_json::from_str(&ready.text()).unwrap();
    let rows = body["keys"].as_array().unwrap();
    rows.iter().find(|row| row["issuer"] == issuer).cloned().unwrap_or_default()
}

/// Waits until a fetch has failed.
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

/// The number of fetches from `issuer` with this `result`.
pub async fn looks(gate: &Gate, issuer: &str, result: &str) -> u64 {
    let line = format!("doorward_keys_fetches_total{{issuer=\"{issuer}\",result=\"{result}\"}}");
    metric(gate, &line).await.unwrap_or_default()
}
