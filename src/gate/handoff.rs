//! Two questions that are no requests for a desktop: may this hand-off become a session here, and
//! which sessions does a visitor end who signs out. Neither leads to a permit.

use super::{Denial, Gate, GatePathProblem};
use crate::cross_site::OwnOrigin;
use crate::name::Host;
use crate::policy::{self, Site};
use crate::revocation::{KeyHash, KeyKind, StoreError};
use crate::token::{HandoffToken, IssuerId, MAX_LEEWAY, Rejection, Session, UnixTime};
use std::sync::Arc;

impl Gate {
    /// A visitor comes to `host` with a hand-off token. `challenge` is that of the sign-in which
    /// this browser began there: the caller has found its state.
    ///
    /// In this order: the token itself, bound to `own` and the challenge; once only; not revoked;
    /// and may enter this host (steps 6, 7 and 8).
    ///
    /// # Errors
    /// The first that fails, with the handoff where there is one to tell of.
    pub async fn redeem(
        &self,
        token: &str,
        host: &Host<'_>,
        own: OwnOrigin<'_>,
        challenge: &str,
        now: UnixTime,
    ) -> Result<HandoffToken, Box<HandoffRefused>> {
        let refused = |problem| {
            let denial = Denial::GatePath(problem);
            Box::new(HandoffRefused { denial, session: None, key_unknown_of: None })
        };
        let verified = self.verifier.verify_handoff(token, &own.to_string(), Some(challenge), now);
        let handoff = verified.map_err(|rejection| {
            let unknown = rejection == Rejection::KeyUnknown;
            let key_unknown_of = if unknown { self.verifier.issuer_named_in(token) } else { None };
            Box::new(HandoffRefused {
                key_unknown_of,
                ..*refused(GatePathProblem::Token(rejection))
            })
        })?;
        let unknown = || refused(GatePathProblem::Token(Rejection::RevocationUnknown));
        if !self.revocations.is_fresh() {
            return Err(unknown());
        }
        match self.mark_used(&handoff, now).await {
            Ok(true) => {}
            Ok(false) => return Err(refused(GatePathProblem::Replayed)),
            Err(StoreError) => return Err(unknown()),
        }
        let session = handoff.session();
        if self.revocations.is_revoked(session.identities(), session.issued_at()) {
            return Err(refused(GatePathProblem::Token(Rejection::Revoked)));
        }
        let issuers = self.domains.issuers_of(host);
        match policy::authorize(
            session,
            Site { label: host.label(), issuers },
            &self.verifier.grants,
        ) {
            Ok(_) => Ok(handoff),
            Err(refusal) => {
                let session = Some(Arc::new(handoff.into_session()));
                let denial = Denial::NotAdmitted(refusal);
                Err(Box::new(HandoffRefused { denial, session, key_unknown_of: None }))
            }
        }
    }

    /// A hand-off came where it lets nobody in: to a browser that did not ask for it, or to no page.
    /// It stands in an address now that others may read, a script of the desktop's first of all, and
    /// they must not bring it to the browser that did ask. So it is used up.
    pub async fn consume(&self, token: &str, own: OwnOrigin<'_>, now: UnixTime) {
        if let Ok(handoff) = self.verifier.verify_handoff(token, &own.to_string(), None, now) {
            // What cannot be noted cannot be used either, until it can be noted.
            let _noted = self.mark_used(&handoff, now).await;
        }
    }

    /// Takes note of a hand-off; `false` when it has been used.
    async fn mark_used(&self, handoff: &HandoffToken, now: UnixTime) -> Result<bool, StoreError> {
        let session = handoff.session();
        let issuer = self.verifier.issuers.get(session.issuer()).map_or("", |issuer| &issuer.name);
        let once = KeyHash::new(issuer, KeyKind::Once, handoff.id());
        // The token is refused from its own end on; until then it must not be forgotten.
        let until = session.expires_at().0.saturating_add(MAX_LEEWAY);
        self.revocations.mark_used(once, UnixTime(until), now).await
    }
}

/// Somebody who came from the sign-in page, and not in.
#[derive(Debug)]
pub struct HandoffRefused {
    /// Why.
    pub denial: Denial,
    /// Whose hand-off it was, where that was found good.
    pub session: Option<Arc<Session>>,
    /// The issuer of a hand-off that names a key its issuer does not have.
    pub key_unknown_of: Option<IssuerId>,
}

#[cfg(test)]
mod tests;
