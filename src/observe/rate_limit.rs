//! A line of the log that says what one look is enough for.

use std::sync::{Mutex, PoisonError, TryLockError};
use std::time::{Duration, Instant};

/// Lets the first of many through, and then one a minute: a setting that is wrong is wrong for
/// every request, and a log that says so for every request hides the rest.
#[derive(Debug, Default)]
pub struct LogRateLimit(Mutex<Option<Instant>>);

impl LogRateLimit {
    /// Whether this one is to be said.
    #[expect(clippy::disallowed_methods, reason = "how often the log repeats itself")]
    pub fn allow(&self) -> bool {
        self.allow_at(Instant::now())
    }

    fn allow_at(&self, now: Instant) -> bool {
        let mut last = match self.0.try_lock() {
            Ok(last) => last,
            Err(TryLockError::Poisoned(error)) => PoisonError::into_inner(error),
            // Somebody is saying it at this moment.
            Err(TryLockError::WouldBlock) => return false,
        };
        if last.is_some_and(|last| now.saturating_duration_since(last) < PAUSE) {
            return false;
        }
        *last = Some(now);
        true
    }
}

const PAUSE: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_then_one_a_minute() {
        let limit = LogRateLimit::default();
        let start = Instant::now();
        let said = [0, 1, 59, 60, 61, 119, 120]
            .map(|second| limit.allow_at(start + Duration::from_secs(second)));
        assert_eq!(said, [true, false, false, true, false, false, true]);
    }
}
