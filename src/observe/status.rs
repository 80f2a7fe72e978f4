//! The data of `/readyz`: the stage of the gate, and what its operator should know.

use arc_swap::{ArcSwap, ArcSwapOption};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

/// Written by start, reload and shutdown; read by the admin listener.
#[derive(Debug)]
pub struct Status {
    stage: AtomicU8,
    generation: AtomicU64,
    reload_problem: ArcSwapOption<String>,
    warnings: ArcSwap<Vec<String>>,
    listeners: ArcSwap<Vec<(&'static str, String)>>,
}

impl Status {
    /// Starting, without a configuration.
    #[must_use]
    pub fn new() -> Self {
        Self {
            stage: AtomicU8::new(Stage::Starting as u8),
            generation: AtomicU64::new(0),
            reload_problem: ArcSwapOption::empty(),
            warnings: ArcSwap::default(),
            listeners: ArcSwap::default(),
        }
    }

    /// Advances to a later stage; there is no way back.
    pub fn reach(&self, stage: Stage) {
        self.stage.fetch_max(stage as u8, Ordering::Relaxed);
    }

    /// The current stage.
    #[must_use]
    pub fn stage(&self) -> Stage {
        match self.stage.load(Ordering::Relaxed) {
            0 => Stage::Starting,
            1 => Stage::Ready,
            _ => Stage::Draining,
        }
    }

    /// A configuration is in force, with these warnings. This clears the problem of the last
    /// reload.
    pub fn configured(&self, generation: u64, warnings: Vec<String>) {
        self.generation.store(generation, Ordering::Relaxed);
        self.warnings.store(Arc::new(warnings));
        self.reload_problem.store(None);
    }

    /// A reload was rejected; the running configuration stays in force.
    pub fn reload_refused(&self, problem: String) {
        self.reload_problem.store(Some(Arc::new(problem)));
    }

    /// Sets the listeners: name and bound address.
    pub fn listens(&self, listeners: Vec<(&'static str, String)>) {
        self.listeners.store(Arc::new(listeners));
    }

    /// The generation of the configuration in force, counted from 1; 0 before the first.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Relaxed)
    }

    /// Why the last reload was rejected, if it was.
    #[must_use]
    pub fn reload_problem(&self) -> Option<Arc<String>> {
        self.reload_problem.load_full()
    }

    /// The warnings of the configuration in force.
    #[must_use]
    pub fn warnings(&self) -> Arc<Vec<String>> {
        self.warnings.load_full()
    }

    /// See [`listens`](Self::listens).
    #[must_use]
    pub fn listeners(&self) -> Arc<Vec<(&'static str, String)>> {
        self.listeners.load_full()
    }
}

impl Default for Status {
    fn default() -> Self {
        Self::new()
    }
}

/// The stages of a gate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// Not all listeners are open, or keys are not fetched yet.
    Starting = 0,
    /// Serving.
    Ready = 1,
    /// Shutting down: no new requests should be sent here.
    Draining = 2,
}
