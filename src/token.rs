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
mod grant;
mod handoff_token;
mod header;
mod identity;
mod issuer;
mod json;
mod key;
mod kid;
mod logout_token;
mod purpose;
mod rejection;
mod session;
mod session_keys;
mod session_token;
mod signed;
mod signer;
mod token_detection;
mod unverified;
mod verifier;

pub use crate::unix_time::UnixTime;
pub use algorithm::Algorithm;
pub use claims::ClaimPath;
pub use grant::{Grant, GrantId, GrantLabels, Grants};
pub use handoff_token::HandoffToken;
pub use identity::{IdentityId, IdentityValue, IdentityValues};
pub use issuer::{GATE_ISSUER, Issuer, IssuerId, Issuers};
pub use json::JsonFault;
pub use key::{KeyError, KeyProblem, KeySet};
pub use logout_token::LogoutToken;
pub use purpose::Purpose;
pub use rejection::{Part, Rejection};
pub use session::Session;
pub use session_keys::{GateSessions, SessionKeys};
pub use signer::{SigningKey, SigningKeyError};
pub use verifier::{MAX_LEEWAY, Verifier};

#[cfg(test)]
mod tests;
