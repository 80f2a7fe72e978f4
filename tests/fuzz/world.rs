//! A gate for alice and bob, and tokens that it accepts.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward::assemble::Shared;
use doorward::config::Config;
use doorward::http::{Peer, State};
use doorward::revocation::Nothing;
use doorward::token::UnixTime;
use doorward::token::cache::SessionCache;
use serde_json::{Value, json};
use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::{Arc, LazyLock};

/// The gate. Every thread of the test uses the same one.
pub static STATE: LazyLock<State> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    private(&folder.path().join("secret"), SECRET);
    let config = Config::from_yaml(CONFIGURATION, folder.path());
    let config = config.unwrap_or_else(|problems| panic!("{problems:?}"));
    let shared = Shared::new(SessionCache::new(1 << 20), Arc::new(Nothing));
    doorward::assemble::state(&config, shared, 1)
});

/// A token that the gate accepts on alice's host.
pub static ALICE: LazyLock<String> = LazyLock::new(|| {
    let claims = json!({ "iss": ISSUER, "sub": "alice", "aud": "desktops", "iat": NOW.0,
        "exp": NOW.0 + 600, "jti": "one" });
    signed(&json!({ "alg": "HS256", "typ": "JWT" }), &claims)
});

/// A logout token that the gate accepts.
pub static LOGOUT: LazyLock<String> = LazyLock::new(|| {
    let event = json!({ "http://schemas.openid.net/event/backchannel-logout": {} });
    let claims = json!({ "iss": ISSUER, "sub": "alice", "aud": "desktops", "iat": NOW.0,
        "exp": NOW.0 + 120, "jti": "two", "events": event });
    signed(&json!({ "alg": "HS256", "typ": "logout+jwt" }), &claims)
});

/// Seeds that have to be signed.
pub fn seeds(target: &str) -> Vec<Vec<u8>> {
    let texts = match target {
        "token" | "logout_token" => vec![ALICE.clone(), LOGOUT.clone()],
        "cookies" => vec![
            format!("__Host-doorward={}; theme=dark", *ALICE),
            format!("other={}; __Host-doorward={}", *LOGOUT, *ALICE),
        ],
        "forwarded" => {
            let host = "x-forwarded-host: alice.vdi.example.com\nx-forwarded-method: GET\n";
            let uri = "x-forwarded-uri: /desk\nx-forwarded-proto: https\n";
            vec![format!("{host}{uri}cookie: __Host-doorward={}\n", *ALICE)]
        }
        _ => Vec::new(),
    };
    texts.into_iter().map(String::into_bytes).collect()
}

fn signed(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(header), part(claims));
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, SECRET), message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag))
}

/// Writes a file that only its owner can read.
fn private(path: &Path, content: &[u8]) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::write(path, content).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

/// The time of every decision.
pub const NOW: UnixTime = UnixTime(1_800_000_000);
/// A peer that is trusted.
pub const PEER: Peer = Peer { address: IpAddr::V4(Ipv4Addr::LOCALHOST), client_certificate: false };
const ISSUER: &str = "https://login.example.com";
const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";
const CONFIGURATION: &str = "\
listen: 127.0.0.1:4180
trusted_proxies: [127.0.0.1/32]
domains: [vdi.example.com]
issuers:
- issuer: https://login.example.com
  audiences: [desktops]
  algorithms: [HS256]
  keys: { secret_file: secret }
  user_claim: sub
login: { url: https://login.example.com/start, sets_cookie: true }
";
