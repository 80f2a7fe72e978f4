//! The system clock: the one place that reads the time of day.
//!
//! It decides nothing. Modules that decide take the time as an argument, so that one request is
//! judged at one moment and a test can choose that moment. Durations are measured elsewhere, on
//! the monotonic clock.

use crate::unix_time::UnixTime;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The time in whole seconds, as decisions take it.
#[must_use]
pub fn now() -> UnixTime {
    UnixTime(since_epoch().as_secs())
}

/// The time since 1970. A clock set to an earlier date reads as 1970, when no token is valid yet.
#[must_use]
pub fn since_epoch() -> Duration {
    system_time().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// The time as the standard library has it, for file ages and metrics.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the border at which time becomes an argument")]
pub fn system_time() -> SystemTime {
    SystemTime::now()
}
