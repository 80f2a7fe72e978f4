//! The small types that raw keys are made of: a field that survives a bad value, one value or a
//! list, and text with a meaning that the JSON Schema can state.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// What a key said. "Bad" is apart from "missing": the mistake is on the list already, so a check
/// that finds it uses the default and adds no second complaint.
///
/// To be read by the reader of this module's parent only, which reports before it refuses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Field<T> {
    #[default]
    Missing,
    Bad,
    Good(T),
}

impl<T> Field<T> {
    pub(super) fn good(&self) -> Option<&T> {
        match self {
            Self::Good(value) => Some(value),
            Self::Missing | Self::Bad => None,
        }
    }

    pub(super) fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }

    pub(super) fn is_bad(&self) -> bool {
        matches!(self, Self::Bad)
    }
}

impl<T: Copy> Field<T> {
    /// The value, or the default where there is none.
    pub(super) fn or(&self, default: T) -> T {
        self.good().copied().unwrap_or(default)
    }
}

impl<T: Copy + Default> Field<T> {
    /// The value, or the type's default where there is none.
    pub(super) fn or_default(&self) -> T {
        self.or(T::default())
    }
}

impl<T> Field<Option<T>> {
    /// The value of a key that may be `null`, which says the same as leaving it out.
    pub(super) fn some(&self) -> Option<&T> {
        self.good().and_then(Option::as_ref)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(T::deserialize(deserializer).map_or(Self::Bad, Self::Good))
    }
}

impl<T: JsonSchema> JsonSchema for Field<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// A list that a bad element does not end.
pub(super) type List<T> = Vec<Field<T>>;

/// `key: value` or `key: [value, value]`.
#[derive(Clone, Debug, serde::Deserialize, JsonSchema)]
#[schemars(untagged, inline)]
pub(super) enum OneOrMany<T> {
    #[serde(rename = "shape:list")]
    Many(List<T>),
    #[serde(rename = "shape:one")]
    One(T),
}

impl<T> OneOrMany<T> {
    /// Each value with the path of its own; `None` where the value was bad.
    pub(super) fn each(&self, path: &str) -> Vec<(String, Option<&T>)> {
        match self {
            Self::One(value) => vec![(path.to_owned(), Some(value))],
            Self::Many(list) => {
                each(list, path).map(|(path, value)| (path, value.good())).collect()
            }
        }
    }
}

/// The elements of a list with their paths.
pub(super) fn each<'l, T>(
    list: &'l [Field<T>],
    path: &str,
) -> impl Iterator<Item = (String, &'l Field<T>)> {
    list.iter().enumerate().map(move |(index, field)| (format!("{path}[{index}]"), field))
}

/// The good elements of a list with their paths.
pub(super) fn good_ones<'l, T>(
    list: &'l [Field<T>],
    path: &str,
) -> impl Iterator<Item = (String, &'l T)> {
    each(list, path).filter_map(|(path, field)| field.good().map(|value| (path, value)))
}

/// Bytes: a number, or text with a unit.
#[derive(Clone, Debug, serde::Deserialize, JsonSchema)]
#[schemars(untagged, inline)]
pub(super) enum Size {
    #[serde(rename = "shape:number")]
    Bytes(u64),
    #[serde(rename = "shape:text")]
    Text(Text<Bytes>),
}

/// Text of the kind `K`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Text<K>(String, PhantomData<K>);

/// What a text stands for.
pub(super) trait Kind {
    /// Completes "write …".
    const EXPECTED: &'static str;
    /// Regular expression for the JSON Schema; only as strict as the checks are.
    const PATTERN: Option<&'static str> = None;
}

impl<K> Text<K> {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de, K: Kind> Deserialize<'de> for Text<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor<K>(PhantomData<K>);
        impl<K: Kind> Visitor<'_> for TextVisitor<K> {
            type Value = Text<K>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(K::EXPECTED)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Text<K>, E> {
                Ok(Text(text.to_owned(), PhantomData))
            }
        }
        deserializer.deserialize_str(TextVisitor(PhantomData))
    }
}

impl<K> JsonSchema for Text<K>
where
    K: Kind,
{
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("Text")
    }

    fn schema_id() -> Cow<'static, str> {
        Cow::Borrowed(K::EXPECTED)
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let mut schema = json_schema!({ "type": "string" });
        if let Some(pattern) = K::PATTERN {
            schema.insert("pattern".to_owned(), pattern.into());
        }
        schema
    }
}

/// Names a kind of text.
macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident: $expected:literal $(, $pattern:literal)?;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub(super) struct $name;

        impl Kind for $name {
            const EXPECTED: &'static str = $expected;
            $(const PATTERN: Option<&'static str> = Some($pattern);)?
        }
    )+};
}

kinds! {
    /// A span of time.
    Span: "a duration such as 500ms, 30s, 5m, 24h or 7d", "^[0-9]+(ms|s|m|h|d)$";
    /// A number of bytes with its unit.
    Bytes: "a size such as 8KiB, 64MiB or 4096", "^[0-9]+(B|KiB|MiB|GiB)?$";
    /// IP address and port.
    Socket: "an IP address and a port, such as 127.0.0.1:4181";
    /// Network or single address.
    Network: "a network such as 10.0.0.0/8 or an IP address";
    /// Path of a file or folder.
    FilePath: "the path of a file";
    /// Anything else.
    Words: "text, in quotes if it looks like another type";
}

/// The entries of a section whose keys the operator makes up, in the file's order.
#[derive(Clone, Debug)]
pub(super) struct Pairs(pub(super) Vec<(String, Field<Text<Words>>)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PairsVisitor;
        impl<'de> Visitor<'de> for PairsVisitor {
            type Value = Pairs;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a section of `Header-Name: value` lines, or {} for none")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = entries.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(PairsVisitor)
    }
}

impl JsonSchema for Pairs {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("Pairs")
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object", "additionalProperties": { "type": "string" } })
    }
}
