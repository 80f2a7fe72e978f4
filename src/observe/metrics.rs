//! Every number that `/metrics` shows.
//!
//! What counts on a hot path is an atomic at a fixed place: no lookup by label, no lock. The text
//! is made when somebody asks (`exposition`). Label values come from tables in the source, never
//! from a request.

mod connections;
mod exposition;

pub use connections::{Connections, Listener};

use super::fetched::FetchedKeys;
use super::histogram::Histogram;
use crate::clock;
use crate::cross_site::Mode;
use std::fmt;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The numbers of one process.
pub struct Metrics {
    decisions: Box<[((&'static str, &'static str), AtomicU64)]>,
    seconds: Histogram,
    counters: [AtomicU64; Counter::ALL.len()],
    connections: [Arc<Connections>; Listener::ALL.len()],
    cache: OnceLock<CacheSize>,
    revocations: OnceLock<StoreState>,
    last_reload: AtomicU64,
    cross_site: AtomicU8,
    log_dropped: Arc<AtomicU64>,
    fetched_keys: FetchedKeys,
    started: f64,
}

impl Metrics {
    /// All at zero. `decisions` are the outcomes that a decision can have, result and reason, in the
    /// order of the indices that [`count`](Self::count) takes.
    #[must_use]
    pub fn new(decisions: &[(&'static str, &'static str)]) -> Self {
        Self {
            decisions: decisions.iter().map(|names| (*names, AtomicU64::new(0))).collect(),
            seconds: Histogram::default(),
            counters: Default::default(),
            connections: Default::default(),
            cache: OnceLock::new(),
            revocations: OnceLock::new(),
            last_reload: AtomicU64::new(0),
            cross_site: AtomicU8::new(Mode::default() as u8),
            log_dropped: Arc::default(),
            fetched_keys: FetchedKeys::default(),
            started: clock::since_epoch().as_secs_f64(),
        }
    }

    /// Counts a decision by the index of its reason.
    pub fn count(&self, reason: usize) {
        debug_assert!(reason < self.decisions.len(), "a reason that is not in the table");
        if let Some((_, count)) = self.decisions.get(reason) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Counts how long a decision took.
    pub fn took(&self, duration: Duration) {
        self.seconds.observe(duration);
    }

    /// Adds to a counter.
    pub fn add(&self, counter: Counter, times: u64) {
        if let Some(count) = self.counters.get(counter as usize) {
            count.fetch_add(times, Ordering::Relaxed);
        }
    }

    /// A new configuration is in force since `now`.
    pub fn reloaded(&self, now: SystemTime) {
        self.add(Counter::ConfigReloads, 1);
        self.configured(now);
    }

    /// The configuration in force was read `now`: the first one, which is no reload.
    pub fn configured(&self, now: SystemTime) {
        self.last_reload.store(since_1970(now).as_secs(), Ordering::Relaxed);
    }

    /// Which cross-site rules are in force.
    pub fn cross_site(&self, mode: Mode) {
        self.cross_site.store(mode as u8, Ordering::Relaxed);
    }

    /// Where the size of the cache can be asked, as (entries, bytes). Only the first call counts.
    pub fn cache_size(&self, size: impl Fn() -> (u64, u64) + Send + Sync + 'static) {
        // A second cache in one process would be a mistake in the start, not in what is shown.
        let _first = self.cache.set(Box::new(size));
    }

    /// Where the revocation store can be asked how many it holds and, where it is elsewhere, whether
    /// it is up. Only the first call counts.
    pub fn revocations(&self, state: impl Fn() -> (u64, Option<bool>) + Send + Sync + 'static) {
        let _first = self.revocations.set(Box::new(state));
    }

    /// The connections of one listener, for its server to count.
    #[must_use]
    pub fn connections(&self, listener: Listener) -> Arc<Connections> {
        let [verify, admin, pages, backchannel] = &self.connections;
        Arc::clone(match listener {
            Listener::Verify => verify,
            Listener::Admin => admin,
            Listener::Pages => pages,
            Listener::BackChannel => backchannel,
        })
    }

    /// The lines that the log had to drop, for the log to count.
    #[must_use]
    pub fn log_dropped(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.log_dropped)
    }

    /// The table of the keys that are fetched.
    #[must_use]
    pub fn fetched_keys(&self) -> &FetchedKeys {
        &self.fetched_keys
    }

    /// All of it in the OpenMetrics text format ([`CONTENT_TYPE`](Self::CONTENT_TYPE)).
    #[must_use]
    pub fn text(self: &Arc<Self>) -> String {
        exposition::text(self)
    }

    /// What [`text`](Self::text) is.
    pub const CONTENT_TYPE: &'static str =
        "application/openmetrics-text; version=1.0.0; charset=utf-8";
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

type StoreState = Box<dyn Fn() -> (u64, Option<bool>) + Send + Sync>;
type CacheSize = Box<dyn Fn() -> (u64, u64) + Send + Sync>;

/// What is counted one by one and has no label.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Counter {
    /// A token was known.
    CacheHits,
    /// A token was not known and had to be judged.
    CacheMisses,
    /// A signature was computed and held.
    SignaturesValid,
    /// A signature was computed and did not hold.
    SignaturesInvalid,
    /// A new configuration came into force; counted by [`Metrics::reloaded`].
    ConfigReloads,
    /// A new configuration was refused.
    ConfigReloadFailures,
    /// Something else than `/verify` was asked for on `listen`.
    Misaddressed,
}

impl Counter {
    const ALL: [Self; 7] = [
        Self::CacheHits,
        Self::CacheMisses,
        Self::SignaturesValid,
        Self::SignaturesInvalid,
        Self::ConfigReloads,
        Self::ConfigReloadFailures,
        Self::Misaddressed,
    ];
}

fn since_1970(time: SystemTime) -> Duration {
    time.duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests;
