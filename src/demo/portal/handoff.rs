//! **What a portal has to do** to let its visitors into desktops behind the gate: all of it.
//!
//! A page on another host cannot set a cookie for alice's host, so the gate sets it, and the portal
//! says for whom. The gate sends a browser without a session to `login.url` with two parameters:
//!
//! - `rd`: the address that the visitor wants, on the desktop's host;
//! - `st`: `ID.CHALLENGE`, which belongs to a cookie that the gate has left with this one browser.
//!
//! The portal then
//!
//! 1. reads both, and accepts nothing but the addresses of its own desktops ([`Asked::read`]);
//! 2. signs the visitor in, in its own way ([`super`]; a form may carry both parameters
//!    along);
//! 3. asks itself whether this user may enter that host ([`Asked::admits`]), says so if not, and
//!    then mints nothing;
//! 4. mints a hand-off token and sends the browser to `/.doorward/enter` with a 303
//!    ([`Asked::enter`]).
//!
//! Nothing else: no cookie for any host but its own, no call to the gate, no state of a sign-in
//! under way. A stolen token is of no use: it is valid for one host, once, for a
//! minute, and only in the browser that asked for it.

use crate::demo::{
    DemoError,
    hosts::{Account, Hosts},
    issuer::{Issuer, random_text},
    query,
};
use serde_json::json;
use std::time::Duration;

/// Where the gate wants the browser back, and the state that identifies the browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    /// Whose desktop it is; a real portal looks the host up among those that it has given out.
    pub(super) owner: Account,
    /// The desktop's origin. Of `rd` nothing else is kept: the gate knows the path itself.
    origin: String,
    /// `ID.CHALLENGE`, as it came.
    pub(super) state: String,
}

impl Asked {
    /// Step 1, from a query or a form; `None` when it does not ask for a hand-off as the gate does.
    ///
    /// `rd` is compared with the origins of desktops as a whole, and the next character must be its
    /// slash. Anything looser (`starts_with` on a host, `contains`, a parser with opinions) makes
    /// the portal an open redirect, and this one would send tokens along.
    pub(super) fn read(pairs: &str, hosts: Hosts) -> Option<Self> {
        let address = query::value(pairs, "rd")?;
        let state = query::value(pairs, "st").filter(|state| is_state(state))?;
        // Some browsers read these as a slash or ignore them.
        if !address.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') {
            return None;
        }
        Account::ALL.into_iter().find_map(|owner| {
            let origin = hosts.origin(owner.name());
            let on_it = address.strip_prefix(&origin)?.starts_with('/');
            on_it.then_some(Self { owner, origin, state: state.clone() })
        })
    }

    /// Step 3. The gate asks the same question of the token. The portal answers it first because it
    /// can say more: who one is, and as whom one would have to come.
    pub(super) fn admits(&self, account: Account) -> bool {
        account == self.owner
    }

    /// Step 4: the address to send the browser to, with 303 and `Referrer-Policy: no-referrer`.
    /// `session` names the visitor's session at the portal; it is not the session's secret.
    pub(super) fn enter(
        &self,
        account: Account,
        session: &str,
        issuer: &Issuer,
        now: u64,
    ) -> Result<String, DemoError> {
        let (_, challenge) = self.state.split_once('.').unwrap_or_default();
        let token = issuer.sign_handoff(json!({
            // The claim that the gate's `user_claim` names. `iss` is added where the key is.
            "sub": account.name(),
            // This one host: scheme, name and port, as in an `Origin` header.
            "aud": self.origin,
            // The gate refuses more than a minute; a redirect needs a moment.
            "iat": now,
            "exp": now.saturating_add(LIFETIME.as_secs()),
            // Limits it to one use.
            "jti": random_text()?,
            // Binds it to the browser that asked.
            "nonce": challenge,
            // By it a sign-out at the portal can find what came of this. Optional, as are
            // `session_exp` (when the desktop's session must end) and claims for grants.
            "sid": session,
        }))?;
        // None of the three has a byte that would have to be encoded.
        Ok(format!("{}/.doorward/enter?st={}&t={token}", self.origin, id_of(&self.state)))
    }
}

/// `ID.CHALLENGE`: a short name, and SHA-256 in base64url. Both come back as they are, into an
/// address and into a token, so nothing else may be in them.
fn is_state(state: &str) -> bool {
    let plain = |text: &str| {
        text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    state.split_once('.').is_some_and(|(id, challenge)| {
        (1..=64).contains(&id.len()) && plain(id) && challenge.len() == 43 && plain(challenge)
    })
}

fn id_of(state: &str) -> &str {
    state.split_once('.').map_or("", |(id, _)| id)
}

/// Of a hand-off token, at most 60 seconds.
const LIFETIME: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::hosts::SIGN_IN_LABEL;
    use crate::demo::portal::tests::{ST, claims};

    fn owner(back: &str, state: &str) -> Option<Account> {
        let pairs = format!("account=bob&rd={back}&st={state}");
        Asked::read(&pairs, Hosts::new(8443)).map(|asked| asked.owner)
    }

    #[test]
    fn the_portal_redirects_only_to_desktops_of_the_zone() {
        for (row, back, expected) in [
            ("bobs_desktop", "https://bob.vdi.localhost:8443/x?y=1", Some(Account::Bob)),
            ("alices_desktop", "https://alice.vdi.localhost:8443/", Some(Account::Alice)),
            ("encoded", "https%3A%2F%2Fbob.vdi.localhost%3A8443%2F", Some(Account::Bob)),
            ("at_in_the_path", "https://bob.vdi.localhost:8443/@evil.example", Some(Account::Bob)),
            ("other_site", "https://evil.example/", None),
            ("scheme_relative", "//evil.example/", None),
            ("a_path", "/x", None),
            ("plain_http", "http://bob.vdi.localhost:8443/", None),
            ("scheme_in_capitals", "HTTPS://bob.vdi.localhost:8443/", None),
            ("host_in_capitals", "https://BOB.vdi.localhost:8443/", None),
            ("dot_after_the_host", "https://bob.vdi.localhost.:8443/", None),
            ("other_port", "https://bob.vdi.localhost:8444/", None),
            ("no_port", "https://bob.vdi.localhost/", None),
            ("longer_port", "https://bob.vdi.localhost:84430/", None),
            ("suffix", "https://bob.vdi.localhost:8443.evil.example/", None),
            ("prefix", "https://evil-bob.vdi.localhost:8443/", None),
            ("below", "https://x.bob.vdi.localhost:8443/", None),
            ("user_information", "https://bob.vdi.localhost:8443@evil.example/", None),
            ("user_information_before", "https://bob@evil.example/", None),
            ("query_before_the_slash", "https://bob.vdi.localhost:8443?/", None),
            ("fragment_before_the_slash", "https://bob.vdi.localhost:8443%23/", None),
            ("backslash", "https://bob.vdi.localhost:8443/\\evil.example", None),
            ("backslash_for_a_slash", "https://bob.vdi.localhost:8443\\evil.example", None),
            ("line_break", "https://bob.vdi.localhost:8443/%0d%0aSet-Cookie:x=1", None),
            ("tab", "https://bob.vdi.localhost:8443/%09", None),
            ("space_before", "%20https://bob.vdi.localhost:8443/", None),
            ("nul", "https://bob.vdi.localhost:8443/%00", None),
            ("beyond_ascii", "https://bob.vdi.localhost:8443/%C3%A4", None),
            ("broken_encoding", "https://bob.vdi.localhost:8443/%2", None),
            ("encoded_twice", "https%253A%252F%252Fbob.vdi.localhost%253A8443%252F", None),
            ("no_slash", "https://bob.vdi.localhost:8443", None),
            ("host_without_a_desktop", "https://carol.vdi.localhost:8443/", None),
            ("the_portal_itself", "https://login.vdi.localhost:8443/", None),
            ("script", "javascript:alert(1)", None),
            ("doubled", "https://bob.vdi.localhost:8443/&rd=https://evil.example/", None),
            ("empty", "", None),
        ] {
            assert_eq!(owner(back, ST), expected, "{row}");
        }
    }

    #[test]
    fn the_portal_returns_an_unchanged_state_or_none() {
        let challenge = &ST[ST.find('.').unwrap() + 1..];
        let long_id = format!("{}.{challenge}", "a".repeat(65));
        for (row, state, taken) in [
            ("as_the_gate_makes_it", ST, true),
            ("empty", "", false),
            ("no_dot", &ST.replace('.', ""), false),
            ("no_id", &format!(".{challenge}"), false),
            ("long_id", &long_id, false),
            ("no_challenge", "0123456789abcdef.", false),
            ("short_challenge", &ST[..ST.len() - 1], false),
            ("long_challenge", &format!("{ST}A"), false),
            ("padded", &format!("{}=", &ST[..ST.len() - 1]), false),
            ("three_parts", &format!("{ST}.x"), false),
            ("second_parameter", &format!("{ST}%26t=x"), false),
            ("fragment", &format!("{}%23", &ST[..ST.len() - 1]), false),
            ("line_break", &format!("%0d%0a{ST}"), false),
            ("path", &format!("../{ST}"), false),
            ("doubled", &format!("{ST}&st={ST}"), false),
        ] {
            assert_eq!(owner("https://bob.vdi.localhost:8443/", state).is_some(), taken, "{row}");
        }
    }

    #[test]
    fn a_token_is_for_one_host_one_browser_and_half_a_minute() {
        let hosts = Hosts::new(8443);
        let issuer = Issuer::new(hosts.origin(SIGN_IN_LABEL)).unwrap();
        let pairs = format!("rd=https://bob.vdi.localhost:8443/desk&st={ST}");
        let asked = Asked::read(&pairs, hosts).unwrap();
        assert!(asked.admits(Account::Bob) && !asked.admits(Account::Alice));

        let mint = || asked.enter(Account::Bob, "session-1", &issuer, 1_800_000_000).unwrap();
        let (address, token) = (mint(), mint());
        let (id, challenge) = ST.split_once('.').unwrap();
        let start = format!("https://bob.vdi.localhost:8443/.doorward/enter?st={id}&t=eyJ");
        assert!(address.starts_with(&start), "{address}");
        let (header, made) = claims(&address);
        assert_eq!(header["typ"], "doorward-handoff+jwt");
        for (name, value) in [
            ("iss", json!("https://login.vdi.localhost:8443")),
            ("sub", json!("bob")),
            ("aud", json!("https://bob.vdi.localhost:8443")),
            ("iat", json!(1_800_000_000)),
            ("exp", json!(1_800_000_030)),
            ("nonce", json!(challenge)),
            ("sid", json!("session-1")),
        ] {
            assert_eq!(made[name], value, "{name}");
        }
        assert_ne!(made["jti"], claims(&token).1["jti"], "each is good once");
    }
}
