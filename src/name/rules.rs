//! `doorward-label/v1`: from an issuer's username to the DNS label of the user.
//!
//! The gate compares labels for equality, so two users with the same label would share a desktop.
//! Usernames that are valid labels can be kept (the *bare form*). All others become a readable stub
//! and 100 bits of SHA-256 over issuer and username, and no bare form has the shape of a hashed
//! label. The function is stateless and versioned: no table records who was first, and a different
//! rule is a different version. It uses 100 bits, because collisions with the 28 to 32 bits of
//! similar tools can be found within minutes (T14).

use super::username::{self, Case, UsernameError};
use super::{Label, ReservedLabels, label, unicode};
use aws_lc_rs::digest::{Context, SHA256};
use std::sync::Arc;

/// `doorward-label/v1` for one issuer.
#[derive(Clone, Debug)]
pub struct LabelRules {
    issuer: Box<str>,
    bare_labels: bool,
    case: Case,
    reserved: Arc<ReservedLabels>,
}

impl LabelRules {
    /// Rules for `issuer`, byte for byte its `iss`.
    ///
    /// `bare_labels` keeps usernames of the bare form unchanged. At most one issuer of a domain may
    /// have it: otherwise `alice` of one issuer could use the desktop of `alice` of another.
    #[must_use]
    pub fn new(issuer: &str, bare_labels: bool, case: Case, reserved: Arc<ReservedLabels>) -> Self {
        Self { issuer: issuer.into(), bare_labels, case, reserved }
    }

    /// The same rules with bare labels on or off, to show what the setting would change.
    #[must_use]
    pub fn with_bare_labels(&self, bare_labels: bool) -> Self {
        Self { bare_labels, ..self.clone() }
    }

    /// The canonical username U' (NFC, folded if so configured) and its label.
    ///
    /// Canonically equivalent names get the same label; any other two names of any two issuers do
    /// not, short of a collision in 100 bits of SHA-256.
    ///
    /// # Errors
    /// The first reason for which the username has no label.
    pub fn label(&self, user: &str) -> Result<(Box<str>, Label), UsernameError> {
        let canonical = username::canonical(user, self.case)?;
        // `user` must be ASCII, not only U': a username with the Kelvin sign is normalised to a
        // plain `K`, and a look-alike character must not lead to a bare label.
        let is_bare = self.bare_labels
            && user.is_ascii()
            && canonical.len() <= MAX_BARE_BYTES
            && label::check(&canonical).is_ok()
            && !has_hashed_shape(&canonical)
            && !self.reserved.contains(&canonical);
        let label = if is_bare { canonical.as_ref().into() } else { self.hashed_label(&canonical) };
        Ok((canonical.into(), Label::from_algorithm(label)))
    }

    /// The readable stub, then the part that makes the label unique.
    fn hashed_label(&self, canonical: &str) -> Box<str> {
        let mut label = stub(canonical);
        label.push_str("-u");
        let bits = self.hash(canonical);
        // A digit of radix 32 is one character of base32hex (RFC 4648 §7), in lower case.
        let digits = (0..HASH_CHARACTERS).rev().map(|place| (bits >> (5 * place)) & 0x1f);
        label.extend(digits.filter_map(|digit| char::from_digit(u32::try_from(digit).ok()?, 32)));
        label.into()
    }

    /// The first 100 bits of the digest, as a number.
    fn hash(&self, canonical: &str) -> u128 {
        let mut context = Context::new(&SHA256);
        context.update(b"doorward-label/v1\0");
        // The lengths keep (issuer, name) apart from any other pair with the same concatenation.
        for part in [&self.issuer, canonical] {
            context.update(&length(part));
            context.update(part.as_bytes());
        }
        let digest = context.finish();
        let first_128_bits = digest.as_ref().iter().take(16);
        first_128_bits.fold(0, |bits, byte| (bits << 8) | u128::from(*byte)) >> 28
    }
}

/// The shape of a hashed label: optionally `.*-`, then `u` and twenty of `[0-9a-v]`. A username of
/// this shape is hashed too, so it cannot equal another user's label.
fn has_hashed_shape(label: &str) -> bool {
    // The twenty characters contain no hyphen, so only the text after the last hyphen matters.
    let tail = label.rsplit('-').next().unwrap_or(label);
    let Some(hash) = tail.strip_prefix('u') else {
        return false;
    };
    hash.len() == usize::from(HASH_CHARACTERS)
        && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'v'))
}

/// The readable part of a hashed label: the username's local part in ASCII letters and digits, at
/// most 18 bytes, beginning with a letter, with single hyphens. Never empty; not unique.
fn stub(canonical: &str) -> String {
    let local_part = canonical.split('@').next().unwrap_or_default();
    let mut stub = String::with_capacity(MAX_STUB_BYTES + 2 + usize::from(HASH_CHARACTERS));
    let mut gap = false;
    for character in unicode::nfkd(local_part) {
        if unicode::is_mark(character) {
            continue;
        }
        if !character.is_ascii_alphanumeric() {
            gap = true;
            continue;
        }
        if stub.is_empty() && character.is_ascii_digit() {
            stub.push_str("x-");
        } else if gap && !stub.is_empty() {
            stub.push('-');
        }
        gap = false;
        stub.push(character.to_ascii_lowercase());
        if stub.len() >= MAX_STUB_BYTES {
            break;
        }
    }
    // A hyphen and the character after it can end at 19 bytes; the cut then leaves the hyphen at
    // the end.
    stub.truncate(MAX_STUB_BYTES);
    if stub.as_bytes().last() == Some(&b'-') {
        stub.pop();
    }
    if stub.is_empty() {
        stub.push('x');
    }
    stub
}

/// `u32be(len)`. Usernames have at most 1024 bytes and issuers are far shorter than 4 GiB, so it
/// never saturates.
fn length(part: &str) -> [u8; 4] {
    u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes()
}

/// So that a bare label is never longer than a hashed one: 18 + 2 + 20.
const MAX_BARE_BYTES: usize = 40;
const MAX_STUB_BYTES: usize = 18;
/// Five bits each.
const HASH_CHARACTERS: u8 = 20;

#[cfg(test)]
mod tests;
