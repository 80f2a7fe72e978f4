//! Two questions that are no requests for a desktop: may this hand-off become a session here, and
//! which sessions does a visitor end who signs out. Neither leads to a permit.

use super::{ArrivalProblem, Credentials, Denial, Gate, Trial, Verdict};
use crate::cross_site::{self, OwnOrigin, Provenance};
use crate::name::Host;
use crate::policy::{self, Site};
use crate::revocation::{KeyHash, KeyKind, Revocation, RevocationKey, StoreError};
use crate::token::{HandoffToken, MAX_LEEWAY, Rejection, Session, UnixTime};
use std::sync::Arc;

impl Gate {
    /// A visitor comes to `host` with a hand-off token. `challenge` is that of the sign-in which
    /// this browser began there: the caller has found its state.
    ///
    /// In this order: the token itself, bound to `own` and the challenge; once only; not revoked;
    /// and may enter this host (steps 6, 7 and 8).
    ///
    /// # Errors
    /// The first that fails, with the arrival where there is one to tell of.
    pub async fn arrive(
        &self,
        token: &str,
        host: &Host<'_>,
        own: OwnOrigin<'_>,
        challenge: &str,
        now: UnixTime,
    ) -> Result<HandoffToken, Box<TurnedAway>> {
        let refused = |problem| {
            let denial = Denial::Arrival(problem);
            Box::new(TurnedAway { denial, session: None, key_unknown_of: None })
        };
        let verified = self.verifier.verify_handoff(token, &own.to_string(), Some(challenge), now);
        let arrival = verified.map_err(|rejection| {
            let unknown = rejection == Rejection::KeyUnknown;
            let key_unknown_of = if unknown { self.verifier.issuer_named_in(token) } else { None };
            Box::new(TurnedAway { key_unknown_of, ..*refused(ArrivalProblem::Token(rejection)) })
        })?;
        let unknown = || refused(ArrivalProblem::Token(Rejection::RevocationUnknown));
        if !self.revocations.is_fresh() {
            return Err(unknown());
        }
        match self.spend(&arrival, now).await {
            Ok(true) => {}
            Ok(false) => return Err(refused(ArrivalProblem::Replayed)),
            Err(StoreError) => return Err(unknown()),
        }
        let session = arrival.session();
        if self.revocations.is_revoked(session.identities(), session.issued_at()) {
            return Err(refused(ArrivalProblem::Token(Rejection::Revoked)));
        }
        let issuers = self.issuers_of_domain.get(host.domain()).map_or(&[][..], Vec::as_slice);
        match policy::authorize(session, Site { label: host.label(), issuers }, &self.grants) {
            Ok(_) => Ok(arrival),
            Err(refusal) => {
                let session = Some(Arc::new(arrival.into_session()));
                let denial = Denial::NotAdmitted(refusal);
                Err(Box::new(TurnedAway { denial, session, key_unknown_of: None }))
            }
        }
    }

    /// A hand-off came where it lets nobody in: to a browser that did not ask for it, or to no page.
    /// It stands in an address now that others may read, a script of the desktop's first of all, and
    /// they must not bring it to the browser that did ask. So it is used up.
    pub async fn use_up(&self, token: &str, own: OwnOrigin<'_>, now: UnixTime) {
        if let Ok(arrival) = self.verifier.verify_handoff(token, &own.to_string(), None, now) {
            // What cannot be noted cannot be used either, until it can be noted.
            let _noted = self.spend(&arrival, now).await;
        }
    }

    /// Ends the sessions of the gate's own that a new one takes the place of.
    pub async fn supersede(&self, host: &Host<'_>, credentials: &Credentials<'_>, now: UnixTime) {
        let mut trial = Trial::of(credentials);
        for candidate in credentials.iter().filter(|candidate| candidate.source.is_cookie()) {
            if let Verdict::Session(session) = self.session(candidate, host, now, &mut trial)
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
    pub async fn depart(
        &self,
        host: &Host<'_>,
        own: OwnOrigin<'_>,
        provenance: &Provenance<'_>,
        credentials: &Credentials<'_>,
        now: UnixTime,
    ) -> Result<Departure, Denial> {
        if !provenance.origin.came() {
            return Err(Denial::CrossSite(cross_site::Refusal::OriginMissing));
        }
        self.cross_site.judge_strictly(provenance, own).map_err(Denial::CrossSite)?;
        let mut trial = Trial::of(credentials);
        let mut departure = Departure { sessions: Vec::new(), ended: 0, lives_on: false };
        for candidate in credentials.iter().filter(|candidate| candidate.source.is_cookie()) {
            if let Verdict::Session(session) = self.session(candidate, host, now, &mut trial) {
                let ended = self.end(&session, now).await;
                departure.ended += usize::from(ended);
                departure.lives_on |= !ended && session.is_gate_session();
                departure.sessions.push(session);
            }
        }
        Ok(departure)
    }
}

impl Gate {
    /// Takes note of a hand-off; `false` when it has been used.
    async fn spend(&self, arrival: &HandoffToken, now: UnixTime) -> Result<bool, StoreError> {
        let session = arrival.session();
        let issuer = self.verifier.issuers.get(session.issuer()).map_or("", |issuer| &issuer.name);
        let once = KeyHash::new(issuer, KeyKind::Once, arrival.id());
        // The token is refused from its own end on; until then it must not be forgotten.
        let until = session.expires_at().0.saturating_add(MAX_LEEWAY);
        self.revocations.mark_used(once, UnixTime(until), now).await
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

/// Somebody who came from the sign-in page, and not in.
#[derive(Debug)]
pub struct TurnedAway {
    /// Why.
    pub denial: Denial,
    /// Whose hand-off it was, where that was found good.
    pub session: Option<Arc<Session>>,
    /// The issuer of a hand-off that names a key its issuer does not have.
    pub key_unknown_of: Option<usize>,
}

/// Who signed out.
#[derive(Debug)]
pub struct Departure {
    /// The sessions that came along, the first of which stands for them in the log.
    pub sessions: Vec<Arc<Session>>,
    /// How many of them were noted as ended; the others live on wherever they were copied to.
    pub ended: usize,
    /// Whether a session of the gate's own could not be noted as ended.
    pub lives_on: bool,
}

#[cfg(test)]
mod tests;
