//! Keeping the fetched keys of one issuer current, for as long as the [`Refresher`] lives.
//!
//! One task per issuer looks when a look is due, so there is never a second look at the same time.
//! What comes of each is reported; who is told puts it into force. After a success the next look is
//! due when the answer's `max-age` is over, after a failure ever later; a token that names an unknown
//! key makes it due at once, but not twice within [`ASKED`], because anybody can make up such a token.

use super::cache_file::{CacheFile, CachedKeySet};
use super::fetch::{FetchError, FetchedKeySet, Remote, fetch, freshness};
use crate::clock::now;
use crate::random;
use crate::token::{KeyProblem, KeySet};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until, timeout};

/// What has come of a look, or of none.
#[derive(Debug)]
pub enum RefreshEvent {
    /// The keys were fetched.
    Fetched {
        /// The set as of now.
        held: CachedKeySet,
        /// Its keys, and what is in it and not used; `None`: it is the one of before.
        new: Option<(KeySet, Vec<KeyProblem>)>,
    },
    /// They were not; those of before stay.
    Failed {
        /// Why.
        error: FetchError,
        /// Since the last success.
        in_a_row: u32,
    },
    /// Those of before have become too old to be used.
    Expired,
    /// A defect of ours has ended the fetching. Keys that nobody would withdraw any more are not to
    /// be used.
    Panicked,
    /// They could not be kept in `state_dir`.
    NotStored(io::ErrorKind),
}

/// Keeps one issuer's keys current until it is dropped.
#[derive(Debug)]
pub struct Refresher {
    task: JoinHandle<()>,
    wanted: Arc<Notify>,
    looked: watch::Receiver<bool>,
}

impl Refresher {
    /// Looks now, and again whenever it is due. `held`: what is in use so far.
    pub fn start(
        runtime: &Handle,
        remote: Remote,
        held: Option<CachedKeySet>,
        store: Option<CacheFile>,
        report: impl Fn(RefreshEvent) + Send + 'static,
    ) -> Self {
        let wanted = Arc::new(Notify::new());
        let (first, looked) = watch::channel(false);
        let rounds =
            RefreshTask { remote, held, store, wanted: Arc::clone(&wanted), report, asked: None };
        Self { task: runtime.spawn(rounds.run(first)), wanted, looked }
    }

    /// What tells it that a token has named an unknown key.
    #[must_use]
    pub fn handle(&self) -> RefreshHandle {
        RefreshHandle { wanted: Arc::clone(&self.wanted), looked: self.looked.clone() }
    }

    /// When the first look is over, well or not.
    pub fn first_fetch(&self) -> impl Future<Output = ()> + use<> {
        let mut looked = self.looked.clone();
        async move {
            // A keeper that is gone looks no more.
            let _ = looked.wait_for(|over| *over).await;
        }
    }
}

/// Tells a [`Refresher`] that a token has named an unknown key.
#[derive(Debug)]
pub struct RefreshHandle {
    wanted: Arc<Notify>,
    looked: watch::Receiver<bool>,
}

impl RefreshHandle {
    /// Tells it. Costs next to nothing, however often. What comes back is over with the next look,
    /// well or not, or when that is not over soon.
    pub fn request(&self) -> impl Future<Output = ()> + use<> {
        let mut looked = self.looked.clone();
        looked.mark_unchanged();
        self.wanted.notify_one();
        async move {
            // A keeper that is gone looks no more.
            let _ = timeout(SOON, looked.changed()).await;
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
    held: Option<CachedKeySet>,
    store: Option<CacheFile>,
    wanted: Arc<Notify>,
    report: R,
    /// When a token last made it look.
    asked: Option<Instant>,
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
        let same = self.held.as_ref().is_some_and(|held| held.body == body);
        let held = CachedKeySet { fetched_at: now(), body };
        self.held = Some(held.clone());
        let new = (!same).then_some((keys, unused));
        (self.report)(RefreshEvent::Fetched { held: held.clone(), new });
        if let Some(store) = self.store.clone() {
            let written = tokio::task::spawn_blocking(move || store.write(&held)).await;
            if let Ok(Err(error)) = written {
                (self.report)(RefreshEvent::NotStored(error.kind()));
            }
        }
    }

    /// Until the next look is due.
    async fn rest(&mut self, pause: Duration) {
        let mut due = Instant::now() + pause;
        let mut by_token = false;
        let wanted = Arc::clone(&self.wanted);
        loop {
            let end = self.end();
            tokio::select! {
                () = sleep_until(due) => {
                    if by_token {
                        self.asked = Some(Instant::now());
                    }
                    return;
                }
                () = wanted.notified() => {
                    let now = Instant::now();
                    let soonest = self.asked.map_or(now, |last| now.max(last + ASKED));
                    if soonest < due {
                        (due, by_token) = (soonest, true);
                    }
                }
                () = sleep_until(end.unwrap_or(due)), if end.is_some() => {
                    self.held = None;
                    (self.report)(RefreshEvent::Expired);
                }
            }
        }
    }

    /// When what is held becomes too old.
    fn end(&self) -> Option<Instant> {
        let held = self.held.as_ref()?;
        let left = self.remote.max_stale.saturating_sub(Duration::from_secs(held.age(now())));
        Some(Instant::now() + left)
    }
}

fn random() -> u8 {
    // Without randomness every gate asks at the same moment, and nothing else.
    let [byte] = random::bytes().unwrap_or_default();
    byte
}

/// The pause between two looks that tokens have asked for.
const ASKED: Duration = Duration::from_secs(30);
/// Less than the 2.5 s for which providers wait for an answer to a logout token.
const SOON: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests;
