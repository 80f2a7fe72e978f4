//! The versions of Traefik, and the fields that each of them knows. A field that a version does not
//! know is never harmless: the file provider rejects the whole file, and the API server silently
//! drops the field, so that a protection appears to be active and is not.

use std::fmt;

/// `major.minor.patch` of Traefik; a pre-release counts as its release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TraefikVersion {
    major: u32,
    minor: u32,
    patch: u32,
}

impl TraefikVersion {
    /// The oldest supported release: the first one with the rule syntax and the objects that are
    /// rendered.
    pub const OLDEST: Self = Self::new(3, 0, 0);
    /// The newest release of the default branch, with any patch number.
    pub const NEWEST: Self = Self::new(3, 7, NEWEST_PATCH);
    /// `forwardAuth.preserveLocationHeader`.
    pub const KEEPS_LOCATIONS: Self = Self::new(3, 3, 0);
    /// `forwardAuth.maxResponseBodySize` (CVE-2026-26998). Added in 3.6.9; every 3.7 has it.
    pub const BOUNDS_ANSWERS: Self = Self::new(3, 6, 9);
    /// `providers.kubernetesCRD.disableClusterScopeResources`: no `ClusterRole` is needed.
    pub const STAYS_IN_NAMESPACES: Self = Self::new(3, 1, 2);
    /// Reads `EndpointSlices` in place of `Endpoints`.
    pub const READS_SLICES: Self = Self::new(3, 1, 0);
    /// `entryPoints.*.http.encodedCharacters` with its current defaults: all characters are allowed
    /// unless disabled.
    pub const REFUSES_ENCODED: Self = Self::new(3, 6, 7);
    /// `entryPoints.*.http.maxHeaderBytes`: the oldest release in which it was found.
    pub const BOUNDS_HEADERS: Self = Self::new(3, 4, 3);
    /// `accessLog.fields.queryParameters`.
    pub const DROPS_QUERIES: Self = Self::new(3, 7, 3);
    /// `providers.kubernetesCRD.safeNaming` and `.defaultTLSResourcesNamespace`.
    pub const NAMES_SAFELY: Self = Self::new(3, 7, 11);
    /// `entryPoints.*.http.aliasHeadersStrategy`: drops `X_Doorward_User` beside
    /// `X-Doorward-User` (CVE-2026-88011).
    pub const DROPS_ALIASES: Self = Self::new(3, 7, 12);

    /// A release.
    #[must_use]
    pub const fn new(major: u32, minor: u32, patch: u32) -> Self {
        Self { major, minor, patch }
    }

    /// Parses `3.7.15`, `v3.7.15` or `3.8.0-rc.1`; `3.7` means its newest patch release.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let release = text.split(['-', '+']).next()?;
        let mut numbers = release.split('.').map(number);
        let (major, minor) = (numbers.next()??, numbers.next()??);
        let patch = numbers.next().map_or(Some(NEWEST_PATCH), |patch| patch)?;
        numbers.next().is_none().then_some(Self::new(major, minor, patch))
    }

    /// Whether it has `entryPoints.*.http.underscoreHeadersStrategy` (CVE-2026-54763), which was
    /// added to two branches.
    #[must_use]
    pub fn drops_underscores(self) -> bool {
        self.has_backport(22, Self::new(3, 7, 6))
    }

    /// Whether it has `providers.kubernetesCRD.crossProviderNamespaces` (CVE-2026-44774), which was
    /// added to two branches.
    #[must_use]
    pub fn confines_providers(self) -> bool {
        self.has_backport(17, Self::new(3, 7, 1))
    }

    /// Whether it has a feature that 3.6 has from this patch release on, and later branches from
    /// `later` on.
    fn has_backport(self, patch_of_3_6: u32, later: Self) -> bool {
        self >= later || (self.branch() == (3, 6) && self.patch >= patch_of_3_6)
    }

    /// Parses the output of `traefik version`, which contains a line `Version:      3.7.15`.
    #[must_use]
    pub fn from_output(output: &str) -> Option<Self> {
        let line = output.lines().find_map(|line| line.trim().strip_prefix("Version:"))?;
        Self::parse(line.trim()).filter(|version| version.patch != NEWEST_PATCH)
    }

    /// The release's major and minor number, which name its CRDs.
    #[must_use]
    pub fn branch(self) -> (u32, u32) {
        (self.major, self.minor)
    }
}

impl fmt::Display for TraefikVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)?;
        if self.patch == NEWEST_PATCH { Ok(()) } else { write!(f, ".{}", self.patch) }
    }
}

/// Digits only: `str::parse` would accept a plus sign.
fn number(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// Means the newest patch release. No release has this number.
const NEWEST_PATCH: u32 = u32::MAX;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_is_read_from_what_traefik_prints() {
        let output = "Version:      3.7.15\nCodename:     langres\nGo version:   go1.26.9\n";
        for (row, output, expected) in [
            ("release", output, Some(TraefikVersion::new(3, 7, 15))),
            ("release_candidate", "Version: 3.8.0-rc.1", Some(TraefikVersion::new(3, 8, 0))),
            ("leading_v", "Version: v3.0.4", Some(TraefikVersion::new(3, 0, 4))),
            ("own_build", "Version: dev", None),
            ("two_numbers", "Version: 3.7", None),
            ("four_numbers", "Version: 3.7.1.2", None),
            ("other_program", "go version go1.26.9", None),
            ("nothing", "", None),
        ] {
            assert_eq!(TraefikVersion::from_output(output), expected, "{row}");
        }
    }

    #[test]
    fn a_minor_version_is_its_newest_release() {
        let newest = TraefikVersion::parse("3.7").unwrap();
        assert!(newest > TraefikVersion::new(3, 7, 999) && newest < TraefikVersion::new(3, 8, 0));
        assert_eq!(newest.to_string(), "3.7");
        assert_eq!(TraefikVersion::parse("3.7.0").unwrap().to_string(), "3.7.0");
        for bad in ["", "3", "3.", "3.x", "3.7.", "3.+7", "3.7.1.1", "three", "3.7.99999999999"] {
            assert_eq!(TraefikVersion::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn two_branches_may_have_added_the_same_field() {
        let has = |text| TraefikVersion::parse(text).unwrap().drops_underscores();
        let answers = ["3.0.4", "3.6.21", "3.6.22", "3.6", "3.7.0", "3.7.5", "3.7.6", "3.8.0"];
        let expected = [false, false, true, true, false, false, true, true];
        assert_eq!(answers.map(has), expected);
        assert!(!TraefikVersion::new(3, 7, 0).confines_providers());
        assert!(TraefikVersion::new(3, 6, 17).confines_providers());
    }

    #[test]
    fn versions_compare_by_number() {
        assert!(TraefikVersion::new(3, 7, 9) < TraefikVersion::new(3, 7, 12));
        assert!(TraefikVersion::new(3, 10, 0) > TraefikVersion::new(3, 9, 9));
        assert!(TraefikVersion::new(2, 11, 99) < TraefikVersion::OLDEST);
    }
}
