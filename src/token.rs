//! Verifies tokens: from the bytes of a token to a [`Session`], the proof that a configured issuer
//! vouches for a user.
//!
//! In the order in which a token meets them: `compact` splits and decodes its three parts, `json`
//! parses them so that each text has one meaning, `header` lets the token choose among the configured
//! keys, `key` verifies the signature, `signed` holds the order of these checks and proves that they
//! passed, `claims`, `purpose` and `identity` read what was signed, and `verifier` makes the session.
//! `handoff_token`, `logout_token` and `session_token` do the same for the other tokens; `cache`
//! stores verified sessions; `token_detection` recognises a token that must not reach a desktop.
//!
//! Pure except for `cache`: no socket, file, environment, clock or runtime. This module does not know
//! where keys come from, and what a session may enter is decided in `policy`. The types of
//! `jsonwebtoken` do not leave it.

// In the order of use: each module uses only modules below it. The blank lines keep rustfmt from
// sorting them.

mod handoff_token;
mod logout_token;
mod unverified;

mod verifier;

pub mod cache;
mod session_token;

mod session;

mod signed;

mod session_keys;

mod grant;
mod header;
mod token_detection;

mod issuer;

mod identity;
mod key;

mod claims;
mod compact;

mod rejection;
mod signer;

mod algorithm;
mod json;
mod kid;
mod purpose;

pub use crate::unix_time::UnixTime;
pub use algorithm::Algorithm;
pub use claims::ClaimPath;
pub use grant::{Grant, GrantId, GrantLabels, Grants};
pub use handoff_token::HandoffToken;
pub use identity::{IdentityId, IdentityValue, IdentityValues};
pub use issuer::{GATE_ISSUER, Issuer, IssuerId, Issuers};
pub use json::JsonError;
pub use key::{KeyError, KeySet, UnusableKey};
pub use logout_token::LogoutToken;
pub use purpose::Purpose;
pub use rejection::{Part, Rejection};
pub use session::Session;
pub use session_keys::{GateSessions, SessionKeys};
pub use signer::{SigningKey, SigningKeyError};
pub use unverified::{Unverified, UnverifiedTimes};
pub use verifier::{MAX_LEEWAY, Verifier};

#[cfg(test)]
pub(crate) mod tests;
