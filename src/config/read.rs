//! From the tree to the raw types, with every mistake of shape at once: unknown and doubled keys,
//! values of the wrong kind, words that no key knows.
//!
//! This is a serde `Deserializer`, so the raw structs stay the one list of keys, for reading as
//! for the JSON Schema. What is new is that an error is put on the list with its path at the spot
//! where it arises; a [`Field`](super::field::Field) then stands for "was bad" and reading goes on.
//!
//! An enum whose variants are named `shape:…` takes the variant that fits the value's own shape:
//! that is how a key takes one value or a list.

mod shape;
mod shape_mistake;

use super::mistake::{Mistake, shown};
use super::tree::{Entry, Node, Value};
use crate::suggestion::{did_you_mean, suggest};
use serde::de::value::StrDeserializer;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, IntoDeserializer as _, MapAccess, SeqAccess,
    Visitor,
};
use serde::forward_to_deserialize_any;
use shape::{Shape, shape_name, shapes};
use shape_mistake::ShapeMistake;
use std::cell::RefCell;

/// Reads `T` from the whole tree; mistakes go to `mistakes`.
pub(super) fn read<'t, T: Deserialize<'t>>(
    root: &'t Node,
    mistakes: &'t RefCell<Vec<Mistake>>,
) -> Option<T> {
    T::deserialize(Reader { node: root, path: String::new(), mistakes }).ok()
}

/// One value of the tree, on its way into a raw type.
struct Reader<'t> {
    node: &'t Node,
    path: String,
    mistakes: &'t RefCell<Vec<Mistake>>,
}

impl<'t> Reader<'t> {
    fn below(&self, node: &'t Node, path: String) -> Self {
        Self { node, path, mistakes: self.mistakes }
    }

    /// Puts a refusal on the list, unless it already is.
    fn settle<V>(&self, result: Result<V, ShapeMistake>) -> Result<V, ShapeMistake> {
        match result {
            Err(ShapeMistake::Unreported { wrong, remedy }) => {
                let path = if self.path.is_empty() { "(top level)" } else { &self.path };
                self.mistakes.borrow_mut().push(Mistake {
                    path: path.to_owned(),
                    wrong,
                    remedy,
                    place: self.node.place.clone(),
                });
                Err(ShapeMistake::Reported)
            }
            settled => settled,
        }
    }

    /// The entries that are read: without the doubled ones and, where `known` lists the keys of
    /// a section, without the unknown ones, which all become mistakes.
    fn entries(&self, entries: &'t [Entry], known: Option<&[&str]>) -> Vec<&'t Entry> {
        let mut kept: Vec<&Entry> = Vec::with_capacity(entries.len());
        for entry in entries {
            let (wrong, remedy) = if kept.iter().any(|earlier| earlier.key == entry.key) {
                ("is repeated".to_owned(), "keep one of them".to_owned())
            } else if known.is_some_and(|known| !known.contains(&entry.key.as_str())) {
                ("is not a known key".to_owned(), suggest(&entry.key, known.unwrap_or_default()))
            } else {
                kept.push(entry);
                continue;
            };
            self.mistakes.borrow_mut().push(Mistake {
                path: child(&self.path, &entry.key),
                wrong,
                remedy,
                place: entry.place.clone(),
            });
        }
        kept
    }

    fn map(&self, entries: &'t [Entry], known: Option<&[&str]>) -> Entries<'_, 't> {
        Entries { reader: self, rest: self.entries(entries, known).into_iter(), value: None }
    }
}

impl<'t> Deserializer<'t> for Reader<'t> {
    type Error = ShapeMistake;

    fn deserialize_any<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, ShapeMistake> {
        let result = match &self.node.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Signed(value) => visitor.visit_i64(*value),
            Value::Unsigned(value) => visitor.visit_u64(*value),
            Value::Float(value) => visitor.visit_f64(*value),
            Value::Text(value) => visitor.visit_borrowed_str(value),
            Value::List(items) => {
                visitor.visit_seq(Items { reader: &self, rest: items.iter().enumerate() })
            }
            Value::Section(entries) => visitor.visit_map(self.map(entries, None)),
        };
        self.settle(result)
    }

    fn deserialize_option<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, ShapeMistake> {
        if matches!(self.node.value, Value::Null) {
            return self.settle(visitor.visit_none());
        }
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'t>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ShapeMistake> {
        visitor.visit_newtype_struct(self)
    }

    /// A section. An empty one (`tokens:` with every line below it commented out) says nothing,
    /// so its keys have their defaults.
    fn deserialize_struct<V: Visitor<'t>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ShapeMistake> {
        let result = match &self.node.value {
            Value::Section(entries) => visitor.visit_map(self.map(entries, Some(fields))),
            Value::Null => visitor.visit_map(self.map(&[], Some(fields))),
            _ => Err(ShapeMistake::Unreported {
                wrong: format!("is {}, but must be a section", self.node.kind()),
                remedy: format!(
                    "write `key: value` lines below it; known keys: {}",
                    fields.join(", ")
                ),
            }),
        };
        self.settle(result)
    }

    fn deserialize_enum<V: Visitor<'t>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ShapeMistake> {
        if variants.iter().any(|variant| variant.starts_with("shape:")) {
            let fit = shapes(self.node).iter().find(|shape| variants.contains(shape));
            if let Some(shape) = fit {
                return visitor.visit_enum(Shape { reader: self, shape });
            }
            let wanted: Vec<&str> = variants.iter().map(|name| shape_name(name)).collect();
            return self.settle(Err(ShapeMistake::Unreported {
                wrong: format!("is {}", self.node.kind()),
                remedy: format!("write {}", wanted.join(" or ")),
            }));
        }
        let result = match &self.node.value {
            Value::Text(word) if variants.contains(&word.as_str()) => {
                visitor.visit_enum(word.as_str().into_deserializer())
            }
            Value::Text(word) => Err(ShapeMistake::Unreported {
                wrong: format!("is {}", shown(word)),
                remedy: format!(
                    "write one of {}{}",
                    variants.join(", "),
                    did_you_mean(word, variants.iter().copied())
                        .map(|meant| format!(" (did you mean `{meant}`?)"))
                        .unwrap_or_default()
                ),
            }),
            _ => Err(ShapeMistake::Unreported {
                wrong: format!("is {}", self.node.kind()),
                remedy: format!("write one of {}", variants.join(", ")),
            }),
        };
        self.settle(result)
    }

    forward_to_deserialize_any! {
        <V: Visitor<'t>>
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map identifier ignored_any
    }
}

struct Items<'r, 't> {
    reader: &'r Reader<'t>,
    rest: std::iter::Enumerate<std::slice::Iter<'t, Node>>,
}

impl<'t> SeqAccess<'t> for Items<'_, 't> {
    type Error = ShapeMistake;

    fn next_element_seed<T: DeserializeSeed<'t>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, ShapeMistake> {
        let Some((index, node)) = self.rest.next() else {
            return Ok(None);
        };
        let path = format!("{}[{index}]", self.reader.path);
        seed.deserialize(self.reader.below(node, path)).map(Some)
    }
}

struct Entries<'r, 't> {
    reader: &'r Reader<'t>,
    rest: std::vec::IntoIter<&'t Entry>,
    value: Option<&'t Entry>,
}

impl<'t> MapAccess<'t> for Entries<'_, 't> {
    type Error = ShapeMistake;

    fn next_key_seed<K: DeserializeSeed<'t>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, ShapeMistake> {
        let Some(entry) = self.rest.next() else {
            return Ok(None);
        };
        self.value = Some(entry);
        let key: StrDeserializer<'_, ShapeMistake> = entry.key.as_str().into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'t>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, ShapeMistake> {
        let Some(entry) = self.value.take() else {
            return Err(ShapeMistake::Reported);
        };
        let path = child(&self.reader.path, &entry.key);
        seed.deserialize(self.reader.below(&entry.node, path))
    }
}

fn child(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}
