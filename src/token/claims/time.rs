//! `exp`, `nbf` and `iat`: how they are read, and when a token is valid.

use crate::token::{
    json::{Number, Object, Value},
    rejection::Rejection,
};
use crate::unix_time::UnixTime;

/// The times of a token. Fractions are rounded against the token: `exp` down, the others up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::token) struct Times {
    pub(in crate::token) issued_at: Option<UnixTime>,
    pub(in crate::token) not_before: Option<UnixTime>,
    pub(in crate::token) expires_at: UnixTime,
}

impl Times {
    /// Reads the three claims.
    ///
    /// # Errors
    /// No `exp`, or one of the three is not a number from 0 to 2^53.
    pub(in crate::token) fn read(claims: &Object<'_>) -> Result<Self, Rejection> {
        let read = |name, rounding| match claims.get(name) {
            None => Ok(None),
            Some(value) => seconds(value, rounding)
                .map(|seconds| Some(UnixTime(seconds)))
                .ok_or(Rejection::TimeMalformed(name)),
        };
        Ok(Self {
            issued_at: read("iat", Rounding::Up)?,
            not_before: read("nbf", Rounding::Up)?,
            expires_at: read("exp", Rounding::Down)?.ok_or(Rejection::ExpiryMissing)?,
        })
    }

    /// Checks that `exp` − `iat`, both as rounded, is at most `limit` seconds. Does not depend on the
    /// current time, so it is checked once.
    ///
    /// # Errors
    /// A longer lifetime, and a missing `iat` unless there is no limit.
    pub(in crate::token) fn check_lifetime(&self, limit: Option<u64>) -> Result<(), Rejection> {
        let Some(limit) = limit else {
            return Ok(());
        };
        let issued_at = self.issued_at.ok_or(Rejection::IssuedAtMissing)?;
        if self.expires_at.0.saturating_sub(issued_at.0) > limit {
            return Err(Rejection::LifetimeTooLong { limit });
        }
        Ok(())
    }

    /// Compares the times with `now`, each with a tolerance of `leeway` seconds. `exp` is checked
    /// last, so that nothing else is wrong with an expired token.
    ///
    /// # Errors
    /// Not yet valid, issued in the future, or expired; expired already *at* `exp` (RFC 7519,
    /// section 4.1.4 says "on or after").
    pub(in crate::token) fn check(&self, now: UnixTime, leeway: u64) -> Result<(), Rejection> {
        // Saturation could only shorten the tolerance, and 2^53 is far below it.
        let latest = now.0.saturating_add(leeway);
        if self.not_before.is_some_and(|not_before| latest < not_before.0) {
            return Err(Rejection::NotYetValid);
        }
        if self.issued_at.is_some_and(|issued_at| latest < issued_at.0) {
            return Err(Rejection::IssuedInTheFuture);
        }
        if now.0 >= self.expires_at.0.saturating_add(leeway) {
            return Err(Rejection::Expired);
        }
        Ok(())
    }
}

/// A single `NumericDate`; a fraction is rounded down.
pub(in crate::token) fn numeric_date(value: &Value<'_>) -> Option<UnixTime> {
    seconds(value, Rounding::Down).map(UnixTime)
}

#[derive(Clone, Copy)]
enum Rounding {
    Down,
    Up,
}

/// A `NumericDate` as whole seconds, up to 2^53: above it a decimal is not exact, and it is 285
/// million years away. Strings and booleans are not accepted.
fn seconds(value: &Value<'_>, rounding: Rounding) -> Option<u64> {
    match *value {
        Value::Number(Number::Unsigned(seconds)) => (seconds <= LATEST).then_some(seconds),
        Value::Number(Number::Float(seconds)) => {
            #[expect(clippy::cast_precision_loss, reason = "2^53 is exact as a float")]
            let in_range = (0.0..=LATEST as f64).contains(&seconds);
            let rounded = match rounding {
                Rounding::Down => seconds.floor(),
                Rounding::Up => seconds.ceil(),
            };
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "whole and from 0 to 2^53 where it is used"
            )]
            in_range.then_some(rounded as u64)
        }
        _ => None,
    }
}

/// 2^53.
const LATEST: u64 = 1 << 53;
