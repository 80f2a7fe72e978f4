//! Steps 5 to 8: which candidate is admitted to the host, if any is.

use super::candidates::{Candidates, Selected, Selection, Verdict};
use super::trace::{Fact, Tracer};
use super::{Budget, Candidate, Credentials, Denial, DomainRules, Gate, TokenName};
use crate::name::Host;
use crate::policy::{self, Entry, Site};
use crate::token::{Rejection, UnixTime};
use std::sync::Arc;

impl Gate {
    /// Steps 5 to 8: the first candidate whose own label is the host's, else the first that a grant
    /// admits. An invalid candidate never hides a valid one.
    pub(super) fn select<'r>(
        &self,
        credentials: &Credentials<'r>,
        host: &Host<'_>,
        now: UnixTime,
        budget: &mut Budget,
        tracer: &mut impl Tracer,
    ) -> Selection<'r> {
        let issuers = self.domains.issuers_of(host);
        let site = Site { label: host.label(), issuers };
        let mut candidates = Candidates::default();
        for candidate in credentials.iter() {
            let token = TokenName::of(candidate);
            let verdict = self.verify_candidate(candidate, host, now, budget);
            tracer.record(Fact::Token { candidate, verdict: &verdict });
            let session = match verdict {
                Verdict::Session(session) => session,
                Verdict::Rejected(rejection) => {
                    candidates.reject(rejection, token);
                    continue;
                }
                Verdict::Unjudged(denial) => {
                    candidates.unjudged.get_or_insert((denial, token));
                    continue;
                }
            };
            // Read before the lookup, so that a revocation that arrives in between is not missed.
            let is_fresh = self.revocations.is_fresh();
            let is_revoked = self.revocations.is_revoked(session.identities(), session.issued_at());
            tracer.record(Fact::Revocation { is_revoked, is_fresh });
            if is_revoked {
                candidates.reject(Rejection::Revoked, token);
                continue;
            }
            if !is_fresh {
                let unknown = Denial::TokenRejected(Rejection::RevocationUnknown);
                candidates.unjudged.get_or_insert((unknown, token));
                continue;
            }
            let entry = policy::authorize(&session, site, &self.verifier.grants);
            tracer.record(Fact::Policy { session: &session, site, entry });
            match entry {
                // No later candidate can take precedence over the host's own label.
                Ok(entry @ Entry::Own) => return Ok(Selected { session, entry, token }),
                Ok(entry @ Entry::Grant(_)) => {
                    candidates.select_by_grant(Selected { session, entry, token });
                }
                Err(refusal) => candidates.refuse(session, refusal, token),
            }
        }
        // Candidates beyond the limit were not judged; in the log the last one within it stands
        // for them.
        if let Some(last) = credentials.iter().last().filter(|_| credentials.is_cut()) {
            candidates.unjudged.get_or_insert((Denial::TooManyCandidates, TokenName::of(last)));
        }
        candidates.into_selection()
    }

    /// Step 6 for one candidate: from the cache, or verified within the budget. The checks that
    /// depend on host and time run in both cases.
    pub(super) fn verify_candidate(
        &self,
        candidate: &Candidate<'_>,
        host: &Host<'_>,
        now: UnixTime,
        budget: &mut Budget,
    ) -> Verdict {
        if let Some(session) = self.cache.get(candidate.token, self.generation) {
            budget.effort.cached = budget.effort.cached.saturating_add(1);
            return match self.verifier.still_valid(&session, host, now) {
                Ok(()) => Verdict::Session(session),
                Err(rejection) => Verdict::Rejected(rejection),
            };
        }
        let source = candidate.source;
        let sessions = self.domains.of(host).and_then(DomainRules::gate_sessions);
        let judged = budget.spend(source.is_cookie(), |signatures| {
            self.verifier.verify_session(candidate.token, host, sessions, now, signatures)
        });
        budget.effort.count(&judged);
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
                    budget.effort.key_unknown_of = budget.effort.key_unknown_of.or(issuer);
                }
                Verdict::Rejected(rejection)
            }
        }
    }
}
