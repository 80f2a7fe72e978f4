//! `--template`: an operator's own manifest, in the part of Go's template language that manifests
//! need: field paths, `if`, `else`, `end`, and pipes to `quote`, `default` and `lower`. Whatever else
//! Go has is refused by name, because a template that means something else here than there is worse
//! than one that does not work.
//!
//! In Go a value is pasted into text and the text is read again, so that a username with a backtick
//! in it is a second route (T16). Here it is the other way round: marks stand in the text, the text
//! is read once, and the values take the places of the marks in the finished tree. A value can then
//! be anything and is still one text; it cannot be a key, a list, a document or a comment.
//!
//! Whether the tree is a route that may be served is asked afterwards, by [`conform`](conform()).

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

/// A template that has been understood, and the trees that its branches have made so far.
#[derive(Debug)]
pub struct Template {
    source: Box<str>,
    program: grammar::Program,
    /// By the text that they were read from. There are as many as there are ways through the `if`s,
    /// and ten thousand sessions take few of them.
    read: RefCell<HashMap<String, Rc<ReadResult>>>,
}

type ReadResult = Result<Vec<Node>, TemplateError>;

impl Template {
    /// Understands a template. A byte order mark at either end is left out, as editors put it there.
    ///
    /// # Errors
    /// The first thing in it that is no text and none of what is supported.
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

    /// The documents of one session. Their shape depends on which fields it has, never on what is in
    /// them.
    ///
    /// # Errors
    /// A text around the values that is no YAML, a value where there can be none, or a field that
    /// the session does not have.
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
            // The reader counts lines of a text that nobody has seen.
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

/// Drops the `at line 3, column 9` that ends a message of the YAML reader.
fn without_place(message: &str) -> &str {
    let (before, place) = message.rsplit_once(" at line ").unwrap_or((message, ""));
    let is_place = !place.is_empty()
        && place.replace(", column ", "").bytes().all(|byte| byte.is_ascii_digit());
    if is_place { before } else { message }
}

const BYTE_ORDER_MARK: char = '\u{feff}';

#[cfg(test)]
mod tests;
