//! Traefik's version, and what each version understands.

use std::fmt;

/// `major.minor.patch`; a pre-release counts as its release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    major: u32,
    minor: u32,
    patch: u32,
}

impl Version {
    /// The first with the rule language and the file format that we write.
    pub(in crate::demo) const OLDEST: Self = Self::new(3, 0, 0);

    /// The first that can drop `X_Doorward_User` beside `X-Doorward-User` (CVE-2026-88011).
    pub(in crate::demo) const DROPS_ALIASES: Self = Self::new(3, 7, 12);

    pub(in crate::demo) const fn new(major: u32, minor: u32, patch: u32) -> Self {
        Self { major, minor, patch }
    }

    /// From what `traefik version` prints: a line `Version:      3.7.15`.
    pub(in crate::demo) fn from_output(output: &str) -> Option<Self> {
        let line = output.lines().find_map(|line| line.trim().strip_prefix("Version:"))?;
        Self::parse(line.trim())
    }

    fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let release = text.split(['-', '+']).next()?;
        let mut numbers = release.split('.').map(|number| number.parse().ok());
        let version = Self::new(numbers.next()??, numbers.next()??, numbers.next()??);
        numbers.next().is_none().then_some(version)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_is_read_from_what_traefik_prints() {
        let output = "Version:      3.7.15\nCodename:     langres\nGo version:   go1.26.9\n";
        for (row, output, expected) in [
            ("release", output, Some(Version::new(3, 7, 15))),
            ("release_candidate", "Version: 3.8.0-rc.1", Some(Version::new(3, 8, 0))),
            ("leading_v", "Version: v3.0.4", Some(Version::new(3, 0, 4))),
            ("own_build", "Version: dev", None),
            ("two_numbers", "Version: 3.7", None),
            ("four_numbers", "Version: 3.7.1.2", None),
            ("other_program", "go version go1.26.9", None),
            ("nothing", "", None),
        ] {
            assert_eq!(Version::from_output(output), expected, "{row}");
        }
    }

    #[test]
    fn versions_compare_by_number() {
        assert!(Version::new(3, 7, 9) < Version::new(3, 7, 12));
        assert!(Version::new(3, 10, 0) > Version::new(3, 9, 9));
        assert!(Version::new(2, 11, 99) < Version::OLDEST);
    }
}
