//! Builds the running program from a checked [`Config`]: the one module that knows the types of all
//! parts, so that the parts need not know each other.
//!
//! It checks nothing; `config` has done that. Called by `serve` at the start and at each reload,
//! and by `explain`.

use crate::config::{Config, Grant, LONGEST_SESSION, Zone};
use crate::cross_site::CrossSite;
use crate::gate::Gate;
use crate::handoff::Handoff;
use crate::http::AdminSecret;
use crate::http::State;
use crate::http::credential::GateCookies;
use crate::http::forwarded::ForwardedReader;
use crate::token::cache::SessionCache;
use crate::token::{GateSessions, GrantClaim, Issuer, MAX_LEEWAY, Verifier};
use hyper::header::HeaderName;
use std::sync::Arc;

/// What the HTTP handlers work with under this configuration. No other state with this `cache` may
/// have had the same `generation`; `revocations` is the store of [`Config::revocation`].
#[must_use]
pub fn state(
    config: &Config,
    cache: SessionCache,
    revocations: Arc<dyn crate::revocation::Revocations>,
    generation: u64,
) -> State {
    let handoff = |zone: &Zone| zone.login.as_ref()?.handoff.clone();
    let own = |handoff: Handoff| GateSessions { keys: handoff.keys, lifetime: handoff.lifetime };
    let own_sessions: Vec<Option<GateSessions>> =
        config.zones.iter().map(|zone| handoff(zone).map(own)).collect();
    let hands_off = own_sessions.iter().any(Option::is_some);
    let claim = |grant: &Grant| GrantClaim {
        issuer: grant.issuer,
        claim: grant.claim.clone(),
        contains: grant.contains.clone(),
    };
    State {
        gate: Gate {
            domains: config.domains.clone(),
            issuers_of_domain: config.zones.iter().map(|zone| zone.issuers.clone()).collect(),
            verifier: Verifier {
                issuers: config.issuers.clone(),
                leeway: config.tokens.leeway,
                max_bytes: config.tokens.max_bytes,
                identity: config.identity_headers.iter().map(|(_, value)| value.clone()).collect(),
                grants: config.grants.iter().map(claim).collect(),
                own_sessions,
            },
            grants: config.grants.iter().map(|grant| grant.labels.clone()).collect(),
            cross_site: CrossSite {
                mode: config.cross_site,
                trusted: config.trusted_origins.clone(),
            },
            cache,
            revocations,
            generation,
        },
        reader: ForwardedReader {
            header_bytes: config.limits.header_bytes,
            headers: config.limits.headers,
            public_scheme: config.public_scheme,
            cookies: GateCookies::new(config.tokens.cookies.clone(), hands_off),
            authorization: config.tokens.authorization,
            token_headers: names(config.tokens.headers.iter()),
        },
        trusted_proxies: config.trusted_proxies.clone(),
        sign_in: config.zones.iter().map(|Zone { login, .. }| login.clone()).collect(),
        identity_headers: names(config.identity_headers.iter().map(|(name, _)| name)),
        log_usernames: config.log.usernames,
        lives: config.issuers.iter().map(|issuer| longest_life(config, issuer)).collect(),
        admin_secret: config
            .revocation_secret
            .as_ref()
            .map(|secret| AdminSecret::new(secret.trimmed())),
    }
}

/// Seconds from the issue of a token after which neither it nor a session made from it can still be
/// valid. A session counts with the longest lifetime that can be configured, because a reload may
/// change it. `None`: there is no limit.
fn longest_life(config: &Config, issuer: &Issuer) -> Option<u64> {
    let hands_off = |zone: &Zone| zone.login.as_ref().is_some_and(|own| own.handoff.is_some());
    let sessions = if config.zones.iter().any(hands_off) { LONGEST_SESSION } else { 0 };
    // The greatest possible leeway at both ends, and the minute that a hand-off token is valid.
    issuer.max_lifetime.map(|life| life.max(sessions).saturating_add(2 * MAX_LEEWAY + 60))
}

/// Header names that the check has accepted. An invalid one would be left out, so that a header is
/// dropped rather than passed on.
fn names<'n>(names: impl Iterator<Item = &'n Box<str>>) -> Vec<HeaderName> {
    names.filter_map(|name| HeaderName::try_from(&**name).ok()).collect()
}
