//! Errors of the reader, in the words of the configuration instead of serde's.

use crate::config::mistake::shown;
use serde::de::{self, Expected, Unexpected};
use std::fmt;

/// Why a value was not taken.
#[derive(Debug)]
pub(super) enum ShapeMistake {
    /// It is on the list.
    Reported,
    /// It still has to be put there, by the reader that knows the path.
    Unreported { wrong: String, remedy: String },
}

impl de::Error for ShapeMistake {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::Unreported { wrong: message.to_string(), remedy: String::new() }
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let wrong = match unexpected {
            Unexpected::Bool(value) => format!("`{value}` is true or false, not text"),
            Unexpected::Unsigned(value) => format!("`{value}` is a number"),
            Unexpected::Signed(value) => format!("`{value}` is a number"),
            Unexpected::Float(value) => format!("`{value}` is a number"),
            Unexpected::Str(value) => format!("is {}", shown(value)),
            Unexpected::Unit | Unexpected::Option => "is empty".to_owned(),
            Unexpected::Seq => "is a list".to_owned(),
            Unexpected::Map => "is a section".to_owned(),
            other => format!("is {other}"),
        };
        let remedy = match expected.to_string().as_str() {
            "a boolean" => "write true or false".to_owned(),
            "u64" => "write a whole number".to_owned(),
            "a string" => "write text, in quotes if it looks like another type".to_owned(),
            "a sequence" => "write a list, such as [one, two]".to_owned(),
            other => format!("write {other}"),
        };
        Self::Unreported { wrong, remedy }
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(unexpected, expected)
    }
}

impl fmt::Display for ShapeMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reported => f.write_str("a problem that was reported"),
            Self::Unreported { wrong, .. } => f.write_str(wrong),
        }
    }
}

impl std::error::Error for ShapeMistake {}
