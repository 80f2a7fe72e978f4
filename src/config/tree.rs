//! A YAML document as a tree in which every value knows its place: what file, environment and
//! flags are laid over one another in, before anything is known about the keys.
//!
//! Doubled keys are kept here and refused by the reader, because only the reader knows the path of
//! the section and because one doubled key must not hide the next mistake.

use super::key_path::{Step, join, steps};
use super::place::Place;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy, NonFiniteFloatPolicy};
use serde_saphyr::{Options, Spanned};
use std::fmt;

/// A value and where it was written.
#[derive(Clone)]
pub(super) struct Node {
    pub(super) place: Option<Place>,
    pub(super) value: Value,
}

#[derive(Clone)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Signed(i64),
    Unsigned(u64),
    Float(f64),
    Text(String),
    List(Vec<Node>),
    Section(Vec<Entry>),
}

/// One `key: value` of a section.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) place: Option<Place>,
    pub(super) node: Node,
}

/// Why a text is no tree.
pub(super) struct NotYaml {
    pub(super) line: Option<u64>,
    pub(super) message: String,
}

/// A value could not be laid over the tree: what stands at this path is neither section nor list.
pub(super) struct Blocked {
    pub(super) path: String,
}

impl Node {
    /// Reads one YAML document. An empty one is `Null`.
    pub(super) fn parse(text: &str) -> Result<Self, NotYaml> {
        if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
            return Ok(Self { place: None, value: Value::Null });
        }
        serde_saphyr::from_str_with_options(text, strict()).map_err(|error| {
            let error = error.without_snippet();
            NotYaml {
                line: error.location().map(|location| location.line()),
                message: error.to_string(),
            }
        })
    }

    /// The same tree with every value at `place`: for a variable or a flag, whose own lines mean
    /// nothing to an operator.
    pub(super) fn at(mut self, place: &Place) -> Self {
        self.move_to(place);
        self
    }

    fn move_to(&mut self, place: &Place) {
        self.place = Some(place.clone());
        match &mut self.value {
            Value::List(items) => items.iter_mut().for_each(|item| item.move_to(place)),
            Value::Section(entries) => {
                for entry in entries {
                    entry.place = Some(place.clone());
                    entry.node.move_to(place);
                }
            }
            _ => {}
        }
    }

    /// Puts `node` at `steps`, in place of what stands there; sections on the way are made.
    /// Keys match in any case, for the variables that are upper case by custom.
    pub(super) fn overlay(&mut self, steps: &[Step], node: Self) -> Result<(), Blocked> {
        let mut here = self;
        for (depth, step) in steps.iter().enumerate() {
            let blocked = || Blocked { path: join(steps.get(..depth).unwrap_or_default()) };
            here = match step {
                Step::Key(key) => here.child(key, &node).ok_or_else(blocked)?,
                Step::Index(index) => match &mut here.value {
                    Value::List(items) => items.get_mut(*index).ok_or_else(blocked)?,
                    _ => return Err(blocked()),
                },
            };
        }
        *here = node;
        Ok(())
    }

    fn child(&mut self, key: &str, like: &Self) -> Option<&mut Self> {
        if matches!(self.value, Value::Null) {
            self.value = Value::Section(Vec::new());
        }
        let Value::Section(entries) = &mut self.value else {
            return None;
        };
        let known = entries.iter().position(|entry| entry.key.eq_ignore_ascii_case(key));
        let position = known.unwrap_or(entries.len());
        if known.is_none() {
            let node = Self { place: like.place.clone(), value: Value::Null };
            entries.push(Entry { key: key.to_owned(), place: like.place.clone(), node });
        }
        entries.get_mut(position).map(|entry| &mut entry.node)
    }

    /// Place of the key at `path`, else of the nearest thing around it that has one.
    pub(super) fn place_of(&self, path: &str) -> Option<Place> {
        let mut here = self;
        let mut place = None;
        for step in steps(path) {
            let next = match (&step, &here.value) {
                (Step::Key(key), Value::Section(entries)) => entries
                    .iter()
                    .find(|entry| entry.key == *key)
                    .map(|entry| (entry.place.clone(), &entry.node)),
                (Step::Index(index), Value::List(items)) => {
                    items.get(*index).map(|item| (item.place.clone(), item))
                }
                _ => None,
            };
            let Some((found, node)) = next else { break };
            place = found.or(place);
            here = node;
        }
        place
    }

    /// What this is, as messages say it.
    pub(super) fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "empty",
            Value::Bool(_) => "true or false",
            Value::Signed(_) | Value::Unsigned(_) | Value::Float(_) => "a number",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Section(_) => "a section",
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<Value>::deserialize(deserializer)?;
        let line = spanned.referenced.line();
        Ok(Self { place: (line > 0).then_some(Place::Line(line)), value: spanned.value })
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(u64::try_from(value).map_or(Value::Signed(value), Value::Unsigned))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Unsigned(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Float(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(node) = items.next_element()? {
            list.push(node);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut section = Vec::new();
        while let Some(key) = entries.next_key::<Spanned<String>>()? {
            let line = key.referenced.line();
            let place = (line > 0).then_some(Place::Line(line));
            section.push(Entry { key: key.value, place, node: entries.next_value()? });
        }
        Ok(Value::Section(section))
    }
}

/// YAML 1.2 words only, so that a label `no` stays text and `007` keeps its zeros; small budgets,
/// because a configuration has no reason to be an alias bomb; merge keys refused, because what
/// they bring in has no place that a message could name.
fn strict() -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_events: 100_000,
            max_aliases: 100,
            max_anchors: 100,
            max_depth: 32,
            max_documents: 1,
        },
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        merge_keys: MergeKeyPolicy::Error,
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        reject_unsupported_tags: true,
        with_snippet: false,
    }
}
