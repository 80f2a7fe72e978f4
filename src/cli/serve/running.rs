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
use crate::keys::{Bell, Event, Held, Keeper, Remote, Store};
use crate::observe::{FetchedIssuer, Metrics, field};
use crate::token::cache::SessionCache;
use crate::token::{KeyProblem, KeySet, UnixTime};
use arc_swap::ArcSwap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use tokio::runtime::Handle;

/// The one owner.
pub(super) struct Current {
    inside: Mutex<Inside>,
    verify: Arc<VerifyHandler>,
    metrics: Arc<Metrics>,
    runtime: Handle,
    wanted: Arc<Wanted>,
}

struct Inside {
    running: Config,
    /// Counts configurations.
    configuration: u64,
    /// Counts states of the handler.
    generation: u64,
    /// In the order of [`Config::fetched`].
    kept: Vec<Kept>,
}

/// The keys of one issuer that are fetched.
struct Kept {
    held: Option<Held>,
    shown: Arc<FetchedIssuer>,
    /// `None` until the gate begins to fetch.
    keeper: Option<Keeper>,
}

/// Who fetches for which issuer; asked on a request's way, so without a lock.
type Wanted = ArcSwap<Vec<(Box<str>, Bell)>>;

impl Current {
    /// In force from now on, with the keys that `state_dir` has. Nothing is fetched yet. Called on
    /// the runtime.
    pub(super) fn new(
        mut config: Config,
        cache: SessionCache,
        revocations: Arc<dyn crate::revocation::Revocations>,
        metrics: Arc<Metrics>,
    ) -> Arc<Self> {
        let held = seed(&mut config, &[]);
        let state = assemble::state(&config, cache, revocations, FIRST);
        let verify = Arc::new(VerifyHandler::new(state, Arc::clone(&metrics)));
        let wanted: Arc<Wanted> = Arc::default();
        let asked = Arc::clone(&wanted);
        verify.on_unknown_key(move |issuer| {
            let fetched = asked.load();
            let (_, bell) = fetched.iter().find(|(name, _)| **name == *issuer)?;
            let looked: KeyLookup = Box::pin(bell.ring());
            Some(looked)
        });
        let kept = show(&config, held, &metrics);
        let inside = Inside { running: config, configuration: FIRST, generation: FIRST, kept };
        let runtime = Handle::current();
        Arc::new(Self { inside: Mutex::new(inside), verify, metrics, runtime, wanted })
    }

    /// The handler that answers with it.
    pub(super) fn verify_handler(&self) -> Arc<VerifyHandler> {
        Arc::clone(&self.verify)
    }

    /// A look at the configuration in force.
    pub(super) fn look<T>(&self, at: impl FnOnce(&Config) -> T) -> T {
        at(&self.lock().running)
    }

    /// Begins to fetch; what comes is in force at once. Over when each issuer was asked once.
    pub(super) fn fetch(self: &Arc<Self>) -> impl Future<Output = ()> + use<> {
        let mut inside = self.lock();
        self.hire(&mut inside);
        let keepers = inside.kept.iter().filter_map(|kept| kept.keeper.as_ref());
        let looks: Vec<_> = keepers.map(Keeper::first_look).collect();
        async move {
            for look in looks {
                look.await;
            }
        }
    }

    /// Another configuration comes into force; keys that were fetched for the same issuer from the
    /// same address stay, and are asked for anew. Gives its number.
    pub(super) fn replace(self: &Arc<Self>, mut next: Config) -> u64 {
        let mut inside = self.lock();
        let remotes = inside.running.fetched.iter().map(|(_, remote)| remote);
        let before = remotes.zip(&inside.kept);
        let before: Vec<_> = before
            .filter_map(|(remote, kept)| Some((remote.clone(), kept.held.clone()?)))
            .collect();
        let held = seed(&mut next, &before);
        inside.kept = show(&next, held, &self.metrics);
        inside.running = next;
        inside.configuration += 1;
        inside.publish(&self.verify);
        self.hire(&mut inside);
        inside.configuration
    }

    /// One keeper for each issuer; those of before are gone.
    fn hire(self: &Arc<Self>, inside: &mut Inside) {
        let Inside { running, configuration, kept, .. } = inside;
        let mut wanted = Vec::with_capacity(kept.len());
        for (position, ((_, remote), kept)) in running.fetched.iter().zip(kept).enumerate() {
            let store = running.state_dir.as_ref().map(|folder| Store::new(folder, remote));
            let (owner, turn) = (Arc::downgrade(self), *configuration);
            let report = move |event| tell(&owner, turn, position, event);
            let held = kept.held.clone();
            let keeper = Keeper::start(&self.runtime, remote.clone(), held, store, report);
            wanted.push((remote.issuer.clone(), keeper.bell()));
            kept.keeper = Some(keeper);
        }
        self.wanted.store(Arc::new(wanted));
    }

    fn take(&self, turn: u64, position: usize, event: Event) {
        let mut guard = self.lock();
        let inside = &mut *guard;
        // What a keeper of an earlier configuration still has to say is not asked for any more.
        if inside.configuration != turn {
            return;
        }
        let Some((index, remote)) = inside.running.fetched.get(position) else { return };
        let Some(issuer) = inside.running.issuers.get_mut(*index) else { return };
        let Some(kept) = inside.kept.get_mut(position) else { return };
        let name = &*remote.issuer;
        match event {
            Event::Fetched { held, new } => {
                let changed = new.is_some();
                if let Some((keys, unused)) = new {
                    tell_of_new(name, &keys, &unused);
                    issuer.keys = keys;
                }
                kept.shown.succeeded(changed);
                kept.shown.in_use(issuer.keys.count(), held.fetched_at.0);
                kept.held = Some(held);
                if changed {
                    inside.publish(&self.verify);
                }
            }
            Event::Failed { error, in_a_row } => {
                tracing::warn!(
                    { field::ISSUER } = name,
                    { field::ERROR } = %error,
                    { field::REMEDY } = error.remedy(),
                    { field::FAILURES } = in_a_row,
                    { field::KEYS } = issuer.keys.count(),
                    "keys not fetched"
                );
                kept.shown.failed(format!("{error}; {}", error.remedy()), in_a_row);
            }
            Event::TooOld | Event::BrokeOff => {
                let what = match event {
                    Event::TooOld => "keys are older than max_stale and are not used any more",
                    _ => "fetching keys broke off; a reload begins anew",
                };
                tracing::error!({ field::ISSUER } = name, "{what}");
                issuer.keys = KeySet::unavailable();
                kept.held = None;
                kept.shown.in_use(0, kept.shown.last_success().unwrap_or_default());
                inside.publish(&self.verify);
            }
            Event::NotStored(kind) => tracing::warn!(
                { field::ISSUER } = name,
                { field::ERROR } = %kind,
                { field::REMEDY } = "let the user that doorward runs as write to state_dir",
                "fetched keys cannot be kept in state_dir"
            ),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inside {
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

fn tell(owner: &Weak<Current>, turn: u64, position: usize, event: Event) {
    if let Some(current) = owner.upgrade() {
        current.take(turn, position, event);
    }
}

/// Puts keys into `config` that were fetched before, where they are the same issuer's from the same
/// address and not too old: those in use so far, else those of `state_dir`.
fn seed(config: &mut Config, before: &[(Remote, Held)]) -> Vec<Option<Held>> {
    let now = now();
    let Config { fetched, issuers, state_dir, .. } = config;
    let seeds = fetched.iter().map(|(index, remote)| {
        let same = |other: &&(Remote, Held)| {
            other.0.issuer == remote.issuer && other.0.source == remote.source
        };
        let known = before.iter().find(same).map(|(_, held)| held.clone());
        let held = known.or_else(|| stored(state_dir.as_deref()?, remote, now));
        let held = held.filter(|held| held.is_usable(remote, now))?;
        // Algorithms may have changed since.
        let (keys, _) = KeySet::from_jwks(&held.body, &remote.algorithms).ok()?;
        issuers.get_mut(*index)?.keys = keys;
        Some(held)
    });
    seeds.collect()
}

fn stored(folder: &std::path::Path, remote: &Remote, now: UnixTime) -> Option<Held> {
    let held = Store::new(folder, remote).read()?;
    let (issuer, age) = (&*remote.issuer, held.age(now));
    tracing::info!({ field::ISSUER } = issuer, { field::AGE_S } = age, "keys found in state_dir");
    Some(held)
}

/// The rows of metrics and `/readyz`.
fn show(config: &Config, held: Vec<Option<Held>>, metrics: &Metrics) -> Vec<Kept> {
    let names: Vec<&str> = config.fetched.iter().map(|(_, remote)| &*remote.issuer).collect();
    let rows = metrics.fetched_keys().name(&names).into_iter();
    let rows = rows.zip(&config.fetched).zip(held);
    rows.map(|((shown, (index, _)), held)| {
        let keys = config.issuers.get(*index).map_or(0, |issuer| issuer.keys.count());
        let at = held.as_ref().map(|held| held.fetched_at.0).or(shown.last_success());
        shown.in_use(keys, at.unwrap_or_default());
        Kept { held, shown, keeper: None }
    })
    .collect()
}

/// Unused keys that the log tells of one by one.
const MOST_TOLD: usize = 8;
/// Of configurations and of states.
pub(super) const FIRST: u64 = 1;
