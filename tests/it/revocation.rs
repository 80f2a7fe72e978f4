//! Revocation: requested on the admin listener, stored, and in force at the gate.

mod api;
mod backchannel;
mod command;
mod crash;
mod redis;

use crate::support::gate::{Gate, Plan};
use crate::support::portal::{ALICE, Portal};
use crate::support::request::Request;
use crate::support::wire::Wire;
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt;

/// A gate with this store and with the admin API protected by [`SECRET`].
fn plan(portal: &Portal, store: &str) -> Plan {
    let plan = Plan::of(portal);
    let folder = plan.folder.path().to_owned();
    let secret = folder.join("revocation.secret");
    fs::write(&secret, format!("{SECRET}\n")).unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o440)).unwrap();
    let state = folder.join("state");
    fs::create_dir(&state).unwrap();
    plan.with("revocation", json!({ "store": store, "secret_file": secret }))
        .with("state_dir", json!(state))
}

/// A request to the admin API.
fn admin_request(method: &str, body: &str) -> Request {
    let mut request = Request::get("/revocations")
        .add("Host", "admin.internal")
        .add("Authorization", format!("Bearer {SECRET}"));
    method.clone_into(&mut request.method);
    if body.is_empty() { request } else { request.add("Content-Length", body.len().to_string()) }
}

/// Sends a request to the admin API and returns status and body.
async fn ask(gate: &Gate, method: &str, body: &Value) -> (u16, Value) {
    let text = if body.is_null() { String::new() } else { body.to_string() };
    send(gate, &admin_request(method, &text), &text).await
}

async fn send(gate: &Gate, request: &Request, body: &str) -> (u16, Value) {
    let mut wire = Wire::plain(gate.admin_address()).await.unwrap();
    let bytes = [request.bytes(), body.as_bytes().to_vec()].concat();
    wire.send(&bytes).await.unwrap();
    let answer = wire.answer(false).await.unwrap();
    (answer.status, serde_json::from_slice(&answer.body).unwrap_or_default())
}

/// The gate's status for this token on alice's host.
async fn status(gate: &Gate, token: &str) -> u16 {
    gate.ask(&Request::question(ALICE).session(token).fetch()).await.status
}

const SECRET: &str = "thirty-two-visible-characters-or-more";
