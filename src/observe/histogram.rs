//! The duration of decisions, counted without a lock.
//!
//! prometheus-client's histogram takes a lock for each observation; this one needs three atomic
//! additions.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Counts of durations by upper bound.
#[derive(Debug, Default)]
pub(super) struct Histogram {
    buckets: [AtomicU64; BOUNDS.len() + 1],
    nanoseconds: AtomicU64,
}

impl Histogram {
    /// Counts one duration.
    pub(super) fn observe(&self, duration: Duration) {
        let nanoseconds = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        let place = BOUNDS.iter().position(|bound| nanoseconds <= *bound).unwrap_or(BOUNDS.len());
        if let Some(bucket) = self.buckets.get(place) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
        self.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
    }

    /// The sum in seconds, the count, and the buckets as (upper bound in seconds, count in it).
    ///
    /// A concurrent observation may be in the sum and not yet in a bucket; the count is the sum of
    /// the buckets, so that those two agree.
    pub(super) fn read(&self) -> (f64, u64, Vec<(f64, u64)>) {
        let bounds = BOUNDS.iter().map(|bound| seconds(*bound)).chain([f64::INFINITY]);
        let counts = self.buckets.iter().map(|bucket| bucket.load(Ordering::Relaxed));
        let buckets: Vec<_> = bounds.zip(counts).collect();
        let count = buckets.iter().map(|(_, count)| count).sum();
        (seconds(self.nanoseconds.load(Ordering::Relaxed)), count, buckets)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a sum of seconds needs no 64 bits")]
fn seconds(nanoseconds: u64) -> f64 {
    nanoseconds as f64 / 1e9
}

/// Upper bounds in nanoseconds: from a cache hit, over a signature, to a stalled machine.
const BOUNDS: [u64; 10] =
    [2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 10_000_000, 100_000_000];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_belong_to_their_bucket() {
        let histogram = Histogram::default();
        for nanoseconds in [0, 2_500, 2_501, 100_000_000, 100_000_001] {
            histogram.observe(Duration::from_nanos(nanoseconds));
        }
        let (sum, count, buckets) = histogram.read();
        assert_eq!(count, 5);
        assert!((sum - 0.200_005_002).abs() < 1e-12, "{sum}");
        let counts: Vec<u64> = buckets.iter().map(|(_, count)| *count).collect();
        assert_eq!(counts, [2, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1]);
        assert!(buckets.is_sorted_by(|a, b| a.0 < b.0));
    }
}
