//! From the bytes of a token to a [`Session`], the proof that a configured issuer vouches for a
//! user.
//!
//! In the order in which a token meets them: `raw` cuts and decodes the three parts, `json` reads
//! them with one meaning only, `header` lets the token choose among what is configured, `key`
//! checks the signature, `kind` tells sessions from an issuer's other tokens, `claims` and
//! `identity` read what was signed, and `verifier` holds the order together. `own` are the session
//! tokens that the gate makes itself, `arrival` the hand-off tokens it makes them of, `logout` the
//! tokens by which a provider ends them. `cache`
//! remembers what was verified; `ours` knows a token of
//! ours by its look, good or bad.
//!
//! Pure but for `cache`: no socket, file, environment, clock or runtime. Where keys come from is
//! not known here, and what a session may enter is decided elsewhere. The types of `jsonwebtoken`
//! do not leave this module.

mod algorithm;
pub mod cache;
mod claims;
mod compact;
mod handoff_token;
mod header;
mod identity;
mod json;
mod key;
mod logout_token;
mod purpose;
mod rejection;
mod session;
mod session_token;
mod signer;
mod token_detection;
mod unverified;
mod verifier;

pub use crate::unix_time::UnixTime;
pub use algorithm::Algorithm;
pub use claims::ClaimPath;
pub use compact::Part;
pub use handoff_token::HandoffToken;
pub use identity::IdentityValue;
pub use json::JsonFault;
pub use key::{KeyError, KeyProblem, KeySet};
pub use logout_token::LogoutToken;
pub use purpose::Purpose;
pub use rejection::Rejection;
pub use session::Session;
pub use session_token::{GATE_ISSUER, GateSessions, SessionKeys};
pub use signer::{SigningKey, SigningKeyError};
pub use verifier::{GrantClaim, Issuer, MAX_LEEWAY, Verifier};

#[cfg(test)]
mod tests;
