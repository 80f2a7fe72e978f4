//! The one table from a denial to what the client sees. `Denial` is matched whole, so a new denial
//! does not compile until it has an answer.
//!
//! Denials look the same from outside where a difference would tell an attacker something: every
//! unknown host is the same 404, and no answer names a user other than its own. The log keeps the
//! difference.

use super::decision::GatePathAnswer;
use crate::gate::{Denial, GatePathProblem};
use hyper::StatusCode;

/// What a denied client is told. One for each thing it can do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// 400: the proxy in front sends what cannot be judged.
    Malformed,
    /// 403: a page of another origin caused it.
    CrossSite,
    /// 403: whether to sign out; a press of the button is the answer.
    ConfirmSignOut,
    /// 401: the token is no session, and signing in again would not make it one.
    InvalidSession,
    /// 404: nothing is here, or nothing that may be told.
    NotFound,
    /// 403: signed in, as somebody else.
    NotYours,
    /// 403: whoever asked is not the proxy.
    PeerRefused,
    /// 401: sign-in came back without a session, again and again.
    RedirectLoop,
    /// 401: signed in once, no longer.
    SessionExpired,
    /// 401: came back from the sign-in page with what opens nothing here.
    SignInFailed,
    /// 401: not signed in.
    SignInRequired,
    /// 303: came back from the sign-in page, and is in.
    SignedIn,
    /// 401: signed out; 303 where the sign-in page says good-bye.
    SignedOut,
    /// 431: more headers than the gate reads.
    TooLarge,
    /// 503: cannot be judged now.
    Unavailable,
}

impl Outcome {
    /// The table. `Denial` is matched whole: a new one does not compile until it has an answer.
    #[must_use]
    pub fn of(denial: &Denial) -> Self {
        match denial {
            Denial::PeerUntrusted => Self::PeerRefused,
            Denial::TooManyCandidates
            | Denial::GatePath(GatePathProblem::Unavailable | GatePathProblem::SignOutNotStored) => {
                Self::Unavailable
            }
            Denial::Forwarded(_) => Self::Malformed,
            Denial::TooManyHeaders | Denial::HeadersTooLarge => Self::TooLarge,
            Denial::HostUnknown
            | Denial::ReservedPath
            | Denial::GatePath(GatePathProblem::ReturnPath) => Self::NotFound,
            Denial::TokenRejected(rejection)
            | Denial::GatePath(GatePathProblem::Token(rejection))
                if rejection.is_unjudged() =>
            {
                Self::Unavailable
            }
            Denial::GatePath(
                GatePathProblem::NotAPage
                | GatePathProblem::Query
                | GatePathProblem::StateMissing
                | GatePathProblem::StateExpired
                | GatePathProblem::Token(_)
                | GatePathProblem::Replayed
                | GatePathProblem::SessionTooLarge,
            ) => Self::SignInFailed,
            Denial::Preflight | Denial::CrossSite(_) => Self::CrossSite,
            Denial::OwnerDiffers | Denial::NotAdmitted(_) => Self::NotYours,
            Denial::CredentialMissing => Self::SignInRequired,
            Denial::TokenRejected(rejection) if rejection.is_expiry() => Self::SessionExpired,
            Denial::TokenRejected(_) => Self::InvalidSession,
        }
    }

    /// What the client is told about an answer of the gate at a gate path.
    #[must_use]
    pub fn of_gate_path(answer: GatePathAnswer) -> Self {
        match answer {
            GatePathAnswer::SignInStarted => Self::SignInRequired,
            GatePathAnswer::SignedIn => Self::SignedIn,
            GatePathAnswer::SignOutConfirmation => Self::ConfirmSignOut,
            GatePathAnswer::SignedOut => Self::SignedOut,
        }
    }

    /// HTTP status of its page; never 1xx or 2xx.
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::ConfirmSignOut | Self::CrossSite | Self::NotYours | Self::PeerRefused => {
                StatusCode::FORBIDDEN
            }
            Self::InvalidSession
            | Self::RedirectLoop
            | Self::SessionExpired
            | Self::SignInFailed
            | Self::SignInRequired
            | Self::SignedOut => StatusCode::UNAUTHORIZED,
            Self::SignedIn => StatusCode::SEE_OTHER,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::TooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Stable kebab-case name in problem documents and pages.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Malformed => "malformed-request",
            Self::ConfirmSignOut => "confirm-sign-out",
            Self::CrossSite => "cross-site-request",
            Self::InvalidSession => "invalid-session",
            Self::NotFound => "not-found",
            Self::NotYours => "not-yours",
            Self::PeerRefused => "peer-refused",
            Self::RedirectLoop => "redirect-loop",
            Self::SessionExpired => "session-expired",
            Self::SignInFailed => "sign-in-failed",
            Self::SignInRequired => "sign-in-required",
            Self::SignedIn => "signed-in",
            Self::SignedOut => "signed-out",
            Self::TooLarge => "headers-too-large",
            Self::Unavailable => "unavailable",
        }
    }

    /// One sentence for whoever reads the problem document.
    #[must_use]
    pub fn detail(self) -> &'static str {
        match self {
            Self::Malformed => "The proxy in front of the gate sent a request it cannot judge.",
            Self::ConfirmSignOut => "You are about to sign out of this workspace.",
            Self::CrossSite => "A page of another site may not make this request.",
            Self::InvalidSession => "The token that came with the request is not a valid session.",
            Self::NotFound => "There is nothing at this address.",
            Self::NotYours => "You are signed in, but this workspace is not yours.",
            Self::PeerRefused => "Only the proxy in front of the gate may ask it.",
            Self::RedirectLoop => {
                "Signing in came back without a session several times in a minute."
            }
            Self::SessionExpired => "The session has ended; sign in again.",
            Self::SignInFailed => {
                "The sign-in was begun in another browser or tab, took too long, or was used before."
            }
            Self::SignInRequired => "Sign in to enter this workspace.",
            Self::SignedIn => "You are signed in.",
            Self::SignedOut => "You have signed out of this workspace.",
            Self::TooLarge => {
                "The request's headers are too large; too many cookies are the usual cause."
            }
            Self::Unavailable => "The request cannot be judged right now; try again soon.",
        }
    }

    /// Whether signing in may help, so that a page may be redirected.
    #[must_use]
    pub fn leads_to_sign_in(self) -> bool {
        matches!(self, Self::SessionExpired | Self::SignInRequired)
    }

    /// Whether a page shows the way to the sign-in page.
    #[must_use]
    pub fn is_helped_by_signing_in(self) -> bool {
        self.leads_to_sign_in()
            || matches!(
                self,
                Self::InvalidSession
                    | Self::NotYours
                    | Self::RedirectLoop
                    | Self::SignInFailed
                    | Self::SignedOut
            )
    }

    /// RFC 6750 §3.1: `error` only when a token was presented.
    pub(super) fn presented_token(self) -> bool {
        matches!(self, Self::InvalidSession | Self::SessionExpired)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::Rejection;

    /// 503 says "again", 401 "not with this": a token that was not judged is no bad one.
    #[test]
    fn what_was_not_judged_is_told_to_come_back() {
        let unjudged = Rejection::KeysUnavailable;
        let arrival = |rejection| Denial::GatePath(GatePathProblem::Token(rejection));
        let rows = [
            (Denial::TooManyCandidates, Outcome::Unavailable),
            (Denial::TokenRejected(unjudged.clone()), Outcome::Unavailable),
            (arrival(unjudged), Outcome::Unavailable),
            (arrival(Rejection::OverBudget), Outcome::Unavailable),
            (Denial::TokenRejected(Rejection::KeyUnknown), Outcome::InvalidSession),
            (arrival(Rejection::KeyUnknown), Outcome::SignInFailed),
            (Denial::TokenRejected(Rejection::Expired), Outcome::SessionExpired),
        ];
        for (denial, expected) in rows {
            assert_eq!(Outcome::of(&denial), expected, "{denial:?}");
        }
    }
}
