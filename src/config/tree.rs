//! A YAML document as a tree in which every value knows its place: what file, environment and
//! flags are laid over one another in. It knows nothing of the keys.
//!
//! Doubled keys are kept here and refused by the reader, because only the reader knows the path of
//! the section and because one doubled key must not hide the next mistake.

use super::key_path::{Step, join, steps};
use super::place::Place;
use crate::yaml::{self, Scalar};
use serde::de::{Deserialize, Deserializer, MapAccess};
use serde_saphyr::options::DuplicateKeyPolicy;
use serde_saphyr::{Options, Spanned};

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

/// A value could not be laid over the tree: the value at this path is neither a section nor a list.
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

    /// Puts `node` at `steps`, replacing the value there; missing sections are created.
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
        yaml::deserialize(deserializer)
    }
}

impl<'de> yaml::Tree<'de> for Value {
    type Item = Node;

    fn scalar(scalar: Scalar) -> Self {
        match scalar {
            Scalar::Null => Self::Null,
            Scalar::Bool(value) => Self::Bool(value),
            Scalar::Signed(value) => Self::Signed(value),
            Scalar::Unsigned(value) => Self::Unsigned(value),
            Scalar::Float(value) => Self::Float(value),
            Scalar::Text(value) => Self::Text(value),
        }
    }

    fn list(items: Vec<Node>) -> Self {
        Self::List(items)
    }

    fn section<A: MapAccess<'de>>(mut entries: A) -> Result<Self, A::Error> {
        let mut section = Vec::new();
        while let Some(key) = entries.next_key::<Spanned<String>>()? {
            let line = key.referenced.line();
            let place = (line > 0).then_some(Place::Line(line));
            section.push(Entry { key: key.value, place, node: entries.next_value()? });
        }
        Ok(Self::Section(section))
    }
}

/// Small budgets, because a configuration has no need for large ones.
fn strict() -> Options {
    let budget = serde_saphyr::budget! {
        max_events: 100_000,
        max_aliases: 100,
        max_anchors: 100,
        max_depth: 32,
        max_documents: 1,
    };
    yaml::strict(budget, DuplicateKeyPolicy::PassThrough)
}
