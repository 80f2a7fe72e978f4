//! Strict JSON for tokens and key sets: each text has one meaning.
//!
//! `serde_json` does the lexing and refuses lone surrogates, invalid escapes, a byte-order mark and
//! trailing data. This module adds two rules. A duplicate member is an error at every depth, also when
//! one of the two is written with escapes: RFC 7519, section 4 allows a parser to take the last one,
//! and two parsers of one token must not see two users. And nesting is bounded. In a key set a
//! duplicate member invalidates only its own key.

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::{borrow::Cow, cell::Cell, fmt};

/// A JSON value. Its strings borrow from the text unless they contain escapes.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value<'text> {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean(bool),
    /// A number.
    Number(Number),
    /// A string, escapes resolved.
    String(Cow<'text, str>),
    /// A list.
    Array(Vec<Value<'text>>),
    /// An object.
    Object(Object<'text>),
}

impl<'text> Value<'text> {
    /// The text, if this is a string.
    pub(super) fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The members, if this is an object.
    pub(super) fn as_object(&self) -> Option<&Object<'text>> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// Whether an object in this value, at any depth, has a duplicate member.
    pub(super) fn has_duplicate_member(&self) -> bool {
        match self {
            Self::Object(object) => {
                object.has_duplicate
                    || object.members.iter().any(|(_, value)| value.has_duplicate_member())
            }
            Self::Array(items) => items.iter().any(Self::has_duplicate_member),
            _ => false,
        }
    }
}

/// The members of an object, in their order.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Object<'text> {
    members: Vec<(Cow<'text, str>, Value<'text>)>,
    has_duplicate: bool,
}

impl<'text> Object<'text> {
    /// The member of this name, compared byte by byte.
    pub(super) fn get(&self, name: &str) -> Option<&Value<'text>> {
        self.members.iter().find(|(member, _)| member == name).map(|(_, value)| value)
    }

    /// The values of all members.
    pub(super) fn values(&self) -> impl Iterator<Item = &Value<'text>> {
        self.members.iter().map(|(_, value)| value)
    }

    /// The names of all members.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.members.iter().map(|(name, _)| name.as_ref())
    }
}

/// A number in the form in which it was written, within 64 bits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    /// A non-negative integer.
    Unsigned(u64),
    /// A negative integer.
    Negative(i64),
    /// Written with a fraction or an exponent, or too large for 64 bits; always finite. Without
    /// `float_roundtrip`, `serde_json` may differ from the nearest float by one unit.
    Float(f64),
}

/// Why a text is not a strict JSON object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonError {
    /// Not UTF-8.
    NotUtf8,
    /// Not JSON, or more than one JSON text.
    Syntax,
    /// An object has a duplicate member.
    DuplicateMember,
    /// More than `MAX_DEPTH` levels.
    TooDeep,
    /// Valid JSON, but not an object.
    NotAnObject,
}

impl fmt::Display for JsonError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::NotUtf8 => "is not UTF-8",
            Self::Syntax => "is not JSON",
            Self::DuplicateMember => "has a duplicate member",
            Self::TooDeep => "is nested too deeply",
            Self::NotAnObject => "is not a JSON object",
        })
    }
}

/// Levels of nesting, including the outermost object. Real tokens stay below ten; the bound limits
/// the recursion here and in functions that walk the value.
pub(super) const MAX_DEPTH: u8 = 32;

/// Parses an object without duplicate members at any depth.
///
/// # Errors
/// Any text that is not exactly one such object.
pub(super) fn parse_object(text: &[u8]) -> Result<Object<'_>, JsonError> {
    parse(text, Duplicates::Refuse)
}

/// Parses an object and only marks duplicate members, for [`Value::has_duplicate_member`].
///
/// # Errors
/// Any text that is not exactly one object; a duplicate member at the outermost level.
pub(super) fn parse_object_marking(text: &[u8]) -> Result<Object<'_>, JsonError> {
    let object = parse(text, Duplicates::Mark)?;
    if object.has_duplicate {
        return Err(JsonError::DuplicateMember);
    }
    Ok(object)
}

fn parse(text: &[u8], duplicates: Duplicates) -> Result<Object<'_>, JsonError> {
    let text = std::str::from_utf8(text).map_err(|_| JsonError::NotUtf8)?;
    // The error type of `serde_json` has only a message, so the reason is passed beside it.
    let fault = Cell::new(JsonError::Syntax);
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let tree = Tree { depth: 0, duplicates, fault: &fault };
    let value = tree.deserialize(&mut deserializer).map_err(|_| fault.get())?;
    deserializer.end().map_err(|_| JsonError::Syntax)?;
    match value {
        Value::Object(object) => Ok(object),
        _ => Err(JsonError::NotAnObject),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Duplicates {
    Refuse,
    Mark,
}

/// Builds a [`Value`] at some depth.
#[derive(Clone, Copy)]
struct Tree<'cell> {
    depth: u8,
    duplicates: Duplicates,
    fault: &'cell Cell<JsonError>,
}

impl Tree<'_> {
    fn fail<E: Error>(&self, fault: JsonError) -> E {
        self.fault.set(fault);
        E::custom(fault)
    }

    /// The builder for the next level.
    fn deeper<E: Error>(self) -> Result<Self, E> {
        if self.depth >= MAX_DEPTH {
            return Err(self.fail(JsonError::TooDeep));
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }
}

impl<'text> DeserializeSeed<'text> for Tree<'_> {
    type Value = Value<'text>;

    fn deserialize<D: Deserializer<'text>>(
        self,
        deserializer: D,
    ) -> Result<Value<'text>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'text> Visitor<'text> for Tree<'_> {
    type Value = Value<'text>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value<'text>, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value<'text>, E> {
        Ok(Value::Boolean(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value<'text>, E> {
        Ok(Value::Number(Number::Unsigned(value)))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value<'text>, E> {
        Ok(Value::Number(Number::Negative(value)))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value<'text>, E> {
        Ok(Value::Number(Number::Float(value)))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value<'text>, E> {
        Ok(Value::String(Cow::Owned(value.to_owned())))
    }

    fn visit_borrowed_str<E: Error>(self, value: &'text str) -> Result<Value<'text>, E> {
        Ok(Value::String(Cow::Borrowed(value)))
    }

    fn visit_seq<A: SeqAccess<'text>>(self, mut list: A) -> Result<Value<'text>, A::Error> {
        let tree = self.deeper()?;
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(tree)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'text>>(self, mut map: A) -> Result<Value<'text>, A::Error> {
        let tree = self.deeper()?;
        let mut members = Vec::with_capacity(8);
        while let Some(Name(name)) = map.next_key()? {
            members.push((name, map.next_value_seed(tree)?));
        }
        let has_duplicate = has_duplicate_name(&members);
        if has_duplicate && self.duplicates == Duplicates::Refuse {
            return Err(self.fail(JsonError::DuplicateMember));
        }
        Ok(Value::Object(Object { members, has_duplicate }))
    }
}

/// The name of a member, borrowed if it has no escapes; a plain `Cow` would always copy.
#[derive(serde::Deserialize)]
struct Name<'text>(#[serde(borrow)] Cow<'text, str>);

/// Quadratic only for few members, where it is faster: an attacker's object with a thousand members
/// must not cost half a million comparisons before the signature is verified.
fn has_duplicate_name(members: &[(Cow<'_, str>, Value<'_>)]) -> bool {
    if members.len() <= 16 {
        let mut rest = members;
        while let [(name, _), others @ ..] = rest {
            if others.iter().any(|(other, _)| other == name) {
                return true;
            }
            rest = others;
        }
        return false;
    }
    let mut names: Vec<&str> = members.iter().map(|(name, _)| name.as_ref()).collect();
    names.sort_unstable();
    names.windows(2).any(|pair| matches!(pair, [left, right] if left == right))
}

/// Compact JSON, for lists and objects in identity headers.
impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Boolean(value) => serializer.serialize_bool(*value),
            Self::Number(Number::Unsigned(value)) => serializer.serialize_u64(*value),
            Self::Number(Number::Negative(value)) => serializer.serialize_i64(*value),
            Self::Number(Number::Float(value)) => serializer.serialize_f64(*value),
            Self::String(text) => serializer.serialize_str(text),
            Self::Array(items) => serializer.collect_seq(items),
            Self::Object(object) => {
                let mut map = serializer.serialize_map(Some(object.members.len()))?;
                for (name, value) in &object.members {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

#[cfg(test)]
mod tests;
