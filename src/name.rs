//! The names that gate and renderer share: the label of a user, the host of a label, and the shard
//! of a label.
//!
//! All functions depend only on their arguments: no clock, files, sockets or runtime, and no table
//! of users. So the renderer and all gates agree without communication: each computes
//! `doorward-label/v1` and gets the same bytes. A change of one byte would move a user to another
//! host, so the tests contain golden vectors, and the Unicode tables are pinned (see `unicode`).
//!
//! The types have private fields and one constructor. Values of [`Label`], [`SessionSlug`],
//! [`Domain`] and [`Host`] are canonical, so callers compare for equality and never search for
//! prefixes or suffixes.

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
pub use domain::{Domain, DomainError, DomainId, Domains, DomainsError};
pub use host::{Host, HostError};
pub use label::{Label, LabelError};
pub use reserved::ReservedLabels;
pub use rules::LabelRules;
pub use session_slug::{SessionSlug, SessionSlugError};
pub use shard::Shard;
pub use username::{Case, UsernameError};
