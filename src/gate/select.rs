//! Steps 5 to 8: which of the candidates opens the host, if any does.

use super::{
    Budget, Candidate, Credentials, Denial, DomainRules, Gate, Step, TokenName, Tracer, trace,
};
use crate::name::Host;
use crate::policy::{self, Entry, Site};
use crate::token::{Rejection, Session, UnixTime};
use std::sync::Arc;

impl Gate {
    /// Steps 5 to 8: the first candidate whose own label the host carries, else the first that a
    /// grant lets in. A bad candidate never hides a good one.
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
            let session = match self.verify_candidate(candidate, host, now, budget) {
                Verdict::Session(session) => session,
                Verdict::Rejected(rejection) => {
                    tracer.note(Step::Token, false, || {
                        trace::rejected(candidate, &rejection, &self.verifier, now)
                    });
                    candidates.reject(rejection, token);
                    continue;
                }
                Verdict::Unjudged(denial) => {
                    tracer.note(Step::Token, false, || {
                        trace::unjudged(candidate, &denial, &self.verifier, now)
                    });
                    candidates.unjudged.get_or_insert((denial, token));
                    continue;
                }
            };
            tracer.note(Step::Token, true, || {
                trace::verified(candidate, &session, &self.verifier, now)
            });
            // First, so that what is learned in between is not missed.
            let is_fresh = self.revocations.is_fresh();
            let revoked = self.revocations.is_revoked(session.identities(), session.issued_at());
            tracer.note(Step::Revocation, !revoked, || {
                trace::revocation(self.revocations.store(), revoked)
            });
            if revoked {
                candidates.reject(Rejection::Revoked, token);
                continue;
            }
            if !is_fresh {
                tracer.note(Step::Revocation, false, || {
                    trace::revocation_unknown(self.revocations.store())
                });
                let unknown = Denial::TokenRejected(Rejection::RevocationUnknown);
                candidates.unjudged.get_or_insert((unknown, token));
                continue;
            }
            let entry = policy::authorize(&session, site, &self.verifier.grants);
            tracer.note(Step::Policy, entry.is_ok(), || trace::policy(&session, site, entry));
            match entry {
                // Nothing that follows can beat the first own label.
                Ok(entry @ Entry::Own) => return Ok(Selected { session, entry, token }),
                Ok(entry @ Entry::Grant(_)) => {
                    candidates.select_by_grant(Selected { session, entry, token });
                }
                Err(refusal) => candidates.refuse(session, refusal, token),
            }
        }
        // What was cut off was not judged; the last that was kept stands for it in the log.
        if let Some(last) = credentials.iter().last().filter(|_| credentials.is_cut()) {
            candidates.unjudged.get_or_insert((Denial::TooManyCandidates, TokenName::of(last)));
        }
        candidates.outcome()
    }

    /// Step 6 for one candidate: from the cache, or verified within the budget. What depends on
    /// the host and the time is judged either way.
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

pub(super) type Selection<'r> = Result<Selected<'r>, NotSelected<'r>>;

/// The candidate that enters, and by which right.
pub(super) struct Selected<'r> {
    pub(super) session: Arc<Session>,
    pub(super) entry: Entry,
    pub(super) token: TokenName<'r>,
}

/// Why none enters, a session that verified, and the candidate that decided.
pub(super) struct NotSelected<'r> {
    pub(super) denial: Denial,
    pub(super) session: Option<Arc<Session>>,
    pub(super) token: Option<TokenName<'r>>,
}

pub(super) enum Verdict {
    Session(Arc<Session>),
    Rejected(Rejection),
    /// It may be a good one; what to deny by unless another candidate decides.
    Unjudged(Denial),
}

/// What the candidates came to, once none of them was an outright selected.
#[derive(Default)]
pub(super) struct Candidates<'r> {
    by_grant: Option<Selected<'r>>,
    refused: Option<(Arc<Session>, policy::Refusal, TokenName<'r>)>,
    /// The first rejection; one that is no expiry replaces one that is.
    rejected: Option<(Rejection, TokenName<'r>)>,
    unjudged: Option<(Denial, TokenName<'r>)>,
}

impl<'r> Candidates<'r> {
    fn select_by_grant(&mut self, selected: Selected<'r>) {
        self.by_grant.get_or_insert(selected);
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
    fn outcome(self) -> Selection<'r> {
        if let Some(selected) = self.by_grant {
            return Ok(selected);
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
        Err(NotSelected { denial, session, token })
    }
}
