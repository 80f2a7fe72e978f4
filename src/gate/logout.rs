//! Ending sessions: at a sign-out, and when a newer session replaces them. Neither leads to a permit.

use super::candidates::Verdict;
use super::{Budget, Credentials, Denial, Gate};
use crate::cross_site::{self, OwnOrigin, Provenance};
use crate::name::Host;
use crate::revocation::{KeyKind, Revocation, RevocationKey};
use crate::token::{MAX_LEEWAY, Session, UnixTime};
use std::sync::Arc;

impl Gate {
    /// Ends the gate sessions in `credentials`, which a new one replaces.
    pub async fn supersede(&self, host: &Host<'_>, credentials: &Credentials<'_>, now: UnixTime) {
        let mut budget = Budget::of(credentials);
        for candidate in credentials.iter().filter(|candidate| candidate.source.is_cookie()) {
            if let Verdict::Session(session) =
                self.verify_candidate(candidate, host, now, &mut budget)
                && session.is_gate_session()
            {
                // If the store fails, the old session remains valid until it expires.
                let _ended = self.end(&session, now).await;
            }
        }
    }

    /// Signs the user out of `host`: ends all sessions in cookies that are valid there. The
    /// cross-site rules apply as in mode `strict`, and `Origin` is required.
    ///
    /// # Errors
    /// A page of another origin caused the request.
    pub async fn sign_out(
        &self,
        host: &Host<'_>,
        own: OwnOrigin<'_>,
        provenance: &Provenance<'_>,
        credentials: &Credentials<'_>,
        now: UnixTime,
    ) -> Result<SignOut, Denial> {
        if !provenance.origin.is_present() {
            return Err(Denial::CrossSite(cross_site::Refusal::OriginMissing));
        }
        self.cross_site.judge_strictly(provenance, own, now).map_err(Denial::CrossSite)?;
        let mut budget = Budget::of(credentials);
        let mut sign_out = SignOut { sessions: Vec::new(), ended: 0, remains_valid: false };
        for candidate in credentials.iter().filter(|candidate| candidate.source.is_cookie()) {
            if let Verdict::Session(session) =
                self.verify_candidate(candidate, host, now, &mut budget)
            {
                let ended = self.end(&session, now).await;
                sign_out.ended += usize::from(ended);
                sign_out.remains_valid |= !ended && session.is_gate_session();
                sign_out.sessions.push(session);
            }
        }
        Ok(sign_out)
    }

    /// Revokes only this session, by its `jti`, for as long as it could be valid. `false` if it has
    /// no `jti`, or the store failed.
    async fn end(&self, session: &Session, now: UnixTime) -> bool {
        // Also if another revocation applies to it, because that one may be removed.
        let issuer = self.verifier.issuers.get(session.issuer());
        let (Some(issuer), Some(id)) = (issuer, session.id()) else { return false };
        let key =
            RevocationKey { issuer: issuer.name.clone(), kind: KeyKind::Token, value: id.into() };
        let until = session.expires_at().0.saturating_add(MAX_LEEWAY);
        let revocation = Revocation { key, issued_before: None, until: Some(UnixTime(until)) };
        self.revocations.revoke(revocation, now).await.is_ok()
    }
}

/// The result of a sign-out.
#[derive(Debug)]
pub struct SignOut {
    /// The sessions of the request; the log names the first.
    pub sessions: Vec<Arc<Session>>,
    /// How many of them were revoked; copies of the others remain valid.
    pub ended: usize,
    /// Whether a gate session could not be revoked.
    pub remains_valid: bool,
}

#[cfg(test)]
mod tests;
