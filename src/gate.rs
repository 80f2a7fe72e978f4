//! The decision: what Traefik forwarded, the credentials that came with it and one point in time
//! go in; a [`Permit`] or a [`Denied`] comes out.
//!
//! The steps stand here in the order of their numbers and nowhere else; each fails closed. A
//! [`Permit`] is made at one place, the last line of [`Gate::admit`], where signature, lifetime,
//! label and cross-site rules have all said yes; the only 2xx answer takes one by value. The gate
//! knows no socket, header map, clock or file: `http` reads those and calls it. `explain` calls
//! the same function with a [`Witness`] that writes down what was compared.

mod arrival;
mod denial;
mod effort;
mod forwarded;
mod remedy;
mod witness;

pub use arrival::{Departure, TurnedAway};
pub use denial::{ArrivalProblem, Denial, Denied, ForwardedProblem, OwnAnswer};
pub use effort::Effort;
pub use forwarded::{
    Candidate, Credentials, Forwarded, ForwardedHeader, PublicScheme, Source, TokenName,
    forwarded_scheme,
};
pub use witness::{Note, Step, Transcript, Unwatched, Witness};

use effort::Budget;

use crate::cross_site::{Clearance, CrossSite, OwnOrigin, Scheme};
use crate::name::{Domains, Host};
use crate::policy::{self, Entry, GrantLabels, Site};
use crate::revocation::Revocations;
use crate::token::cache::SessionCache;
use crate::token::{Rejection, Session, UnixTime, Verifier};
use std::sync::Arc;

/// Everything a decision depends on besides the request, as one configuration states it.
pub struct Gate {
    /// Domains below which workspaces live.
    pub domains: Domains,
    /// For each domain, in the same order, the issuers whose users live there.
    pub issuers_of_domain: Vec<Vec<usize>>,
    /// Token rules of every issuer.
    pub verifier: Verifier,
    /// Labels of each grant; what the claims must hold stands in the verifier.
    pub grants: Vec<GrantLabels>,
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
        witness: &mut impl Witness,
    ) -> Result<Permit<'r>, Box<Denied<'r>>> {
        let host = self.locate(request, witness).map_err(Denied::nowhere)?;
        let mut trial = Trial::of(credentials);
        let denied = |denial, host, session, token, trial: &Trial| {
            Box::new(Denied::at(denial, host, session, token, trial.effort))
        };
        if let Err(denial) = before_credentials(request, &host, witness) {
            return Err(denied(denial, host, None, None, &trial));
        }
        witness
            .note(Step::Candidates, !credentials.is_empty(), || witness::candidates(credentials));
        let elected = self.elect(credentials, &host, now, &mut trial, witness);
        let Winner { session, entry, token } = match elected {
            Ok(winner) => winner,
            Err(Loser { denial, session, token }) => {
                return Err(denied(denial, host, session, token, &trial));
            }
        };
        let own = OwnOrigin::new(request.scheme, host.name(), host.port());
        let judged = self.cross_site.judge(&request.provenance, own, &self.domains);
        witness.note(Step::CrossSite, judged.is_ok(), || {
            witness::cross_site(&request.provenance, own, self.cross_site.mode, judged)
        });
        let clearance = match judged {
            Ok(clearance) => clearance,
            Err(refusal) => {
                let denial = Denial::CrossSite(refusal);
                return Err(denied(denial, host, Some(session), Some(token), &trial));
            }
        };
        Ok(Permit { session, host, entry, clearance, token, effort: trial.effort })
    }

    /// Step 3: the host, canonical, is a workspace of one of our domains.
    fn locate<'r>(
        &self,
        request: &Forwarded<'r>,
        witness: &mut impl Witness,
    ) -> Result<Host<'r>, Denial> {
        let parsed = Host::parse(request.host, &self.domains);
        witness.note(Step::Host, parsed.is_ok(), || {
            witness::host(request.host, &parsed, &self.domains)
        });
        parsed.map_err(|_| Denial::HostUnknown)
    }

    /// Steps 5 to 8: the first candidate whose own label the host carries, else the first that a
    /// grant lets in. A bad candidate never hides a good one.
    fn elect<'r>(
        &self,
        credentials: &Credentials<'r>,
        host: &Host<'_>,
        now: UnixTime,
        trial: &mut Trial,
        witness: &mut impl Witness,
    ) -> Election<'r> {
        let issuers = self.issuers_of_domain.get(host.domain()).map_or(&[][..], Vec::as_slice);
        let site = Site { label: host.label(), issuers };
        let mut tally = Tally::default();
        for candidate in credentials.iter() {
            let token = TokenName::of(candidate);
            let session = match self.session(candidate, host, now, trial) {
                Verdict::Session(session) => session,
                Verdict::Rejected(rejection) => {
                    witness.note(Step::Token, false, || {
                        witness::rejected(candidate, &rejection, &self.verifier, now)
                    });
                    tally.reject(rejection, token);
                    continue;
                }
                Verdict::Unjudged(denial) => {
                    witness.note(Step::Token, false, || {
                        witness::unjudged(candidate, &denial, &self.verifier, now)
                    });
                    tally.unjudged.get_or_insert((denial, token));
                    continue;
                }
            };
            witness.note(Step::Token, true, || {
                witness::verified(candidate, &session, &self.verifier, now)
            });
            // First, so that what is learned in between is not missed.
            let is_fresh = self.revocations.is_fresh();
            let revoked = self.revocations.is_revoked(session.identities(), session.issued_at());
            witness.note(Step::Revocation, !revoked, || {
                witness::revocation(self.revocations.store(), revoked)
            });
            if revoked {
                tally.reject(Rejection::Revoked, token);
                continue;
            }
            if !is_fresh {
                witness.note(Step::Revocation, false, || {
                    witness::revocation_unknown(self.revocations.store())
                });
                let unknown = Denial::TokenRejected(Rejection::RevocationUnknown);
                tally.unjudged.get_or_insert((unknown, token));
                continue;
            }
            let entry = policy::authorize(&session, site, &self.grants);
            witness.note(Step::Policy, entry.is_ok(), || witness::policy(&session, site, entry));
            match entry {
                // Nothing that follows can beat the first own label.
                Ok(entry @ Entry::Own) => return Ok(Winner { session, entry, token }),
                Ok(entry @ Entry::Grant(_)) => {
                    tally.admit_by_grant(Winner { session, entry, token });
                }
                Err(refusal) => tally.refuse(session, refusal, token),
            }
        }
        // What was cut off was not judged; the last that was kept stands for it in the log.
        if let Some(last) = credentials.iter().last().filter(|_| credentials.is_cut()) {
            tally.unjudged.get_or_insert((Denial::TooManyCandidates, TokenName::of(last)));
        }
        tally.outcome()
    }

    /// Step 6 for one candidate: from the cache, or verified within the budget. What depends on
    /// the host and the time is judged either way.
    fn session(
        &self,
        candidate: &Candidate<'_>,
        host: &Host<'_>,
        now: UnixTime,
        trial: &mut Trial,
    ) -> Verdict {
        if let Some(session) = self.cache.get(candidate.token, self.generation) {
            trial.effort.cached = trial.effort.cached.saturating_add(1);
            return match self.verifier.still_valid(&session, host, now) {
                Ok(()) => Verdict::Session(session),
                Err(rejection) => Verdict::Rejected(rejection),
            };
        }
        let source = candidate.source;
        let judged = trial.budget.spend(source.is_cookie(), |signatures| {
            self.verifier.verify_within(candidate.token, host, now, signatures)
        });
        trial.effort.note(&judged);
        match judged {
            Ok(session) => {
                let session = Arc::new(session);
                self.cache.insert(candidate.token, self.generation, Arc::clone(&session), now);
                Verdict::Session(session)
            }
            Err(Rejection::OverBudget) => Verdict::Unjudged(Denial::TooManyCandidates),
            Err(rejection) if rejection.is_unjudged() => {
                Verdict::Unjudged(Denial::TokenRejected(rejection))
            }
            Err(rejection) => {
                if rejection == Rejection::KeyUnknown {
                    let issuer = self.verifier.issuer_named_in(candidate.token);
                    trial.effort.key_unknown_of = trial.effort.key_unknown_of.or(issuer);
                }
                Verdict::Rejected(rejection)
            }
        }
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

/// Step 4: what is refused whoever asks.
fn before_credentials(
    request: &Forwarded<'_>,
    host: &Host<'_>,
    witness: &mut impl Witness,
) -> Result<(), Denial> {
    let denial = if request.preflight {
        Some(Denial::Preflight)
    } else if request.owner.is_some_and(|owner| owner != host.label()) {
        Some(Denial::OwnerDiffers)
    } else if request.uri.starts_with("/.") && is_reserved(request.path()) {
        Some(Denial::ReservedPath)
    } else {
        None
    };
    witness.note(Step::Route, denial.is_none(), || witness::route(request, host));
    denial.map_or(Ok(()), Err)
}

/// `/.doorward` and all below it belong to the gate. Exact bytes: Traefik has cleaned the path, and
/// the desktop receives these same bytes, so another spelling is another path for both.
#[must_use]
pub fn is_reserved(path: &str) -> bool {
    path.strip_prefix("/.doorward").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The scheme that browsers use for the origin of a workspace.
impl PublicScheme {
    /// `https` unless the forwarded protocol decides and says otherwise.
    #[must_use]
    pub fn scheme(self, forwarded: Option<Scheme>) -> Scheme {
        match self {
            Self::Forwarded | Self::Http => forwarded.unwrap_or(Scheme::Https),
            Self::Https => Scheme::Https,
        }
    }
}

/// What one request may still cost, and what it has cost.
struct Trial {
    budget: Budget,
    effort: Effort,
}

impl Trial {
    fn of(credentials: &Credentials<'_>) -> Self {
        Self { budget: Budget::new(credentials.iter()), effort: Effort::default() }
    }
}

type Election<'r> = Result<Winner<'r>, Loser<'r>>;

/// The candidate that enters, and by which right.
struct Winner<'r> {
    session: Arc<Session>,
    entry: Entry,
    token: TokenName<'r>,
}

/// Why none enters, a session that verified, and the candidate that decided.
struct Loser<'r> {
    denial: Denial,
    session: Option<Arc<Session>>,
    token: Option<TokenName<'r>>,
}

enum Verdict {
    Session(Arc<Session>),
    Rejected(Rejection),
    /// It may be a good one; what to deny by unless another candidate decides.
    Unjudged(Denial),
}

/// What the candidates came to, once none of them was an outright winner.
#[derive(Default)]
struct Tally<'r> {
    by_grant: Option<Winner<'r>>,
    refused: Option<(Arc<Session>, policy::Refusal, TokenName<'r>)>,
    /// The first rejection; one that is no expiry replaces one that is.
    rejected: Option<(Rejection, TokenName<'r>)>,
    unjudged: Option<(Denial, TokenName<'r>)>,
}

impl<'r> Tally<'r> {
    fn admit_by_grant(&mut self, winner: Winner<'r>) {
        self.by_grant.get_or_insert(winner);
    }

    fn refuse(&mut self, session: Arc<Session>, refusal: policy::Refusal, token: TokenName<'r>) {
        self.refused.get_or_insert((session, refusal, token));
    }

    fn reject(&mut self, rejection: Rejection, token: TokenName<'r>) {
        match &self.rejected {
            Some((first, _)) if !first.is_expiry() || rejection.is_expiry() => {}
            _ => self.rejected = Some((rejection, token)),
        }
    }

    /// 503 if one could not be judged; 403 only if all verified; else the column of 401.
    fn outcome(self) -> Election<'r> {
        if let Some(winner) = self.by_grant {
            return Ok(winner);
        }
        let session = self.refused.as_ref().map(|(session, ..)| Arc::clone(session));
        let (denial, token) = if let Some((denial, token)) = self.unjudged {
            (denial, Some(token))
        } else if let Some((rejection, token)) = self.rejected {
            (Denial::TokenRejected(rejection), Some(token))
        } else if let Some((_, refusal, token)) = self.refused {
            (Denial::NotAdmitted(refusal), Some(token))
        } else {
            (Denial::CredentialMissing, None)
        };
        Err(Loser { denial, session, token })
    }
}

#[cfg(test)]
mod tests;
