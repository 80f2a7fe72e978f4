//! Names of Kubernetes objects and of Traefik's own configuration. Each kind of name is a type with
//! one constructor, so that rendered names are accepted and cannot be anything but a name.

use std::error::Error;
use std::fmt;

/// A name of an object or namespace, RFC 1123 label: 1 to 63 of `[a-z0-9-]`, no hyphen at an end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectName(Box<str>);

/// A Service's name, RFC 1035 label: an [`ObjectName`] that begins with a letter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceName(Box<str>);

/// The value of a Kubernetes label: 1 to 63 of `[A-Za-z0-9._-]`, letters or digits at the ends.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LabelValue(Box<str>);

/// A name within Traefik's own configuration, of an entry point or a certificate resolver: 1 to 63
/// of `[A-Za-z0-9_-]`, a letter or digit first. `@` would make a reference to a provider of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TraefikName(Box<str>);

/// Why a text is not a valid name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameError {
    /// The text is empty.
    Empty,
    /// The text has more than 63 bytes.
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// A character that this kind of name does not allow.
    Forbidden {
        /// The first such character.
        character: char,
        /// Its byte offset.
        at: usize,
        /// The characters that are allowed.
        allowed: &'static str,
    },
    /// The first or last character is only allowed inside of the name.
    Edge {
        /// That character.
        character: char,
        /// The characters that are allowed there.
        allowed: &'static str,
    },
}

impl ObjectName {
    /// Checks the name and keeps it unchanged.
    ///
    /// # Errors
    /// The first violation.
    pub fn new(text: &str) -> Result<Self, NameError> {
        check(text, LOWER, b"-", is_lower_alphanumeric, is_lower_alphanumeric).map(Self)
    }
}

impl ServiceName {
    /// Checks the name and keeps it unchanged.
    ///
    /// # Errors
    /// The first violation.
    pub fn new(text: &str) -> Result<Self, NameError> {
        check(text, LOWER, b"-", |byte| byte.is_ascii_lowercase(), is_lower_alphanumeric).map(Self)
    }
}

impl LabelValue {
    /// Checks the value and keeps it unchanged.
    ///
    /// # Errors
    /// The first violation.
    pub fn new(text: &str) -> Result<Self, NameError> {
        check(text, ANY, b"-_.", is_alphanumeric, is_alphanumeric).map(Self)
    }
}

impl TraefikName {
    /// Checks the name and keeps it unchanged.
    ///
    /// # Errors
    /// The first violation.
    pub fn new(text: &str) -> Result<Self, NameError> {
        let last = |byte: u8| is_alphanumeric(byte) || b"-_".contains(&byte);
        check(text, NO_DOTS, b"-_", is_alphanumeric, last).map(Self)
    }
}

/// Text, `Display` and YAML of each type.
macro_rules! texts {
    ($($name:ident)+) => {$(
        impl $name {
            /// The name itself.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&$name> for super::tree::Node {
            fn from(name: &$name) -> Self {
                Self::from(name.0.to_string())
            }
        }
    )+};
}

texts! { ObjectName ServiceName LabelValue TraefikName }

impl ObjectName {
    /// For names in our own source code, which are known to be valid.
    pub(super) fn known(name: &'static str) -> Self {
        debug_assert!(Self::new(name).is_ok(), "{name}");
        Self(name.into())
    }

    /// The name of an object that belongs to this one: `self-suffix`. Over 63 bytes it is still
    /// what objects but Services and namespaces may be called.
    #[must_use]
    pub fn part(&self, suffix: &str) -> String {
        format!("{self}-{suffix}")
    }
}

impl TraefikName {
    /// The default name of the certificate resolver.
    #[must_use]
    pub fn default_resolver() -> Self {
        Self::known("letsencrypt")
    }

    /// For names in our own source code, which are known to be valid.
    pub(super) fn known(name: &'static str) -> Self {
        debug_assert!(Self::new(name).is_ok(), "{name}");
        Self(name.into())
    }
}

impl From<&ServiceName> for ObjectName {
    /// Every RFC 1035 label is an RFC 1123 label.
    fn from(name: &ServiceName) -> Self {
        Self(name.0.clone())
    }
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("it is empty"),
            Self::TooLong { bytes } => {
                write!(f, "it has {bytes} bytes, and at most {MAX_BYTES} are allowed")
            }
            Self::Forbidden { character, at, allowed } => {
                write!(f, "it contains {character:?} at byte {at}; only {allowed} are allowed")
            }
            Self::Edge { character, allowed } => {
                write!(f, "it begins or ends with {character:?}; use {allowed} there")
            }
        }
    }
}

impl Error for NameError {}

fn check(
    text: &str,
    allowed: &'static str,
    inside: &[u8],
    may_begin: impl Fn(u8) -> bool,
    may_end: impl Fn(u8) -> bool,
) -> Result<Box<str>, NameError> {
    if text.len() > MAX_BYTES {
        return Err(NameError::TooLong { bytes: text.len() });
    }
    let (Some(first), Some(last)) = (text.chars().next(), text.chars().next_back()) else {
        return Err(NameError::Empty);
    };
    let is = |character: char, rule: &dyn Fn(u8) -> bool| u8::try_from(character).is_ok_and(rule);
    let may_stand = |byte: u8| {
        may_begin(byte)
            || inside.contains(&byte)
            || if allowed == LOWER { is_lower_alphanumeric(byte) } else { is_alphanumeric(byte) }
    };
    if let Some((at, character)) = text.char_indices().find(|(_, c)| !is(*c, &may_stand)) {
        return Err(NameError::Forbidden { character, at, allowed });
    }
    if !is(first, &may_begin) {
        let allowed = if is(first, &may_end) { "a letter" } else { "letters and digits" };
        return Err(NameError::Edge { character: first, allowed });
    }
    if !is(last, &may_end) {
        return Err(NameError::Edge { character: last, allowed: "letters and digits" });
    }
    Ok(text.into())
}

fn is_lower_alphanumeric(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

fn is_alphanumeric(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

/// The limit of a DNS label.
const MAX_BYTES: usize = 63;
const LOWER: &str = "lower-case letters, digits and hyphens";
const ANY: &str = "letters, digits, hyphens, underscores and dots";
const NO_DOTS: &str = "letters, digits, hyphens and underscores";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_name_takes_what_its_standard_takes() {
        let long = "a".repeat(63);
        let longer = "a".repeat(64);
        //  object, service, label value, traefik
        for (name, text, expected) in [
            ("plain", "kasm-alice-1", [true, true, true, true]),
            ("longest", &*long, [true, true, true, true]),
            ("one_too_long", &longer, [false, false, false, false]),
            ("digit_first", "1-alice", [true, false, true, true]),
            ("upper_case", "Alice", [false, false, true, true]),
            ("dot", "a.b", [false, false, true, false]),
            ("underscore", "a_b", [false, false, true, true]),
            ("edge_hyphen", "a-", [false, false, false, true]),
            ("first_hyphen", "-a", [false, false, false, false]),
            ("empty", "", [false, false, false, false]),
            ("newline", "a\n", [false, false, false, false]),
            ("newline_inside", "a\nb", [false, false, false, false]),
            ("provider_reference", "gate@file", [false, false, false, false]),
            ("backtick", "a`", [false, false, false, false]),
            ("quote", "a\"b", [false, false, false, false]),
            ("path", "../a", [false, false, false, false]),
            ("beyond_ascii", "ä", [false, false, false, false]),
            ("latin_1_byte", "\u{e9}", [false, false, false, false]),
        ] {
            let taken = [
                ObjectName::new(text).is_ok(),
                ServiceName::new(text).is_ok(),
                LabelValue::new(text).is_ok(),
                TraefikName::new(text).is_ok(),
            ];
            assert_eq!(taken, expected, "{name}");
        }
    }

    #[test]
    fn an_invalid_service_name_states_the_allowed_characters() {
        let said = |text| ServiceName::new(text).unwrap_err().to_string();
        assert_eq!(said("1a"), "it begins or ends with '1'; use a letter there");
        assert!(said("aLice").contains("'L' at byte 1"), "{}", said("aLice"));
        assert!(said("alice-").contains("letters and digits"), "{}", said("alice-"));
    }
}
