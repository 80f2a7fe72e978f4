//! What is in force: the configuration, and the keys that were fetched for it.
//!
//! Both change while the gate runs, each for its own reason, and both become one [`State`] of the
//! handler. So there is one owner, which publishes them together under a generation of its own each
//! time: a reload never brings old keys back, a key set never an old configuration, and no session
//! that the cache has from an earlier generation is used again.
//!
//! [`State`]: crate::http::State

use crate::assemble;
use crate::clock::now;
use crate::config::Config;
use crate::http::{KeyLookup, VerifyHandler};
use crate::keys::{CacheFile, CachedKeySet, RefreshEvent, RefreshHandle, Refresher, Remote};
use crate::observe::{FetchedIssuer, Metrics, field};
use crate::token::cache::SessionCache;
use crate::token::{KeyProblem, KeySet, UnixTime};
use arc_swap::ArcSwap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use tokio::runtime::Handle;

/// The one owner.
pub(super) struct RunningGate {
    state: Mutex<RunningState>,
    verify: Arc<VerifyHandler>,
    metrics: Arc<Metrics>,
    runtime: Handle,
    handles: Arc<RefreshHandles>,
}

struct RunningState {
    running: Config,
    /// Counts configurations.
    configuration: u64,
    /// Counts states of the handler.
    generation: u64,
    /// In the order of [`Config::fetched`].
    issuer_keys: Vec<IssuerKeys>,
}

/// The keys of one issuer that are fetched.
struct IssuerKeys {
    cached: Option<CachedKeySet>,
    row: Arc<FetchedIssuer>,
    /// `None` until the gate begins to fetch.
    refresher: Option<Refresher>,
}

/// Who fetches for which issuer; asked on a request's way, so without a lock.
type RefreshHandles = ArcSwap<Vec<(Box<str>, RefreshHandle)>>;

impl RunningGate {
    /// In force from now on, with the keys that `state_dir` has. Nothing is fetched yet. Called on
    /// the runtime.
    pub(super) fn new(
        mut config: Config,
        cache: SessionCache,
        revocations: Arc<dyn crate::revocation::Revocations>,
        metrics: Arc<Metrics>,
    ) -> Arc<Self> {
        let cached = seed(&mut config, &[]);
        let state = assemble::state(&config, cache, revocations, FIRST);
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

    /// The handler that answers with it.
    pub(super) fn verify_handler(&self) -> Arc<VerifyHandler> {
        Arc::clone(&self.verify)
    }

    /// A look at the configuration in force.
    pub(super) fn read<T>(&self, at: impl FnOnce(&Config) -> T) -> T {
        at(&self.lock().running)
    }

    /// Begins to fetch; what comes is in force at once. Over when each issuer was asked once.
    pub(super) fn fetch(self: &Arc<Self>) -> impl Future<Output = ()> + use<> {
        let mut state = self.lock();
        self.start_refreshers(&mut state);
        let refreshers =
            state.issuer_keys.iter().filter_map(|issuer_keys| issuer_keys.refresher.as_ref());
        let looks: Vec<_> = refreshers.map(Refresher::first_fetch).collect();
        async move {
            for look in looks {
                look.await;
            }
        }
    }

    /// Another configuration comes into force; keys that were fetched for the same issuer from the
    /// same address stay, and are asked for anew. Gives its number.
    pub(super) fn replace(self: &Arc<Self>, mut next: Config) -> u64 {
        let mut state = self.lock();
        let remotes = state.running.fetched.iter().map(|(_, remote)| remote);
        let before = remotes.zip(&state.issuer_keys);
        let before: Vec<_> = before
            .filter_map(|(remote, issuer_keys)| Some((remote.clone(), issuer_keys.cached.clone()?)))
            .collect();
        let cached = seed(&mut next, &before);
        state.issuer_keys = issuer_rows(&next, cached, &self.metrics);
        state.running = next;
        state.configuration += 1;
        state.publish(&self.verify);
        self.start_refreshers(&mut state);
        state.configuration
    }

    /// One refresher for each issuer; those of before are gone.
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
        // What a refresher of an earlier configuration still has to say is not asked for any more.
        if state.configuration != turn {
            return;
        }
        let Some((index, remote)) = state.running.fetched.get(position) else { return };
        let Some(issuer) = state.running.issuers.get_mut(*index) else { return };
        let Some(issuer_keys) = state.issuer_keys.get_mut(position) else { return };
        let name = &*remote.issuer;
        match event {
            RefreshEvent::Fetched { held: cached, new } => {
                let changed = new.is_some();
                if let Some((keys, unused)) = new {
                    tell_of_new(name, &keys, &unused);
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
                    RefreshEvent::Expired => {
                        "keys are older than max_stale and are not used any more"
                    }
                    _ => "fetching keys broke off; a reload begins anew",
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
                { field::REMEDY } = "let the user that doorward runs as write to state_dir",
                "fetched keys cannot be issuer_keys in state_dir"
            ),
        }
    }

    fn lock(&self) -> MutexGuard<'_, RunningState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RunningState {
    /// Under a generation that no state before has had.
    fn publish(&mut self, verify: &VerifyHandler) {
        self.generation += 1;
        let state = verify.state();
        let (cache, revocations) = (state.gate.cache.clone(), Arc::clone(&state.gate.revocations));
        verify.replace(assemble::state(&self.running, cache, revocations, self.generation));
    }
}

/// Once for each change of the set, and not without end: it is somebody else's.
fn tell_of_new(issuer: &str, keys: &KeySet, unused: &[KeyProblem]) {
    for problem in unused.iter().take(MOST_TOLD) {
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

/// Puts keys into `config` that were fetched before, where they are the same issuer's from the same
/// address and not too old: those in use so far, else those of `state_dir`.
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
        // Algorithms may have changed since.
        let (keys, _) = KeySet::from_jwks(&cached.body, &remote.algorithms).ok()?;
        issuers.get_mut(*index)?.keys = keys;
        Some(cached)
    });
    seeds.collect()
}

fn stored(folder: &std::path::Path, remote: &Remote, now: UnixTime) -> Option<CachedKeySet> {
    let cached = CacheFile::new(folder, remote).read()?;
    let (issuer, age) = (&*remote.issuer, cached.age(now));
    tracing::info!({ field::ISSUER } = issuer, { field::AGE_S } = age, "keys found in state_dir");
    Some(cached)
}

/// The rows of metrics and `/readyz`.
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

/// Unused keys that the log tells of one by one.
const MOST_TOLD: usize = 8;
/// Of configurations and of states.
pub(super) const FIRST: u64 = 1;
