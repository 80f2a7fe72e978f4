//! Reads cookies and bearer tokens as bytes: which of them are candidates for a session, and which
//! must not reach the desktop.
//!
//! Cookie lines are split as in RFC 6265bis §5.7: at `;`, trimmed of SP and HTAB only. Quoting,
//! `$Version` and Unicode white space have no meaning: with each of them, some other parser has read
//! a cookie that the browser's `__Host-` rules did not protect.

use crate::gate::Source;
use crate::handoff::{LOOP_COOKIE, PARTITIONED_COOKIE, STATE_COOKIES};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use memchr::{memchr, memchr_iter};

/// One `name=value` of a `Cookie` line; `name` is empty for a pair without a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair<'r> {
    /// Before the first `=`, trimmed.
    pub name: &'r [u8],
    /// After the first `=`, trimmed.
    pub value: &'r [u8],
    /// The whole pair, trimmed, as the desktop receives it.
    pub text: &'r [u8],
}

/// The pairs of one `Cookie` line, in order; empty ones are left out.
pub fn pairs(line: &[u8]) -> impl Iterator<Item = Pair<'_>> {
    split(line).filter_map(|text| {
        let text = trim(text);
        if text.is_empty() {
            return None;
        }
        Some(match memchr(b'=', text) {
            Some(at) => Pair {
                name: trim(text.get(..at).unwrap_or_default()),
                value: trim(text.get(at + 1..).unwrap_or_default()),
                text,
            },
            None => Pair { name: b"", value: text, text },
        })
    })
}

/// The names of the gate's cookies.
#[derive(Clone, Debug)]
pub struct GateCookies {
    names: Vec<Box<str>>,
    handoff: bool,
}

impl GateCookies {
    /// `names`: `tokens.cookies`, in order. `handoff`: the gate sets session cookies itself, so it
    /// reads both of their names.
    #[must_use]
    pub fn new(names: Vec<Box<str>>, handoff: bool) -> Self {
        Self { names, handoff }
    }

    /// Which session cookie has this name, compared byte by byte.
    #[must_use]
    pub fn session(&self, name: &[u8]) -> Option<Source> {
        if let Some(index) = self.names.iter().position(|own| own.as_bytes() == name) {
            return Some(Source::Cookie(index));
        }
        (self.handoff && name == PARTITIONED_COOKIE.as_bytes()).then_some(Source::Partitioned)
    }

    /// `tokens.cookies`.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|name| &**name)
    }

    /// Whether a cookie of this name belongs to the gate, session cookie or not. Such a cookie never
    /// reaches a desktop, whether or not it was used.
    #[must_use]
    pub fn include(&self, name: &[u8]) -> bool {
        self.names.iter().any(|own| own.as_bytes() == name)
            || name == PARTITIONED_COOKIE.as_bytes()
            || name == LOOP_COOKIE.as_bytes()
            || name.starts_with(STATE_COOKIES.as_bytes())
    }
}

/// The token of `Authorization: Bearer TOKEN`: the scheme in any case, white space, exactly one
/// token (RFC 6750 §2.1, RFC 9110 §11.1).
#[must_use]
pub fn bearer(value: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(value).ok()?;
    let (scheme, rest) = text.split_once([' ', '\t'])?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    let token = rest.trim_matches([' ', '\t']);
    (!token.is_empty() && !token.contains([' ', '\t', ','])).then_some(token)
}

/// Every part of a header value that some parser could read as a compact JWS, starting at the
/// beginning of a word and after each dot: a gate token must not reach a desktop because `Token` or
/// `x.` precedes it. The characters of other base64 alphabets and padding are included.
pub fn possible_tokens(value: &[u8]) -> impl Iterator<Item = &str> {
    let part_of_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.+/=".contains(byte);
    value
        .split(move |byte| !part_of_token(byte))
        .filter_map(|piece| std::str::from_utf8(piece).ok())
        .flat_map(|piece| {
            let starts =
                std::iter::once(0).chain(memchr_iter(b'.', piece.as_bytes()).map(|at| at + 1));
            starts.filter_map(move |start| piece.get(start..))
        })
        .filter(|piece| piece.contains('.'))
}

/// The decoded credentials of `Authorization: Basic`; the password may be a token.
#[must_use]
pub fn basic(value: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(value).ok()?;
    let (scheme, rest) = text.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    STANDARD.decode(rest.trim()).ok()
}

fn split(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let ends = memchr_iter(b';', line).chain([line.len()]);
    ends.scan(0, move |start, end| {
        let text = line.get(*start..end);
        *start = end + 1;
        text
    })
}

fn trim(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = bytes {
        bytes = rest;
    }
    while let [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

#[cfg(test)]
mod tests;
