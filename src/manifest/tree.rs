//! A document as a tree: what sessions and templates are read into, and what every manifest is
//! before it is written. A value is a leaf of the tree and stays one, with any content, so no
//! username can become a key, a list or a second document (T16).

use crate::yaml::{self, Scalar};
use serde::de::{Deserialize, Deserializer, Error, MapAccess};
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::borrow::Cow;

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
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
    Text(Cow<'static, str>),
    /// `- …`
    List(Vec<Node>),
    /// `key: …`
    Section(Section),
}

/// Entries in their order; no key twice.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Section {
    entries: Vec<Entry>,
    /// What [`Section::why`] has said about the entry that comes next.
    pending: Option<Box<str>>,
}

/// One `key: value`.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// What stands above it as a comment.
    pub comment: Option<Box<str>>,
    /// Its key.
    pub key: Cow<'static, str>,
    /// Its value.
    pub node: Node,
}

impl Section {
    /// Without entries.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The comment above the entry that is put next. A blank line begins a new paragraph.
    #[must_use]
    pub fn why(mut self, comment: impl Into<Cow<'static, str>>) -> Self {
        let comment = comment.into();
        self.pending = (!comment.is_empty()).then(|| comment.into());
        self
    }

    /// One more entry at the end, or another value for the key that is there.
    #[must_use]
    pub fn put(mut self, key: impl Into<Cow<'static, str>>, node: impl Into<Node>) -> Self {
        self.set(key, node);
        self
    }

    /// [`Section::put`] when there is something to put; else the pending comment goes too.
    #[must_use]
    pub fn put_some(
        mut self,
        key: impl Into<Cow<'static, str>>,
        node: Option<impl Into<Node>>,
    ) -> Self {
        if let Some(node) = node {
            return self.put(key, node);
        }
        self.pending = None;
        self
    }

    /// As [`Section::put`].
    pub fn set(&mut self, key: impl Into<Cow<'static, str>>, node: impl Into<Node>) {
        let (key, node) = (key.into(), node.into());
        let comment = std::mem::take(&mut self.pending);
        match self.entries.iter_mut().find(|entry| entry.key == key) {
            Some(entry) => entry.node = node,
            None => self.entries.push(Entry { comment, key, node }),
        }
    }

    /// All entries of another section, after these.
    pub fn extend(&mut self, other: Self) {
        for entry in other.entries {
            match self.entries.iter_mut().find(|own| own.key == entry.key) {
                Some(own) => *own = entry,
                None => self.entries.push(entry),
            }
        }
    }

    /// As [`Node::without_comments`].
    #[must_use]
    pub fn without_comments(self) -> Self {
        let entries = self.entries.into_iter().map(|entry| Entry {
            comment: None,
            key: entry.key,
            node: entry.node.without_comments(),
        });
        Self { entries: entries.collect(), pending: None }
    }

    /// The value of this key.
    #[must_use]
    pub fn at(&self, key: &str) -> Option<&Node> {
        self.entries.iter().find(|entry| entry.key == key).map(|entry| &entry.node)
    }

    /// The value of this key, to be changed.
    pub fn at_mut(&mut self, key: &str) -> Option<&mut Node> {
        self.entries.iter_mut().find(|entry| entry.key == key).map(|entry| &mut entry.node)
    }

    /// All entries in their order.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// All entries, to be changed.
    pub fn entries_mut(&mut self) -> impl Iterator<Item = &mut Entry> {
        self.entries.iter_mut()
    }

    /// Whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl Node {
    /// The text, if it is text.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The section, if it is one.
    #[must_use]
    pub fn section(&self) -> Option<&Section> {
        match self {
            Self::Section(section) => Some(section),
            _ => None,
        }
    }

    /// The section to be changed, if it is one.
    pub fn section_mut(&mut self) -> Option<&mut Section> {
        match self {
            Self::Section(section) => Some(section),
            _ => None,
        }
    }

    /// The items, if it is a list.
    #[must_use]
    pub fn list(&self) -> Option<&[Node]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// The value below these keys.
    #[must_use]
    pub fn below(&self, keys: &[&str]) -> Option<&Self> {
        keys.iter().try_fold(self, |node, key| node.section()?.at(key))
    }

    /// What this is, as messages say it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "empty",
            Self::Bool(_) => "true or false",
            Self::Signed(_) | Self::Unsigned(_) | Self::Float(_) => "a number",
            Self::Text(_) => "text",
            Self::List(_) => "a list",
            Self::Section(_) => "a section",
        }
    }

    /// The same without comments, for what is written many times.
    #[must_use]
    pub fn without_comments(self) -> Self {
        match self {
            Self::List(items) => {
                Self::List(items.into_iter().map(Self::without_comments).collect())
            }
            Self::Section(section) => Self::Section(section.without_comments()),
            leaf => leaf,
        }
    }

    /// Whether a comment stands anywhere in it.
    #[must_use]
    pub fn has_comments(&self) -> bool {
        match self {
            Self::List(items) => items.iter().any(Self::has_comments),
            Self::Section(section) => section
                .entries
                .iter()
                .any(|entry| entry.comment.is_some() || entry.node.has_comments()),
            _ => false,
        }
    }
}

impl From<bool> for Node {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<u64> for Node {
    fn from(value: u64) -> Self {
        Self::Unsigned(value)
    }
}

impl From<u16> for Node {
    fn from(value: u16) -> Self {
        Self::Unsigned(value.into())
    }
}

impl From<&'static str> for Node {
    fn from(value: &'static str) -> Self {
        Self::Text(Cow::Borrowed(value))
    }
}

impl From<String> for Node {
    fn from(value: String) -> Self {
        Self::Text(Cow::Owned(value))
    }
}

impl From<Section> for Node {
    fn from(value: Section) -> Self {
        Self::Section(value)
    }
}

impl<N: Into<Node>> From<Vec<N>> for Node {
    fn from(items: Vec<N>) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}

impl<N: Into<Node>, const COUNT: usize> From<[N; COUNT]> for Node {
    fn from(items: [N; COUNT]) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Signed(value) => serializer.serialize_i64(*value),
            Self::Unsigned(value) => serializer.serialize_u64(*value),
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::Text(value) => serializer.serialize_str(value),
            Self::List(items) => serializer.collect_seq(items),
            Self::Section(section) => {
                let mut map = serializer.serialize_map(Some(section.entries.len()))?;
                for entry in &section.entries {
                    map.serialize_entry(&*entry.key, &entry.node)?;
                }
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        yaml::deserialize(deserializer)
    }
}

impl<'de> yaml::Tree<'de> for Node {
    type Item = Self;

    fn scalar(scalar: Scalar) -> Self {
        match scalar {
            Scalar::Null => Self::Null,
            Scalar::Bool(value) => Self::Bool(value),
            Scalar::Signed(value) => Self::Signed(value),
            Scalar::Unsigned(value) => Self::Unsigned(value),
            Scalar::Float(value) => Self::Float(value),
            Scalar::Text(value) => Self::Text(Cow::Owned(value)),
        }
    }

    fn list(items: Vec<Self>) -> Self {
        Self::List(items)
    }

    /// A key that comes twice is refused: of two usernames, one reader takes the first, another the
    /// last.
    fn section<A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let mut section = Section::new();
        while let Some(key) = map.next_key::<String>()? {
            if section.at(&key).is_some() {
                return Err(A::Error::custom(format_args!("the key {key:?} stands here twice")));
            }
            section.set(key, map.next_value::<Node>()?);
        }
        Ok(Node::Section(section))
    }
}
