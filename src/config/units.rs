//! Durations and sizes as people write them: one number, one unit, no room for two readings.
//!
//! For the configuration, and for `doorward token --ttl`, so that a duration is written in one way.

use std::time::Duration;

/// Why a text is no duration or size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UnitError {
    /// No digits in front, or something that is no whole number.
    NotANumber,
    /// A duration without a unit: 30 could be seconds or milliseconds.
    NoUnit,
    /// None of the known units.
    UnknownUnit,
    /// More than 64 bits hold.
    TooLarge,
}

/// `500ms`, `30s`, `5m`, `24h`, `7d`.
pub(crate) fn duration(text: &str) -> Result<Duration, UnitError> {
    let (number, unit) = split(text)?;
    let seconds = match unit {
        "ms" => return Ok(Duration::from_millis(number)),
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "" => return Err(UnitError::NoUnit),
        _ => return Err(UnitError::UnknownUnit),
    };
    number.checked_mul(seconds).map(Duration::from_secs).ok_or(UnitError::TooLarge)
}

/// `4096`, `4096B`, `8KiB`, `64MiB`, `1GiB`: bytes.
pub(super) fn size(text: &str) -> Result<u64, UnitError> {
    let (number, unit) = split(text)?;
    let bytes = match unit {
        "" | "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return Err(UnitError::UnknownUnit),
    };
    number.checked_mul(bytes).ok_or(UnitError::TooLarge)
}

/// A duration as the configuration would say it.
pub(super) fn show_duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if duration.subsec_millis() > 0 {
        return format!("{}ms", duration.as_millis());
    }
    match seconds {
        0 => "0s".to_owned(),
        _ if seconds.is_multiple_of(86_400) => format!("{}d", seconds / 86_400),
        _ if seconds.is_multiple_of(3_600) => format!("{}h", seconds / 3_600),
        _ if seconds.is_multiple_of(60) => format!("{}m", seconds / 60),
        _ => format!("{seconds}s"),
    }
}

/// A size as the configuration would say it.
pub(super) fn show_size(bytes: u64) -> String {
    for (unit, name) in [(1_u64 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")] {
        if bytes >= unit && bytes.is_multiple_of(unit) {
            return format!("{}{name}", bytes / unit);
        }
    }
    bytes.to_string()
}

/// The leading digits and what follows them.
fn split(text: &str) -> Result<(u64, &str), UnitError> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(digits).ok_or(UnitError::NotANumber)?;
    if number.is_empty() {
        return Err(UnitError::NotANumber);
    }
    Ok((number.parse().map_err(|_| UnitError::TooLarge)?, unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_one_number_and_one_unit() {
        let rows = [
            ("milliseconds", "500ms", Ok(Duration::from_millis(500))),
            ("nothing_at_all", "0s", Ok(Duration::ZERO)),
            ("seconds", "30s", Ok(Duration::from_secs(30))),
            ("minutes", "5m", Ok(Duration::from_secs(300))),
            ("hours", "24h", Ok(Duration::from_secs(86_400))),
            ("days", "7d", Ok(Duration::from_secs(604_800))),
            ("no_unit", "30", Err(UnitError::NoUnit)),
            ("no_number", "s", Err(UnitError::NotANumber)),
            ("empty", "", Err(UnitError::NotANumber)),
            ("negative", "-5s", Err(UnitError::NotANumber)),
            ("two_units", "1h30m", Err(UnitError::UnknownUnit)),
            ("fraction", "1.5h", Err(UnitError::UnknownUnit)),
            ("space_between", "5 m", Err(UnitError::UnknownUnit)),
            ("upper_case", "5M", Err(UnitError::UnknownUnit)),
            ("other_digits", "٣s", Err(UnitError::NotANumber)),
            ("past_64_bits", "18446744073709551616s", Err(UnitError::TooLarge)),
            ("past_64_bits_by_unit", "213503982334602d", Err(UnitError::TooLarge)),
        ];
        for (name, text, expected) in rows {
            assert_eq!(duration(text), expected, "{name}");
        }
    }

    #[test]
    fn sizes_are_powers_of_1024() {
        let rows = [
            ("plain", "4096", Ok(4_096)),
            ("bytes", "4096B", Ok(4_096)),
            ("kibibytes", "8KiB", Ok(8_192)),
            ("mebibytes", "64MiB", Ok(67_108_864)),
            ("gibibytes", "1GiB", Ok(1_073_741_824)),
            ("ambiguous_kilobytes", "8KB", Err(UnitError::UnknownUnit)),
            ("ambiguous_k", "8k", Err(UnitError::UnknownUnit)),
            ("negative", "-1", Err(UnitError::NotANumber)),
            ("past_64_bits", "17179869184GiB", Err(UnitError::TooLarge)),
        ];
        for (name, text, expected) in rows {
            assert_eq!(size(text), expected, "{name}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_displayed_value_parses_to_the_same(millis in 0_u64..10_000_000_000, bytes: u64) {
            let span = Duration::from_millis(millis);
            proptest::prop_assert_eq!(duration(&show_duration(span)), Ok(span));
            proptest::prop_assert_eq!(size(&show_size(bytes)), Ok(bytes));
        }
    }
}
