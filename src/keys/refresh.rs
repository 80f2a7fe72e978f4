//! Keeps the fetched keys of one issuer up to date while its [`Refresher`] lives.
//!
//! One task for each issuer fetches, so there is never a second fetch at the same time. It reports
//! each result; the receiver puts it into force. After a success the next fetch is due when the
//! response's `max-age` ends; after failures the pause grows. A token with an unknown key id makes
//! a fetch due at once, but at most once within [`UNKNOWN_KEY_PAUSE`], because any client can send
//! such a token.

use super::cache_file::{CacheFile, CachedKeySet};
use super::fetch::{FetchError, FetchedKeySet, Remote, fetch, freshness};
use crate::clock::now;
use crate::random;
use crate::token::{KeySet, UnusableKey};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until, timeout};

/// What a refresher reports.
#[derive(Debug)]
pub enum RefreshEvent {
    /// The keys were fetched.
    Fetched {
        /// The set, with the time of the fetch.
        cached: CachedKeySet,
        /// Its keys, and those that are not used; `None` if the set has not changed.
        new: Option<(KeySet, Vec<UnusableKey>)>,
    },
    /// The fetch failed; the previous keys stay in use.
    Failed {
        /// The reason.
        error: FetchError,
        /// Failures since the last success.
        in_a_row: u32,
    },
    /// The previous keys have become too old to be used.
    Expired,
    /// The refresher panicked. Its keys must not be used any more, because a withdrawal would go
    /// unnoticed.
    Panicked,
    /// The keys could not be stored in `state_dir`.
    NotStored(io::ErrorKind),
}

/// Keeps one issuer's keys current until it is dropped.
#[derive(Debug)]
pub struct Refresher {
    task: JoinHandle<()>,
    requested: Arc<Notify>,
    looked: watch::Receiver<bool>,
}

impl Refresher {
    /// Fetches now, and again whenever a fetch is due. `cached` is the set in use so far.
    pub fn start(
        runtime: &Handle,
        remote: Remote,
        cached: Option<CachedKeySet>,
        store: Option<CacheFile>,
        report: impl Fn(RefreshEvent) + Send + 'static,
    ) -> Self {
        let requested = Arc::new(Notify::new());
        let (first, looked) = watch::channel(false);
        let rounds = RefreshTask {
            remote,
            cached,
            store,
            requested: Arc::clone(&requested),
            report,
            last_lookup: None,
        };
        Self { task: runtime.spawn(rounds.run(first)), requested, looked }
    }

    /// A handle that requests a fetch for an unknown key id.
    #[must_use]
    pub fn handle(&self) -> RefreshHandle {
        RefreshHandle { requested: Arc::clone(&self.requested), looked: self.looked.clone() }
    }

    /// Completes with the first fetch, successful or not.
    pub fn first_fetch(&self) -> impl Future<Output = ()> + use<> {
        let mut looked = self.looked.clone();
        async move {
            // An error means that the refresher is gone.
            let _ = looked.wait_for(|over| *over).await;
        }
    }
}

/// Asks a [`Refresher`] to fetch, because a token has named an unknown key.
#[derive(Debug)]
pub struct RefreshHandle {
    requested: Arc<Notify>,
    looked: watch::Receiver<bool>,
}

impl RefreshHandle {
    /// Requests a fetch; cheap at any rate of calls. The future completes with the next fetch,
    /// successful or not, or after two seconds.
    pub fn request(&self) -> impl Future<Output = ()> + use<> {
        let mut looked = self.looked.clone();
        looked.mark_unchanged();
        self.requested.notify_one();
        async move {
            // An error means that the refresher is gone.
            let _ = timeout(LOOKUP_TIMEOUT, looked.changed()).await;
        }
    }
}

impl Drop for Refresher {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct RefreshTask<R: Fn(RefreshEvent)> {
    remote: Remote,
    cached: Option<CachedKeySet>,
    store: Option<CacheFile>,
    requested: Arc<Notify>,
    report: R,
    /// When an unknown key last caused a fetch.
    last_lookup: Option<Instant>,
}

impl<R: Fn(RefreshEvent)> Drop for RefreshTask<R> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            (self.report)(RefreshEvent::Panicked);
        }
    }
}

impl<R: Fn(RefreshEvent) + Send> RefreshTask<R> {
    async fn run(mut self, first: watch::Sender<bool>) {
        let mut failures: u32 = 0;
        loop {
            let pause = match fetch(&self.remote).await {
                Ok(fetched) => {
                    failures = 0;
                    let pause = freshness::after_success(fetched.max_age, random());
                    self.take(fetched).await;
                    pause
                }
                Err(error) => {
                    failures = failures.saturating_add(1);
                    (self.report)(RefreshEvent::Failed { error, in_a_row: failures });
                    freshness::after_failures(failures, random())
                }
            };
            let _ = first.send(true);
            self.rest(pause).await;
        }
    }

    async fn take(&mut self, fetched: FetchedKeySet) {
        let FetchedKeySet { body, keys, unused, .. } = fetched;
        let same = self.cached.as_ref().is_some_and(|cached| cached.body == body);
        let cached = CachedKeySet { fetched_at: now(), body };
        self.cached = Some(cached.clone());
        let new = (!same).then_some((keys, unused));
        (self.report)(RefreshEvent::Fetched { cached: cached.clone(), new });
        if let Some(store) = self.store.clone() {
            let written = tokio::task::spawn_blocking(move || store.write(&cached)).await;
            if let Ok(Err(error)) = written {
                (self.report)(RefreshEvent::NotStored(error.kind()));
            }
        }
    }

    /// Waits until the next fetch is due.
    async fn rest(&mut self, pause: Duration) {
        let mut due = Instant::now() + pause;
        let mut by_token = false;
        let requested = Arc::clone(&self.requested);
        loop {
            let end = self.end();
            tokio::select! {
                () = sleep_until(due) => {
                    if by_token {
                        self.last_lookup = Some(Instant::now());
                    }
                    return;
                }
                () = requested.notified() => {
                    let now = Instant::now();
                    let soonest = self.last_lookup.map_or(now, |last| now.max(last + UNKNOWN_KEY_PAUSE));
                    if soonest < due {
                        (due, by_token) = (soonest, true);
                    }
                }
                () = sleep_until(end.unwrap_or(due)), if end.is_some() => {
                    self.cached = None;
                    (self.report)(RefreshEvent::Expired);
                }
            }
        }
    }

    /// When the set in use becomes too old.
    fn end(&self) -> Option<Instant> {
        let cached = self.cached.as_ref()?;
        let left = self.remote.max_stale.saturating_sub(Duration::from_secs(cached.age(now())));
        Some(Instant::now() + left)
    }
}

fn random() -> u8 {
    // Without randomness the fetches of several gates are not spread out; nothing else depends on
    // it.
    let [byte] = random::bytes().unwrap_or_default();
    byte
}

/// The shortest pause between two fetches caused by unknown keys.
const UNKNOWN_KEY_PAUSE: Duration = Duration::from_secs(30);
/// Less than the 2.5 s that providers wait for the answer to a logout token.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests;
