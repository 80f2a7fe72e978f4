//! Where the users of a domain sign in, as configured.

use super::SessionCookies;
use crate::token::GateSessions;
use std::fmt::Write as _;

/// Key `login` of a domain, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// Absolute URL, without fragment.
    pub url: Box<str>,
    /// Query parameter with the return address.
    pub return_parameter: Box<str>,
    /// Absolute URL to which signing out redirects.
    pub logout_url: Option<Box<str>>,
    /// How the gate issues sessions for hand-off tokens; `None`: the sign-in page sets the session
    /// cookie itself.
    pub handoff: Option<Handoff>,
}

/// Key `login.handoff` of a domain, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handoff {
    /// The sessions that doorward makes.
    pub sessions: GateSessions,
    /// The cookie that holds the session token.
    pub cookies: SessionCookies,
}

impl SignIn {
    /// The URL of the sign-in page with the absolute URL to return to, percent-encoded.
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

/// Percent-encodes everything except RFC 3986's unreserved characters, so that the text stays one
/// value of a query.
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
