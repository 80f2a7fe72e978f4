//! Where the users of a domain sign in, as configured.

use super::SessionCookies;
use crate::token::SessionKeys;
use std::fmt::Write as _;

/// Key `login` of a domain, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// Absolute URL, without fragment.
    pub url: Box<str>,
    /// Query parameter that carries the way back.
    pub return_parameter: Box<str>,
    /// Where signing out leads: absolute URL.
    pub logout_url: Option<Box<str>>,
    /// How the gate makes sessions of what the page sends back; `None`: something else sets the
    /// cookie.
    pub handoff: Option<Handoff>,
}

/// Key `login.handoff` of a domain, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handoff {
    /// What sessions are signed with.
    pub keys: SessionKeys,
    /// Seconds that one lives at most.
    pub lifetime: u64,
    /// The cookie that holds it.
    pub cookies: SessionCookies,
}

impl SignIn {
    /// The sign-in page with the absolute URL to return to. Everything but RFC 3986's unreserved
    /// bytes is percent-encoded, so the return URL stays one value whatever it holds.
    #[must_use]
    pub fn url_for(&self, return_to: &str) -> String {
        let mut url = String::with_capacity(self.url.len() + return_to.len() * 3 / 2 + 8);
        url.push_str(&self.url);
        url.push(if self.url.contains('?') { '&' } else { '?' });
        url.push_str(&self.return_parameter);
        url.push('=');
        encode(return_to, &mut url);
        url
    }
}

/// Everything but RFC 3986's unreserved bytes, percent-encoded: one value, whatever it holds.
pub fn encode(text: &str, into: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            into.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(into, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests;
