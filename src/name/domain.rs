//! The domains below which desktops are served.
//!
//! Every host is compared with them. They are made canonical once, at start, and a domain that no
//! host could match, or that is ambiguous with another one, is rejected then.

use super::dns::{MAX_LABEL_BYTES, MAX_NAME_BYTES};
use std::error::Error;
use std::fmt;

/// A DNS name below which desktops are served, canonical: ASCII lower case, no trailing dot, at
/// least two labels of 1..=63 bytes `[a-z0-9-]` without hyphens at the ends, at most 189 bytes, not
/// an IP address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Domain(Box<str>);

impl Domain {
    /// Accepts upper case and one trailing dot, and makes them canonical.
    ///
    /// # Errors
    /// The first violation.
    pub fn new(name: &str) -> Result<Self, DomainError> {
        let name = name.strip_suffix('.').unwrap_or(name);
        if name.is_empty() {
            return Err(DomainError::Empty);
        }
        if name.len() > MAX_DOMAIN_BYTES {
            return Err(DomainError::TooLong { bytes: name.len() });
        }
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
        if let Some((at, character)) = name.char_indices().find(|(_, c)| !is_allowed(*c)) {
            return Err(DomainError::ForbiddenCharacter { character, at });
        }
        for label in name.split('.') {
            check_label(label)?;
        }
        let Some((_, last)) = name.rsplit_once('.') else {
            return Err(DomainError::SingleLabel);
        };
        if is_number(last) {
            return Err(DomainError::Address);
        }
        Ok(Self(name.to_ascii_lowercase().into()))
    }

    /// The canonical name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `self` lies one or more labels below `name`, a canonical host name (compared label by
    /// label).
    #[must_use]
    pub fn is_below(&self, name: &str) -> bool {
        let mut labels = self.0.rsplit('.');
        name.rsplit('.').all(|label| labels.next() == Some(label)) && labels.next().is_some()
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The configured domains, in configured order. None is below another and none is repeated, so a
/// host is below at most one of them.
#[derive(Clone, Debug)]
pub struct Domains(Box<[Domain]>);

#[expect(clippy::len_without_is_empty, reason = "there is always at least one domain")]
impl Domains {
    /// Keeps the order of `domains`.
    ///
    /// # Errors
    /// There is no domain, or two of them overlap.
    pub fn new(domains: Vec<Domain>) -> Result<Self, DomainsError> {
        if domains.is_empty() {
            return Err(DomainsError::Empty);
        }
        for (index, domain) in domains.iter().enumerate() {
            for earlier in domains.iter().take(index) {
                if domain == earlier {
                    return Err(DomainsError::Twice(domain.clone()));
                }
                for (inner, outer) in [(domain, earlier), (earlier, domain)] {
                    if inner.is_below(outer.as_str()) {
                        let (inner, outer) = (inner.clone(), outer.clone());
                        return Err(DomainsError::Nested { inner, outer });
                    }
                }
            }
        }
        Ok(Self(domains.into()))
    }

    /// The domains in configured order.
    pub fn iter(&self) -> impl Iterator<Item = &Domain> {
        self.0.iter()
    }

    /// The id of each, in configured order.
    pub fn ids(&self) -> impl Iterator<Item = DomainId> {
        (0..self.0.len()).map(DomainId)
    }

    /// How many there are; at least one.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The domain with this id; `None` if the id is of another, longer list.
    #[must_use]
    pub fn at(&self, id: DomainId) -> Option<&Domain> {
        self.0.get(id.0)
    }

    /// The domain that *equals* `name` (already canonical).
    #[must_use]
    pub fn named(&self, name: &str) -> Option<DomainId> {
        self.0.iter().position(|domain| domain.as_str() == name).map(DomainId)
    }
}

/// One of the [`Domains`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DomainId(usize);

impl DomainId {
    /// Its position in the list, from 0.
    #[must_use]
    pub fn position(self) -> usize {
        self.0
    }
}

/// Why a text is not a [`Domain`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DomainError {
    /// The text is empty or a single dot.
    Empty,
    /// Too long to leave room for every user's label.
    TooLong {
        /// Length without the trailing dot.
        bytes: usize,
    },
    /// Contains a character other than ASCII letters, digits, hyphens and dots.
    ForbiddenCharacter {
        /// The first such character.
        character: char,
        /// Its byte offset.
        at: usize,
    },
    /// Has two dots in a row, or begins with one.
    EmptyLabel,
    /// Has a label over the 63 bytes of RFC 1035 §2.3.4.
    LabelTooLong {
        /// Length of the first such label.
        bytes: usize,
    },
    /// Has a label that begins or ends with a hyphen (RFC 1123 §2.1).
    EdgeHyphen {
        /// The first such label.
        label: Box<str>,
    },
    /// Is one label, such as `localhost`: cookies and certificates for such names are not reliable.
    SingleLabel,
    /// Ends with a number, which browsers read as an IPv4 address (WHATWG URL, "ends in a number").
    Address,
}

impl fmt::Display for DomainError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => formatter.write_str("is empty; name a domain such as vdi.example.com"),
            Self::TooLong { bytes } => write!(
                formatter,
                "is {bytes} bytes long; at most {MAX_DOMAIN_BYTES} leave room for every label"
            ),
            Self::ForbiddenCharacter { character: '*', .. } => {
                formatter.write_str("has a wildcard; name the domain itself, without `*.`")
            }
            Self::ForbiddenCharacter { character: ':' | '/', .. } => formatter
                .write_str("is an address or a URL; name the domain alone, without scheme or port"),
            Self::ForbiddenCharacter { character, at } if !character.is_ascii() => {
                write!(formatter, "has {character:?} at byte {at}; write its A-labels (xn--…)")
            }
            Self::ForbiddenCharacter { character, at } => write!(
                formatter,
                "has {character:?} at byte {at}; use only letters, digits, hyphens and dots"
            ),
            Self::EmptyLabel => {
                formatter.write_str("has an empty label; begin with a letter, write single dots")
            }
            Self::LabelTooLong { bytes } => {
                write!(formatter, "has a label of {bytes} bytes; DNS allows {MAX_LABEL_BYTES}")
            }
            Self::EdgeHyphen { label } => write!(
                formatter,
                "has the label `{label}`; begin and end labels with a letter or a digit"
            ),
            Self::SingleLabel => {
                formatter.write_str("has one label only; put one in front, such as vdi.localhost")
            }
            Self::Address => {
                formatter.write_str("ends with a number, like an IP address; name a DNS domain")
            }
        }
    }
}

impl Error for DomainError {}

/// Why some domains are not [`Domains`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DomainsError {
    /// There is no domain.
    Empty,
    /// A domain is repeated, possibly in another spelling.
    Twice(Domain),
    /// A domain is below another one, so a host of the inner domain could be read as a label of the
    /// outer one.
    Nested {
        /// The longer one.
        inner: Domain,
        /// The one it lies below.
        outer: Domain,
    },
}

impl fmt::Display for DomainsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => formatter.write_str("there is no domain; name at least one"),
            Self::Twice(domain) => write!(formatter, "{domain} is named twice; name it once"),
            Self::Nested { inner, outer } => {
                write!(formatter, "{inner} lies below {outer}; take domains side by side")
            }
        }
    }
}

impl Error for DomainsError {}

fn check_label(label: &str) -> Result<(), DomainError> {
    if label.is_empty() {
        return Err(DomainError::EmptyLabel);
    }
    if label.len() > MAX_LABEL_BYTES {
        return Err(DomainError::LabelTooLong { bytes: label.len() });
    }
    let edges = [label.as_bytes().first(), label.as_bytes().last()];
    if edges.contains(&Some(&b'-')) {
        return Err(DomainError::EdgeHyphen { label: label.into() });
    }
    Ok(())
}

/// What the WHATWG URL parser takes for the last part of an IPv4 address: decimal, octal or `0x…`.
fn is_number(label: &str) -> bool {
    let hexadecimal = label.strip_prefix("0x").or_else(|| label.strip_prefix("0X"));
    match hexadecimal {
        Some(digits) => digits.bytes().all(|byte| byte.is_ascii_hexdigit()),
        None => label.bytes().all(|byte| byte.is_ascii_digit()),
    }
}

/// The limit of a name minus a label of 63 bytes and its dot, so that every label and
/// `session--label` fits.
const MAX_DOMAIN_BYTES: usize = MAX_NAME_BYTES - 1 - MAX_LABEL_BYTES;

#[cfg(test)]
mod tests;
