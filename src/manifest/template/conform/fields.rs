//! Reads fields of a manifest as the API server does, with an error that names the path.

use super::error::ConformError;
use crate::manifest::tree::{Node, Section};

/// Rejects keys that differ from a known key only in case: some readers treat such a key as the
/// known one, others silently drop it.
pub(super) fn spelled(
    section: &Section,
    at: &str,
    known: &[&'static str],
) -> Result<(), ConformError> {
    for entry in section.entries() {
        let key = folded(&entry.key);
        let is_meant = |known: &&&str| **known != entry.key && folded(known) == key;
        if let Some(meant) = known.iter().find(is_meant) {
            return Err(ConformError::OtherCase { at: format!("{at}{}", entry.key), meant });
        }
    }
    Ok(())
}

/// Case-folded as in Go's JSON decoder, which treats the long s as an s and the Kelvin sign as a k.
fn folded(key: &str) -> String {
    key.to_uppercase().to_lowercase()
}

/// The value of a key. `null` counts as absent, as in the API server.
pub(super) fn present<'s>(section: &'s Section, key: &str) -> Option<&'s Node> {
    section.at(key).filter(|node| **node != Node::Null)
}

/// The text of this key. `at` is its path, for messages.
pub(super) fn text_at<'s>(
    section: &'s Section,
    key: &str,
    at: &str,
) -> Result<&'s str, ConformError> {
    match present(section, key) {
        Some(Node::Text(text)) => Ok(text),
        Some(other) => Err(not_a(at, "text", other)),
        None => Err(missing(at)),
    }
}

/// The section of this key. `at` is its path, for messages.
pub(super) fn section_at<'s>(
    section: &'s mut Section,
    key: &str,
    at: &str,
) -> Result<&'s mut Section, ConformError> {
    match section.at_mut(key) {
        None | Some(Node::Null) => Err(missing(at)),
        Some(node) => as_section(node, at),
    }
}

/// The section that this node has to be.
pub(super) fn as_section<'n>(
    node: &'n mut Node,
    at: &str,
) -> Result<&'n mut Section, ConformError> {
    let kind = node.kind();
    node.section_mut().ok_or_else(|| ConformError::NotA {
        at: at.to_owned(),
        wanted: "a section",
        found: kind,
    })
}

/// The error for a key that has to be there.
pub(super) fn missing(at: &str) -> ConformError {
    ConformError::Missing { at: at.to_owned() }
}

/// The error for a value of another type.
pub(super) fn not_a(at: &str, wanted: &'static str, found: &Node) -> ConformError {
    ConformError::NotA { at: at.to_owned(), wanted, found: found.kind() }
}

/// A value, as it is shown in messages.
pub(super) fn shown(node: &Node) -> String {
    match node {
        Node::Text(text) => text.to_string(),
        Node::Bool(value) => value.to_string(),
        Node::Signed(value) => value.to_string(),
        Node::Unsigned(value) => value.to_string(),
        Node::Float(value) => value.to_string(),
        Node::Null | Node::List(_) | Node::Section(_) => node.kind().to_owned(),
    }
}
