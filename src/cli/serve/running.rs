//! The configuration in force and the keys fetched for it.
//!
//! Both change independently while the gate runs, and both are part of the [`State`] of the
//! handler. This module is their only owner and publishes them together, each time under a new
//! generation: a reload never restores old keys, new keys never restore an old configuration, and
//! cached sessions of an earlier generation are not used again.
//!
//! [`State`]: crate::http::State

use crate::assemble::{self, Shared};
use crate::clock::now;
use crate::config::Config;
use crate::http::{KeyLookup, VerifyHandler};
use crate::keys::{CacheFile, CachedKeySet, RefreshEvent, RefreshHandle, Refresher, Remote};
use crate::observe::{FetchedIssuer, Metrics, field};
use crate::token::cache::SessionCache;
use crate::token::{KeySet, UnixTime, UnusableKey};
use arc_swap::ArcSwap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use tokio::runtime::Handle;

/// The owner of configuration and keys.
pub(super) struct RunningGate {
    state: Mutex<RunningState>,
    verify: Arc<VerifyHandler>,
    metrics: Arc<Metrics>,
    runtime: Handle,
    handles: Arc<RefreshHandles>,
}

struct RunningState {
    running: Config,
    /// The number of configurations so far.
    configuration: u64,
    /// The number of handler states so far.
    generation: u64,
    /// In the order of [`Config::fetched`].
    issuer_keys: Vec<IssuerKeys>,
}

/// The fetched keys of one issuer.
struct IssuerKeys {
    cached: Option<CachedKeySet>,
    row: Arc<FetchedIssuer>,
    /// `None` until fetching starts.
    refresher: Option<Refresher>,
}

/// The refresh handle of each issuer; lock-free, because requests read it.
type RefreshHandles = ArcSwap<Vec<(Box<str>, RefreshHandle)>>;

impl RunningGate {
    /// Starts with the keys in `state_dir`. Nothing is fetched yet. Call it within the runtime.
    pub(super) fn new(
        mut config: Config,
        cache: SessionCache,
        revocations: Arc<dyn crate::revocation::Revocations>,
        metrics: Arc<Metrics>,
    ) -> Arc<Self> {
        let cached = seed(&mut config, &[]);
        let state = assemble::state(&config, Shared::new(cache, revocations), FIRST);
        let verify = Arc::new(VerifyHandler::new(state, Arc::clone(&metrics)));
        let handles: Arc<RefreshHandles> = Arc::default();
        let asked = Arc::clone(&handles);
        verify.on_unknown_key(move |issuer| {
            let fetched = asked.load();
            let (_, handle) = fetched.iter().find(|(name, _)| **name == *issuer)?;
            let looked: KeyLookup = Box::pin(handle.request());
            Some(looked)
        });
        let issuer_keys = issuer_rows(&config, cached, &metrics);
        let state =
            RunningState { running: config, configuration: FIRST, generation: FIRST, issuer_keys };
        let runtime = Handle::current();
        Arc::new(Self { state: Mutex::new(state), verify, metrics, runtime, handles })
    }

    /// The handler that uses this state.
    pub(super) fn verify_handler(&self) -> Arc<VerifyHandler> {
        Arc::clone(&self.verify)
    }

    /// Reads the configuration in force.
    pub(super) fn read<T>(&self, at: impl FnOnce(&Config) -> T) -> T {
        at(&self.lock().running)
    }

    /// Starts fetching; fetched keys take effect at once. Completes when each issuer's first fetch
    /// is over.
    pub(super) fn fetch(self: &Arc<Self>) -> impl Future<Output = ()> + use<> {
        let mut state = self.lock();
        self.start_refreshers(&mut state);
        let refreshers = state.issuer_keys.iter().filter_map(|issuer| issuer.refresher.as_ref());
        let looks: Vec<_> = refreshers.map(Refresher::first_fetch).collect();
        async move {
            for look in looks {
                look.await;
            }
        }
    }

    /// Puts another configuration into force. Keys fetched for the same issuer from the same
    /// address stay in use and are fetched again. Returns its number.
    pub(super) fn replace(self: &Arc<Self>, mut next: Config) -> u64 {
        let mut state = self.lock();
        let remotes = state.running.fetched.iter().map(|(_, remote)| remote);
        let before = remotes.zip(&state.issuer_keys);
        let before: Vec<_> = before
            .filter_map(|(remote, issuer)| Some((remote.clone(), issuer.cached.clone()?)))
            .collect();
        let cached = seed(&mut next, &before);
        state.issuer_keys = issuer_rows(&next, cached, &self.metrics);
        state.running = next;
        state.configuration += 1;
        state.publish(&self.verify);
        self.start_refreshers(&mut state);
        state.configuration
    }

    /// Starts one refresher for each issuer and drops the previous ones.
    fn start_refreshers(self: &Arc<Self>, state: &mut RunningState) {
        let RunningState { running, configuration, issuer_keys, .. } = state;
        let mut handles = Vec::with_capacity(issuer_keys.len());
        for (position, ((_, remote), issuer_keys)) in
            running.fetched.iter().zip(issuer_keys).enumerate()
        {
            let store = running.state_dir.as_ref().map(|folder| CacheFile::new(folder, remote));
            let (owner, turn) = (Arc::downgrade(self), *configuration);
            let report = move |event| tell(&owner, turn, position, event);
            let cached = issuer_keys.cached.clone();
            let refresher = Refresher::start(&self.runtime, remote.clone(), cached, store, report);
            handles.push((remote.issuer.clone(), refresher.handle()));
            issuer_keys.refresher = Some(refresher);
        }
        self.handles.store(Arc::new(handles));
    }

    fn take(&self, turn: u64, position: usize, event: RefreshEvent) {
        let mut guard = self.lock();
        let state = &mut *guard;
        // Ignore events of a previous configuration's refreshers.
        if state.configuration != turn {
            return;
        }
        let Some((index, remote)) = state.running.fetched.get(position) else { return };
        let Some(issuer) = state.running.issuers.get_mut(*index) else { return };
        let Some(issuer_keys) = state.issuer_keys.get_mut(position) else { return };
        let name = &*remote.issuer;
        match event {
            RefreshEvent::Fetched { cached, new } => {
                let changed = new.is_some();
                if let Some((keys, unused)) = new {
                    log_new_keys(name, &keys, &unused);
                    issuer.keys = keys;
                }
                issuer_keys.row.succeeded(changed);
                issuer_keys.row.in_use(issuer.keys.count(), cached.fetched_at.0);
                issuer_keys.cached = Some(cached);
                if changed {
                    state.publish(&self.verify);
                }
            }
            RefreshEvent::Failed { error, in_a_row } => {
                tracing::warn!(
                    { field::ISSUER } = name,
                    { field::ERROR } = %error,
                    { field::REMEDY } = error.remedy(),
                    { field::FAILURES } = in_a_row,
                    { field::KEYS } = issuer.keys.count(),
                    "keys not fetched"
                );
                issuer_keys.row.failed(format!("{error}; {}", error.remedy()), in_a_row);
            }
            RefreshEvent::Expired | RefreshEvent::Panicked => {
                let what = match event {
                    RefreshEvent::Expired => "keys are older than max_stale and are no longer used",
                    _ => "fetching keys ended with a panic; reload to start it again",
                };
                tracing::error!({ field::ISSUER } = name, "{what}");
                issuer.keys = KeySet::unavailable();
                issuer_keys.cached = None;
                issuer_keys.row.in_use(0, issuer_keys.row.last_success().unwrap_or_default());
                state.publish(&self.verify);
            }
            RefreshEvent::NotStored(kind) => tracing::warn!(
                { field::ISSUER } = name,
                { field::ERROR } = %kind,
                { field::REMEDY } = "give the user that doorward runs as permission to write to state_dir",
                "cannot store fetched keys in state_dir"
            ),
        }
    }

    fn lock(&self) -> MutexGuard<'_, RunningState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RunningState {
    /// Publishes the state under a new generation.
    fn publish(&mut self, verify: &VerifyHandler) {
        self.generation += 1;
        let shared = Shared::of(&verify.state());
        verify.replace(assemble::state(&self.running, shared, self.generation));
    }
}

/// Logs a new key set. The number of lines is bounded, because the issuer controls the set.
fn log_new_keys(issuer: &str, keys: &KeySet, unused: &[UnusableKey]) {
    for problem in unused.iter().take(MAX_LOGGED_KEYS) {
        tracing::warn!(
            { field::ISSUER } = issuer,
            { field::ERROR } = %problem,
            "a fetched key is not used"
        );
    }
    tracing::info!(
        { field::ISSUER } = issuer,
        { field::KEYS } = keys.count(),
        { field::UNUSED } = unused.len(),
        "keys fetched"
    );
}

fn tell(owner: &Weak<RunningGate>, turn: u64, position: usize, event: RefreshEvent) {
    if let Some(current) = owner.upgrade() {
        current.take(turn, position, event);
    }
}

/// Adds previously fetched keys to `config`, if issuer and address are the same and they are not
/// too old: keys in use, else those in `state_dir`.
fn seed(config: &mut Config, before: &[(Remote, CachedKeySet)]) -> Vec<Option<CachedKeySet>> {
    let now = now();
    let Config { fetched, issuers, state_dir, .. } = config;
    let seeds = fetched.iter().map(|(index, remote)| {
        let same = |other: &&(Remote, CachedKeySet)| {
            other.0.issuer == remote.issuer && other.0.source == remote.source
        };
        let known = before.iter().find(same).map(|(_, cached)| cached.clone());
        let cached = known.or_else(|| stored(state_dir.as_deref()?, remote, now));
        let cached = cached.filter(|cached| cached.is_usable(remote, now))?;
        // The algorithms may have changed.
        let (keys, _) = KeySet::from_jwks(&cached.body, &remote.algorithms).ok()?;
        issuers.get_mut(*index)?.keys = keys;
        Some(cached)
    });
    seeds.collect()
}

fn stored(folder: &std::path::Path, remote: &Remote, now: UnixTime) -> Option<CachedKeySet> {
    let cached = CacheFile::new(folder, remote).read()?;
    let (issuer, age) = (&*remote.issuer, cached.age(now));
    tracing::info!(
        { field::ISSUER } = issuer,
        { field::AGE_S } = age,
        "using the keys stored in state_dir"
    );
    Some(cached)
}

/// The issuers' rows of metrics and `/readyz`.
fn issuer_rows(
    config: &Config,
    cached: Vec<Option<CachedKeySet>>,
    metrics: &Metrics,
) -> Vec<IssuerKeys> {
    let names: Vec<&str> = config.fetched.iter().map(|(_, remote)| &*remote.issuer).collect();
    let rows = metrics.fetched_keys().name(&names).into_iter();
    let rows = rows.zip(&config.fetched).zip(cached);
    rows.map(|((row, (index, _)), cached)| {
        let keys = config.issuers.get(*index).map_or(0, |issuer| issuer.keys.count());
        let at = cached.as_ref().map(|cached| cached.fetched_at.0).or(row.last_success());
        row.in_use(keys, at.unwrap_or_default());
        IssuerKeys { cached, row, refresher: None }
    })
    .collect()
}

/// The most unused keys that are logged one by one.
const MAX_LOGGED_KEYS: usize = 8;
/// The first number of configurations and of states.
pub(super) const FIRST: u64 = 1;
