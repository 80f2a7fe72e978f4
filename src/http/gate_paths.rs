//! The gate paths on a workspace's host: where a sign-in starts, where the sign-in page returns the
//! browser to, and where the user signs out. No answer here is a permit, and no session cookie is set
//! before every check has passed.
//!
//! It reads requests and describes answers. `handoff` knows the contents of the cookies, `gate` what
//! a hand-off token is worth.

use super::answer::Redirect;
use super::client_class::ClientClass;
use super::decision::GatePathAnswer;
use super::headers::text_of;
use super::loop_guard::LoopGuard;
use super::requested_page::{RequestedPage, pending};
use super::state::State;
use crate::gate::{Denial, GatePathProblem, HandoffRefused};
use crate::handoff::address::{self, ENTER, LOGIN, LOGOUT};
use crate::handoff::{Handoff, MAX_COOKIE_BYTES, Pending, SessionClaims};
use crate::name::Host;
use crate::random;
use crate::token::{HandoffToken, IssuerId, Rejection, Session, UnixTime};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::FutureExt as _;
use hyper::StatusCode;
use hyper::header::HeaderMap;
use std::sync::Arc;

/// What a request for a gate path resulted in.
pub struct GatePathResult {
    /// What the gate did, or the check that failed.
    pub verdict: Result<GatePathAnswer, Denial>,
    /// The session that the request was about.
    pub(super) session: Option<Arc<Session>>,
    pub(super) redirect: Redirect,
    /// The path to which a sign-in returns the browser.
    pub(super) return_path: String,
    /// The issuer of a hand-off token that names a key its issuer does not have.
    pub(super) key_unknown_of: Option<IssuerId>,
}

impl GatePathResult {
    fn new(verdict: Result<GatePathAnswer, Denial>) -> Self {
        Self {
            verdict,
            session: None,
            redirect: Redirect::default(),
            return_path: "/".to_owned(),
            key_unknown_of: None,
        }
    }

    fn answered(answer: GatePathAnswer) -> Self {
        Self::new(Ok(answer))
    }

    fn denied(denial: Denial) -> Self {
        Self::new(Err(denial))
    }

    fn problem(problem: GatePathProblem) -> Self {
        Self::denied(Denial::GatePath(problem))
    }
}

impl State {
    /// Answers a request for a gate path on `host`.
    pub(super) async fn answer_gate_path(
        &self,
        host: &Host<'_>,
        headers: &HeaderMap,
        now: UnixTime,
    ) -> GatePathResult {
        let page = RequestedPage::new(self, host, headers);
        let Some(handoff) = page.handoff() else {
            return GatePathResult::denied(Denial::ReservedPath);
        };
        let method = text_of(headers, "x-forwarded-method");
        let class = ClientClass::of(method, headers);
        GatePathRequest { state: self, page: &page, handoff, headers, now, class, method }
            .answer()
            .await
    }

    /// The same without waiting: a revocation store that cannot answer at once counts as one that is
    /// not available.
    #[must_use]
    pub fn answer_gate_path_now(
        &self,
        host: &Host<'_>,
        headers: &HeaderMap,
        now: UnixTime,
    ) -> GatePathResult {
        let result = self.answer_gate_path(host, headers, now).now_or_never();
        result.unwrap_or_else(|| GatePathResult::problem(GatePathProblem::Unavailable))
    }
}

/// One request for a path below `/.doorward`, on a host that has a hand-off.
struct GatePathRequest<'r> {
    state: &'r State,
    page: &'r RequestedPage<'r>,
    handoff: &'r Handoff,
    headers: &'r HeaderMap,
    now: UnixTime,
    class: ClientClass,
    method: &'r str,
}

impl GatePathRequest<'_> {
    /// Compares exact bytes, as everywhere: another spelling is another path, answered 404.
    async fn answer(&self) -> GatePathResult {
        let (path, query) = self.page.uri.split_once('?').unwrap_or((self.page.uri, ""));
        match (path, self.method) {
            (LOGIN, _) => self.login(query),
            (ENTER, _) => self.enter(query).await,
            (LOGOUT, "POST") => self.logout().await,
            (LOGOUT, "GET" | "HEAD") if self.class.shows_page() => {
                GatePathResult::answered(GatePathAnswer::SignOutConfirmation)
            }
            _ => GatePathResult::denied(Denial::ReservedPath),
        }
    }

    /// Only a browser that opens a page is redirected to the sign-in page, and only such a request
    /// can be its return.
    fn is_page(&self) -> bool {
        self.class == ClientClass::Page && self.method == "GET"
    }

    fn login(&self, query: &str) -> GatePathResult {
        if !self.is_page() {
            return GatePathResult::problem(GatePathProblem::NotAPage);
        }
        match address::asked_path(query) {
            Some(return_path) => GatePathResult {
                return_path,
                ..GatePathResult::answered(GatePathAnswer::SignInStarted)
            },
            None => GatePathResult::problem(GatePathProblem::ReturnPath),
        }
    }

    /// A hand-off token that reached the wrong browser, or came without a page, is used up: its
    /// address may be known to others now.
    async fn enter(&self, query: &str) -> GatePathResult {
        let result = self.redeem(query).await;
        let misdelivered = matches!(
            result.verdict,
            Err(Denial::GatePath(
                GatePathProblem::NotAPage
                    | GatePathProblem::StateMissing
                    | GatePathProblem::StateExpired
                    | GatePathProblem::Token(Rejection::NonceOther)
            ))
        );
        if let Some((_, token)) = address::entry(query).filter(|_| misdelivered) {
            self.state.gate.consume(token, self.page.origin, self.now).await;
        }
        result
    }

    async fn redeem(&self, query: &str) -> GatePathResult {
        if !self.is_page() {
            return GatePathResult::problem(GatePathProblem::NotAPage);
        }
        let Some((id, token)) = address::entry(query) else {
            return GatePathResult::problem(GatePathProblem::Query);
        };
        let Some(pending) = pending(self.headers).into_iter().find(|one| one.id() == id) else {
            return GatePathResult::problem(GatePathProblem::StateMissing);
        };
        let denied = |denial| GatePathResult {
            return_path: pending.path().to_owned(),
            ..GatePathResult::denied(denial)
        };
        if !pending.is_fresh(self.now) {
            return denied(Denial::GatePath(GatePathProblem::StateExpired));
        }
        let RequestedPage { host, origin, .. } = self.page;
        let gate = &self.state.gate;
        match gate.redeem(token, host, *origin, &pending.challenge(), self.now).await {
            Ok(handoff) => match self.issue_session(&handoff, &pending) {
                Ok(redirect) => {
                    if let Ok((_, credentials)) = self.state.reader.read(self.headers, None) {
                        gate.supersede(host, &credentials, self.now).await;
                    }
                    let session = Some(Arc::new(handoff.into_session()));
                    let result = GatePathResult::answered(GatePathAnswer::SignedIn);
                    GatePathResult { session, redirect, ..result }
                }
                Err(problem) => denied(Denial::GatePath(problem)),
            },
            Err(refused) => {
                let HandoffRefused { denial, session, key_unknown_of } = *refused;
                GatePathResult { session, key_unknown_of, ..denied(denial) }
            }
        }
    }

    /// Issues a session token, sets it as a cookie and redirects to the requested page.
    fn issue_session(
        &self,
        handoff: &HandoffToken,
        pending: &Pending,
    ) -> Result<Redirect, GatePathProblem> {
        let Handoff { sessions, cookies } = self.handoff;
        let id: [u8; 16] = random::bytes().map_err(|_| GatePathProblem::Unavailable)?;
        let id = URL_SAFE_NO_PAD.encode(id);
        let host = self.page.host.name();
        let session = SessionClaims::new(handoff, host, &id, sessions.lifetime, self.now);
        let expired = GatePathProblem::Token(Rejection::Expired);
        let session = session.ok_or(expired)?;
        let token =
            sessions.keys.sign(&session.claims).map_err(|_| GatePathProblem::Unavailable)?;
        let largest = self.state.gate.verifier.max_bytes;
        if cookies.size(&token) > MAX_COOKIE_BYTES || token.len() > largest {
            return Err(GatePathProblem::SessionTooLarge);
        }
        // Checked again although the path has been checked before: the redirect must not leave this
        // host.
        let url = self.page.url(pending.path());
        if !self.page.origin.is_of(&url) {
            return Err(GatePathProblem::ReturnPath);
        }
        let mut lines = Vec::from(cookies.set(&token, session.seconds));
        lines.push(pending.forget(cookies.partitioned));
        let guard = LoopGuard::of_sign_ins(self.headers, self.now);
        lines.push(guard.next_cookie(cookies.partitioned));
        let target = Some((StatusCode::SEE_OTHER, url));
        Ok(Redirect { target, cookies: lines, clear_site_data: false })
    }

    /// Ends every session of this browser on this host. The cookies are deleted even if there is no
    /// session.
    async fn logout(&self) -> GatePathResult {
        let Ok((request, credentials)) = self.state.reader.read(self.headers, None) else {
            return GatePathResult::denied(Denial::ReservedPath);
        };
        let RequestedPage { host, origin, sign_in, .. } = self.page;
        let gate = &self.state.gate;
        match gate.sign_out(host, *origin, &request.provenance, &credentials, self.now).await {
            Ok(sign_out) => {
                let logout_url = sign_in.and_then(|sign_in| sign_in.logout_url.as_deref());
                let mut cookies = Vec::from(self.handoff.cookies.clear());
                // Every other cookie of this host that could sign the browser in again.
                let names = self.state.reader.cookies.names();
                cookies.extend(self.handoff.cookies.clear_others(names));
                let session = sign_out.sessions.into_iter().next();
                let (verdict, target) = if sign_out.remains_valid {
                    (Err(Denial::GatePath(GatePathProblem::SignOutNotStored)), None)
                } else {
                    let target = logout_url.map(|url| (StatusCode::SEE_OTHER, url.to_owned()));
                    (Ok(GatePathAnswer::SignedOut), target)
                };
                let redirect = Redirect { target, cookies, clear_site_data: true };
                GatePathResult { session, redirect, ..GatePathResult::new(verdict) }
            }
            Err(denial) => GatePathResult::denied(denial),
        }
    }
}
