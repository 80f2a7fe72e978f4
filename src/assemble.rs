//! Builds the running program from a checked [`Config`]: the one module that knows the types of all
//! parts, so that the parts need not know each other.
//!
//! It checks nothing; `config` has done that. Called by `serve` at the start and at each reload,
//! and by `explain`.

use crate::config::{Config, LONGEST_SESSION, Zone};
use crate::cross_site::{CrossSite, WorkerScripts};
use crate::gate::{DomainRules, DomainTable, Gate};
use crate::http::AdminSecret;
use crate::http::State;
use crate::http::credential::GateCookies;
use crate::http::forwarded::ForwardedReader;
use crate::http::{IdentityHeader, IdentitySource};
use crate::revocation::Revocations;
use crate::token::cache::SessionCache;
use crate::token::{Grants, IdentityValue, IdentityValues, Issuers, Verifier};
use std::sync::Arc;

/// What all states of one process have in common.
pub struct Shared {
    /// Verified sessions.
    pub cache: SessionCache,
    /// The store of [`Config::revocation`].
    pub revocations: Arc<dyn Revocations>,
    /// The scripts of service workers that browsers have loaded.
    pub worker_scripts: Arc<WorkerScripts>,
}

impl Shared {
    /// With no service worker known.
    #[must_use]
    pub fn new(cache: SessionCache, revocations: Arc<dyn Revocations>) -> Self {
        Self { cache, revocations, worker_scripts: Arc::default() }
    }

    /// That of an earlier state.
    #[must_use]
    pub fn of(state: &State) -> Self {
        Self {
            cache: state.gate.cache.clone(),
            revocations: Arc::clone(&state.gate.revocations),
            worker_scripts: Arc::clone(&state.gate.cross_site.worker_scripts),
        }
    }
}

/// What the HTTP handlers work with under this configuration. No other state with this `shared` may
/// have had the same `generation`.
#[must_use]
pub fn state(config: &Config, shared: Shared, generation: u64) -> State {
    let domains = DomainTable::new(config.domains.clone(), |id| {
        let zone = config.zones.get(id.position());
        zone.map_or_else(DomainRules::default, |Zone { issuers, login }| DomainRules {
            issuers: issuers.clone(),
            sign_in: login.clone(),
        })
    });
    let hands_off = config
        .zones
        .iter()
        .any(|zone| zone.login.as_ref().is_some_and(|sign_in| sign_in.handoff.is_some()));
    let mut identity = IdentityValues::default();
    let identity_headers = config.identity_headers.iter().map(|(name, value)| {
        let id = identity.add(value.clone());
        let value = match value {
            IdentityValue::HostLabel => IdentitySource::HostLabel,
            IdentityValue::Username
            | IdentityValue::Label
            | IdentityValue::Issuer
            | IdentityValue::Session
            | IdentityValue::Claim(_) => IdentitySource::Session(id),
        };
        IdentityHeader { name: name.clone(), value }
    });
    let identity_headers = identity_headers.collect();
    State {
        gate: Gate {
            domains,
            verifier: Verifier {
                issuers: Issuers::new(config.issuers.clone()),
                leeway: config.tokens.leeway,
                max_bytes: config.tokens.max_bytes,
                identity,
                grants: Grants::new(config.grants.clone()),
            },
            cross_site: CrossSite {
                mode: config.cross_site,
                trusted: config.trusted_origins.clone(),
                service_workers: config.service_workers,
                worker_scripts: shared.worker_scripts,
            },
            cache: shared.cache,
            revocations: shared.revocations,
            generation,
        },
        reader: ForwardedReader {
            header_bytes: config.limits.header_bytes,
            headers: config.limits.headers,
            public_scheme: config.public_scheme,
            cookies: GateCookies::new(config.tokens.cookies.clone(), hands_off),
            authorization: config.tokens.authorization,
            token_headers: config.tokens.headers.clone(),
        },
        trusted_proxies: config.trusted_proxies.clone(),
        identity_headers,
        log_usernames: config.log.usernames,
        longest_gate_session: if hands_off { LONGEST_SESSION } else { 0 },
        admin_secret: config
            .revocation_secret
            .as_ref()
            .map(|secret| AdminSecret::new(secret.trimmed())),
    }
}
