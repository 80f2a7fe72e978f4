//! The vocabulary that the gate and the renderer share: which label a user has, which host a
//! label lives on, which shard it falls into.
//!
//! Everything here is a pure function of its arguments: no clock, file, socket or runtime, and no
//! table of users. That is what lets the renderer and any number of gates agree without talking to
//! each other: each computes `doorward-label/v1` for itself and gets the same bytes. A change of one
//! byte of output moves somebody to another host, so the tests hold golden vectors, and the Unicode
//! tables are pinned (see `unicode`).
//!
//! The types have private fields and one way in. A value of [`Label`], [`SessionSlug`], [`Domain`]
//! or [`Host`] is canonical, so callers compare for equality and never look for prefixes or suffixes.

mod dns;
mod domain;
mod host;
mod label;
mod reserved;
mod rules;
mod session_slug;
mod shard;
mod unicode;
mod username;

pub use dns::MAX_NAME_BYTES;
pub use domain::{Domain, DomainError, Domains, DomainsError};
pub use host::{Host, HostError};
pub use label::{Label, LabelError};
pub use reserved::ReservedLabels;
pub use rules::LabelRules;
pub use session_slug::{SessionSlug, SessionSlugError};
pub use shard::Shard;
pub use username::{Case, UsernameError};
