//! A gate with hand-off, a portal that issues hand-off tokens, and browsers that keep cookies.

use crate::support::answer::Answer;
use crate::support::gate::{Gate, Plan};
use crate::support::key::base64;
use crate::support::portal::{ALICE, COOKIE, LOGIN, Portal, now};
use crate::support::request::Request;
use crate::support::token::{Token, remember};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// The `logout_url`.
pub const BYE: &str = "https://login.example.net/bye";
/// Alice's origin.
pub const ORIGIN: &str = "https://alice.vdi.example.com";
/// The other name of the session cookie.
pub const PARTITIONED: &str = "__Host-doorward-p";

/// The gate of most tests here, not started.
pub fn plan(portal: &Portal) -> Plan {
    let plan = Plan::of(portal);
    let key = secret(plan.folder.path(), "session.key", 1);
    plan.with("login", login(&json!({ "session_key_file": key })))
        .with("revocation", json!({ "store": "memory" }))
}

/// The section `login` with this `handoff`.
pub fn login(handoff: &Value) -> Value {
    json!({ "url": LOGIN, "handoff": handoff, "logout_url": BYE })
}

/// A session key, which others cannot read.
pub fn secret(folder: &Path, name: &str, byte: u8) -> PathBuf {
    let file = folder.join(name);
    fs::write(&file, [byte; 48]).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o440)).unwrap();
    file
}

/// A sign-in in progress: what the gate sent to the sign-in page, and the browser's state cookie.
#[derive(Clone, Debug)]
pub struct Begun {
    /// The part of `st` before the dot.
    pub id: String,
    /// The part after the dot: the nonce that the hand-off token must have.
    pub challenge: String,
    /// The value of `rd`, decoded.
    pub back: String,
    /// The state cookie, `name=value`.
    pub cookie: String,
}

impl Begun {
    /// Reads it from a redirect to the sign-in page.
    pub fn of(answer: &Answer) -> Self {
        assert_eq!(answer.status, 302, "{answer}");
        let location = answer.header("Location").unwrap();
        let query = location.strip_prefix(LOGIN).and_then(|rest| rest.strip_prefix("?rd="));
        let (back, st) = query.unwrap().split_once("&st=").unwrap();
        let (id, challenge) = st.split_once('.').unwrap();
        let name = format!("__Host-doorward-st-{id}=");
        let cookie = answer.cookies().into_iter().find(|pair| pair.starts_with(&name));
        Self {
            id: id.to_owned(),
            challenge: challenge.to_owned(),
            back: decoded(back),
            cookie: cookie.unwrap_or_else(|| panic!("no {name} in {answer}")),
        }
    }

    /// The URI to which the sign-in page returns the browser with this token.
    pub fn entry(&self, token: &str) -> String {
        format!("/.doorward/enter?st={}&t={token}", self.id)
    }
}

/// The claims of a hand-off token for `user` on alice's host, for the sign-in `begun`.
pub fn handoff(portal: &Portal, user: &str, begun: &Begun) -> Token {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let id = format!("handoff-{}", COUNT.fetch_add(1, Ordering::Relaxed));
    portal
        .claims(user)
        .header("typ", "doorward-handoff+jwt")
        .claim("aud", ORIGIN)
        .claim("iat", now())
        .claim("exp", now() + 30)
        .claim("jti", id)
        .claim("nonce", begun.challenge.as_str())
}

/// Requests the front page and is redirected to the sign-in page.
pub async fn begin(gate: &Gate) -> Begun {
    Begun::of(&gate.ask(&Request::question(ALICE).page()).await)
}

/// A request for a gate path, as a browser sends it that comes from the sign-in page.
pub fn from_portal(uri: &str) -> Request {
    Request::question(ALICE).uri(uri).add("Accept", "text/html").fetch_metadata(
        "cross-site",
        "navigate",
        "document",
    )
}

/// The session token that an answer sets, recorded so that every log is searched for it.
pub fn session_in(answer: &Answer) -> String {
    let names = [format!("{COOKIE}="), format!("{PARTITIONED}=")];
    let values: Vec<_> = answer
        .cookies()
        .into_iter()
        .filter_map(|pair| names.iter().find_map(|name| pair.strip_prefix(name)).map(str::to_owned))
        .filter(|value| !value.is_empty())
        .collect();
    let [session] = values.as_slice() else { panic!("no one session in {answer}") };
    remember(session.clone())
}

/// Signs `user` in on alice's host and returns the session token.
pub async fn signed_in(gate: &Gate, portal: &Portal) -> String {
    let begun = begin(gate).await;
    let token = handoff(portal, "alice", &begun).sign(&portal.key);
    let answer = gate.ask(&from_portal(&begun.entry(&token)).add("Cookie", &begun.cookie)).await;
    assert_eq!(answer.status, 303, "{answer}");
    session_in(&answer)
}

/// The claims of a session token.
pub fn claims_of(session: &str) -> Value {
    use ::base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let payload = session.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// A forged state cookie with these contents.
pub fn forged_state(id: &str, begun: u64, path: &str) -> String {
    let bytes = [&[9; 32][..], &begun.to_be_bytes(), path.as_bytes()].concat();
    format!("__Host-doorward-st-{id}={}", base64(bytes))
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            other => other,
        });
    }
    String::from_utf8(bytes).unwrap()
}
