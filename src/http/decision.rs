//! What came of a ForwardAuth request, before it is answered.

use crate::gate::{Denied, Permit};
use crate::name::Host;
use crate::reasons::with_reasons;

/// The three ways a ForwardAuth request can end.
#[derive(Debug)]
pub enum Decision<'r> {
    /// Every check has passed: the desktop receives the request.
    Permit(Permit<'r>),
    /// A check has failed.
    Denied(Box<Denied<'r>>),
    /// The request is for a gate path (below `/.doorward`) on this host, which has a hand-off: the
    /// gate answers it, and the desktop never receives it.
    GatePath(Host<'r>),
}

with_reasons! {
    /// What the gate did at a gate path. None is a permit.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum GatePathAnswer {
        /// The browser was sent to the sign-in page.
        SignInStarted => "sign-in-asked",
        /// The browser returned from the sign-in page and received a session for this host.
        SignedIn => "signed-in",
        /// The user was asked to confirm the sign-out.
        SignOutConfirmation => "sign-out-asked",
        /// The browser's sessions on this host were ended.
        SignedOut => "signed-out",
    }
}
