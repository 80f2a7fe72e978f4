//! What an allowed request carries on to the desktop: identity headers, the shard, and the client's
//! own cookies and authorization without anything of ours.
//!
//! Traefik deletes every header listed in `authResponseHeaders` and puts in its place what stands
//! here, so "absent" means "removed": a forged identity header or a token of ours cannot survive by
//! not being mentioned.

use super::cookie_cache;
use super::credential::{GateCookies, basic, pairs, possible_tokens};
use super::headers::SHARD;
use crate::gate::{Gate, Permit};
use crate::name::Shard;
use crate::policy::Entry;
use crate::token::IdentityValue;
use bytes::Bytes;
use hyper::header::{AUTHORIZATION, COOKIE, HeaderMap, HeaderName, HeaderValue};

/// Headers of an allowed request, and what decides about them.
#[derive(Clone, Copy)]
pub struct UpstreamHeaders<'r> {
    /// As the client sent them.
    pub headers: &'r HeaderMap,
    /// Whose tokens are ours.
    pub gate: &'r Gate,
    /// `tokens.cookies` and the gate's own names.
    pub cookies: &'r GateCookies,
    /// `tokens.headers`.
    pub token_headers: &'r [HeaderName],
    /// Names of `identity_headers`, in the order of the verifier's list.
    pub identity_headers: &'r [HeaderName],
}

impl UpstreamHeaders<'_> {
    /// Writes them into the 200.
    pub fn write(&self, permit: &Permit<'_>, into: &mut HeaderMap) {
        let session = permit.session();
        let values = self.gate.verifier.identity.iter().zip(session.identity());
        for (name, (kind, value)) in self.identity_headers.iter().zip(values) {
            let value = match kind {
                IdentityValue::HostLabel => HeaderValue::from_str(permit.host().label()).ok(),
                IdentityValue::Username
                | IdentityValue::Label
                | IdentityValue::Issuer
                | IdentityValue::Session
                | IdentityValue::Claim(_) => value
                    .as_ref()
                    .and_then(|value| HeaderValue::from_maybe_shared(value.clone()).ok()),
            };
            if let Some(value) = value {
                into.insert(name.clone(), value);
            }
        }
        // The shard serves the host, so it follows the host's label, not the visitor's.
        let shard = match permit.entry() {
            Entry::Own => session.shard(),
            Entry::Grant(_) => Shard::of(permit.host().label()),
        };
        into.insert(SHARD.clone(), HeaderValue::from_static(shard.as_str()));
        if let Some(cookies) = self.foreign_cookies() {
            into.insert(COOKIE, cookies);
        }
        self.pass_foreign(&AUTHORIZATION, into);
        for name in self.token_headers {
            self.pass_foreign(name, into);
        }
    }

    /// Every pair that is not ours, bytes and order kept, in one line. `None` when nothing is left.
    fn foreign_cookies(&self) -> Option<HeaderValue> {
        let cookies = self.headers.get_all(COOKIE);
        cookies.iter().next()?;
        let lines = || cookies.iter();
        // A browser sends the same lines with everything that a page loads.
        cookie_cache::remembered(self.gate.generation, lines, || self.without_ours(lines()))
    }

    fn without_ours<'h>(
        &self,
        lines: impl Iterator<Item = &'h HeaderValue>,
    ) -> Option<HeaderValue> {
        let mut kept = Vec::new();
        for line in lines {
            kept.reserve(line.len() + 2);
            for pair in pairs(line.as_bytes()).filter(|pair| !self.cookies.include(pair.name)) {
                if !kept.is_empty() {
                    kept.extend_from_slice(b"; ");
                }
                kept.extend_from_slice(pair.text);
            }
        }
        if kept.is_empty() {
            return None;
        }
        // Made of bytes that were a header value already, so this cannot fail; were it to, the
        // desktop would see no cookies rather than a token.
        HeaderValue::from_maybe_shared(Bytes::from(kept)).ok()
    }

    /// The client's values of one header, unless one holds a token that claims to be ours.
    fn pass_foreign(&self, name: &HeaderName, into: &mut HeaderMap) {
        for value in self.headers.get_all(name) {
            let bytes = value.as_bytes();
            let hidden = basic(bytes);
            let ours =
                self.holds_ours(bytes) || hidden.is_some_and(|hidden| self.holds_ours(&hidden));
            if !ours {
                into.append(name.clone(), value.clone());
            }
        }
    }

    /// Whether a token of ours is somewhere in `value`. A value with more stretches to look at
    /// than any client has reason to send counts as one that hides it.
    fn holds_ours(&self, value: &[u8]) -> bool {
        possible_tokens(value)
            .enumerate()
            .any(|(looked, token)| looked >= MAX_LOOKS || self.is_ours(token))
    }

    fn is_ours(&self, token: &str) -> bool {
        self.gate.cache.get(token, self.gate.generation).is_some()
            || self.gate.verifier.claims_to_be_ours(token)
    }
}

/// Stretches of one header value that are looked at.
const MAX_LOOKS: usize = 32;

#[cfg(test)]
mod tests;
