//! Opens the configured revocation store.

use super::StartError;
use crate::clock::now;
use crate::config::{Config, RevocationStore};
use crate::revocation::Revocations;
use crate::revocation::{File, Memory, Nothing, Redis};
use std::fmt::Display;
use std::sync::Arc;

/// Opens the store.
///
/// # Errors
/// Its file or its URL cannot be used.
pub(super) async fn open(config: &Config) -> Result<Arc<dyn Revocations>, StartError> {
    let store: Arc<dyn Revocations> = match (config.revocation, &config.state_dir, &config.redis) {
        (RevocationStore::File, Some(folder), _) => {
            let file = File::open(folder, now());
            Arc::new(file.map_err(|error| start_error(error.remedy(), error))?)
        }
        (RevocationStore::Redis, _, Some(redis)) => {
            let redis = Redis::open(redis.url.trimmed(), redis.refuses, now).await;
            Arc::new(redis.map_err(|error| start_error(error.remedy(), error))?)
        }
        (RevocationStore::Memory, ..) => Arc::new(Memory::default()),
        // The configuration checks guarantee what each store needs.
        (RevocationStore::None | RevocationStore::File | RevocationStore::Redis, ..) => {
            Arc::new(Nothing)
        }
    };
    Ok(store)
}

fn start_error(remedy: &'static str, error: impl Display) -> StartError {
    let start_error =
        StartError::new("cannot open the revocation store", "revocation.store", error);
    StartError { remedy: Some(remedy), ..start_error }
}
