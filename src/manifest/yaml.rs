//! Reads and writes YAML. The library decides how a scalar is quoted, so that YAML 1.1 and YAML 1.2
//! readers both read it back as the same text. This module adds comments and keeps the order of keys.

use super::tree::{Node, Section};
use crate::yaml;
use serde_saphyr::options::DuplicateKeyPolicy;
use serde_saphyr::{Options, SerializerOptions};
use std::fmt;

/// A text that is not valid YAML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YamlError {
    /// The document, counted from 1; empty documents are not counted.
    pub document: usize,
    /// The line in the text, counted from 1, if it is known.
    pub line: Option<u64>,
    /// The message of the YAML reader.
    pub message: String,
}

impl fmt::Display for YamlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cannot be read")?;
        if let Some(line) = self.line {
            write!(f, " (line {line})")?;
        }
        write!(f, ": {}", self.message)
    }
}

impl std::error::Error for YamlError {}

/// All documents of a text, which is YAML with any number of documents, or a sequence of JSON
/// values. Empty documents are left out.
///
/// # Errors
/// The first document that is neither YAML nor JSON.
pub fn read(text: &str) -> Result<Vec<Node>, YamlError> {
    // JSON is much faster to read, and large inputs come from `kubectl get -o json`. A text that is
    // not JSON can still be YAML in flow style, which begins with the same characters.
    if text.trim_start().starts_with(['{', '[']) {
        let values = serde_json::Deserializer::from_str(text).into_iter::<Node>();
        if let Ok(nodes) = values.collect() {
            return Ok(nodes);
        }
    }
    let mut bytes = text.as_bytes();
    let mut nodes = Vec::new();
    for result in serde_saphyr::read_with_options(&mut bytes, strict()) {
        nodes.push(result.map_err(|error| {
            let error = error.without_snippet();
            YamlError {
                document: nodes.len() + 1,
                line: error.location().map(|location| location.line()),
                message: without_advice(&error.to_string()).to_owned(),
            }
        })?);
    }
    Ok(nodes)
}

/// Removes the advice for users of the library from a message.
fn without_advice(message: &str) -> &str {
    message.split_once(", set DuplicateKeyPolicy").map_or(message, |(message, _)| message)
}

/// Writes one document with its comments, ending in a newline.
///
/// # Errors
/// `fmt::Error` if the library rejects a value. It rejects none that a tree can hold.
pub fn write(node: &Node, out: &mut String) -> fmt::Result {
    if node.has_comments() { commented(node, "", out) } else { plain(node, out) }
}

/// Writes several documents, separated by `---`.
///
/// # Errors
/// As [`write()`].
pub fn write_all<'n>(nodes: impl IntoIterator<Item = &'n Node>) -> Result<String, fmt::Error> {
    let mut text = String::new();
    for node in nodes {
        if !text.is_empty() {
            text.push_str("---\n");
        }
        write(node, &mut text)?;
    }
    Ok(text)
}

fn plain(node: &Node, out: &mut String) -> fmt::Result {
    serde_saphyr::to_fmt_writer_with_options(out, node, style()).map_err(|_| fmt::Error)
}

/// Writes the levels that contain comments; the library writes everything below them.
fn commented(node: &Node, indent: &str, out: &mut String) -> fmt::Result {
    match node {
        Node::Section(section) if !section.is_empty() => {
            section_lines(section, indent, indent, out)
        }
        Node::List(items) if !items.is_empty() => {
            let deeper = format!("{indent}  ");
            for item in items {
                match item {
                    Node::Section(section) if item.has_comments() => {
                        section_lines(section, &format!("{indent}- "), &deeper, out)?;
                    }
                    _ => indented(item, &format!("{indent}- "), &deeper, out)?,
                }
            }
            Ok(())
        }
        _ => indented(node, indent, indent, out),
    }
}

/// `first`: the text before the first entry, with `- ` in a list; `indent`: the text before the
/// others.
fn section_lines(section: &Section, first: &str, indent: &str, out: &mut String) -> fmt::Result {
    let mut lead = first;
    for entry in section.entries() {
        // A comment cannot be placed between the dash of an item and its first key, so it goes
        // above the dash.
        let margin = if lead == indent { indent } else { indent.get(2..).unwrap_or_default() };
        if let Some(text) = &entry.comment {
            comment(text, margin, out);
        }
        let alone = Section::new().put(entry.key.clone(), Node::Null);
        match &entry.node {
            nested @ (Node::Section(_) | Node::List(_)) if nested.has_comments() => {
                let mut key = String::new();
                plain(&alone.into(), &mut key)?;
                let key = key.trim_end().trim_end_matches("null").trim_end();
                out.push_str(lead);
                out.push_str(key);
                out.push('\n');
                let deeper = match nested {
                    // As the library does: a list has the indentation of its key, a section a
                    // deeper one.
                    Node::List(_) => indent.to_owned(),
                    _ => format!("{indent}  "),
                };
                commented(nested, &deeper, out)?;
            }
            _ => {
                let pair = Section::new().put(entry.key.clone(), entry.node.clone());
                indented(&pair.into(), lead, indent, out)?;
            }
        }
        lead = indent;
    }
    Ok(())
}

/// The output of the library, indented.
fn indented(node: &Node, first: &str, indent: &str, out: &mut String) -> fmt::Result {
    let mut text = String::new();
    plain(node, &mut text)?;
    let mut lead = first;
    for line in text.lines() {
        if !line.is_empty() {
            out.push_str(lead);
        }
        out.push_str(line);
        out.push('\n');
        lead = indent;
    }
    Ok(())
}

/// Writes a comment, wrapped at [`WIDTH`].
fn comment(text: &str, indent: &str, out: &mut String) {
    for paragraph in text.split('\n') {
        let mut width = 0;
        for word in paragraph.split(' ') {
            let length = word.chars().count();
            if width > 0 && indent.len() + width + 1 + length > WIDTH {
                out.push('\n');
                width = 0;
            }
            if width == 0 {
                out.push_str(indent);
                out.push('#');
                width = 1;
            }
            if !word.is_empty() {
                out.push(' ');
                out.push_str(word);
                width += 1 + length;
            }
        }
        out.push('\n');
    }
}

/// Long lines are not folded, because folded rules are hard to read.
fn style() -> SerializerOptions {
    serde_saphyr::ser_options! { folded_wrap_chars: 1 << 20 }
}

/// Inputs are as large as an installation has sessions, but aliases stay few, because they could
/// expand a small input into a large one.
fn strict() -> Options {
    let budget = serde_saphyr::budget! {
        max_reader_input_bytes: None,
        max_events: usize::MAX,
        max_nodes: usize::MAX,
        max_documents: usize::MAX,
        max_total_scalar_bytes: usize::MAX,
        max_aliases: 1_000,
        max_anchors: 1_000,
        max_depth: 32,
    };
    yaml::strict(budget, DuplicateKeyPolicy::Error)
}

/// Maximum width of a comment line, including its indentation.
const WIDTH: usize = 100;

#[cfg(test)]
mod tests;
