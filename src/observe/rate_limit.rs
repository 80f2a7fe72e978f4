//! A rate limit for log lines that repeat.

use std::sync::{Mutex, PoisonError, TryLockError};
use std::time::{Duration, Instant};

/// Allows the first line, and then one a minute: a wrong setting fails for every request, and a
/// line for every request would bury the rest of the log.
#[derive(Debug, Default)]
pub struct LogRateLimit(Mutex<Option<Instant>>);

impl LogRateLimit {
    /// Takes the permission to log one line now.
    #[expect(clippy::disallowed_methods, reason = "how often the log repeats itself")]
    pub fn allow(&self) -> bool {
        self.allow_at(Instant::now())
    }

    fn allow_at(&self, now: Instant) -> bool {
        let mut last = match self.0.try_lock() {
            Ok(last) => last,
            Err(TryLockError::Poisoned(error)) => PoisonError::into_inner(error),
            // Another thread is logging at this moment.
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
    fn the_first_line_and_then_one_a_minute() {
        let limit = LogRateLimit::default();
        let start = Instant::now();
        let said = [0, 1, 59, 60, 61, 119, 120]
            .map(|second| limit.allow_at(start + Duration::from_secs(second)));
        assert_eq!(said, [true, false, false, true, false, false, true]);
    }
}
