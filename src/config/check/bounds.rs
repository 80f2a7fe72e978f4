//! Numbers, sizes and durations within their bounds. The bounds are wide: they refuse what can
//! only be a slip (a unit forgotten, a time-out of nothing), not what is unusual.

use crate::config::field::{Field, Size, Span, Text};
use crate::config::mistake::{Findings, shown};
use crate::config::units::{self, UnitError, show_duration, show_size};
use std::ops::RangeInclusive;
use std::time::Duration;

/// A duration, or the default where the key is missing or wrong.
pub(super) fn duration(
    path: &str,
    field: &Field<Text<Span>>,
    default: Duration,
    bounds: RangeInclusive<Duration>,
    found: &mut Findings<'_>,
) -> Duration {
    field.good().and_then(|text| span(path, text.as_str(), bounds, found)).unwrap_or(default)
}

/// A duration that was written.
pub(super) fn span(
    path: &str,
    text: &str,
    bounds: RangeInclusive<Duration>,
    found: &mut Findings<'_>,
) -> Option<Duration> {
    let range = format!("{} to {}", show_duration(*bounds.start()), show_duration(*bounds.end()));
    match units::duration(text) {
        Ok(duration) if bounds.contains(&duration) => return Some(duration),
        Ok(_) => {
            found.mistake(
                path,
                format!("{} is out of bounds", shown(text)),
                format!("write {range}"),
            );
        }
        Err(error) => found.mistake(
            path,
            format!("{} {}", shown(text), wrong(error, "duration")),
            format!("write a whole number and one of ms, s, m, h, d; {range}"),
        ),
    }
    None
}

/// A number of bytes, or the default where the key is missing or wrong.
pub(super) fn size(
    path: &str,
    field: &Field<Size>,
    default: u64,
    bounds: RangeInclusive<u64>,
    found: &mut Findings<'_>,
) -> u64 {
    let Some(size) = field.good() else {
        return default;
    };
    let range = format!("{} to {}", show_size(*bounds.start()), show_size(*bounds.end()));
    let (text, bytes) = match size {
        Size::Bytes(bytes) => (bytes.to_string(), Ok(*bytes)),
        Size::Text(text) => (text.as_str().to_owned(), units::size(text.as_str())),
    };
    match bytes {
        Ok(bytes) if bounds.contains(&bytes) => return bytes,
        Ok(_) => found.mistake(
            path,
            format!("{} is out of bounds", shown(&text)),
            format!("write {range}"),
        ),
        Err(error) => found.mistake(
            path,
            format!("{} {}", shown(&text), wrong(error, "size")),
            format!("write a whole number of bytes, or one with KiB, MiB or GiB; {range}"),
        ),
    }
    default
}

/// A count, or the default where the key is missing or wrong.
pub(super) fn count(
    path: &str,
    field: &Field<u64>,
    default: usize,
    bounds: RangeInclusive<usize>,
    found: &mut Findings<'_>,
) -> usize {
    let Some(number) = field.good() else {
        return default;
    };
    match usize::try_from(*number) {
        Ok(count) if bounds.contains(&count) => count,
        _ => {
            found.mistake(
                path,
                format!("`{number}` is out of bounds"),
                format!("write {} to {}", bounds.start(), bounds.end()),
            );
            default
        }
    }
}

fn wrong(error: UnitError, what: &str) -> String {
    match error {
        UnitError::NotANumber => format!("is not a {what}"),
        UnitError::NoUnit => format!("is not a {what}: it has no unit"),
        UnitError::UnknownUnit => format!("is not a {what}: its unit is unknown"),
        UnitError::TooLarge => "is too large".to_owned(),
    }
}
