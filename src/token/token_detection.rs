//! Whether a header value is a token of a configured issuer or of doorward, which must not reach a
//! desktop.
//!
//! The opposite of verification: a value counts if any parser could read it as such a token (threat
//! T4: a desktop that steals tokens). So this module accepts what the strict parser refuses: padding,
//! the other alphabet, duplicate members, deep nesting, trailing data.

use super::{issuer::GATE_ISSUER, purpose};
use base64::{
    Engine,
    alphabet::URL_SAFE,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use std::{cell::Cell, fmt};

/// Looks at `typ` in the first part and at `iss` and `typ` in the second.
pub(super) fn claims_to_be_ours(token: &str, is_issuer: impl Fn(&str) -> bool) -> bool {
    let mut parts = token.trim().split('.');
    let (Some(header), Some(payload)) = (parts.next(), parts.next()) else {
        return false;
    };
    let is_ours = |name: &str, value: &str| match name {
        "typ" => purpose::is_doorward(value),
        "iss" => value == GATE_ISSUER || is_issuer(value),
        _ => false,
    };
    some_member(header, &is_ours) || some_member(payload, &is_ours)
}

/// Whether `is_ours` is true for a top-level member of a JSON object in lenient base64url. A member
/// counts as soon as it has been read, regardless of what follows.
fn some_member(part: &str, is_ours: &dyn Fn(&str, &str) -> bool) -> bool {
    let part = part.replace('+', "-").replace('/', "_");
    let Ok(json) = LENIENT.decode(part.trim()) else {
        return false;
    };
    let found = Cell::new(false);
    let mut deserializer = serde_json::Deserializer::from_slice(&json);
    let _ = deserializer.deserialize_map(Members { is_ours, found: &found });
    found.get()
}

struct Members<'call> {
    is_ours: &'call dyn Fn(&str, &str) -> bool,
    found: &'call Cell<bool>,
}

impl<'json> Visitor<'json> for Members<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'json>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            if name != "iss" && name != "typ" {
                // Skipped without recursion, so that deep nesting cannot hide the members after it.
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let ours = match map.next_value::<serde_json::Value>()? {
                serde_json::Value::String(text) => (self.is_ours)(&name, &text),
                // Some parsers accept a list as `iss`.
                serde_json::Value::Array(items) => items
                    .iter()
                    .filter_map(|item| item.as_str())
                    .any(|text| (self.is_ours)(&name, text)),
                _ => false,
            };
            if ours {
                self.found.set(true);
            }
        }
        Ok(())
    }
}

/// With or without padding, with any unused bits.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

#[cfg(test)]
mod tests;
