//! The store that a configuration asks for.

use crate::config::{Config, RevocationStore};
use crate::revocation::{Memory, Nothing};
use crate::token::Revocations;
use std::sync::Arc;

pub(super) fn open(config: &Config) -> Arc<dyn Revocations> {
    match config.revocation {
        RevocationStore::None => Arc::new(Nothing),
        RevocationStore::Memory => Arc::new(Memory::default()),
    }
}
