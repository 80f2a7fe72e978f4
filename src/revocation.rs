//! Revocation: which sessions ended before they expired, and which single-use tokens were used.
//!
//! `key` defines what a revocation can refer to, and `store` what every store offers; both are pure.
//! The gate looks sessions up through [`Revocations`] on every request, from memory, and does not
//! know which store is configured. `memory`, `file`, `redis` and `none` are the stores; only the
//! command that starts the gate opens them.

mod file;
mod key;
mod memory;
mod none;
mod record;
mod redis;
mod store;

pub use self::redis::{BadUrl, Redis};
pub use file::{File, OpenError};
pub use key::{KeyHash, KeyHashes, KeyKind, RevocationKey};
pub use memory::Memory;
pub use none::Nothing;
pub use store::{Revocation, Revocations, StoreError, StoreFuture};
