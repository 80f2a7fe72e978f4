//! `--template`: an operator's own manifest in a subset of Go's template language: field paths,
//! `if`, `else`, `end`, and pipes to `quote`, `default` and `lower`. All other constructs of Go are
//! rejected with an error that names them, because a template with another meaning than in Go is
//! worse than one that does not work.
//!
//! Go inserts values into text and then parses the text, so a username with a backtick can add a
//! second route (T16). Here it is the reverse: the text contains marks, is parsed once, and the
//! values replace the marks in the finished tree. A value can then contain anything and is still
//! one text. It cannot become a key, a list, a document or a comment.
//!
//! Whether the tree is a valid route is checked afterwards, by [`conform`](conform()).

pub mod conform;

mod error;
mod expand;
mod grammar;
mod lex;
mod marks;
mod substitution;
mod values;

pub use conform::conform;
pub use error::{Construct, TemplateError, TemplateErrorKind};
pub use values::Values;

use super::tree::Node;
use super::yaml;
use error::{MAX_BYTES, TemplateErrorAt};
use expand::Expansion;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// A parsed template, with a cache of the trees of its branches.
#[derive(Debug)]
pub struct Template {
    source: Box<str>,
    program: grammar::Program,
    /// By the text from which they were parsed. There is one entry per combination of `if`
    /// branches, of which ten thousand sessions use only a few.
    read: RefCell<HashMap<String, Rc<ReadResult>>>,
}

type ReadResult = Result<Vec<Node>, TemplateError>;

impl Template {
    /// Parses a template. A byte order mark at either end is ignored, because editors add one.
    ///
    /// # Errors
    /// The first error, or the first construct that is not supported.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let source = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        let source = source.strip_suffix(BYTE_ORDER_MARK).unwrap_or(source);
        if source.len() > MAX_BYTES {
            let kind = TemplateErrorKind::TooLarge { bytes: source.len() };
            return Err(TemplateErrorAt { offset: 0, kind }.locate(source));
        }
        let program = lex::pieces(source).and_then(grammar::compile);
        let program = program.map_err(|error| error.locate(source))?;
        Ok(Self { source: source.into(), program, read: RefCell::default() })
    }

    /// Fills the template for one session. The structure of the documents depends on which fields
    /// the session has, never on their content.
    ///
    /// # Errors
    /// The text around the values is not valid YAML, a value is in a place that does not allow one,
    /// or the session lacks a field.
    pub fn fill(&self, values: &Values<'_>) -> Result<Vec<Node>, TemplateError> {
        let mut expansion = Expansion::new(&self.program, &self.source, values);
        let text = std::mem::take(&mut expansion.text);
        let known = self.read.borrow().get(&text).cloned();
        let reading = known.unwrap_or_else(|| {
            expansion.text = text;
            let reading = Rc::new(self.read(&expansion));
            let text = std::mem::take(&mut expansion.text);
            self.read.borrow_mut().insert(text, Rc::clone(&reading));
            reading
        });
        let mut nodes = reading.as_ref().clone()?;
        for node in &mut nodes {
            substitution::put(node, &expansion.marks, &self.program.expressions, values)
                .map_err(|error| error.locate(&self.source))?;
        }
        Ok(nodes)
    }

    fn read(&self, expansion: &Expansion) -> ReadResult {
        let expressions = &self.program.expressions;
        let nodes = yaml::read(&expansion.text).map_err(|error| {
            // The reader's line refers to the expanded text, not to the template.
            let message = without_place(&error.message);
            let message = substitution::shown(message, &expansion.marks, expressions);
            let at = expansion.origin(error.line.unwrap_or(1));
            TemplateErrorAt { offset: at, kind: TemplateErrorKind::NotYaml { message } }
                .locate(&self.source)
        })?;
        substitution::check(&nodes, expansion, expressions)
            .map_err(|error| error.locate(&self.source))?;
        Ok(nodes)
    }
}

/// Removes `at line 3, column 9` from the end of the YAML reader's message.
fn without_place(message: &str) -> &str {
    let (before, place) = message.rsplit_once(" at line ").unwrap_or((message, ""));
    let is_place = !place.is_empty()
        && place.replace(", column ", "").bytes().all(|byte| byte.is_ascii_digit());
    if is_place { before } else { message }
}

const BYTE_ORDER_MARK: char = '\u{feff}';

#[cfg(test)]
mod tests;
