//! The guard against redirecting a browser to the sign-in page, or reloading a page, in a loop.

use super::credential::pairs;
use crate::handoff::{LOOP_COOKIE, cookie};
use crate::token::UnixTime;
use aws_lc_rs::digest;
use hyper::header::{COOKIE, HeaderMap};
use std::fmt::Write as _;

/// How often the browser was redirected to sign in for the same path within a minute, counted in a
/// `__Host-` cookie. The cookie is not signed: a user who forges it only changes the page that they
/// see themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LoopGuard {
    count: u64,
    since: UnixTime,
    path: String,
}

impl LoopGuard {
    /// The count so far for `path`; zero if the cookie is absent, unreadable, about another path or
    /// older than a minute.
    #[must_use]
    pub(super) fn read(headers: &HeaderMap, path: &str, now: UnixTime) -> Self {
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

    /// The count so far of finished sign-ins, for any path.
    #[must_use]
    pub(super) fn of_sign_ins(headers: &HeaderMap, now: UnixTime) -> Self {
        // No path is empty, so no path shares this count.
        Self::read(headers, "", now)
    }

    /// The count so far of reloads of `path`.
    #[must_use]
    pub(super) fn of_reloads(headers: &HeaderMap, path: &str, now: UnixTime) -> Self {
        // A path begins with `/`, so no path shares this count.
        Self::read(headers, &format!("reload {path}"), now)
    }

    /// Whether another redirect would exceed the limit.
    #[must_use]
    pub(super) fn is_loop(&self) -> bool {
        self.count >= MAX_REDIRECTS
    }

    /// The `Set-Cookie` value that counts one more redirect.
    #[must_use]
    pub(super) fn next_cookie(&self, partitioned: bool) -> String {
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

/// A short hash of a path: it only has to distinguish the few paths of one user.
fn fingerprint(path: &str) -> String {
    let hash = digest::digest(&digest::SHA256, path.as_bytes());
    hash.as_ref().iter().take(6).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Redirects for one path within [`WINDOW`].
const MAX_REDIRECTS: u64 = 3;
/// Seconds.
const WINDOW: u64 = 60;

#[cfg(test)]
mod tests;
