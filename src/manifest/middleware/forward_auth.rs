//! `forwardAuth`: the gate's address, and the request headers that the gate's response replaces.
//!
//! Some fields are left out on purpose. Without `authRequestHeaders`, the gate gets all headers; a
//! list without Cookie, Origin or Sec-WebSocket-Key would hide what the decision depends on.
//! `authSigninURL` would turn every 401 into a redirect, also for WebSockets and fetch requests.
//! `forwardBody` would delay uploads until they are complete.

use super::ca_source::CaSource;
use crate::manifest::tree::Section;
use crate::manifest::{Installation, TraefikVersion};
use crate::name::Label;

/// `forwardAuth:`. `owner`: the label of the user to whom the route is bound, if it is bound.
pub(super) fn section(
    installation: &Installation,
    ca: &CaSource<'_>,
    owner: Option<&Label>,
) -> Section {
    let settings = &installation.settings;
    let version = settings.traefik_version;
    let (question, why) = match owner {
        None => (
            settings.gate_address.as_str().to_owned(),
            "The gate. Traefik forwards the request only if the gate answers 200; it returns any other response to the browser. If the gate does not answer, Traefik returns 500.",
        ),
        Some(owner) => (
            format!("{}?owner={owner}", settings.gate_address.as_str()),
            "The gate, with the label of the user whose route this is. The gate rejects requests for any other host, even if Traefik's rule matches them by mistake.",
        ),
    };
    Section::new()
        .why(why)
        .put("address", question)
        .why(
            "How Traefik verifies the gate's certificate. With https, the tokens are encrypted on the network, and Traefik uses HTTP/2, which is also the fastest option.",
        )
        .put_some("tls", settings.gate_address.is_secure().then(|| ca.section()))
        .why(
            "The gate must check the host that Traefik routed, not an X-Forwarded-Host header from the client. Keep this explicit: if it is not set, Traefik forwards some of the client's X-Forwarded-* headers.",
        )
        .put("trustForwardHeader", false)
        .why(
            "Traefik replaces these request headers with those of the gate's response, and removes them if the response has none. So desktops do not get the session token (the gate returns Cookie and Authorization without it), and clients cannot set identity headers.",
        )
        .put("authResponseHeaders", taken_headers(installation))
        .why(
            "The same for other spellings of these names: an application that converts headers to variables (CGI, WSGI) cannot tell X_Doorward_User from X-Doorward-User.",
        )
        .put("authResponseHeadersRegex", alias_pattern(installation))
        .why(
            "Maximum size of the gate's response in bytes; Traefik's default is no limit. The gate's responses have at most 8 KiB. Traefik answers 401 without a body if a response is larger.",
        )
        .put_some(
            "maxResponseBodySize",
            (version >= TraefikVersion::BOUNDS_ANSWERS).then_some(16_384_u64),
        )
        .why(
            "Otherwise Traefik resolves a relative Location header against the gate's address. The gate only sends absolute ones; this is a second safeguard.",
        )
        .put_some("preserveLocationHeader", (version >= TraefikVersion::KEEPS_LOCATIONS).then_some(true))
}

/// `authResponseHeaders`: canonical names without duplicates.
fn taken_headers(installation: &Installation) -> Vec<String> {
    let always = ["Cookie", "Authorization", "X-Doorward-Shard"].into_iter();
    let mut names = Vec::new();
    for name in always.chain(configured(installation)).map(canonical) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// An RE2 pattern for all spellings that an application could confuse with these names: any
/// character in place of each hyphen, in any case. It covers all names that begin with
/// `X-Doorward-`.
fn alias_pattern(installation: &Installation) -> String {
    let mut alternatives = vec![format!("{}.*", spellings(OWN_PREFIX))];
    for name in configured(installation) {
        let pattern = spellings(&name.to_ascii_lowercase());
        let is_covered = name.len() > OWN_PREFIX.len()
            && name
                .get(..OWN_PREFIX.len())
                .is_some_and(|head| head.eq_ignore_ascii_case(OWN_PREFIX));
        if !is_covered && !alternatives.contains(&pattern) {
            alternatives.push(pattern);
        }
    }
    format!("(?i)^({})$", alternatives.join("|"))
}

/// Letters and digits match themselves; every other character matches any character that is
/// neither.
fn spellings(name: &str) -> String {
    let mut pattern = String::new();
    for character in name.chars() {
        if character.is_ascii_alphanumeric() {
            pattern.push(character);
        } else {
            pattern.push_str("[^0-9a-z]");
        }
    }
    pattern
}

/// The headers that the configuration names.
fn configured(installation: &Installation) -> impl Iterator<Item = &str> {
    let names = installation.identity_headers.iter().chain(&installation.token_headers);
    names.map(|name| &**name)
}

/// The canonical form in Go (`CanonicalHeaderKey`), because Traefik compares names byte by byte.
pub(super) fn canonical(name: &str) -> String {
    let mut upper = true;
    let written = name.chars().map(|character| {
        let cased =
            if upper { character.to_ascii_uppercase() } else { character.to_ascii_lowercase() };
        upper = character == '-';
        cased
    });
    written.collect()
}

/// Prefix of doorward's own headers.
const OWN_PREFIX: &str = "x-doorward-";
