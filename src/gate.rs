//! The decision: from a forwarded request, its credentials and one point in time to a [`Permit`] or
//! a [`Denied`].
//!
//! [`Gate::admit`] runs the steps in the order of their numbers; each fails closed. A [`Permit`] is
//! made in one place, the last line of that function, after signature, lifetime, revocation, label
//! and cross-site rules have passed; the only 2xx answer takes one by value. The gate knows no
//! socket, header map, clock or file: `http` reads those and calls it. `explain` calls the same
//! function with a [`Tracer`] that receives what each step compared.

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

/// Everything that a decision depends on besides the request, for one configuration.
pub struct Gate {
    /// The domains below which workspaces live, with their rules.
    pub domains: DomainTable,
    /// The token rules of all issuers.
    pub verifier: Verifier,
    /// Rules about the page behind a request.
    pub cross_site: CrossSite,
    /// Verified sessions. Shared with the gates of earlier and later configurations.
    pub cache: SessionCache,
    /// Revoked sessions. Shared likewise.
    pub revocations: Arc<dyn Revocations>,
    /// Number of this configuration and its keys; cache entries of other generations are not used.
    pub generation: u64,
}

impl Gate {
    /// Steps 3 to 9 of the decision. The caller has run steps 1 and 2, as its [`Forwarded`] proves.
    ///
    /// # Errors
    /// The first step that fails. Boxed, so that the result of a permit stays small.
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
        let judged = self.cross_site.judge(&request.provenance, own, self.domains.names(), now);
        tracer.record(Fact::CrossSite { provenance: &request.provenance, own, judged });
        let clearance = match judged {
            Ok(clearance) => clearance,
            Err(refusal) => {
                let denial = Denial::CrossSite(refusal);
                return Err(denied(denial, host, Some(session), Some(token), &budget));
            }
        };
        if request.provenance.is_worker_script() {
            let scripts = &self.cross_site.worker_scripts;
            scripts.insert(host.label(), host.name(), request.path(), now);
        }
        Ok(Permit { session, host, entry, clearance, token, effort: budget.effort })
    }
}

/// Proof that all steps passed. Only the last line of [`Gate::admit`] makes one, and a 2xx answer
/// requires one.
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
    /// The session that is admitted.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The host that it is admitted to.
    #[must_use]
    pub fn host(&self) -> &Host<'r> {
        &self.host
    }

    /// The right that admits it: its own label or a grant.
    #[must_use]
    pub fn entry(&self) -> Entry {
        self.entry
    }

    /// The name of the token that was selected.
    #[must_use]
    pub fn token(&self) -> TokenName<'r> {
        self.token
    }

    /// The work that the decision took.
    #[must_use]
    pub fn effort(&self) -> Effort {
        self.effort
    }

    /// The result of the cross-site rules.
    #[must_use]
    pub fn clearance(&self) -> Clearance {
        self.clearance
    }
}

/// Step 4: requests that are denied independent of their credentials.
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

/// Whether the path is `/.doorward` or below it, which belongs to the gate. Compared byte for byte:
/// Traefik has normalized the path, and the desktop receives the same bytes, so another spelling is
/// another path for both.
#[must_use]
pub fn is_reserved(path: &str) -> bool {
    path.strip_prefix("/.doorward").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests;
