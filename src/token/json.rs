//! Strict JSON for tokens and key sets: one text, one meaning.
//!
//! `serde_json` does the lexing, so lone surrogates, invalid escapes, a byte-order mark and
//! trailing data are its refusals. What it leaves open is closed here: a member given twice is an
//! error at every depth, also when one of the two is spelt with escapes (RFC 7519, section 4 lets
//! a parser take the last one, and two readers of one token must not see two users), and nesting
//! is bounded. A key set is read more gently: there a doubled member costs that key alone.

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::{borrow::Cow, cell::Cell, fmt};

/// A JSON value that borrows from its text wherever no escape forces a copy.
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
    /// The text of a string; nothing else has one.
    pub(super) fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The members of an object.
    pub(super) fn as_object(&self) -> Option<&Object<'text>> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// Whether some object in here, however deep, has a member twice.
    pub(super) fn has_doubled_member(&self) -> bool {
        match self {
            Self::Object(object) => {
                object.doubled || object.members.iter().any(|(_, value)| value.has_doubled_member())
            }
            Self::Array(items) => items.iter().any(Self::has_doubled_member),
            _ => false,
        }
    }
}

/// The members of an object, in their order.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Object<'text> {
    members: Vec<(Cow<'text, str>, Value<'text>)>,
    doubled: bool,
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

/// A number as its text has it, as far as 64 bits reach.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    /// A whole number from zero up.
    Unsigned(u64),
    /// A whole number below zero.
    Negative(i64),
    /// Written with a fraction or an exponent, or too large for 64 bits; always finite. The
    /// nearest one to the text: without `float_roundtrip` the library may be one off.
    Float(f64),
}

/// Why a text is not the JSON object it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonFault {
    /// Not UTF-8.
    NotUtf8,
    /// Not JSON, or more than one JSON text.
    Syntax,
    /// An object has the same member twice.
    DoubledMember,
    /// More than `MAX_DEPTH` levels.
    TooDeep,
    /// Sound JSON, but no object.
    NotAnObject,
}

impl fmt::Display for JsonFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::NotUtf8 => "is not UTF-8",
            Self::Syntax => "is not JSON",
            Self::DoubledMember => "gives a member twice",
            Self::TooDeep => "is nested too deep",
            Self::NotAnObject => "is no JSON object",
        })
    }
}

/// Levels of nesting, the outermost object included. Real tokens stay below ten; the bound keeps
/// the recursion here and in whoever walks the tree small.
pub(super) const MAX_DEPTH: u8 = 32;

/// Reads an object in which no member is doubled at any depth.
///
/// # Errors
/// Everything that is not exactly one such object.
pub(super) fn parse_object(text: &[u8]) -> Result<Object<'_>, JsonFault> {
    parse(text, Doubled::Refuse)
}

/// Reads an object and only marks doubled members: [`Value::has_doubled_member`] finds them.
///
/// # Errors
/// Everything that is not exactly one object, and a member doubled at the outermost level.
pub(super) fn parse_object_marking(text: &[u8]) -> Result<Object<'_>, JsonFault> {
    let object = parse(text, Doubled::Mark)?;
    if object.doubled {
        return Err(JsonFault::DoubledMember);
    }
    Ok(object)
}

fn parse(text: &[u8], doubled: Doubled) -> Result<Object<'_>, JsonFault> {
    let text = std::str::from_utf8(text).map_err(|_| JsonFault::NotUtf8)?;
    // The library's error type carries text only; the fault that is ours travels beside it.
    let fault = Cell::new(JsonFault::Syntax);
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let tree = Tree { depth: 0, doubled, fault: &fault };
    let value = tree.deserialize(&mut deserializer).map_err(|_| fault.get())?;
    deserializer.end().map_err(|_| JsonFault::Syntax)?;
    match value {
        Value::Object(object) => Ok(object),
        _ => Err(JsonFault::NotAnObject),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Doubled {
    Refuse,
    Mark,
}

/// Builds a [`Value`] and knows how deep it stands.
#[derive(Clone, Copy)]
struct Tree<'cell> {
    depth: u8,
    doubled: Doubled,
    fault: &'cell Cell<JsonFault>,
}

impl Tree<'_> {
    fn fail<E: Error>(&self, fault: JsonFault) -> E {
        self.fault.set(fault);
        E::custom(fault)
    }

    /// The builder for what lies one level below.
    fn deeper<E: Error>(self) -> Result<Self, E> {
        if self.depth >= MAX_DEPTH {
            return Err(self.fail(JsonFault::TooDeep));
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
        let doubled = has_doubled_name(&members);
        if doubled && self.doubled == Doubled::Refuse {
            return Err(self.fail(JsonFault::DoubledMember));
        }
        Ok(Value::Object(Object { members, doubled }))
    }
}

/// A member's name, borrowed when it holds no escape; `Cow` on its own would always copy.
#[derive(serde::Deserialize)]
struct Name<'text>(#[serde(borrow)] Cow<'text, str>);

/// Quadratic only where that is the faster way: a hostile object of a thousand members must not
/// cost half a million comparisons before its signature has been looked at.
fn has_doubled_name(members: &[(Cow<'_, str>, Value<'_>)]) -> bool {
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

/// Compact JSON: how a list or an object goes into an identity header.
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
