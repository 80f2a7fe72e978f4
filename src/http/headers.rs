//! The names of the headers that the gate reads or writes.

use hyper::header::{HeaderMap, HeaderName};

/// The five headers of which other spellings are refused (step 2).
pub const FORWARDED: [&str; 5] = [
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-method",
    "x-forwarded-proto",
    "x-forwarded-uri",
];

/// The shard of routes that serves a host; every permit has this header.
pub static SHARD: HeaderName = HeaderName::from_static("x-doorward-shard");
/// The request ID, if the client or Traefik set one.
pub const REQUEST_ID: &str = "x-request-id";
/// W3C Trace Context.
pub const TRACE_PARENT: &str = "traceparent";

/// Whether `name`, in lower case as hyper has it, is another spelling of one of the five: CGI and
/// WSGI software reads `_` (some also `.`) as `-`, so it could mistake such a header for the real
/// one.
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

/// The text of a header; empty if it is absent or not ASCII.
#[must_use]
pub fn text_of<'r>(headers: &'r HeaderMap, name: &str) -> &'r str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Whether ForwardAuth sent this request: the other listeners refuse it, because their 2xx answers
/// are no permits.
#[must_use]
pub fn is_forward_auth(headers: &HeaderMap) -> bool {
    FORWARD_AUTH.iter().any(|name| headers.contains_key(*name))
}

/// ForwardAuth sends these with every request. Clients of the other listeners do not, not even
/// through a proxy.
const FORWARD_AUTH: [&str; 2] = ["x-forwarded-method", "x-forwarded-uri"];
