//! The headers that the desktop receives with an allowed request: identity headers, the shard, and
//! the client's own cookies and authorization without the gate's cookies and tokens.
//!
//! Traefik removes every header listed in `authResponseHeaders` from the request and adds those of
//! this answer. A header that is absent here is therefore removed: neither a forged identity header
//! nor a gate token reaches the desktop because it was not mentioned.

use super::cookie_cache;
use super::credential::{GateCookies, basic, pairs, possible_tokens};
use super::headers::SHARD;
use crate::gate::{Gate, Permit};
use crate::name::Shard;
use crate::policy::Entry;
use crate::token::IdentityId;
use bytes::Bytes;
use hyper::header::{AUTHORIZATION, COOKIE, HeaderMap, HeaderName, HeaderValue};

/// What decides about the headers of an allowed request.
#[derive(Clone, Copy)]
pub struct UpstreamHeaders<'r> {
    /// The client's headers.
    pub headers: &'r HeaderMap,
    /// Recognises gate tokens.
    pub gate: &'r Gate,
    /// `tokens.cookies` and the gate's own names.
    pub cookies: &'r GateCookies,
    /// `tokens.headers`.
    pub token_headers: &'r [HeaderName],
    /// `identity_headers`.
    pub identity_headers: &'r [IdentityHeader],
}

/// One of `identity_headers`.
pub struct IdentityHeader {
    /// Its name.
    pub name: HeaderName,
    /// Where its value comes from.
    pub value: IdentitySource,
}

/// Where the value of an identity header comes from.
#[derive(Clone, Copy)]
pub enum IdentitySource {
    /// The label in the host of the request.
    HostLabel,
    /// The session.
    Session(IdentityId),
}

impl UpstreamHeaders<'_> {
    /// Writes the headers into the 200.
    pub fn write(&self, permit: &Permit<'_>, into: &mut HeaderMap) {
        let session = permit.session();
        for IdentityHeader { name, value } in self.identity_headers {
            let value = match *value {
                IdentitySource::HostLabel => HeaderValue::from_str(permit.host().label()).ok(),
                IdentitySource::Session(id) => session
                    .identity(id)
                    .and_then(|value| HeaderValue::from_maybe_shared(value.clone()).ok()),
            };
            if let Some(value) = value {
                into.insert(name.clone(), value);
            }
        }
        // The shard serves the host, so it depends on the host's label, not on the user's.
        let shard = match permit.entry() {
            Entry::Own => session.shard(),
            Entry::Grant(_) => Shard::of(permit.host().label()),
        };
        into.insert(SHARD.clone(), HeaderValue::from_static(shard.as_str()));
        if let Some(cookies) = self.foreign_cookies() {
            into.insert(COOKIE, cookies);
        }
        self.copy_foreign(&AUTHORIZATION, into);
        for name in self.token_headers {
            self.copy_foreign(name, into);
        }
    }

    /// The client's cookies without the gate's, in one line, with bytes and order unchanged. `None`
    /// if none is left.
    fn foreign_cookies(&self) -> Option<HeaderValue> {
        let cookies = self.headers.get_all(COOKIE);
        cookies.iter().next()?;
        let lines = || cookies.iter();
        // A browser sends the same lines with every request of a page.
        cookie_cache::get_or_compute(self.gate.generation, lines, || {
            self.without_gate_cookies(lines())
        })
    }

    fn without_gate_cookies<'h>(
        &self,
        lines: impl Iterator<Item = &'h HeaderValue>,
    ) -> Option<HeaderValue> {
        let mut line_out = Vec::new();
        for line in lines {
            line_out.reserve(line.len() + 2);
            for pair in pairs(line.as_bytes()).filter(|pair| !self.cookies.include(pair.name)) {
                if !line_out.is_empty() {
                    line_out.extend_from_slice(b"; ");
                }
                line_out.extend_from_slice(pair.text);
            }
        }
        if line_out.is_empty() {
            return None;
        }
        // The bytes come from header values, so this cannot fail. If it did, the desktop would
        // receive no cookies rather than a token.
        HeaderValue::from_maybe_shared(Bytes::from(line_out)).ok()
    }

    /// Copies the client's values of one header, except those that contain a gate token.
    fn copy_foreign(&self, name: &HeaderName, into: &mut HeaderMap) {
        for value in self.headers.get_all(name) {
            let bytes = value.as_bytes();
            let decoded = basic(bytes);
            let has_token = self.has_gate_token(bytes)
                || decoded.is_some_and(|decoded| self.has_gate_token(&decoded));
            if !has_token {
                into.append(name.clone(), value.clone());
            }
        }
    }

    /// Whether `value` contains a gate token anywhere. A value with more possible tokens than
    /// [`MAX_POSSIBLE_TOKENS`] counts as one that contains it.
    fn has_gate_token(&self, value: &[u8]) -> bool {
        possible_tokens(value)
            .enumerate()
            .any(|(index, token)| index >= MAX_POSSIBLE_TOKENS || self.is_gate_token(token))
    }

    fn is_gate_token(&self, token: &str) -> bool {
        self.gate.cache.get(token, self.gate.generation).is_some()
            || self.gate.verifier.claims_to_be_ours(token)
    }
}

/// Possible tokens of one header value that are checked; no client has a reason to send more.
const MAX_POSSIBLE_TOKENS: usize = 32;

#[cfg(test)]
mod tests;
