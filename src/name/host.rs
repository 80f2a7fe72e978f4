//! Parses the host of a request into the user's label, an optional session slug, and the domain.
//!
//! Traefik routes by a canonical form of the host, but forwards the client's spelling to the gate:
//! any case, a trailing dot, any port. This module accepts exactly the spellings that Traefik
//! routes to the same place and that are unambiguous. It rejects all others, so they cannot reach a
//! desktop (T12). The rule is: make canonical once, split, compare for equality. A comparison of
//! prefixes or suffixes would accept `alice.vdi.example.com.evil.com`.
//!
//! The gate calls [`Host::parse`] on every request, the renderer calls [`Host::compose`] for every
//! route.

mod error;

pub use error::HostError;

use super::dns::{MAX_LABEL_BYTES, MAX_NAME_BYTES};
use super::label;
use super::session_slug::{self, SessionSlug};
use super::{Domain, DomainId, Domains, Label};
use std::borrow::Cow;
use std::ops::Range;

/// The canonical host of a desktop. `Borrowed` if the text is already canonical (with or without a
/// port), so the hot path does not allocate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host<'r> {
    /// The whole canonical name, e.g. `dev--alice.vdi.example.com`.
    name: Cow<'r, str>,
    /// Where the user's label begins (0 without a session slug) and ends in `name`.
    label: Range<usize>,
    domain: DomainId,
    port: Option<u16>,
}

impl<'r> Host<'r> {
    /// `raw`: `X-Forwarded-Host` as it came. Accepts exactly the case, one-trailing-dot and
    /// numeric-port (`:` 1*5DIGIT, at most 65535) variants of `label.domain` and
    /// `session--label.domain`.
    ///
    /// # Errors
    /// The first reason for which `raw` is not a desktop's host. Only for the log and `explain`:
    /// clients get the same answer for all reasons.
    pub fn parse(raw: &'r str, domains: &Domains) -> Result<Self, HostError> {
        if raw.is_empty() {
            return Err(HostError::Empty);
        }
        // Checked first, so that a very long header is rejected by one comparison.
        if raw.len() > MAX_RAW_BYTES {
            return Err(HostError::TooLong { bytes: raw.len() });
        }
        let (name, port) = match raw.split_once(':') {
            Some((name, digits)) => (name, Some(parse_port(digits)?)),
            None => (raw, None),
        };
        // The dot of the DNS root. With a second one, the domain does not match a configured one.
        let name = canonical(name.strip_suffix('.').unwrap_or(name))?;
        if name.len() > MAX_NAME_BYTES {
            return Err(HostError::TooLong { bytes: name.len() });
        }
        let Some((first, parent)) = name.split_once('.') else {
            return Err(HostError::UnknownDomain);
        };
        let Some(domain) = domains.named(parent) else {
            let is_bare_domain = domains.named(&name).is_some();
            return Err(if is_bare_domain {
                HostError::BareDomain
            } else {
                HostError::UnknownDomain
            });
        };
        let label = locate_label(first)?;
        Ok(Self { name, label, domain, port })
    }

    /// The canonical host name of these parts; the inverse of `parse`.
    ///
    /// # Errors
    /// [`HostError::LabelTooLong`] if slug and label together exceed a DNS label. This does not
    /// occur for labels of users, which have at most 40 bytes.
    pub fn compose(
        session: Option<&SessionSlug>,
        label: &Label,
        domain: &Domain,
    ) -> Result<String, HostError> {
        let Some(session) = session else {
            return Ok(format!("{label}.{domain}"));
        };
        let bytes = session.as_str().len() + SEPARATOR.len() + label.as_str().len();
        if bytes > MAX_LABEL_BYTES {
            return Err(HostError::LabelTooLong { bytes });
        }
        Ok(format!("{session}--{label}.{domain}"))
    }

    /// Canonical host name without port.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The user's label, which is compared with the session's label.
    #[must_use]
    pub fn label(&self) -> &str {
        // Always in range. Otherwise, the empty text equals no user's label.
        self.name.get(self.label.clone()).unwrap_or_default()
    }

    /// The session slug of `session--label`.
    #[must_use]
    pub fn session(&self) -> Option<&str> {
        self.name.get(..self.label.start.checked_sub(SEPARATOR.len())?)
    }

    /// The domain among the `Domains` it was parsed with.
    #[must_use]
    pub fn domain(&self) -> DomainId {
        self.domain
    }

    /// The port, if there is one. It does not influence the decision, but it is part of the origin.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// The same host, without a reference to the request.
    #[must_use]
    pub fn into_owned(self) -> Host<'static> {
        let Self { name, label, domain, port } = self;
        Host { name: Cow::Owned(name.into_owned()), label, domain, port }
    }
}

/// 1 to 5 digits. Stricter than `str::parse`, which accepts a plus sign and any number of zeros.
fn parse_port(digits: &str) -> Result<u16, HostError> {
    if digits.is_empty() {
        return Err(HostError::PortEmpty);
    }
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(HostError::PortNotNumeric);
    }
    if digits.len() > MAX_PORT_DIGITS {
        return Err(HostError::PortTooLarge);
    }
    digits.parse().map_err(|_| HostError::PortTooLarge)
}

/// Converts to lower case, and rejects bytes that a canonical host cannot contain.
fn canonical(name: &str) -> Result<Cow<'_, str>, HostError> {
    let mut has_upper_case = false;
    for (at, byte) in name.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' => {}
            b'A'..=b'Z' => has_upper_case = true,
            _ => return Err(HostError::ForbiddenByte { byte, at }),
        }
    }
    Ok(if has_upper_case { Cow::Owned(name.to_ascii_lowercase()) } else { Cow::Borrowed(name) })
}

/// The range of the user's label in the first DNS label of a host. Neither slug nor label may
/// contain `--`, so it is split at the first one, and a second one is an error of the label.
fn locate_label(first: &str) -> Result<Range<usize>, HostError> {
    if first.len() > MAX_LABEL_BYTES {
        return Err(HostError::LabelTooLong { bytes: first.len() });
    }
    // Faster than `str::find`, which prepares tables for long patterns.
    let mut pairs = first.as_bytes().windows(SEPARATOR.len());
    let start = match pairs.position(|pair| pair == SEPARATOR.as_bytes()) {
        Some(end) => {
            let session = first.get(..end).unwrap_or_default();
            session_slug::check(session).map_err(HostError::Session)?;
            end + SEPARATOR.len()
        }
        None => 0,
    };
    let label = first.get(start..).unwrap_or_default();
    label::check(label).map_err(HostError::Label)?;
    Ok(start..first.len())
}

/// Separates session slug and label. The label comes last, so that patterns such as `*--alice` can
/// match all sessions of a user.
const SEPARATOR: &str = "--";
const MAX_PORT_DIGITS: usize = 5;
/// Name, root dot, colon, port.
const MAX_RAW_BYTES: usize = MAX_NAME_BYTES + 1 + 1 + MAX_PORT_DIGITS;

#[cfg(test)]
mod tests;
