//! Whether a hand-off token may become a session on this host. It never leads to a permit: the
//! session that `http` makes of it is judged on the next request like any other.

use super::{Denial, Gate, GatePathProblem};
use crate::cross_site::OwnOrigin;
use crate::name::Host;
use crate::policy::{self, Site};
use crate::revocation::{KeyHash, KeyKind, StoreError};
use crate::token::{HandoffToken, IssuerId, MAX_LEEWAY, Rejection, Session, UnixTime};
use std::sync::Arc;

impl Gate {
    /// Redeems a hand-off token on `host`. `challenge` belongs to the sign-in that this browser
    /// started there; the caller has found its state cookie.
    ///
    /// The checks, in this order: the token is valid for `own` and the challenge; the store is up to
    /// date; the token was not used before; it is not revoked; its user may enter this host (steps
    /// 6, 7 and 8 of a decision).
    ///
    /// # Errors
    /// The first check that fails.
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

    /// Marks a hand-off token as used although it gives no session: it arrived in a browser that did
    /// not start the sign-in, or not as a page. It is now part of a URL that others can read, such
    /// as a script on the desktop, and must not be passed on to the browser that did start it.
    pub async fn consume(&self, token: &str, own: OwnOrigin<'_>, now: UnixTime) {
        if let Ok(handoff) = self.verifier.verify_handoff(token, &own.to_string(), None, now) {
            // If the store cannot record it, `redeem` cannot use it either.
            let _recorded = self.mark_used(&handoff, now).await;
        }
    }

    /// Marks a hand-off token as used; `false` if it was used before.
    async fn mark_used(&self, handoff: &HandoffToken, now: UnixTime) -> Result<bool, StoreError> {
        let session = handoff.session();
        let issuer = self.verifier.issuers.get(session.issuer()).map_or("", |issuer| &issuer.name);
        let once = KeyHash::new(issuer, KeyKind::Once, handoff.id());
        // Kept until the token has expired, with the greatest possible leeway.
        let until = session.expires_at().0.saturating_add(MAX_LEEWAY);
        self.revocations.mark_used(once, UnixTime(until), now).await
    }
}

/// A hand-off token that gives no session.
#[derive(Debug)]
pub struct HandoffRefused {
    /// Why.
    pub denial: Denial,
    /// The session of the token, if the token itself was valid.
    pub session: Option<Arc<Session>>,
    /// The issuer, if the token names a key that this issuer does not have.
    pub key_unknown_of: Option<IssuerId>,
}

#[cfg(test)]
mod tests;
