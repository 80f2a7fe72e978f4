//! Strict reading of YAML: which texts are numbers or truth values, what is refused, and what a
//! value becomes. A scalar therefore means the same in a configuration, a session and a template.
//!
//! There are two trees. That of the configuration knows the line of each value and keeps repeated
//! keys, which its reader reports by their path. That of the renderer is written as well as read,
//! has comments, and refuses repeated keys. It has no lines: they are read through a map with a
//! reserved key, and sessions are read from input that users influence.

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy, NonFiniteFloatPolicy};
use serde_saphyr::{Budget, Options};
use std::fmt;
use std::marker::PhantomData;

/// A value without parts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Scalar {
    /// `null`, or nothing at all.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A negative whole number.
    Signed(i64),
    /// A whole number.
    Unsigned(u64),
    /// Any other number.
    Float(f64),
    /// Text.
    Text(String),
}

/// What a document is read into.
pub(crate) trait Tree<'de>: Sized {
    /// An item of a list.
    type Item: Deserialize<'de>;

    fn scalar(scalar: Scalar) -> Self;

    fn list(items: Vec<Self::Item>) -> Self;

    /// # Errors
    /// Those of the entries, and of keys that the tree refuses.
    fn section<A: MapAccess<'de>>(entries: A) -> Result<Self, A::Error>;
}

/// Reads a tree, for its `Deserialize`.
pub(crate) fn deserialize<'de, T: Tree<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    deserializer.deserialize_any(TreeVisitor(PhantomData))
}

struct TreeVisitor<T>(PhantomData<T>);

impl<'de, T: Tree<'de>> Visitor<'de> for TreeVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<T, E> {
        Ok(T::scalar(Scalar::Null))
    }

    fn visit_none<E: Error>(self) -> Result<T, E> {
        Ok(T::scalar(Scalar::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<T, E> {
        Ok(T::scalar(Scalar::Bool(value)))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<T, E> {
        Ok(T::scalar(u64::try_from(value).map_or(Scalar::Signed(value), Scalar::Unsigned)))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<T, E> {
        Ok(T::scalar(Scalar::Unsigned(value)))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<T, E> {
        Ok(T::scalar(Scalar::Float(value)))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<T, E> {
        Ok(T::scalar(Scalar::Text(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<T, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(T::list(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<T, A::Error> {
        T::section(entries)
    }
}

/// YAML 1.2 words only, so that a label or user `no` stays text and `007` keeps its zeros. Merge keys
/// are refused: what they bring in has no place that a message could name, and a key must not come
/// from two places. `budget`, as `serde_saphyr::budget!` makes it, bounds what aliases can expand to.
pub(crate) fn strict(budget: Option<Budget>, duplicate_keys: DuplicateKeyPolicy) -> Options {
    serde_saphyr::options! {
        budget: budget,
        duplicate_keys: duplicate_keys,
        merge_keys: MergeKeyPolicy::Error,
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        reject_unsupported_tags: true,
        with_snippet: false,
    }
}
