//! What `/readyz` tells: how far the gate has come, and what its operator should know.

use arc_swap::{ArcSwap, ArcSwapOption};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

/// Written by the start, the reload and the end; read by the admin listener.
#[derive(Debug)]
pub struct Status {
    stage: AtomicU8,
    generation: AtomicU64,
    reload_problem: ArcSwapOption<String>,
    warnings: ArcSwap<Vec<String>>,
    listeners: ArcSwap<Vec<(&'static str, String)>>,
}

impl Status {
    /// Starting, with nothing to say yet.
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

    /// A later stage; there is no way back.
    pub fn reach(&self, stage: Stage) {
        self.stage.fetch_max(stage as u8, Ordering::Relaxed);
    }

    /// How far the gate has come.
    #[must_use]
    pub fn stage(&self) -> Stage {
        match self.stage.load(Ordering::Relaxed) {
            0 => Stage::Starting,
            1 => Stage::Ready,
            _ => Stage::Draining,
        }
    }

    /// A configuration is in force, with these things to know about it. The problem of the last
    /// reload is gone with it.
    pub fn configured(&self, generation: u64, warnings: Vec<String>) {
        self.generation.store(generation, Ordering::Relaxed);
        self.warnings.store(Arc::new(warnings));
        self.reload_problem.store(None);
    }

    /// A reload was refused; what was in force stays in force.
    pub fn reload_refused(&self, problem: String) {
        self.reload_problem.store(Some(Arc::new(problem)));
    }

    /// What is listened on: a listener's name and its address as bound.
    pub fn listens(&self, listeners: Vec<(&'static str, String)>) {
        self.listeners.store(Arc::new(listeners));
    }

    /// Which configuration is in force, counted from 1; 0 before the first.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Relaxed)
    }

    /// Why the last reload was refused, if it was.
    #[must_use]
    pub fn reload_problem(&self) -> Option<Arc<String>> {
        self.reload_problem.load_full()
    }

    /// What the operator should know of the configuration in force.
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

/// How far the gate has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// Not every listener answers yet.
    Starting = 0,
    /// At work.
    Ready = 1,
    /// On the way out: nothing new should be sent here.
    Draining = 2,
}
