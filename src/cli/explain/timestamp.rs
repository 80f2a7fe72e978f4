//! A time on the command line: seconds since 1970, or RFC 3339 in UTC.

use crate::token::UnixTime;

/// `1795402800` or `2026-11-23T03:00:00Z`, from 1970 to 9999.
pub(super) fn parse(text: &str) -> Result<UnixTime, String> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().map(UnixTime).map_err(|_| "too many seconds".to_owned());
    }
    rfc3339(text).ok_or_else(|| {
        "use seconds since 1970, or a time in UTC such as 2026-11-23T03:00:00Z".to_owned()
    })
}

fn rfc3339(text: &str) -> Option<UnixTime> {
    let bytes = text.as_bytes();
    let shape = b"0000-00-00T00:00:00Z";
    let fits = bytes.len() == shape.len()
        && bytes.iter().zip(shape).all(|(byte, shape)| match shape {
            b'0' => byte.is_ascii_digit(),
            _ => byte.eq_ignore_ascii_case(shape),
        });
    if !fits {
        return None;
    }
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<u64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    let length = |month: u64| match month {
        2 if leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let exists = year >= 1970
        && (1..=12).contains(&month)
        && (1..=length(month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    if !exists {
        return None;
    }
    let years: u64 = (1970..year).map(|year| if leap(year) { 366 } else { 365 }).sum();
    let months: u64 = (1..month).map(length).sum();
    let days = years + months + day - 1;
    Some(UnixTime(((days * 24 + hour) * 60 + minute) * 60 + second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_parsed_exactly_or_refused() {
        let rows = [
            ("0", Some(0)),
            ("1795402800", Some(1_795_402_800)),
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2000-02-29T23:59:59Z", Some(951_868_799)),
            ("2026-11-23T03:00:00Z", Some(1_795_402_800)),
            ("2026-11-23t03:00:00z", Some(1_795_402_800)),
            ("2026-02-29T00:00:00Z", None),
            ("1900-01-01T00:00:00Z", None),
            ("2026-13-01T00:00:00Z", None),
            ("2026-11-23T24:00:00Z", None),
            ("2026-11-23T03:00:00", None),
            ("2026-11-23T03:00:00+01:00", None),
            ("-1", None),
            ("", None),
            ("99999999999999999999", None),
        ];
        for (text, expected) in rows {
            assert_eq!(parse(text).ok(), expected.map(UnixTime), "{text}");
        }
    }
}
