//! A rendered file: its name and its text. Used for sessions and for the files of `deploy/`; `cli`
//! writes them.

use super::tree::Node;
use super::yaml;
use std::fmt;

/// A file to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderedFile {
    /// Path relative to the output folder. Each part consists of letters, digits, hyphens, dots and
    /// underscores.
    pub name: String,
    /// The content, ending in a newline.
    pub text: String,
}

impl RenderedFile {
    /// A file with these YAML documents; `None` when there are none.
    ///
    /// # Errors
    /// See [`yaml::write`].
    pub(super) fn yaml(name: &'static str, nodes: &[Node]) -> Result<Option<Self>, fmt::Error> {
        if nodes.is_empty() {
            return Ok(None);
        }
        Ok(Some(Self { name: name.to_owned(), text: yaml::write_all(nodes)? }))
    }
}
