//! The page that a denied request asked for: how its user is sent to sign in and back to it.

use super::answer::Redirect;
use super::credential::pairs;
use super::loop_guard::LoopGuard;
use super::outcome::Outcome;
use crate::cross_site::OwnOrigin;
use crate::handoff::address::LOGIN;
use crate::handoff::{Handoff, Pending, RANDOM_BYTES, SignIn, encode, surplus};
use crate::name::Host;
use crate::random;
use crate::token::UnixTime;
use hyper::StatusCode;
use hyper::header::{COOKIE, HeaderMap};

/// The workspace that was asked for, as its visitor knows it.
pub(super) struct RequestedPage<'r> {
    pub(super) host: &'r Host<'r>,
    pub(super) origin: OwnOrigin<'r>,
    /// Path and query.
    pub(super) uri: &'r str,
    pub(super) sign_in: Option<&'r SignIn>,
}

impl RequestedPage<'_> {
    pub(super) fn handoff(&self) -> Option<&Handoff> {
        self.sign_in?.handoff.as_ref()
    }

    /// Sends a page to sign in and to come back to the path `back`.
    ///
    /// # Errors
    /// What is told instead: that it goes round in circles, that no sign-in page is set, or that it
    /// cannot be begun now.
    pub(super) fn begin(
        &self,
        back: &str,
        headers: &HeaderMap,
        now: UnixTime,
    ) -> Result<Redirect, Outcome> {
        let Some(sign_in) = self.sign_in else { return Ok(Redirect::default()) };
        let Some(handoff) = &sign_in.handoff else {
            // By the path that was asked for, which may be too long to come back to.
            let guard = LoopGuard::read(headers, path_of(self.uri), now);
            if guard.is_loop() {
                return Err(Outcome::RedirectLoop);
            }
            let to = Some((StatusCode::FOUND, sign_in.url_for(&self.at(back))));
            return Ok(Redirect { to, cookies: vec![guard.next_cookie(false)], clear: false });
        };
        if LoopGuard::of_arrivals(headers, now).is_loop() {
            return Err(Outcome::RedirectLoop);
        }
        let (st, cookies) =
            begin(back, headers, handoff.cookies.partitioned, now).ok_or(Outcome::Unavailable)?;
        let to = format!("{}&st={st}", sign_in.url_for(&self.at(back)));
        Ok(Redirect { to: Some((StatusCode::FOUND, to)), cookies, clear: false })
    }

    /// Where a page's link to signing in leads.
    pub(super) fn sign_in_url(&self, back: &str) -> Option<String> {
        let sign_in = self.sign_in?;
        if sign_in.handoff.is_none() {
            return Some(sign_in.url_for(&self.at(back)));
        }
        let mut url = self.at(LOGIN);
        url.push_str("?path=");
        encode(back, &mut url);
        Some(url)
    }

    /// A path on this host, absolute.
    pub(super) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }
}

/// The path of a request target, without its query.
pub(super) fn path_of(uri: &str) -> &str {
    uri.split_once('?').map_or(uri, |(path, _)| path)
}

/// Begins a sign-in that leads back to the path `back`: `st` for the sign-in page, and the cookies
/// that the browser keeps of it. `None` without randomness.
fn begin(
    back: &str,
    headers: &HeaderMap,
    partitioned: bool,
    now: UnixTime,
) -> Option<(String, Vec<String>)> {
    let random: [u8; RANDOM_BYTES] = random::bytes().ok()?;
    let begun = Pending::begin(&random, back, now);
    let mut cookies = vec![begun.cookie(partitioned)];
    cookies.extend(surplus(pending(headers)).iter().map(|one| one.forget(partitioned)));
    Some((begun.st(), cookies))
}

/// The sign-ins that this browser has begun on this host.
pub(super) fn pending(headers: &HeaderMap) -> Vec<Pending> {
    headers
        .get_all(COOKIE)
        .iter()
        .flat_map(|line| pairs(line.as_bytes()))
        .filter_map(|pair| Pending::read(pair.name, pair.value))
        .take(MOST_READ)
        .collect()
}

/// Nobody else can set such a cookie, so more are the visitor's own doing.
const MOST_READ: usize = 32;
