//! The one table from a denial to what the client sees. `Denial` is matched whole, so a new denial
//! does not compile until it has an answer.
//!
//! Denials look the same from outside where a difference would tell an attacker something: every
//! unknown host is the same 404, and no answer names a user other than its own. The log keeps the
//! difference.

use super::decision::GatePathAnswer;
use crate::gate::{Denial, GatePathProblem};
use hyper::StatusCode;

/// What a client without a permit is told: one variant for each thing that it can do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// 400: the forwarded headers are missing, repeated or ambiguous.
    Malformed,
    /// 403: a page of another origin caused the request.
    CrossSite,
    /// 403: another page may have linked here, through a service worker. The browser loads the page
    /// again by itself.
    CrossSiteLink,
    /// 403: the page asks the user to confirm the sign-out by a button.
    ConfirmSignOut,
    /// 401: the token is not a session, and signing in again would not change that.
    InvalidSession,
    /// 404: nothing is at this address, or nothing that the client may learn about.
    NotFound,
    /// 403: signed in, but without access to this workspace.
    NotYours,
    /// 403: the peer is not the configured proxy.
    PeerRefused,
    /// 401: the browser returned from the sign-in page without a session several times.
    RedirectLoop,
    /// 401: the session has expired.
    SessionExpired,
    /// 401: the browser returned from the sign-in page without a usable hand-off token.
    SignInFailed,
    /// 401: not signed in.
    SignInRequired,
    /// 303: the browser returned from the sign-in page and has a session now.
    SignedIn,
    /// 401: signed out; 303 if `logout_url` is set.
    SignedOut,
    /// 431: more headers than the gate reads.
    TooLarge,
    /// 503: the request cannot be judged now.
    Unavailable,
}

impl Outcome {
    /// The outcome of a denial. There is no catch-all arm: a new denial does not compile without one.
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
            Denial::CrossSite(refusal) if refusal.may_be_a_link() => Self::CrossSiteLink,
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

    /// The HTTP status of the answer; never 1xx or 2xx.
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::ConfirmSignOut
            | Self::CrossSite
            | Self::CrossSiteLink
            | Self::NotYours
            | Self::PeerRefused => StatusCode::FORBIDDEN,
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

    /// Stable kebab-case word for problem documents, pages and the log.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Malformed => "malformed-request",
            Self::ConfirmSignOut => "confirm-sign-out",
            Self::CrossSite | Self::CrossSiteLink => "cross-site-request",
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

    /// One sentence for the client, in the problem document and on the page.
    #[must_use]
    pub fn detail(self) -> &'static str {
        match self {
            Self::Malformed => "The proxy sent a request with missing or ambiguous headers.",
            Self::ConfirmSignOut => "You are about to sign out of this workspace.",
            Self::CrossSite => "A page of another site caused this request.",
            Self::CrossSiteLink => "A page of another site has led here.",
            Self::InvalidSession => "The token sent with the request is not a valid session.",
            Self::NotFound => "There is nothing at this address.",
            Self::NotYours => "You are signed in, but you do not have access to this workspace.",
            Self::PeerRefused => "Only the configured proxy may send requests to this service.",
            Self::RedirectLoop => {
                "Several sign-ins within a minute did not result in a valid session."
            }
            Self::SessionExpired => "The session has expired. Sign in again.",
            Self::SignInFailed => {
                "The sign-in was started in another browser or tab, took too long, or was used \
                 before."
            }
            Self::SignInRequired => "Sign in to open this workspace.",
            Self::SignedIn => "You are signed in.",
            Self::SignedOut => "You have signed out of this workspace.",
            Self::TooLarge => {
                "The request headers are too large. The usual cause is too many cookies."
            }
            Self::Unavailable => {
                "The request cannot be checked at the moment. Please try again shortly."
            }
        }
    }

    /// Whether a page request is redirected to the sign-in page.
    #[must_use]
    pub fn leads_to_sign_in(self) -> bool {
        matches!(self, Self::SessionExpired | Self::SignInRequired)
    }

    /// Whether the page shows a sign-in link.
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

    /// RFC 6750 §3.1: the challenge has an `error` only if the request carried a token.
    pub(super) fn presented_token(self) -> bool {
        matches!(self, Self::InvalidSession | Self::SessionExpired)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::Rejection;

    /// A token that could not be verified now is answered 503, so that the client tries again, and
    /// not 401.
    #[test]
    fn an_unjudged_token_is_answered_503() {
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
