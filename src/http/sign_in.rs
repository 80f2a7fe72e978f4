//! Where a person signs in, with the way back, and the guard against going there in circles.

use super::credential::pairs;
use crate::handoff::{LOOP_COOKIE, SessionCookies, cookie};
use crate::token::{SessionKeys, UnixTime};
use aws_lc_rs::digest;
use hyper::header::{COOKIE, HeaderMap};
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
pub(super) fn encode(text: &str, into: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            into.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(into, "%{byte:02X}");
        }
    }
}

/// How often the same path was sent to sign in within a minute, counted in the browser's own
/// `__Host-` cookie. It is not signed: whoever forges it only shows himself another page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoopGuard {
    count: u64,
    since: UnixTime,
    path: String,
}

impl LoopGuard {
    /// The count so far for `path`; zero when the cookie is absent, unreadable, about another path
    /// or older than a minute.
    #[must_use]
    pub fn read(headers: &HeaderMap, path: &str, now: UnixTime) -> Self {
        let path = fingerprint(path);
        headers
            .get_all(COOKIE)
            .iter()
            .flat_map(|line| pairs(line.as_bytes()))
            .filter(|pair| pair.name == LOOP_COOKIE.as_bytes())
            .find_map(|pair| Self::parse(std::str::from_utf8(pair.value).ok()?))
            .filter(|guard| guard.path == path && guard.is_fresh(now))
            .unwrap_or(Self { count: 0, since: now, path })
    }

    /// The count so far of sign-ins that came back, whatever path they were for.
    #[must_use]
    pub fn of_arrivals(headers: &HeaderMap, now: UnixTime) -> Self {
        // No path is empty, so this count is nobody else's.
        Self::read(headers, "", now)
    }

    /// Whether the next redirect would be one too many.
    #[must_use]
    pub fn is_loop(&self) -> bool {
        self.count >= MAX_REDIRECTS
    }

    /// The `Set-Cookie` value that counts one redirect more.
    #[must_use]
    pub fn next_cookie(&self, partitioned: bool) -> String {
        let value = format!("{}.{}.{}", self.count.saturating_add(1), self.since.0, self.path);
        cookie(LOOP_COOKIE, &value, WINDOW, partitioned)
    }

    fn parse(value: &str) -> Option<Self> {
        let mut parts = value.split('.');
        let count = parts.next()?.parse().ok()?;
        let since = UnixTime(parts.next()?.parse().ok()?);
        let path = parts.next()?.to_owned();
        parts.next().is_none().then_some(Self { count, since, path })
    }

    fn is_fresh(&self, now: UnixTime) -> bool {
        self.since <= now && now.0 - self.since.0 < WINDOW
    }
}

/// A short name for a path: it need only tell a person's few paths apart.
fn fingerprint(path: &str) -> String {
    let hash = digest::digest(&digest::SHA256, path.as_bytes());
    hash.as_ref().iter().take(6).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The third redirect of one path within [`WINDOW`] is the last.
const MAX_REDIRECTS: u64 = 3;
/// Seconds.
const WINDOW: u64 = 60;

#[cfg(test)]
mod tests;
