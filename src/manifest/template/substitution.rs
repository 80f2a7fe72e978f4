//! Replaces marks in the tree by values. First checks that each mark is inside of a text or is a
//! whole number, and nowhere else.

use super::error::{TemplateErrorAt, TemplateErrorKind};
use super::expand::Expansion;
use super::grammar::Expression;
use super::marks::{LENGTH, Mark, Marks};
use super::values::{Value, Values};
use crate::manifest::tree::Node;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Rejects marks in keys, and marks that YAML did not read as text or number.
pub(super) fn check(
    nodes: &[Node],
    expansion: &Expansion,
    expressions: &[Expression],
) -> Result<(), TemplateErrorAt> {
    let fail = |mark: Mark, kind: fn(&'static str) -> TemplateErrorKind| {
        let Some(expression) = expressions.get(mark.number) else { return Ok(()) };
        Err(TemplateErrorAt { offset: expression.at, kind: kind(expression.field.path) })
    };
    let mut scan = MarkScan { marks: &expansion.marks, inside: BTreeSet::new(), in_key: None };
    for node in nodes {
        scan.look(node);
    }
    if let Some(mark) = scan.in_key {
        return fail(mark, |path| TemplateErrorKind::InKey { path });
    }
    for mark in expansion.marks.find(&expansion.text) {
        if !scan.inside.contains(&mark.number) && !is_comment(&expansion.text, mark.at) {
            fail(mark, |path| TemplateErrorKind::NoPlace { path })?;
        }
    }
    Ok(())
}

/// Replaces the marks by the values of a session.
pub(super) fn put(
    node: &mut Node,
    marks: &Marks,
    expressions: &[Expression],
    values: &Values<'_>,
) -> Result<(), TemplateErrorAt> {
    let value = |mark: Mark| {
        let Some(expression) = expressions.get(mark.number) else { return Ok(None) };
        let kind = || TemplateErrorKind::Absent { path: expression.field.path };
        let value = expression.of(values);
        value.map(Some).ok_or_else(|| TemplateErrorAt { offset: expression.at, kind: kind() })
    };
    match node {
        Node::Text(text) => {
            if let Some(filled) = filled(text, marks, value)? {
                *node = Node::from(filled);
            }
        }
        Node::Unsigned(number) => {
            if let Some(value) = marks.of_number(*number).map(value).transpose()?.flatten() {
                *node = match value {
                    Value::Text(text) => Node::from(text.into_owned()),
                    Value::Number(number) => Node::from(number),
                };
            }
        }
        Node::List(items) => {
            for item in items {
                put(item, marks, expressions, values)?;
            }
        }
        Node::Section(section) => {
            for entry in section.entries_mut() {
                put(&mut entry.node, marks, expressions, values)?;
            }
        }
        Node::Null | Node::Bool(_) | Node::Signed(_) | Node::Float(_) => {}
    }
    Ok(())
}

/// The text with all marks replaced in one pass, so that the values are not searched for marks.
fn filled<'v>(
    text: &str,
    marks: &Marks,
    value: impl Fn(Mark) -> Result<Option<Value<'v>>, TemplateErrorAt>,
) -> Result<Option<String>, TemplateErrorAt> {
    let mut filled = String::new();
    let mut done = 0;
    for mark in marks.find(text) {
        let Some(value) = value(mark)? else { continue };
        filled.push_str(text.get(done..mark.at).unwrap_or_default());
        match value {
            Value::Text(text) => filled.push_str(&text),
            Value::Number(number) => filled.push_str(&number.to_string()),
        }
        done = mark.at + LENGTH;
    }
    if done == 0 {
        return Ok(None);
    }
    filled.push_str(text.get(done..).unwrap_or_default());
    Ok(Some(filled))
}

/// The same for messages: replaces each mark by its field.
pub(super) fn shown(text: &str, marks: &Marks, expressions: &[Expression]) -> String {
    let path = |mark: Mark| {
        let path = expressions.get(mark.number).map(|expression| expression.field.path);
        Ok(path.map(|path| Value::Text(Cow::Owned(format!("{{{{ {path} }}}}")))))
    };
    filled(text, marks, path).ok().flatten().unwrap_or_else(|| text.to_owned())
}

struct MarkScan<'m> {
    marks: &'m Marks,
    /// Indices of the marks that are part of a text, or are a number.
    inside: BTreeSet<usize>,
    in_key: Option<Mark>,
}

impl MarkScan<'_> {
    fn look(&mut self, node: &Node) {
        match node {
            Node::Text(text) => self.inside.extend(self.marks.find(text).map(|mark| mark.number)),
            Node::Unsigned(number) => {
                self.inside.extend(self.marks.of_number(*number).map(|mark| mark.number));
            }
            Node::List(items) => {
                for item in items {
                    self.look(item);
                }
            }
            Node::Section(section) => {
                for entry in section.entries() {
                    self.in_key = self.in_key.or_else(|| self.marks.find(&entry.key).next());
                    self.look(&entry.node);
                }
            }
            Node::Null | Node::Bool(_) | Node::Signed(_) | Node::Float(_) => {}
        }
    }
}

/// Whether this position may be in a comment: after a `#` at the beginning of a line or after
/// space. Only called for marks that are not in the tree, so a `#` inside of a text does no harm.
fn is_comment(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    line.starts_with('#') || line.contains(" #") || line.contains("\t#")
}
