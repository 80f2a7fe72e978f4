//! The message of each error: what is wrong, and what to write instead.

use super::kind::{Construct, FUNCTIONS, MAX_BYTES, TemplateError, TemplateErrorKind};
use crate::manifest::template::values;
use crate::suggestion::suggest;
use std::error::Error;
use std::fmt;

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.kind)
    }
}

impl Error for TemplateError {}

impl fmt::Display for TemplateErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { bytes } => {
                write!(f, "the template has {bytes} bytes, and at most {MAX_BYTES} are allowed")
            }
            Self::Unclosed => f.write_str("`{{` is not closed; write `}}` after the action"),
            Self::UnclosedComment => {
                f.write_str("the comment is not closed; write `*/}}` after it")
            }
            Self::CommentNotAlone => f.write_str(
                "the braces contain more than a comment; write `{{/*` and `*/}}` without space (or `{{- /*` and `*/ -}}`)",
            ),
            Self::UnclosedText => f.write_str("the text is not closed on its line; add the closing quote"),
            Self::BadEscape => f.write_str(
                "the text contains an escape sequence that Go does not have; write `\\\\` for a backslash, or put the text between backticks",
            ),
            Self::BadNumber { text } => {
                write!(f, "{} is not a whole number; write decimal digits only", shown(text))
            }
            Self::Character { character } => write!(
                f,
                "{character:?} is not allowed here; write field paths, pipes and texts, with space between them"
            ),
            Self::Nothing => f.write_str(
                "something is missing between braces or pipes; write a field or function, or remove them",
            ),
            Self::Unsupported(construct) => construct.fmt(f),
            Self::UnknownFunction { name } => {
                write!(f, "there is no function {}; {}", shown(name), suggest(name, &FUNCTIONS))
            }
            Self::UnknownField { path } => {
                let known: Vec<_> = values::paths().collect();
                write!(f, "there is no field {}; {}", shown(path), suggest(path, &known))
            }
            Self::SectionAsValue { path } => {
                let below = values::paths().filter(|known| {
                    known.strip_prefix(&**path).is_some_and(|rest| rest.starts_with('.'))
                });
                let below: Vec<_> = below.collect();
                write!(f, "{path} is not a value; write one of its fields: {}", below.join(", "))
            }
            Self::Arguments { function: "default" } => f.write_str(
                "`default` takes a text, a whole number or a field path, and the value from the pipe; write `| default \"…\"`",
            ),
            Self::Arguments { function } => write!(
                f,
                "`{function}` takes the value from the pipe and nothing else; write `| {function}`"
            ),
            Self::NotPiped { path } => {
                write!(f, "{path} is not a function and takes no argument; write `|` after it")
            }
            Self::AfterQuote => f.write_str("`quote` is not the last function; write it last"),
            Self::Condition => {
                f.write_str("`if` takes one field path; write `{{ if .owner.uid }}`")
            }
            Self::NotAlone { word } => {
                write!(f, "`{word}` takes no argument; write `{{{{ {word} }}}}`")
            }
            Self::Inside { word } => {
                write!(f, "`{word}` is inside another action; give it its own braces")
            }
            Self::Stray { word } => write!(f, "`{word}` has no `if`; remove it, or add the `if`"),
            Self::SecondElse => f.write_str("this `if` already has an `else`; remove one of them"),
            Self::Unended => f.write_str("this `if` has no end; write `{{ end }}`"),
            Self::NotYaml { message } => write!(
                f,
                "the text around the values is not valid YAML: {message}; check the template with plain words in place of the values"
            ),
            Self::InKey { path } => write!(
                f,
                "{path} is part of a key, and values are not allowed in keys; write the key literally"
            ),
            Self::NoPlace { path } => write!(
                f,
                "{path} is in a place where YAML has no text (an anchor, a directive, a part of a number); put the value between quotes"
            ),
            Self::Absent { path } => write!(
                f,
                "this session has no {path}; write `{{{{ if {path} }}}}…{{{{ end }}}}` around it, or `| default \"…\"` after it"
            ),
        }
    }
}

impl fmt::Display for Construct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Keyword("with") => {
                f.write_str("`with` is not supported; write `if`, and each path in full")
            }
            Self::Keyword(word @ ("range" | "break" | "continue")) => write!(
                f,
                "`{word}` is not supported; a template describes one route of one session, so write it without a loop"
            ),
            Self::Keyword(word) => {
                write!(f, "`{word}` is not supported; write the text where it is used")
            }
            Self::ElseIf(word) => write!(
                f,
                "`else {word}` is not supported; write `{{{{ else }}}}{{{{ if … }}}}…{{{{ end \
                 }}}}{{{{ end }}}}`"
            ),
            Self::Variable(name) => {
                write!(f, "the variable {} is not supported; write the field path", shown(name))
            }
            Self::Declaration => {
                f.write_str("variables are not supported; write the field path where it is used")
            }
            Self::Parenthesis => f.write_str("parentheses are not supported; write a pipe"),
            Self::Comma => f.write_str("`,` is not supported; write space between arguments"),
            Self::CharacterLiteral => {
                f.write_str("`'` is not supported; write texts between double quotes or backticks")
            }
            Self::Dot => f.write_str("`.` alone is not supported; write a field path"),
            Self::Constant(word) => {
                write!(f, "`{word}` is not supported; write a field path, or a text in quotes")
            }
            Self::LiteralAlone => f.write_str(
                "a text or number alone is not supported; write it without braces, or use a field",
            ),
        }
    }
}

/// A part of the template, escaped and shortened for a message.
fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN).flat_map(char::escape_debug).collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    format!("`{shown}`")
}

/// Maximum number of characters of the template in a message.
const SHOWN: usize = 60;
