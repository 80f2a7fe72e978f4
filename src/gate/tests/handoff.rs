//! A gate with hand-off, and its session tokens.

use super::{NOW, PORTAL, cookies, domains, gate, request};
use crate::gate::{Gate, NoTrace};
use crate::handoff::{Handoff, SessionCookies, SignIn};
use crate::token::{GateSessions, SessionKeys, UnixTime};
use serde_json::{Value, json};

const KEY: [u8; 32] = [7; 32];

fn keys() -> SessionKeys {
    SessionKeys::new(&[KEY.to_vec()]).unwrap()
}

/// The usual gate, with hand-off in its first domain.
pub(in crate::gate) fn handing() -> Gate {
    let mut gate = gate();
    gate.domains = domains(Some(&SignIn {
        url: format!("{PORTAL}/sign-in").into(),
        return_parameter: "return".into(),
        logout_url: None,
        handoff: Some(Handoff {
            sessions: GateSessions { keys: keys(), lifetime: 3600 },
            cookies: SessionCookies { name: "__Host-doorward".into(), partitioned: false },
        }),
    }));
    gate
}

/// A session token of the gate, as it is made from a hand-off token.
pub(in crate::gate) fn session(changes: Value) -> String {
    let mut claims = json!({
        "iss": "doorward",
        "oiss": PORTAL,
        "aud": "alice.vdi.example.com",
        "sub": "alice",
        "iat": NOW,
        "exp": NOW + 3600,
        "jti": "session-1",
    });
    let Value::Object(changes) = changes else { panic!("no object") };
    claims.as_object_mut().unwrap().extend(changes);
    keys().sign(claims.as_object().unwrap()).unwrap()
}

pub(in crate::gate) fn admitted(gate: &Gate, host: &str, token: &str) -> Result<(), &'static str> {
    let tokens = [token.to_owned()];
    gate.admit(&request(host), &cookies(&tokens), UnixTime(NOW), &mut NoTrace)
        .map(drop)
        .map_err(|denied| denied.denial.reason())
}
