//! The state of fetched keys, for `/metrics` and `/readyz`. One row for each configured issuer, so
//! no client can make the list longer.

use arc_swap::{ArcSwap, ArcSwapOption};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// The issuers whose keys are fetched, in the order of the configuration in force.
#[derive(Debug, Default)]
pub struct FetchedKeys(ArcSwap<Vec<Arc<FetchedIssuer>>>);

impl FetchedKeys {
    /// Sets the issuers of the table; an issuer that it already had keeps its counts.
    #[must_use]
    pub fn name(&self, names: &[&str]) -> Vec<Arc<FetchedIssuer>> {
        let before = self.issuers();
        let row = |name: &&str| {
            let known = before.iter().find(|issuer| *issuer.name == **name);
            known.map_or_else(|| Arc::new(FetchedIssuer::new(name)), Arc::clone)
        };
        let rows: Vec<_> = names.iter().map(row).collect();
        self.0.store(Arc::new(rows.clone()));
        rows
    }

    /// All rows.
    #[must_use]
    pub fn issuers(&self) -> Arc<Vec<Arc<FetchedIssuer>>> {
        self.0.load_full()
    }
}

/// One issuer whose keys are fetched.
#[derive(Debug)]
pub struct FetchedIssuer {
    name: Box<str>,
    results: [AtomicU64; FetchResult::ALL.len()],
    last_success: AtomicU64,
    keys: AtomicU64,
    failures: AtomicU64,
    problem: ArcSwapOption<String>,
}

impl FetchedIssuer {
    fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            results: Default::default(),
            last_success: AtomicU64::new(0),
            keys: AtomicU64::new(0),
            failures: AtomicU64::new(0),
            problem: ArcSwapOption::empty(),
        }
    }

    /// Records the number of keys in use and when they were fetched (seconds since 1970; 0: never).
    pub fn in_use(&self, keys: usize, fetched_at: u64) {
        self.keys.store(u64::try_from(keys).unwrap_or(u64::MAX), Relaxed);
        self.last_success.store(fetched_at, Relaxed);
    }

    /// Records a successful fetch.
    pub fn succeeded(&self, changed: bool) {
        self.count(if changed { FetchResult::Changed } else { FetchResult::Unchanged });
        self.failures.store(0, Relaxed);
        self.problem.store(None);
    }

    /// Records a failed fetch; `in_a_row` counts from the last success.
    pub fn failed(&self, problem: String, in_a_row: u32) {
        self.count(FetchResult::Failed);
        self.failures.store(u64::from(in_a_row), Relaxed);
        self.problem.store(Some(Arc::new(problem)));
    }

    /// The issuer's name in the configuration.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The number of keys in use.
    #[must_use]
    pub fn keys(&self) -> u64 {
        self.keys.load(Relaxed)
    }

    /// When the keys were last fetched, in seconds since 1970; `None` if never.
    #[must_use]
    pub fn last_success(&self) -> Option<u64> {
        Some(self.last_success.load(Relaxed)).filter(|at| *at > 0)
    }

    /// Failures since the last success.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.failures.load(Relaxed)
    }

    /// Why the last fetch failed, if it did.
    #[must_use]
    pub fn problem(&self) -> Option<Arc<String>> {
        self.problem.load_full()
    }

    fn count(&self, result: FetchResult) {
        if let Some(count) = self.results.get(result as usize) {
            count.fetch_add(1, Relaxed);
        }
    }

    /// Each result's name and count.
    pub(super) fn results(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let counts = self.results.iter().map(|count| count.load(Relaxed));
        FetchResult::ALL.iter().map(|result| result.name()).zip(counts)
    }
}

/// The result of a fetch.
#[derive(Clone, Copy)]
enum FetchResult {
    Changed,
    Unchanged,
    Failed,
}

impl FetchResult {
    const ALL: [Self; 3] = [Self::Changed, Self::Unchanged, Self::Failed];

    const fn name(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
            Self::Failed => "failed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reload_keeps_the_counters_of_an_issuer() {
        let table = FetchedKeys::default();
        let first = table.name(&["a", "b"]);
        first[0].succeeded(true);
        first[0].in_use(2, 1_800_000_000);
        first[1].failed("no".to_owned(), 3);
        assert_eq!(first[1].problem().as_deref().map(String::as_str), Some("no"));
        let second = table.name(&["c", "a"]);
        assert_eq!(second[0].last_success(), None);
        assert_eq!((second[1].keys(), second[1].last_success()), (2, Some(1_800_000_000)));
        let results: Vec<_> = second[1].results().collect();
        assert_eq!(results, [("changed", 1), ("unchanged", 0), ("failed", 0)]);
        assert_eq!(table.issuers().len(), 2);
    }
}
