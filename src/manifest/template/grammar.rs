//! Compiles the actions of a template to a flat program. `if` is a jump, so the depth of a template
//! does not use stack.

use super::error::{Construct, FUNCTIONS, TemplateErrorAt, TemplateErrorKind};
use super::lex::{Piece, Token, TokenKind};
use super::values::{Condition, Field, Value, Values, is_section};
use std::borrow::Cow;
use std::ops::Range;

/// A compiled template.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) steps: Vec<Step>,
    pub(super) expressions: Vec<Expression>,
}

#[derive(Debug)]
pub(super) enum Step {
    /// Output these bytes of the template.
    Text(Range<usize>),
    /// Output the expression with this index.
    Value(usize),
    /// Jump forward to this step unless the condition is true.
    Unless(Condition, usize),
    /// Jump forward to this step.
    Jump(usize),
}

/// A field with its functions.
#[derive(Debug)]
pub(super) struct Expression {
    /// Offset of its braces.
    pub(super) at: usize,
    pub(super) field: Field,
    calls: Vec<Call>,
    /// Whether it is written between quotes.
    pub(super) is_quoted: bool,
}

#[derive(Debug)]
enum Call {
    Lower,
    Default(Operand),
}

#[derive(Debug)]
enum Operand {
    Field(Field),
    Text(String),
    Number(u64),
}

impl Expression {
    /// The value for this session; `None` if the session lacks the field.
    pub(super) fn of<'v>(&'v self, values: &Values<'v>) -> Option<Value<'v>> {
        self.calls.iter().fold(self.field.of(values), |value, call| match call {
            Call::Lower => value.map(|value| match value {
                Value::Text(text) => Value::Text(Cow::Owned(text.to_lowercase())),
                number @ Value::Number(_) => number,
            }),
            Call::Default(operand) => match value.filter(Value::is_true) {
                Some(value) => Some(value),
                None => match operand {
                    Operand::Field(field) => field.of(values),
                    Operand::Text(text) => Some(Value::Text(Cow::Borrowed(text))),
                    Operand::Number(number) => Some(Value::Number(*number)),
                },
            },
        })
    }
}

/// Compiles the pieces of a template.
pub(super) fn compile(pieces: Vec<Piece<'_>>) -> Result<Program, TemplateErrorAt> {
    let mut program = Program { steps: Vec::new(), expressions: Vec::new() };
    let mut open: Vec<OpenIf> = Vec::new();
    for piece in pieces {
        let (at, tokens) = match piece {
            Piece::Text(range) => {
                program.steps.push(Step::Text(range));
                continue;
            }
            Piece::Action { at, tokens } => (at, tokens),
        };
        let fail = |kind| Err(TemplateErrorAt { offset: at, kind });
        match tokens.as_slice() {
            [] => return fail(TemplateErrorKind::Nothing),
            [Token { kind: TokenKind::Word("if"), .. }, condition @ ..] => {
                open.push(OpenIf { at, step: program.steps.len(), has_else: false });
                program.steps.push(Step::Unless(condition_of(at, condition)?, 0));
            }
            [Token { kind: TokenKind::Word("else"), .. }] => {
                let Some(open) = open.last_mut() else {
                    return fail(TemplateErrorKind::Stray { word: "else" });
                };
                if open.has_else {
                    return fail(TemplateErrorKind::SecondElse);
                }
                let jump = program.steps.len();
                program.steps.push(Step::Jump(0));
                program.land(open.step);
                (open.step, open.has_else) = (jump, true);
            }
            [Token { kind: TokenKind::Word("end"), .. }] => {
                let Some(open) = open.pop() else {
                    return fail(TemplateErrorKind::Stray { word: "end" });
                };
                program.land(open.step);
            }
            [Token { kind: TokenKind::Word("else"), .. }, second, ..] => {
                return fail(match second.kind {
                    TokenKind::Word(word @ ("if" | "with")) => {
                        TemplateErrorKind::Unsupported(Construct::ElseIf(word.to_owned()))
                    }
                    _ => TemplateErrorKind::NotAlone { word: "else" },
                });
            }
            [Token { kind: TokenKind::Word("end"), .. }, ..] => {
                return fail(TemplateErrorKind::NotAlone { word: "end" });
            }
            tokens => {
                program.steps.push(Step::Value(program.expressions.len()));
                program.expressions.push(expression(at, tokens)?);
            }
        }
    }
    match open.last() {
        Some(open) => Err(TemplateErrorAt { offset: open.at, kind: TemplateErrorKind::Unended }),
        None => Ok(program),
    }
}

/// An `if` without its `end` so far.
struct OpenIf {
    at: usize,
    /// The step whose jump target is not known yet.
    step: usize,
    has_else: bool,
}

impl Program {
    /// Sets the jump target of a step to the next step.
    fn land(&mut self, step: usize) {
        let next = self.steps.len();
        if let Some(Step::Unless(_, target) | Step::Jump(target)) = self.steps.get_mut(step) {
            *target = next;
        }
    }
}

fn condition_of(at: usize, tokens: &[Token<'_>]) -> Result<Condition, TemplateErrorAt> {
    match tokens {
        [Token { at, kind: TokenKind::Path(path) }] => {
            Condition::find(path).ok_or_else(|| TemplateErrorAt {
                offset: *at,
                kind: TemplateErrorKind::UnknownField { path: (*path).into() },
            })
        }
        [first, ..] => {
            refuse_foreign(tokens)?;
            Err(TemplateErrorAt { offset: first.at, kind: TemplateErrorKind::Condition })
        }
        [] => Err(TemplateErrorAt { offset: at, kind: TemplateErrorKind::Condition }),
    }
}

/// `FIELD | function ARG | …`, or `function ARG FIELD | …`.
fn expression(at: usize, tokens: &[Token<'_>]) -> Result<Expression, TemplateErrorAt> {
    refuse_foreign(tokens)?;
    let mut commands = tokens.split(|token| matches!(token.kind, TokenKind::Pipe));
    let first = commands.next().unwrap_or_default();
    let Some((value, call)) = first.split_last() else {
        return Err(TemplateErrorAt { offset: at, kind: TemplateErrorKind::Nothing });
    };
    let field = match &value.kind {
        TokenKind::Path(path) => field_of(value.at, path)?,
        // `{{ lower }}`
        TokenKind::Word(word) if call.is_empty() => {
            let function = function_of(value.at, word)?;
            return Err(TemplateErrorAt {
                offset: value.at,
                kind: TemplateErrorKind::Arguments { function },
            });
        }
        _ => {
            let kind = TemplateErrorKind::Unsupported(Construct::LiteralAlone);
            let misplaced = TemplateErrorAt { offset: value.at, kind };
            return Err(call.first().map_or(misplaced, misused));
        }
    };
    let mut expression = Expression { at, field, calls: Vec::new(), is_quoted: false };
    if !call.is_empty() {
        expression.call(at, call)?;
    }
    for command in commands {
        expression.call(at, command)?;
    }
    Ok(expression)
}

/// The error for a command that begins with this token and does not end with a field.
fn misused(first: &Token<'_>) -> TemplateErrorAt {
    let kind = match first.kind {
        TokenKind::Word(word) => match function_of(first.at, word) {
            Ok(function) => TemplateErrorKind::Arguments { function },
            Err(error) => return error,
        },
        TokenKind::Path(path) => TemplateErrorKind::NotPiped { path: path.to_owned() },
        _ => TemplateErrorKind::Unsupported(Construct::LiteralAlone),
    };
    TemplateErrorAt { offset: first.at, kind }
}

impl Expression {
    /// Adds a function call. `command` does not include the value.
    fn call(&mut self, at: usize, command: &[Token<'_>]) -> Result<(), TemplateErrorAt> {
        let Some((first, arguments)) = command.split_first() else {
            return Err(TemplateErrorAt { offset: at, kind: TemplateErrorKind::Nothing });
        };
        let at = first.at;
        let TokenKind::Word(word) = first.kind else {
            return Err(misused(first));
        };
        let function = function_of(at, word)?;
        if self.is_quoted {
            return Err(TemplateErrorAt { offset: at, kind: TemplateErrorKind::AfterQuote });
        }
        match (function, arguments) {
            ("quote", []) => self.is_quoted = true,
            ("lower", []) => self.calls.push(Call::Lower),
            ("default", [argument]) => self.calls.push(Call::Default(match &argument.kind {
                TokenKind::Path(path) => Operand::Field(field_of(argument.at, path)?),
                TokenKind::Text(text) => Operand::Text(text.clone()),
                TokenKind::Number(number) => Operand::Number(*number),
                _ => {
                    return Err(TemplateErrorAt {
                        offset: at,
                        kind: TemplateErrorKind::Arguments { function },
                    });
                }
            })),
            _ => {
                return Err(TemplateErrorAt {
                    offset: at,
                    kind: TemplateErrorKind::Arguments { function },
                });
            }
        }
        Ok(())
    }
}

/// Rejects constructs that are not supported, in the order of the text.
fn refuse_foreign(tokens: &[Token<'_>]) -> Result<(), TemplateErrorAt> {
    for token in tokens {
        let kind = match &token.kind {
            TokenKind::Foreign(construct) => TemplateErrorKind::Unsupported(construct.clone()),
            TokenKind::Word(word) => {
                let is = |known: &&str| known == word;
                if let Some(word) = OWN_KEYWORDS.into_iter().find(is) {
                    TemplateErrorKind::Inside { word }
                } else if let Some(word) = FOREIGN_KEYWORDS.into_iter().find(is) {
                    TemplateErrorKind::Unsupported(Construct::Keyword(word))
                } else if let Some(word) = CONSTANTS.into_iter().find(is) {
                    TemplateErrorKind::Unsupported(Construct::Constant(word))
                } else {
                    function_of(token.at, word)?;
                    continue;
                }
            }
            _ => continue,
        };
        return Err(TemplateErrorAt { offset: token.at, kind });
    }
    Ok(())
}

fn function_of(at: usize, name: &str) -> Result<&'static str, TemplateErrorAt> {
    let function = FUNCTIONS.into_iter().find(|known| *known == name);
    function.ok_or_else(|| TemplateErrorAt {
        offset: at,
        kind: TemplateErrorKind::UnknownFunction { name: name.into() },
    })
}

fn field_of(at: usize, path: &str) -> Result<Field, TemplateErrorAt> {
    Field::find(path).ok_or_else(|| {
        let path = path.to_owned();
        let is_section = is_section(&path);
        let kind = if is_section {
            TemplateErrorKind::SectionAsValue { path }
        } else {
            TemplateErrorKind::UnknownField { path }
        };
        TemplateErrorAt { offset: at, kind }
    })
}

const OWN_KEYWORDS: [&str; 3] = ["if", "else", "end"];
const FOREIGN_KEYWORDS: [&str; 7] =
    ["range", "with", "define", "template", "block", "break", "continue"];
const CONSTANTS: [&str; 3] = ["true", "false", "nil"];
