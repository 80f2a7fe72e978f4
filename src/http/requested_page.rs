//! The page that a request without a permit asked for: how its browser is redirected to the sign-in
//! page, and from there back to it.

use super::answer::Redirect;
use super::credential::pairs;
use super::headers::text_of;
use super::loop_guard::LoopGuard;
use super::outcome::Outcome;
use super::state::State;
use crate::cross_site::{OwnOrigin, forwarded_scheme};
use crate::handoff::address::LOGIN;
use crate::handoff::{Handoff, Pending, RANDOM_BYTES, SignIn, encode, surplus};
use crate::name::Host;
use crate::random;
use crate::token::UnixTime;
use hyper::StatusCode;
use hyper::header::{COOKIE, HeaderMap};

/// The requested page, addressed as the browser knows it.
pub(super) struct RequestedPage<'r> {
    pub(super) host: &'r Host<'r>,
    pub(super) origin: OwnOrigin<'r>,
    /// Path and query.
    pub(super) uri: &'r str,
    pub(super) sign_in: Option<&'r SignIn>,
}

impl<'r> RequestedPage<'r> {
    /// The page that the forwarded headers name. `state` decides the public scheme and the sign-in
    /// page.
    pub(super) fn new(state: &'r State, host: &'r Host<'r>, headers: &'r HeaderMap) -> Self {
        let forwarded = forwarded_scheme(text_of(headers, "x-forwarded-proto"));
        let scheme = state.reader.public_scheme.scheme(forwarded);
        Self {
            host,
            origin: OwnOrigin::new(scheme, host.name(), host.port()),
            uri: text_of(headers, "x-forwarded-uri"),
            sign_in: state.sign_in_of(host),
        }
    }
}

impl RequestedPage<'_> {
    pub(super) fn handoff(&self) -> Option<&Handoff> {
        self.sign_in?.handoff.as_ref()
    }

    /// Redirects the browser to the sign-in page, which returns it to `return_path`. Without a
    /// sign-in page there is no redirect.
    ///
    /// # Errors
    /// The outcome instead of a redirect: the browser is in a redirect loop, or the system returns
    /// no randomness.
    pub(super) fn start_sign_in(
        &self,
        return_path: &str,
        headers: &HeaderMap,
        now: UnixTime,
    ) -> Result<Redirect, Outcome> {
        let Some(sign_in) = self.sign_in else { return Ok(Redirect::default()) };
        let Some(handoff) = &sign_in.handoff else {
            // Counted by the requested path, which may be too long to be a return path.
            let guard = LoopGuard::read(headers, path_of(self.uri), now);
            if guard.is_loop() {
                return Err(Outcome::RedirectLoop);
            }
            let target = Some((StatusCode::FOUND, sign_in.url_for(&self.url(return_path))));
            let cookies = vec![guard.next_cookie(false)];
            return Ok(Redirect { target, cookies, ..Redirect::default() });
        };
        if LoopGuard::of_sign_ins(headers, now).is_loop() {
            return Err(Outcome::RedirectLoop);
        }
        let (st, cookies) = begin(return_path, headers, handoff.cookies.partitioned, now)
            .ok_or(Outcome::Unavailable)?;
        let url = format!("{}&st={st}", sign_in.url_for(&self.url(return_path)));
        Ok(Redirect { target: Some((StatusCode::FOUND, url)), cookies, ..Redirect::default() })
    }

    /// The cookie that counts how often the browser was told to load this path again.
    ///
    /// # Errors
    /// The outcome instead: it did so several times within a minute, without an effect.
    pub(super) fn reload(&self, headers: &HeaderMap, now: UnixTime) -> Result<Redirect, Outcome> {
        let guard = LoopGuard::of_reloads(headers, path_of(self.uri), now);
        if guard.is_loop() {
            return Err(Outcome::CrossSite);
        }
        let partitioned = self.handoff().is_some_and(|handoff| handoff.cookies.partitioned);
        Ok(Redirect { cookies: vec![guard.next_cookie(partitioned)], ..Redirect::default() })
    }

    /// The target of a page's sign-in link.
    pub(super) fn sign_in_url(&self, return_path: &str) -> Option<String> {
        let sign_in = self.sign_in?;
        if sign_in.handoff.is_none() {
            return Some(sign_in.url_for(&self.url(return_path)));
        }
        let mut url = self.url(LOGIN);
        url.push_str("?path=");
        encode(return_path, &mut url);
        Some(url)
    }

    /// The absolute URL of a path on this host.
    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }
}

/// The path of a request target, without its query.
pub(super) fn path_of(uri: &str) -> &str {
    uri.split_once('?').map_or(uri, |(path, _)| path)
}

/// A new sign-in: `st` for the sign-in page, and the state cookies for the browser. `None` without
/// randomness.
fn begin(
    return_path: &str,
    headers: &HeaderMap,
    partitioned: bool,
    now: UnixTime,
) -> Option<(String, Vec<String>)> {
    let random: [u8; RANDOM_BYTES] = random::bytes().ok()?;
    let begun = Pending::begin(&random, return_path, now);
    let mut cookies = vec![begun.cookie(partitioned)];
    cookies.extend(surplus(pending(headers)).iter().map(|one| one.forget(partitioned)));
    Some((begun.st(), cookies))
}

/// The sign-ins that this browser has started on this host and not finished.
pub(super) fn pending(headers: &HeaderMap) -> Vec<Pending> {
    headers
        .get_all(COOKIE)
        .iter()
        .flat_map(|line| pairs(line.as_bytes()))
        .filter_map(|pair| Pending::read(pair.name, pair.value))
        .take(MOST_READ)
        .collect()
}

/// Only this host can set such a cookie, so a larger number is the browser's own doing.
const MOST_READ: usize = 32;
