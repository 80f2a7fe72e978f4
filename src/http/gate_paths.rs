//! The gate's own paths on a workspace's host: where a sign-in begins, where it comes back to, and
//! where it ends. Nothing here is ever a permit, and no cookie is set before every check has passed.
//!
//! Reads requests and writes answers. What is in the cookies, `handoff` knows; what a hand-off token
//! is worth, `gate`.

use super::answer::Redirect;
use super::client_class::ClientClass;
use super::loop_guard::LoopGuard;
use super::requested_page::{RequestedPage, pending};
use super::state::State;
use crate::gate::{ArrivalProblem, Denial, HandoffRefused, OwnAnswer};
use crate::handoff::address::{self, ENTER, LOGIN, LOGOUT};
use crate::handoff::{Handoff, MAX_COOKIE_BYTES, Pending, SessionClaims};
use crate::random;
use crate::token::{HandoffToken, Rejection, Session, UnixTime};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::StatusCode;
use hyper::header::HeaderMap;
use std::sync::Arc;

/// One request for a path below `/.doorward`, on a host that has a hand-off.
pub(super) struct GatePathRequest<'r> {
    pub(super) state: &'r State,
    pub(super) way: &'r RequestedPage<'r>,
    pub(super) handoff: &'r Handoff,
    pub(super) headers: &'r HeaderMap,
    pub(super) now: UnixTime,
    pub(super) class: ClientClass,
    pub(super) method: &'r str,
}

/// What came of it.
pub(super) struct GatePathResult {
    pub(super) denial: Denial,
    /// Whose session it was about.
    pub(super) session: Option<Arc<Session>>,
    pub(super) sent: Redirect,
    /// The path that signing in (again) leads back to.
    pub(super) back: String,
    /// The issuer of a hand-off that names a key its issuer does not have.
    pub(super) key_unknown_of: Option<usize>,
}

impl GatePathResult {
    fn only(denial: Denial) -> Self {
        let back = "/".to_owned();
        Self { denial, session: None, sent: Redirect::default(), back, key_unknown_of: None }
    }

    pub(super) fn problem(problem: ArrivalProblem) -> Self {
        Self::only(Denial::Arrival(problem))
    }
}

impl GatePathRequest<'_> {
    /// Exact bytes, as everywhere: another spelling is another path, and nothing is there.
    pub(super) async fn answer(&self) -> GatePathResult {
        let (path, query) = self.way.uri.split_once('?').unwrap_or((self.way.uri, ""));
        match (path, self.method) {
            (LOGIN, _) => self.login(query),
            (ENTER, _) => self.enter(query).await,
            (LOGOUT, "POST") => self.logout().await,
            (LOGOUT, "GET" | "HEAD") if self.class.shows_page() => {
                GatePathResult::only(Denial::Answered(OwnAnswer::SignOutAsked))
            }
            _ => GatePathResult::only(Denial::ReservedPath),
        }
    }

    /// A person's browser opens a page: nothing else is sent on, and nothing else comes back.
    fn is_page(&self) -> bool {
        self.class == ClientClass::Page && self.method == "GET"
    }

    fn login(&self, query: &str) -> GatePathResult {
        if !self.is_page() {
            return GatePathResult::problem(ArrivalProblem::NotAPage);
        }
        match address::asked_path(query) {
            Some(back) => GatePathResult {
                back,
                ..GatePathResult::only(Denial::Answered(OwnAnswer::SignInAsked))
            },
            None => GatePathResult::problem(ArrivalProblem::Path),
        }
    }

    async fn enter(&self, query: &str) -> GatePathResult {
        let told = self.come_back(query).await;
        let strayed = matches!(
            told.denial,
            Denial::Arrival(
                ArrivalProblem::NotAPage
                    | ArrivalProblem::StateMissing
                    | ArrivalProblem::StateExpired
                    | ArrivalProblem::Token(Rejection::NonceOther)
            )
        );
        if let Some((_, token)) = address::entry(query).filter(|_| strayed) {
            self.state.gate.consume(token, self.way.origin, self.now).await;
        }
        told
    }

    async fn come_back(&self, query: &str) -> GatePathResult {
        if !self.is_page() {
            return GatePathResult::problem(ArrivalProblem::NotAPage);
        }
        let Some((id, token)) = address::entry(query) else {
            return GatePathResult::problem(ArrivalProblem::Query);
        };
        let Some(pending) = pending(self.headers).into_iter().find(|one| one.id() == id) else {
            return GatePathResult::problem(ArrivalProblem::StateMissing);
        };
        let again = |denial| GatePathResult {
            back: pending.path().to_owned(),
            ..GatePathResult::only(denial)
        };
        if !pending.is_fresh(self.now) {
            return again(Denial::Arrival(ArrivalProblem::StateExpired));
        }
        let RequestedPage { host, origin, .. } = self.way;
        let gate = &self.state.gate;
        match gate.redeem(token, host, *origin, &pending.challenge(), self.now).await {
            Ok(arrival) => match self.let_in(&arrival, &pending) {
                Ok(sent) => {
                    if let Ok((_, credentials)) = self.state.reader.read(self.headers, None) {
                        gate.supersede(host, &credentials, self.now).await;
                    }
                    let session = Some(Arc::new(arrival.into_session()));
                    let denial = Denial::Answered(OwnAnswer::SignedIn);
                    GatePathResult { session, sent, ..GatePathResult::only(denial) }
                }
                Err(problem) => again(Denial::Arrival(problem)),
            },
            Err(turned_away) => {
                let HandoffRefused { denial, session, key_unknown_of } = *turned_away;
                GatePathResult { session, key_unknown_of, ..again(denial) }
            }
        }
    }

    /// The session, its cookie, and the way to the page that was asked for.
    fn let_in(
        &self,
        arrival: &HandoffToken,
        pending: &Pending,
    ) -> Result<Redirect, ArrivalProblem> {
        let Handoff { keys, lifetime, cookies } = self.handoff;
        let id: [u8; 16] = random::bytes().map_err(|_| ArrivalProblem::Unavailable)?;
        let id = URL_SAFE_NO_PAD.encode(id);
        let host = self.way.host.name();
        let session = SessionClaims::new(arrival, host, &id, *lifetime, self.now);
        let expired = ArrivalProblem::Token(Rejection::Expired);
        let session = session.ok_or(expired)?;
        let token = keys.sign(&session.claims).map_err(|_| ArrivalProblem::Unavailable)?;
        let largest = self.state.gate.verifier.max_bytes;
        if cookies.size(&token) > MAX_COOKIE_BYTES || token.len() > largest {
            return Err(ArrivalProblem::SessionTooLarge);
        }
        // Parsed again, whatever the checks before have let through: what is sent on stays here.
        let to = self.way.at(pending.path());
        if !self.way.origin.is_of(&to) {
            return Err(ArrivalProblem::Path);
        }
        let mut lines = Vec::from(cookies.set(&token, session.seconds));
        lines.push(pending.forget(cookies.partitioned));
        let guard = LoopGuard::of_arrivals(self.headers, self.now);
        lines.push(guard.next_cookie(cookies.partitioned));
        Ok(Redirect { to: Some((StatusCode::SEE_OTHER, to)), cookies: lines, clear: false })
    }

    /// Ends every session of this browser on this host. Its cookies go even when there is none:
    /// whoever signs out wants to be out.
    async fn logout(&self) -> GatePathResult {
        let Ok((request, credentials)) = self.state.reader.read(self.headers, None) else {
            return GatePathResult::only(Denial::ReservedPath);
        };
        let RequestedPage { host, origin, sign_in, .. } = self.way;
        let gate = &self.state.gate;
        match gate.sign_out(host, *origin, &request.provenance, &credentials, self.now).await {
            Ok(sign_out) => {
                let good_bye = sign_in.and_then(|sign_in| sign_in.logout_url.as_deref());
                let mut cookies = Vec::from(self.handoff.cookies.clear());
                // Whatever else could sign this browser in here again.
                let names = self.state.reader.cookies.names();
                cookies.extend(self.handoff.cookies.clear_others(names));
                let session = sign_out.sessions.into_iter().next();
                let (denial, to) = if sign_out.lives_on {
                    (Denial::Arrival(ArrivalProblem::NotEnded), None)
                } else {
                    let to = good_bye.map(|url| (StatusCode::SEE_OTHER, url.to_owned()));
                    (Denial::Answered(OwnAnswer::SignedOut), to)
                };
                let sent = Redirect { to, cookies, clear: true };
                GatePathResult { session, sent, ..GatePathResult::only(denial) }
            }
            Err(denial) => GatePathResult::only(denial),
        }
    }
}
