//! Signing out, and replacing a session by a newer one. Neither leads to a permit.

use super::candidates::Verdict;
use super::{Budget, Credentials, Denial, Gate};
use crate::cross_site::{self, OwnOrigin, Provenance};
use crate::name::Host;
use crate::revocation::{KeyKind, Revocation, RevocationKey};
use crate::token::{MAX_LEEWAY, Session, UnixTime};
use std::sync::Arc;

impl Gate {
    /// Ends the sessions of the gate's own that a new one takes the place of.
    pub async fn supersede(&self, host: &Host<'_>, credentials: &Credentials<'_>, now: UnixTime) {
        let mut budget = Budget::of(credentials);
        for candidate in credentials.iter().filter(|candidate| candidate.source.is_cookie()) {
            if let Verdict::Session(session) =
                self.verify_candidate(candidate, host, now, &mut budget)
                && session.is_gate_session()
            {
                // What is not ended lives until it expires, as it would have.
                let _ended = self.end(&session, now).await;
            }
        }
    }

    /// A visitor signs out of `host`: every session that came along and is good there ends.
    /// Judged as `strict` judges whatever the mode is, and `Origin` must be there.
    ///
    /// # Errors
    /// A page of another origin caused it.
    pub async fn sign_out(
        &self,
        host: &Host<'_>,
        own: OwnOrigin<'_>,
        provenance: &Provenance<'_>,
        credentials: &Credentials<'_>,
        now: UnixTime,
    ) -> Result<SignOut, Denial> {
        if !provenance.origin.came() {
            return Err(Denial::CrossSite(cross_site::Refusal::OriginMissing));
        }
        self.cross_site.judge_strictly(provenance, own).map_err(Denial::CrossSite)?;
        let mut budget = Budget::of(credentials);
        let mut sign_out = SignOut { sessions: Vec::new(), ended: 0, lives_on: false };
        for candidate in credentials.iter().filter(|candidate| candidate.source.is_cookie()) {
            if let Verdict::Session(session) =
                self.verify_candidate(candidate, host, now, &mut budget)
            {
                let ended = self.end(&session, now).await;
                sign_out.ended += usize::from(ended);
                sign_out.lives_on |= !ended && session.is_gate_session();
                sign_out.sessions.push(session);
            }
        }
        Ok(sign_out)
    }

    /// Ends this session and no other: by its own id, for as long as it could be used. `false` when
    /// it has none, or could not be noted.
    async fn end(&self, session: &Session, now: UnixTime) -> bool {
        // Also when something else has ended it, which could be taken back.
        let issuer = self.verifier.issuers.get(session.issuer());
        let (Some(issuer), Some(id)) = (issuer, session.id()) else { return false };
        let key =
            RevocationKey { issuer: issuer.name.clone(), kind: KeyKind::Token, value: id.into() };
        let until = session.expires_at().0.saturating_add(MAX_LEEWAY);
        let revocation = Revocation { key, issued_before: None, until: Some(UnixTime(until)) };
        self.revocations.revoke(revocation, now).await.is_ok()
    }
}

/// Who signed out.
#[derive(Debug)]
pub struct SignOut {
    /// The sessions that came along, the first of which stands for them in the log.
    pub sessions: Vec<Arc<Session>>,
    /// How many of them were noted as ended; the others live on wherever they were copied to.
    pub ended: usize,
    /// Whether a session of the gate's own could not be noted as ended.
    pub lives_on: bool,
}

#[cfg(test)]
mod tests;
