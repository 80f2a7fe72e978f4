//! From a checked configuration to what judges and answers by it, and what of a configuration only
//! a restart can change.

use super::{Config, Redis, Zone};
use crate::cross_site::CrossSite;
use crate::gate::Gate;
use crate::http::State;
use crate::http::admin::Desk;
use crate::http::credential::OwnCookies;
use crate::http::forwarded::Reader;
use crate::http::sign_in::Handoff;
use crate::token::cache::SessionCache;
use crate::token::{GrantClaim, Issuer, MAX_LEEWAY, OwnSessions, Revocations, Verifier};
use hyper::header::HeaderName;
use std::sync::Arc;

impl Config {
    /// The state of a door under this configuration. `generation` must be one that no other state
    /// with this `cache` has had; `revocations` is the store of [`Config::revocation`].
    #[must_use]
    pub fn state(
        &self,
        cache: SessionCache,
        revocations: Arc<dyn Revocations>,
        generation: u64,
    ) -> State {
        let handoff = |zone: &Zone| zone.login.as_ref()?.handoff.clone();
        let own = |handoff: Handoff| OwnSessions { keys: handoff.keys, lifetime: handoff.lifetime };
        let own_sessions: Vec<Option<OwnSessions>> =
            self.zones.iter().map(|zone| handoff(zone).map(own)).collect();
        let hands_off = own_sessions.iter().any(Option::is_some);
        let claim = |grant: &super::Grant| GrantClaim {
            issuer: grant.issuer,
            claim: grant.claim.clone(),
            contains: grant.contains.clone(),
        };
        State {
            gate: Gate {
                domains: self.domains.clone(),
                issuers_of_domain: self.zones.iter().map(|zone| zone.issuers.clone()).collect(),
                verifier: Verifier {
                    issuers: self.issuers.clone(),
                    leeway: self.tokens.leeway,
                    max_bytes: self.tokens.max_bytes,
                    identity: self
                        .identity_headers
                        .iter()
                        .map(|(_, value)| value.clone())
                        .collect(),
                    grants: self.grants.iter().map(claim).collect(),
                    own_sessions,
                },
                grants: self.grants.iter().map(|grant| grant.labels.clone()).collect(),
                cross_site: CrossSite {
                    mode: self.cross_site,
                    trusted: self.trusted_origins.clone(),
                },
                cache,
                revocations,
                generation,
            },
            reader: Reader {
                header_bytes: self.limits.header_bytes,
                headers: self.limits.headers,
                public_scheme: self.public_scheme,
                cookies: OwnCookies::new(self.tokens.cookies.clone(), hands_off),
                authorization: self.tokens.authorization,
                token_headers: names(self.tokens.headers.iter()),
            },
            trusted_proxies: self.trusted_proxies.clone(),
            sign_in: self.zones.iter().map(|Zone { login, .. }| login.clone()).collect(),
            identity_headers: names(self.identity_headers.iter().map(|(name, _)| name)),
            log_usernames: self.log.usernames,
            lives: self.issuers.iter().map(|issuer| self.longest_life(issuer)).collect(),
            desk: self.revocation_secret.as_ref().map(|secret| Desk::new(secret.trimmed())),
        }
    }

    /// Seconds for which something of this issuer's can open a door, from when it was issued: a
    /// token of its own, or a session that the gate has made of a hand-off, as long as one may ever
    /// live, because a reload may change how long that is. `None`: for ever.
    fn longest_life(&self, issuer: &Issuer) -> Option<u64> {
        let hands_off = |zone: &Zone| zone.login.as_ref().is_some_and(|own| own.handoff.is_some());
        let sessions = if self.zones.iter().any(hands_off) { LONGEST_SESSION } else { 0 };
        // The greatest leeway there can be at each end, and a hand-off's minute in between.
        issuer.max_lifetime.map(|life| life.max(sessions).saturating_add(2 * MAX_LEEWAY + 60))
    }

    /// The keys in which `next` differs and that are read once, at the start.
    #[must_use]
    pub fn changes_that_need_a_restart(&self, next: &Self) -> Vec<&'static str> {
        let (own, other) = (&self.limits, &next.limits);
        let is_same = |same: fn(&Redis, &Redis) -> bool| match (&self.redis, &next.redis) {
            (Some(one), Some(other)) => same(one, other),
            // Then the store is another, which says enough.
            _ => true,
        };
        let keys = [
            ("listen", self.listen == next.listen),
            ("admin_listen", self.admin_listen == next.admin_listen),
            ("pages_listen", self.pages_listen == next.pages_listen),
            ("backchannel_listen", self.backchannel_listen == next.backchannel_listen),
            ("tls", self.tls == next.tls),
            ("admin_tls", self.admin_tls == next.admin_tls),
            ("state_dir", self.state_dir == next.state_dir),
            ("revocation.store", self.revocation == next.revocation),
            ("revocation.url_file", is_same(Redis::has_the_url_of)),
            ("revocation.on_outage", is_same(|one, other| one.refuses == other.refuses)),
            ("cache.max_bytes", self.cache_bytes == next.cache_bytes),
            ("limits.header_bytes", own.header_bytes == other.header_bytes),
            ("limits.headers", own.headers == other.headers),
            ("limits.connections", own.connections == other.connections),
            ("limits.header_timeout", own.header_timeout == other.header_timeout),
            ("limits.idle_timeout", own.idle_timeout == other.idle_timeout),
            ("limits.connection_age", own.connection_age == other.connection_age),
            ("log.format", self.log.format == next.log.format),
            ("log.level", self.log.level == next.log.level),
        ];
        keys.into_iter().filter(|(_, same)| !same).map(|(key, _)| key).collect()
    }
}

/// Seconds: the upper bound of `login.handoff.session_lifetime`.
pub(super) const LONGEST_SESSION: u64 = 30 * 24 * 3600;

/// Names that the check has accepted; one that were none would be left out, which drops a header
/// rather than letting one pass.
fn names<'n>(names: impl Iterator<Item = &'n Box<str>>) -> Vec<HeaderName> {
    names.filter_map(|name| HeaderName::try_from(&**name).ok()).collect()
}
