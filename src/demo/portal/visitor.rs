//! The portal's own sessions: who is signed in at the sign-in page, in this browser.
//!
//! They stay on the portal's host. Desktops below the same domain can neither see nor set the cookie:
//! its name starts with `__Host-`, as it should for every portal next to untrusted hosts (T10).

use crate::demo::{DemoError, hosts::Account, issuer::random_text};
use std::sync::{Mutex, PoisonError};

/// One visitor, signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Visitor {
    pub(super) account: Account,
    /// Names it in tokens. Not the secret: a name may be seen.
    pub(super) name: String,
    secret: String,
}

/// All of them, oldest first, in memory: they end with the demo.
#[derive(Default)]
pub(super) struct Visitors {
    open: Mutex<Vec<Visitor>>,
}

impl Visitors {
    /// Signs in, with a new secret: a secret from before the sign-in may be known to an attacker.
    /// Gives the `Set-Cookie` value with it.
    pub(super) fn begin(&self, account: Account) -> Result<(Visitor, String), DemoError> {
        let visitor = Visitor { account, name: random_text()?, secret: random_text()? };
        let cookie = cookie(&visitor.secret, LIFETIME);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.len() >= MOST {
            open.remove(0);
        }
        open.push(visitor.clone());
        Ok((visitor, cookie))
    }

    /// The session of a request with these cookies. With two cookies of the name there is none: no
    /// browser sends that.
    pub(super) fn find(&self, cookies: &str) -> Option<Visitor> {
        let secret = secret(cookies)?;
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        // Found by equality: with 128 random bits there is nothing to learn from the time it takes.
        open.iter().find(|visitor| visitor.secret == secret).cloned()
    }

    /// Signs out. Gives the `Set-Cookie` value that takes the cookie back.
    pub(super) fn end(&self, cookies: &str) -> String {
        let secret = secret(cookies);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|visitor| Some(visitor.secret.as_str()) != secret);
        cookie("", 0)
    }
}

fn secret(cookies: &str) -> Option<&str> {
    let mut own = cookies
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(name, _)| *name == COOKIE)
        .map(|(_, value)| value);
    own.next().filter(|_| own.next().is_none())
}

/// `Lax`, because the gate sends visitors here from another site; `Strict` would forget them.
fn cookie(secret: &str, seconds: u64) -> String {
    format!("{COOKIE}={secret}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Lax")
}

const COOKIE: &str = "__Host-portal";
/// Seconds.
const LIFETIME: u64 = 8 * 3_600;
/// Bounds the memory that clients can use.
const MOST: usize = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(cookie: &str) -> &str {
        cookie.split(';').next().unwrap()
    }

    #[test]
    fn cookie_is_for_this_host_secure_and_out_of_reach_of_scripts() {
        let (_, cookie) = Visitors::default().begin(Account::Alice).unwrap();
        assert!(cookie.starts_with("__Host-portal="), "{cookie}");
        for attribute in ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"] {
            assert!(cookie.split("; ").any(|part| part == attribute), "{attribute}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
    }

    #[test]
    fn a_session_is_found_by_its_secret_alone() {
        let visitors = Visitors::default();
        let (visitor, cookie) = visitors.begin(Account::Bob).unwrap();
        let own = pair(&cookie);
        let name = format!("__Host-portal={}", visitor.name);
        for (row, cookies, found) in [
            ("its_own", own.to_owned(), true),
            ("among_others", format!("a=1; {own}; b=2"), true),
            ("its_name", name, false),
            ("of_another_name", own.replace("__Host-portal", "portal"), false),
            ("in_other_case", own.replace("__Host-", "__host-"), false),
            ("two", format!("{own}; {own}"), false),
            ("planted_before", format!("__Host-portal=x; {own}"), false),
            ("empty", "__Host-portal=".to_owned(), false),
            ("none", String::new(), false),
        ] {
            assert_eq!(visitors.find(&cookies).is_some(), found, "{row}");
        }
        assert_eq!(visitors.find(own), Some(visitor));
    }

    #[test]
    fn signing_out_ends_the_portal_session() {
        let visitors = Visitors::default();
        let (_, alice) = visitors.begin(Account::Alice).unwrap();
        let (_, bob) = visitors.begin(Account::Bob).unwrap();
        let gone = visitors.end(pair(&alice));
        assert!(gone.starts_with("__Host-portal=; ") && gone.contains("Max-Age=0"), "{gone}");
        assert_eq!(visitors.find(pair(&alice)), None, "a copied cookie is worth nothing now");
        assert!(visitors.find(pair(&bob)).is_some());
    }

    #[test]
    fn every_sign_in_has_a_secret_of_its_own() {
        let visitors = Visitors::default();
        let (first, _) = visitors.begin(Account::Alice).unwrap();
        let (second, _) = visitors.begin(Account::Alice).unwrap();
        assert_ne!(first.secret, second.secret);
        assert_ne!(first.secret, first.name);
    }
}
