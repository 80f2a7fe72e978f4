//! The host that a request names, taken apart: the user's label, perhaps a session slug, the domain.
//!
//! Traefik routes by a canonical form of the host but hands the gate what the client wrote: any case,
//! a trailing dot, any port. What is accepted here is exactly the variants that Traefik routes alike
//! *and* that have one meaning; everything else is refused, and so can reach nobody's desktop (T12).
//! The one rule that carries this: make canonical once, take apart, compare for equality. A
//! comparison of beginnings or ends would take `alice.vdi.example.com.evil.com` for ours.
//!
//! The gate calls [`Host::parse`] on every request, the renderer [`Host::compose`] for every route.

mod error;

pub use error::HostError;

use super::dns::{MAX_LABEL_BYTES, MAX_NAME_BYTES};
use super::label;
use super::session_slug::{self, SessionSlug};
use super::{Domain, Domains, Label};
use std::borrow::Cow;
use std::ops::Range;

/// A workspace host named by a request, canonical. On the hot path: `Borrowed` when the raw text is
/// already canonical (with or without a port), so nothing allocates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host<'r> {
    /// The whole canonical name, e.g. `dev--alice.vdi.example.com`.
    name: Cow<'r, str>,
    /// Where the user's label begins (0 without a session slug) and ends in `name`.
    label: Range<usize>,
    domain: usize,
    port: Option<u16>,
}

impl<'r> Host<'r> {
    /// `raw`: `X-Forwarded-Host` as it came. Accepts exactly the case, one-trailing-dot and
    /// numeric-port (`:` 1*5DIGIT, at most 65535) variants of `label.domain` and
    /// `session--label.domain`.
    ///
    /// # Errors
    /// The first reason for which `raw` names no workspace. For the log and `explain` only: to the
    /// client all of them are one and the same unknown host.
    pub fn parse(raw: &'r str, domains: &Domains) -> Result<Self, HostError> {
        if raw.is_empty() {
            return Err(HostError::Empty);
        }
        // First, so that a header of many kilobytes costs no more than a comparison.
        if raw.len() > MAX_RAW_BYTES {
            return Err(HostError::TooLong { bytes: raw.len() });
        }
        let (name, port) = match raw.split_once(':') {
            Some((name, digits)) => (name, Some(parse_port(digits)?)),
            None => (raw, None),
        };
        // The dot of the DNS root. A second one would leave a domain that equals none of ours.
        let name = canonical(name.strip_suffix('.').unwrap_or(name))?;
        if name.len() > MAX_NAME_BYTES {
            return Err(HostError::TooLong { bytes: name.len() });
        }
        let Some((first, parent)) = name.split_once('.') else {
            return Err(HostError::UnknownDomain);
        };
        let Some(domain) = domains.position(parent) else {
            let is_bare_domain = domains.position(&name).is_some();
            return Err(if is_bare_domain {
                HostError::BareDomain
            } else {
                HostError::UnknownDomain
            });
        };
        let label = locate_label(first)?;
        Ok(Self { name, label, domain, port })
    }

    /// The canonical host name that `parse` gives back these parts for.
    ///
    /// # Errors
    /// [`HostError::LabelTooLong`] when slug and label do not fit into one DNS label together. It
    /// takes a label that no user has: those of the algorithm end at 40 bytes.
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

    /// The user's label in this host: what a session's label is compared with.
    #[must_use]
    pub fn label(&self) -> &str {
        // Always in range. If it were not, the empty text equals no label of anybody.
        self.name.get(self.label.clone()).unwrap_or_default()
    }

    /// The session slug of `session--label`.
    #[must_use]
    pub fn session(&self) -> Option<&str> {
        self.name.get(..self.label.start.checked_sub(SEPARATOR.len())?)
    }

    /// Index into the `Domains` it was parsed with.
    #[must_use]
    pub fn domain(&self) -> usize {
        self.domain
    }

    /// The port, if the request named one. Takes no part in who may enter; the origin has it.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// The same host, free of the request it was read from.
    #[must_use]
    pub fn into_owned(self) -> Host<'static> {
        let Self { name, label, domain, port } = self;
        Host { name: Cow::Owned(name.into_owned()), label, domain, port }
    }
}

/// 1 to 5 digits. Not what `str::parse` takes: that accepts a plus sign and any number of zeros.
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

/// Lower case, and only bytes that a canonical host can have.
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

/// The range of the user's label in the first DNS label of a host. Neither half may hold `--`, so
/// the first one is the only one, or the second half breaks the grammar.
fn locate_label(first: &str) -> Result<Range<usize>, HostError> {
    if first.len() > MAX_LABEL_BYTES {
        return Err(HostError::LabelTooLong { bytes: first.len() });
    }
    // A search for a text sets up tables for long needles; this one is two bytes.
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

/// Between session slug and label. The user's label is last, so that whoever writes policies by
/// pattern can bind a user and leave the session open.
const SEPARATOR: &str = "--";
const MAX_PORT_DIGITS: usize = 5;
/// Name, root dot, colon, port.
const MAX_RAW_BYTES: usize = MAX_NAME_BYTES + 1 + 1 + MAX_PORT_DIGITS;

#[cfg(test)]
mod tests;
