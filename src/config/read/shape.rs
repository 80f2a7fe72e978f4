//! Enums that are chosen by the shape of a value: one value or a list, a name or a section.

use super::{Reader, ShapeMistake};
use crate::config::tree::{Node, Value};
use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, Deserializer as _, EnumAccess, IntoDeserializer as _};
use serde::de::{VariantAccess, Visitor};

/// The variant that a value's shape chose, with the value itself as its content.
pub(super) struct Shape<'t> {
    pub(super) reader: Reader<'t>,
    pub(super) shape: &'static str,
}

impl<'t> EnumAccess<'t> for Shape<'t> {
    type Error = ShapeMistake;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'t>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Self), ShapeMistake> {
        let name: StrDeserializer<'_, ShapeMistake> = self.shape.into_deserializer();
        Ok((seed.deserialize(name)?, self))
    }
}

impl<'t> VariantAccess<'t> for Shape<'t> {
    type Error = ShapeMistake;

    fn unit_variant(self) -> Result<(), ShapeMistake> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'t>>(
        self,
        seed: T,
    ) -> Result<T::Value, ShapeMistake> {
        seed.deserialize(self.reader)
    }

    fn tuple_variant<V: Visitor<'t>>(self, _: usize, visitor: V) -> Result<V::Value, ShapeMistake> {
        self.reader.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'t>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ShapeMistake> {
        self.reader.deserialize_struct("", fields, visitor)
    }
}

/// The shapes that fit a value, the most telling first. `shape:one` takes any single value.
pub(super) fn shapes(node: &Node) -> &'static [&'static str] {
    match node.value {
        Value::List(_) => &["shape:list"],
        Value::Section(_) => &["shape:section"],
        Value::Unsigned(_) => &["shape:number", "shape:one"],
        Value::Text(_) => &["shape:text", "shape:one"],
        Value::Null | Value::Bool(_) | Value::Signed(_) | Value::Float(_) => &["shape:one"],
    }
}

pub(super) fn shape_name(variant: &str) -> &str {
    match variant {
        "shape:list" => "a list",
        "shape:section" => "a section",
        "shape:number" => "a whole number",
        "shape:text" => "text",
        _ => "one value",
    }
}
