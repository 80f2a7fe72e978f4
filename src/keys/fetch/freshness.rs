//! When to fetch again. Pure: randomness is an argument.

use std::time::Duration;

/// The freshness in `Cache-Control` (RFC 9111, section 5.2.2): the shortest `max-age`; zero for
/// `no-store` and `no-cache`.
pub(super) fn max_age<'v>(values: impl Iterator<Item = &'v str>) -> Option<Duration> {
    let directives = values.flat_map(|value| value.split(',')).map(str::trim);
    directives
        .filter_map(|directive| {
            let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
            let name = name.trim();
            if ["no-store", "no-cache"].iter().any(|none| name.eq_ignore_ascii_case(none)) {
                return Some(Duration::ZERO);
            }
            let digits = value.trim().trim_matches('"');
            let counts = name.eq_ignore_ascii_case("max-age")
                && !digits.is_empty()
                && digits.bytes().all(|byte| byte.is_ascii_digit());
            // A number that does not fit a u64 is a very long time.
            counts.then(|| Duration::from_secs(digits.parse().unwrap_or(u64::MAX)))
        })
        .min()
}

/// The pause after a success.
pub(crate) fn after_success(max_age: Option<Duration>, random: u8) -> Duration {
    jittered(max_age.unwrap_or(DEFAULT).clamp(SHORTEST, LONGEST), random)
}

/// The pause after `failures` failures in a row, at least one.
pub(crate) fn after_failures(failures: u32, random: u8) -> Duration {
    let doublings = failures.saturating_sub(1).min(16);
    jittered(FIRST_RETRY.saturating_mul(1 << doublings).min(LAST_RETRY), random)
}

/// ± 10 %, so that several gates do not fetch from one issuer at the same moment.
fn jittered(span: Duration, random: u8) -> Duration {
    span.mul_f64(0.9 + 0.2 * f64::from(random) / f64::from(u8::MAX))
}

const DEFAULT: Duration = Duration::from_secs(300);
const SHORTEST: Duration = Duration::from_secs(60);
const LONGEST: Duration = Duration::from_secs(3_600);
const FIRST_RETRY: Duration = Duration::from_secs(5);
const LAST_RETRY: Duration = Duration::from_secs(300);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cache_control() {
        let rows: [(&str, &[&str], Option<u64>); 15] = [
            ("none", &[], None),
            ("plain", &["max-age=120"], Some(120)),
            ("among_others", &["public, max-age=120, must-revalidate"], Some(120)),
            ("case_and_space", &["Max-Age = 120"], Some(120)),
            ("quoted", &["max-age=\"120\""], Some(120)),
            ("two_the_shorter", &["max-age=120, max-age=90"], Some(90)),
            ("two_lines", &["max-age=120", "max-age=90"], Some(90)),
            ("no_store", &["no-store, max-age=120"], Some(0)),
            ("no_cache", &["no-cache"], Some(0)),
            ("shared_age_is_not_ours", &["s-maxage=5"], None),
            ("negative", &["max-age=-1"], None),
            ("plus", &["max-age=+1"], None),
            ("word", &["max-age=soon"], None),
            ("no_value", &["max-age"], None),
            ("beyond_numbers", &["max-age=99999999999999999999999"], Some(u64::MAX)),
        ];
        for (row, values, expected) in rows {
            let expected = expected.map(Duration::from_secs);
            assert_eq!(max_age(values.iter().copied()), expected, "{row}");
        }
    }

    #[test]
    fn pauses_stay_within_their_bounds() {
        let secs = Duration::from_secs;
        let near = |span: Duration, expected: u64| {
            let low = secs(expected).mul_f64(0.899);
            let high = secs(expected).mul_f64(1.101);
            assert!((low..=high).contains(&span), "{span:?} is not about {expected} s");
        };
        for random in [0, 1, 127, 254, 255] {
            for (max_age, expected) in [
                (None, 300),
                (Some(0), 60),
                (Some(59), 60),
                (Some(61), 61),
                (Some(3_599), 3_599),
                (Some(3_601), 3_600),
                (Some(u64::MAX), 3_600),
            ] {
                near(after_success(max_age.map(secs), random), expected);
            }
            for (failures, expected) in
                [(0, 5), (1, 5), (2, 10), (3, 20), (6, 160), (7, 300), (8, 300), (u32::MAX, 300)]
            {
                near(after_failures(failures, random), expected);
            }
        }
        assert!(after_success(None, 0) < after_success(None, 255));
    }
}
