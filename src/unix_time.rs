//! A point in time as tokens carry it. Reading the clock is not part of this: callers pass `now`.

/// Seconds since 1970-01-01T00:00:00Z (RFC 7519 `NumericDate`, whole seconds).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnixTime(pub u64);
