//! Header names that the gate reads or writes, in one place, and the one pass over a request that
//! collects them.

use hyper::header::{HeaderMap, HeaderName};

/// The five names whose aliases are refused (step 2).
pub const FORWARDED: [&str; 5] = [
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-method",
    "x-forwarded-proto",
    "x-forwarded-uri",
];

/// Which shard of routes serves a host: written on every permit.
pub static SHARD: HeaderName = HeaderName::from_static("x-doorward-shard");
/// Carries the request's id, when the client or Traefik gave it one.
pub const REQUEST_ID: &str = "x-request-id";
/// W3C Trace Context.
pub const TRACE_PARENT: &str = "traceparent";

/// Whether `name`, lower case as hyper has it, is one of the five in another spelling: CGI and WSGI
/// software reads `_` (some also `.`) as `-`, so such a header could speak for the real one.
#[must_use]
pub fn is_forwarded_alias(name: &str) -> bool {
    let bytes = name.as_bytes();
    if !(15..=18).contains(&bytes.len()) || bytes.first() != Some(&b'x') {
        return false;
    }
    if !bytes.iter().any(|byte| matches!(byte, b'_' | b'.')) {
        return false;
    }
    FORWARDED.iter().any(|real| {
        real.len() == bytes.len()
            && real
                .bytes()
                .zip(bytes)
                .all(|(real, &byte)| real == byte || (real == b'-' && matches!(byte, b'_' | b'.')))
    })
}

/// A forwarded header that step 2 has accepted; empty before that.
#[must_use]
pub fn text_of<'r>(headers: &'r HeaderMap, name: &str) -> &'r str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
