//! The keys that a running server would have fetched: those stored in `state_dir`, or else those that
//! the issuer has now.

use crate::cli::complain;
use crate::clock::now;
use crate::config::Config;
use crate::keys::{CacheFile, CachedKeySet, Remote, fetch_once};
use crate::token::KeySet;
use std::path::Path;

/// Adds the keys to the configuration and prints their origin on standard error. An issuer without
/// keys stays without.
pub(super) fn supply(config: &mut Config) {
    let Config { fetched, issuers, state_dir, .. } = config;
    for (index, remote) in fetched {
        let keys = stored(state_dir.as_deref(), remote).or_else(|| fetched_now(remote));
        if let (Some(keys), Some(issuer)) = (keys, issuers.get_mut(*index)) {
            issuer.keys = keys;
        }
    }
}

fn stored(folder: Option<&Path>, remote: &Remote) -> Option<KeySet> {
    let (store, now) = (CacheFile::new(folder?, remote), now());
    let held: CachedKeySet = store.read().filter(|held| held.is_usable(remote, now))?;
    let (keys, _) = KeySet::from_jwks(&held.body, &remote.algorithms).ok()?;
    let (issuer, file, age) = (&remote.issuer, store.file().display(), held.age(now));
    complain(format_args!("keys of {issuer}: from {file}, fetched {age} s ago"));
    Some(keys)
}

fn fetched_now(remote: &Remote) -> Option<KeySet> {
    let (issuer, endpoint) = (&remote.issuer, remote.source.endpoint());
    complain(format_args!("keys of {issuer}: fetching them by {endpoint}"));
    match fetch_once(remote) {
        Ok(fetched) => Some(fetched.keys),
        Err(error) => {
            complain(format_args!("keys of {issuer}: {error}\n    {}", error.remedy()));
            None
        }
    }
}
