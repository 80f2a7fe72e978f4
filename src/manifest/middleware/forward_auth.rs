//! `forwardAuth`: where Traefik asks, and which headers of a request it lets the gate decide.
//!
//! What is left out is a decision as well. Without `authRequestHeaders`, the gate sees everything: a
//! list that forgets one of Cookie, Origin or Sec-WebSocket-Key would judge half a request.
//! `authSigninURL` would turn each 401 into a redirect, those of WebSockets and fetches too.
//! `forwardBody` holds an upload back until it is complete.

use super::ca_source::CaSource;
use crate::manifest::tree::Section;
use crate::manifest::{Installation, TraefikVersion};
use crate::name::Label;

/// `forwardAuth:`; for the route of one owner when there is one.
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
            "The gate. Of its answers only 200 lets the request pass; all others go back to the \
             browser as they are. No answer at all is a 500.",
        ),
        Some(owner) => (
            format!("{}?owner={owner}", settings.gate_address.as_str()),
            "The gate, told whose route this is: a request for any other host is refused here, \
             wherever Traefik's rules would have let it in.",
        ),
    };
    Section::new()
        .why(why)
        .put("address", question)
        .why(
            "Who the gate must be. Over https nobody on the network reads the tokens, and Traefik \
             asks over HTTP/2, which is also the cheapest way.",
        )
        .put_some("tls", settings.gate_address.is_secure().then(|| ca.section()))
        .why(
            "The gate judges the host that Traefik routed, never one that a client wrote into \
             X-Forwarded-Host. Written out, because leaving it out is not the same: then some of a \
             client's X-Forwarded-* pass.",
        )
        .put("trustForwardHeader", false)
        .why(
            "These headers of a request are what the gate answers, or gone: so no desktop ever sees \
             the session token (Cookie and Authorization, which the gate gives back without it), and \
             no client can say who it is.",
        )
        .put("authResponseHeaders", taken_headers(installation))
        .why(
            "The same for other spellings of these names: a desktop that turns headers into \
             variables takes X_Doorward_User for X-Doorward-User.",
        )
        .put("authResponseHeadersRegex", alias_pattern(installation))
        .why(
            "Bytes of an answer that Traefik reads; the default is no limit. The gate's are at most \
             8 KiB, and a longer one becomes a bare 401.",
        )
        .put_some(
            "maxResponseBodySize",
            (version >= TraefikVersion::BOUNDS_ANSWERS).then_some(16_384_u64),
        )
        .why(
            "Traefik would complete a relative Location with the gate's own address. The gate sends \
             absolute ones only; this is for the day on which that is forgotten.",
        )
        .put_some("preserveLocationHeader", (version >= TraefikVersion::KEEPS_LOCATIONS).then_some(true))
}

/// `authResponseHeaders`: canonical, each once.
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

/// A pattern of RE2 for every spelling of the names above that some desktop could take for them:
/// with any other character in place of each hyphen, in any case. Everything below `X-Doorward-`
/// is covered, named or not.
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

/// Letters and digits stand for themselves, all else for whatever is neither.
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

/// Headers that the configuration names.
fn configured(installation: &Installation) -> impl Iterator<Item = &str> {
    let names = installation.identity_headers.iter().chain(&installation.token_headers);
    names.map(|name| &**name)
}

/// As Go writes it (`CanonicalHeaderKey`): Traefik compares names byte by byte.
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

/// Below this name all headers are ours.
const OWN_PREFIX: &str = "x-doorward-";
