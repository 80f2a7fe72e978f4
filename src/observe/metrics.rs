//! All values of `/metrics`.
//!
//! The request path adds to an atomic at a fixed index: no lookup by label, no lock. The text is
//! produced for each scrape (`exposition`). Label values come from tables in the source, never from
//! a request.

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

/// The metrics of one process.
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
    /// All at zero. `decisions` are the possible results and reasons of a decision, in the order of
    /// the indices that [`count`](Self::count) takes.
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

    /// Records how long a decision took.
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

    /// The configuration in force was read at `now`: the first one, which is no reload.
    pub fn configured(&self, now: SystemTime) {
        self.last_reload.store(since_1970(now).as_secs(), Ordering::Relaxed);
    }

    /// Sets the cross-site rules in force.
    pub fn cross_site(&self, mode: Mode) {
        self.cross_site.store(mode as u8, Ordering::Relaxed);
    }

    /// Sets the source of the cache's size, as (entries, bytes). Only the first call counts.
    pub fn cache_size(&self, size: impl Fn() -> (u64, u64) + Send + Sync + 'static) {
        // A second cache in one process would be a mistake of the caller.
        let _first = self.cache.set(Box::new(size));
    }

    /// Sets the source of the number of revocations and, for a store with a backend, of whether
    /// that is up. Only the first call counts.
    pub fn revocations(&self, state: impl Fn() -> (u64, Option<bool>) + Send + Sync + 'static) {
        let _first = self.revocations.set(Box::new(state));
    }

    /// The counters of one listener's connections.
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

    /// The counter of dropped log lines.
    #[must_use]
    pub fn log_dropped(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.log_dropped)
    }

    /// The table of fetched keys.
    #[must_use]
    pub fn fetched_keys(&self) -> &FetchedKeys {
        &self.fetched_keys
    }

    /// All metrics in the OpenMetrics text format ([`CONTENT_TYPE`](Self::CONTENT_TYPE)).
    #[must_use]
    pub fn text(self: &Arc<Self>) -> String {
        exposition::text(self)
    }

    /// The content type of [`text`](Self::text).
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

/// Counters without labels.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Counter {
    /// A token was in the cache.
    CacheHits,
    /// A token was not in the cache and had to be verified.
    CacheMisses,
    /// A signature was verified and was valid.
    SignaturesValid,
    /// A signature was verified and was invalid.
    SignaturesInvalid,
    /// A new configuration came into force; counted by [`Metrics::reloaded`].
    ConfigReloads,
    /// A new configuration was rejected.
    ConfigReloadFailures,
    /// A request on `listen` had another path than `/verify`.
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
