//! How the results of several candidates become one: which session is selected, or which denial
//! applies if none is.

use super::{Denial, TokenName};
use crate::policy::{self, Entry};
use crate::token::{Rejection, Session};
use std::sync::Arc;

pub(super) type Selection<'r> = Result<Selected<'r>, NotSelected<'r>>;

/// The candidate that is admitted, and by which right.
pub(super) struct Selected<'r> {
    pub(super) session: Arc<Session>,
    pub(super) entry: Entry,
    pub(super) token: TokenName<'r>,
}

/// Why no candidate is admitted, a session that verified, and the candidate that decided.
pub(super) struct NotSelected<'r> {
    pub(super) denial: Denial,
    pub(super) session: Option<Arc<Session>>,
    pub(super) token: Option<TokenName<'r>>,
}

/// What one candidate turned out to be.
#[derive(Debug)]
pub enum Verdict {
    /// A session.
    Session(Arc<Session>),
    /// Not a session.
    Rejected(Rejection),
    /// It could not be judged and may be valid; the denial applies unless another candidate
    /// decides.
    Unjudged(Denial),
}

/// The results of the candidates so far, none of which has the host's own label.
#[derive(Default)]
pub(super) struct Candidates<'r> {
    by_grant: Option<Selected<'r>>,
    refused: Option<(Arc<Session>, policy::Refusal, TokenName<'r>)>,
    /// The first rejection; one that is no expiry replaces one that is.
    rejected: Option<(Rejection, TokenName<'r>)>,
    pub(super) unjudged: Option<(Denial, TokenName<'r>)>,
}

impl<'r> Candidates<'r> {
    pub(super) fn select_by_grant(&mut self, selected: Selected<'r>) {
        self.by_grant.get_or_insert(selected);
    }

    pub(super) fn refuse(
        &mut self,
        session: Arc<Session>,
        refusal: policy::Refusal,
        token: TokenName<'r>,
    ) {
        self.refused.get_or_insert((session, refusal, token));
    }

    pub(super) fn reject(&mut self, rejection: Rejection, token: TokenName<'r>) {
        match &self.rejected {
            Some((first, _)) if !first.is_expiry() || rejection.is_expiry() => {}
            _ => self.rejected = Some((rejection, token)),
        }
    }

    /// An unjudged candidate decides first (503), then a rejected one (401), and only if all
    /// verified the one without a right to the host (403).
    pub(super) fn into_selection(self) -> Selection<'r> {
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
