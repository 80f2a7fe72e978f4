//! Where it is kept which tokens ended before their time, and which were used that may be used
//! once. The gate asks through [`Revocations`](crate::token::Revocations), on every request and
//! from memory; it does not know which store answers.

mod file;
mod memory;
mod none;
mod record;
mod redis;

pub use self::redis::{BadUrl, Redis};
pub use file::{File, OpenError};
pub use memory::Memory;
pub use none::Nothing;
