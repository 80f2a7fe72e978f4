//! The compact serialization of a token (RFC 7515): three base64url parts, split and decoded.
//!
//! Refuses what a lenient parser would accept: padding, other alphabets, white space, and non-zero
//! unused bits in the last character. So each token has one encoding (RFC 7515, section 2), which the
//! cache and revocation by token rely on. Knows no JSON, no key and no claim.

use super::rejection::{Part, Rejection};
use base64::{DecodeError, Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// A token cut into its parts, with header and payload decoded.
pub(super) struct Compact<'token> {
    /// What the signature covers: the first two parts and the dot between them, unchanged.
    pub(super) signing_input: &'token [u8],
    /// The third part, proven to be canonical base64url.
    pub(super) signature: &'token str,
    /// The signature, decoded.
    pub(super) signature_bytes: Vec<u8>,
    /// The decoded first part.
    pub(super) header: Vec<u8>,
    /// The decoded second part.
    pub(super) payload: Vec<u8>,
}

impl<'token> Compact<'token> {
    /// Splits and decodes `token`.
    ///
    /// # Errors
    /// The size first, then the number of parts, then each part. A token above `max_bytes`, or with
    /// another number of parts, is refused without decoding.
    pub(super) fn split(token: &'token str, max_bytes: usize) -> Result<Self, Rejection> {
        if token.len() > max_bytes {
            return Err(Rejection::TooLong { limit: max_bytes });
        }
        let mut dots = token.bytes().enumerate().filter(|&(_, byte)| byte == b'.');
        let (Some((first, _)), Some((second, _))) = (dots.next(), dots.next()) else {
            return Err(Rejection::NotThreeParts);
        };
        match dots.count() {
            0 => {}
            // RFC 7516, section 7.1: an encrypted token has five parts.
            2 => return Err(Rejection::Encrypted),
            _ => return Err(Rejection::NotThreeParts),
        }
        let parts = (
            token.get(..first),
            token.get(first + 1..second),
            token.get(second + 1..),
            token.as_bytes().get(..second),
        );
        let (Some(header), Some(payload), Some(signature), Some(signing_input)) = parts else {
            return Err(Rejection::NotThreeParts);
        };
        if signature.is_empty() {
            return Err(Rejection::NoSignature);
        }
        Ok(Self {
            signing_input,
            signature,
            signature_bytes: decode(Part::Signature, signature)?,
            header: decode(Part::Header, header)?,
            payload: decode(Part::Payload, payload)?,
        })
    }
}

/// The engine refuses padding, other characters, impossible lengths and, as `InvalidLastSymbol`,
/// non-zero unused bits in the last character.
fn decode(part: Part, text: &str) -> Result<Vec<u8>, Rejection> {
    URL_SAFE_NO_PAD.decode(text).map_err(|error| match error {
        DecodeError::InvalidLastSymbol { .. } => Rejection::SlackBits(part),
        DecodeError::InvalidByte(..)
        | DecodeError::InvalidLength(_)
        | DecodeError::InvalidPadding => Rejection::NotBase64Url(part),
    })
}

#[cfg(test)]
mod tests;
