//! Expands a template for one session: selects the branches and inserts marks in place of values.
//! Two sessions that use the same branches get the same text.

use super::grammar::{Program, Step};
use super::marks::Marks;
use super::values::{Value, Values};
use std::ops::Range;

/// The expanded text.
#[derive(Debug)]
pub(super) struct Expansion {
    pub(super) text: String,
    pub(super) marks: Marks,
    /// The offset of each piece in the text, and its offset in the template.
    origins: Vec<(usize, usize)>,
}

enum Part {
    Text(Range<usize>),
    Mark { at: usize, number: usize, is_number: bool, is_quoted: bool },
}

impl Expansion {
    /// Runs the program. `source`: the template from which it was compiled.
    pub(super) fn new(program: &Program, source: &str, values: &Values<'_>) -> Self {
        let parts = parts(program, values);
        let text_of = |range: &Range<usize>| source.get(range.clone()).unwrap_or_default();
        // Adjacent pieces of text can together contain a string that none of them contains, so the
        // salt is checked against the joined text. A salt contains no line end, so it cannot span a
        // mark.
        let beside: String = parts
            .iter()
            .map(|part| match part {
                Part::Text(range) => text_of(range),
                Part::Mark { .. } => "\n",
            })
            .collect();
        let mut expansion =
            Self { text: String::new(), marks: Marks::beside(&beside), origins: Vec::new() };
        for part in &parts {
            match part {
                Part::Text(range) => {
                    expansion.origins.push((expansion.text.len(), range.start));
                    expansion.text.push_str(text_of(range));
                }
                Part::Mark { at, number, is_number, is_quoted } => {
                    expansion.origins.push((expansion.text.len(), *at));
                    let quote = if *is_quoted { "\"" } else { "" };
                    expansion.text.push_str(quote);
                    expansion.marks.write(*is_number, *number, &mut expansion.text);
                    expansion.text.push_str(quote);
                }
            }
        }
        expansion
    }

    /// Offset in the template of the beginning of this line of the text. Lines are counted from 1.
    pub(super) fn origin(&self, line: u64) -> usize {
        let before = usize::try_from(line.saturating_sub(1)).unwrap_or(usize::MAX);
        let start: usize = self.text.split_inclusive('\n').take(before).map(str::len).sum();
        let piece = self.origins.iter().rev().find(|(begin, _)| *begin <= start);
        piece.map_or(0, |(begin, origin)| origin + (start - begin))
    }
}

fn parts(program: &Program, values: &Values<'_>) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut next = 0;
    // Jumps only lead forward, so the loop terminates.
    while let Some(step) = program.steps.get(next) {
        next += 1;
        match step {
            Step::Text(range) => parts.push(Part::Text(range.clone())),
            Step::Value(number) => {
                if let Some(expression) = program.expressions.get(*number) {
                    parts.push(Part::Mark {
                        at: expression.at,
                        number: *number,
                        is_number: matches!(expression.of(values), Some(Value::Number(_))),
                        is_quoted: expression.is_quoted,
                    });
                }
            }
            Step::Unless(condition, target) => {
                if !condition.is_true(values) {
                    next = *target;
                }
            }
            Step::Jump(target) => next = *target,
        }
    }
    parts
}
