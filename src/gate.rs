//! The decision: what Traefik forwarded, the credentials that came with it and one point in time
//! go in; a [`Permit`] or a [`Denied`] comes out.
//!
//! The steps stand here in the order of their numbers and nowhere else; each fails closed. A
//! [`Permit`] is made at one place, the last line of [`Gate::admit`], where signature, lifetime,
//! label and cross-site rules have all said yes; the only 2xx answer takes one by value. The gate
//! knows no socket, header map, clock or file: `http` reads those and calls it. `explain` calls
//! the same function with a [`Tracer`] that writes down what was compared.

mod budget;
mod candidates;
mod denial;
mod domain_rules;
mod forwarded;
mod handoff;
mod logout;
mod select;
mod trace;

pub use budget::{Effort, MAX_SIGNATURES};
pub use candidates::Verdict;
pub use denial::{Denial, Denied, ForwardedProblem, GatePathProblem};
pub use domain_rules::{DomainRules, DomainTable};
pub use forwarded::{Candidate, Credentials, Forwarded, ForwardedHeader, Source, TokenName};
pub use handoff::HandoffRefused;
pub use logout::SignOut;
pub use trace::{Fact, NoTrace, Tracer};

use budget::Budget;
use candidates::{NotSelected, Selected};

use crate::cross_site::{Clearance, CrossSite, OwnOrigin};
use crate::name::Host;
use crate::policy::Entry;
use crate::revocation::Revocations;
use crate::token::cache::SessionCache;
use crate::token::{Session, UnixTime, Verifier};
use std::sync::Arc;

/// Everything a decision depends on besides the request, as one configuration states it.
pub struct Gate {
    /// The domains below which workspaces live, with their rules.
    pub domains: DomainTable,
    /// Token rules of every issuer.
    pub verifier: Verifier,
    /// Rules about the page behind a request.
    pub cross_site: CrossSite,
    /// Sessions already verified. Shared with the gates before and after this one.
    pub cache: SessionCache,
    /// What ended before its time. Shared likewise.
    pub revocations: Arc<dyn Revocations>,
    /// Under which configuration and keys this gate verifies; no entry of another is used.
    pub generation: u64,
}

impl Gate {
    /// Steps 3 to 9 of the decision. Steps 1 and 2 are the caller's: it proves them by having a
    /// [`Forwarded`].
    ///
    /// # Errors
    /// The first step that fails, boxed: the way of a permit stays narrow.
    pub fn admit<'r>(
        &self,
        request: &Forwarded<'r>,
        credentials: &Credentials<'r>,
        now: UnixTime,
        tracer: &mut impl Tracer,
    ) -> Result<Permit<'r>, Box<Denied<'r>>> {
        let parsed = Host::parse(request.host, self.domains.names());
        tracer.record(Fact::Host { raw: request.host, parsed: parsed.as_ref() });
        let host = parsed.map_err(|_| Denied::nowhere(Denial::HostUnknown))?;
        let mut budget = Budget::of(credentials);
        let denied = |denial, host, session, token, budget: &Budget| {
            Box::new(Denied::at(denial, host, session, token, budget.effort))
        };
        let refused = denied_regardless(request, &host);
        tracer.record(Fact::Route { request, host: &host, denial: refused.as_ref() });
        if let Some(denial) = refused {
            return Err(denied(denial, host, None, None, &budget));
        }
        tracer.record(Fact::Candidates(credentials));
        let selected = self.select(credentials, &host, now, &mut budget, tracer);
        let Selected { session, entry, token } = match selected {
            Ok(selected) => selected,
            Err(NotSelected { denial, session, token }) => {
                return Err(denied(denial, host, session, token, &budget));
            }
        };
        let own = OwnOrigin::new(request.scheme, host.name(), host.port());
        let judged = self.cross_site.judge(&request.provenance, own, self.domains.names());
        tracer.record(Fact::CrossSite { provenance: &request.provenance, own, judged });
        let clearance = match judged {
            Ok(clearance) => clearance,
            Err(refusal) => {
                let denial = Denial::CrossSite(refusal);
                return Err(denied(denial, host, Some(session), Some(token), &budget));
            }
        };
        Ok(Permit { session, host, entry, clearance, token, effort: budget.effort })
    }
}

/// Proof that every step said yes. Only [`Gate::admit`] makes one, at its last line; whoever holds
/// one may answer 2xx, and nobody else can.
#[derive(Debug)]
#[must_use]
pub struct Permit<'r> {
    session: Arc<Session>,
    host: Host<'r>,
    entry: Entry,
    clearance: Clearance,
    token: TokenName<'r>,
    effort: Effort,
}

impl<'r> Permit<'r> {
    /// Who enters.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Which host is entered.
    #[must_use]
    pub fn host(&self) -> &Host<'r> {
        &self.host
    }

    /// By which right.
    #[must_use]
    pub fn entry(&self) -> Entry {
        self.entry
    }

    /// Names the token that won.
    #[must_use]
    pub fn token(&self) -> TokenName<'r> {
        self.token
    }

    /// What it took.
    #[must_use]
    pub fn effort(&self) -> Effort {
        self.effort
    }

    /// What the cross-site rules found.
    #[must_use]
    pub fn clearance(&self) -> Clearance {
        self.clearance
    }
}

/// Step 4: what is denied with any credential.
fn denied_regardless(request: &Forwarded<'_>, host: &Host<'_>) -> Option<Denial> {
    if request.preflight {
        Some(Denial::Preflight)
    } else if request.owner.is_some_and(|owner| owner != host.label()) {
        Some(Denial::OwnerDiffers)
    } else if request.uri.starts_with("/.") && is_reserved(request.path()) {
        Some(Denial::ReservedPath)
    } else {
        None
    }
}

/// `/.doorward` and all below it belong to the gate. Exact bytes: Traefik has cleaned the path, and
/// the desktop receives these same bytes, so another spelling is another path for both.
#[must_use]
pub fn is_reserved(path: &str) -> bool {
    path.strip_prefix("/.doorward").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests;
