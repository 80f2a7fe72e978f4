//! Names of headers: those that carry tokens and those that carry the user's identity to a desktop.
//! Traefik deletes and replaces these headers, so some names would do harm.

use crate::config::field::{Field, Text, Words, good_ones};
use crate::config::mistake::{Findings, shown};
use crate::config::raw::RawConfig;
use crate::token::{ClaimPath, IdentityValue};
use hyper::header::HeaderName;

/// `identity_headers`: lower-case names, sorted. `tokens`: the checked `tokens.headers`.
pub(super) fn identity(
    raw: &RawConfig,
    tokens: &[HeaderName],
    found: &mut Findings<'_>,
) -> Vec<(HeaderName, IdentityValue)> {
    let Some(pairs) = raw.identity_headers.good() else {
        return vec![
            (HeaderName::from_static("x-doorward-label"), IdentityValue::Label),
            (HeaderName::from_static("x-doorward-user"), IdentityValue::Username),
        ];
    };
    let mut headers: Vec<(HeaderName, IdentityValue)> = Vec::new();
    for (header, field) in &pairs.0 {
        let path = format!("identity_headers.{header}");
        let value = field.good().and_then(|text| value(&path, text, found));
        let name = name(&path, header, found);
        let Some(name) = name else { continue };
        let wrong = if let Some(why) = never_identity(name.as_str()) {
            format!("must not be replaced: {why}")
        } else if tokens.contains(&name) {
            "is one of tokens.headers, whose tokens must not reach a desktop".to_owned()
        } else if headers.iter().any(|(other, _)| *other == name) {
            "is repeated in another case; header names are case-insensitive".to_owned()
        } else {
            headers.extend(value.map(|value| (name, value)));
            continue;
        };
        found.mistake(&path, wrong, "choose another name, such as X-Desktop-User");
    }
    headers.sort_by(|(one, _), (other, _)| one.as_str().cmp(other.as_str()));
    headers
}

/// `tokens.headers`: lower-case names in their order.
pub(super) fn tokens(
    list: &[Field<Text<Words>>],
    path: &str,
    found: &mut Findings<'_>,
) -> Vec<HeaderName> {
    let mut headers: Vec<HeaderName> = Vec::new();
    for (path, text) in good_ones(list, path) {
        let Some(name) = name(&path, text.as_str(), found) else {
            continue;
        };
        if let Some((why, remedy)) = never_token(name.as_str()) {
            found.mistake(&path, format!("{} {why}", shown(text.as_str())), remedy);
        } else if headers.contains(&name) {
            found.mistake(
                &path,
                format!("{} is repeated", shown(text.as_str())),
                "keep one of them",
            );
        } else {
            headers.push(name);
        }
    }
    headers
}

fn value(path: &str, text: &Text<Words>, found: &mut Findings<'_>) -> Option<IdentityValue> {
    let value = match text.as_str() {
        "username" => IdentityValue::Username,
        "label" => IdentityValue::Label,
        "issuer" => IdentityValue::Issuer,
        "session" => IdentityValue::Session,
        "host_label" => IdentityValue::HostLabel,
        claim => IdentityValue::Claim(claim_path(path, claim, found)?),
    };
    Some(value)
}

/// A claim by name or pointer.
pub(super) fn claim_path(path: &str, text: &str, found: &mut Findings<'_>) -> Option<ClaimPath> {
    let claim = ClaimPath::new(text).filter(|_| !text.is_empty());
    if claim.is_none() {
        found.mistake(
            path,
            format!("{} is not a claim", shown(text)),
            "write a claim's name, or a JSON pointer such as /realm_access/roles",
        );
    }
    claim
}

/// The lower-case name, if it is one that Traefik and every backend read alike.
fn name(path: &str, text: &str, found: &mut Findings<'_>) -> Option<HeaderName> {
    // RFC 9110 §5.6.2 allows more; `_` and `.` become `-` in CGI and in several servers, so a
    // client could send the other spelling past us.
    if text.contains(['_', '.']) {
        found.mistake(
            path,
            format!("{} has `_` or `.`, which many servers read as `-`", shown(text)),
            format!("write {}", text.replace(['_', '.'], "-")),
        );
        return None;
    }
    let is_token = text.bytes().all(is_token_byte);
    let name = HeaderName::try_from(text).ok().filter(|_| is_token);
    if name.is_none() {
        found.mistake(
            path,
            format!("{} is not a header name", shown(text)),
            "write letters, digits and hyphens",
        );
    }
    name
}

fn never_identity(name: &str) -> Option<&'static str> {
    match name {
        "cookie" | "set-cookie" => Some("doorward does not create cookies for desktops"),
        "authorization" => Some("doorward decides whether to pass it on"),
        "host" | "location" => Some("it controls where a request or a browser goes"),
        "origin" | "referer" => Some("browsers and servers make security decisions by it"),
        "x-doorward-shard" => Some("doorward sets it"),
        _ if HOP_BY_HOP.contains(&name) => Some("it applies to one connection only"),
        _ if name.starts_with("sec-") => Some("browsers and servers make security decisions by it"),
        _ if name.starts_with("content-") => Some("it describes the body"),
        _ if name.starts_with("x-forwarded-") => Some("Traefik sets it"),
        _ => None,
    }
}

fn never_token(name: &str) -> Option<(&'static str, &'static str)> {
    match name {
        "authorization" => Some(("has its own switch", "use tokens.authorization")),
        "cookie" => Some(("has its own list", "use tokens.cookies")),
        "forwarded" => Some(("is set by proxies", "choose a name such as X-Session-Token")),
        _ => never_identity(name)
            .map(|_| ("cannot carry a token", "choose a name such as X-Session-Token")),
    }
}

/// RFC 9110 §5.6.2, `tchar`.
pub(super) fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// RFC 9110 §7.6.1, and those that never were standard but are treated alike.
const HOP_BY_HOP: [&str; 9] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];
