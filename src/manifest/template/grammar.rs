//! What actions say, as a flat program: `if` is a jump, so neither depth nor length of a template
//! costs stack.

use super::Stumble;
use super::error::{Construct, FUNCTIONS, Mistake};
use super::lex::{Kind, Piece, Token};
use super::values::{Condition, Field, Value, Values, is_section};
use std::borrow::Cow;
use std::ops::Range;

/// A template that has been understood.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) steps: Vec<Step>,
    pub(super) expressions: Vec<Expression>,
}

#[derive(Debug)]
pub(super) enum Step {
    /// These bytes of the template.
    Text(Range<usize>),
    /// The expression with this number.
    Value(usize),
    /// To another step, further on, unless this holds.
    Unless(Condition, usize),
    /// To another step, further on.
    Jump(usize),
}

/// A field and what is done to its value.
#[derive(Debug)]
pub(super) struct Expression {
    /// Offset of its braces.
    pub(super) at: usize,
    pub(super) field: Field,
    calls: Vec<Call>,
    /// Whether quotes stand around it in the text.
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
    /// What it comes to for this session; `None`: the session has no such field.
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

/// Makes the program.
pub(super) fn compile(pieces: Vec<Piece<'_>>) -> Result<Program, Stumble> {
    let mut program = Program { steps: Vec::new(), expressions: Vec::new() };
    let mut open: Vec<Open> = Vec::new();
    for piece in pieces {
        let (at, tokens) = match piece {
            Piece::Text(range) => {
                program.steps.push(Step::Text(range));
                continue;
            }
            Piece::Action { at, tokens } => (at, tokens),
        };
        let stumble = |mistake| Err(Stumble { at, mistake });
        match tokens.as_slice() {
            [] => return stumble(Mistake::Nothing),
            [Token { kind: Kind::Word("if"), .. }, condition @ ..] => {
                open.push(Open { at, step: program.steps.len(), has_else: false });
                program.steps.push(Step::Unless(condition_of(at, condition)?, 0));
            }
            [Token { kind: Kind::Word("else"), .. }] => {
                let Some(open) = open.last_mut() else {
                    return stumble(Mistake::Stray { word: "else" });
                };
                if open.has_else {
                    return stumble(Mistake::SecondElse);
                }
                let jump = program.steps.len();
                program.steps.push(Step::Jump(0));
                program.land(open.step);
                (open.step, open.has_else) = (jump, true);
            }
            [Token { kind: Kind::Word("end"), .. }] => {
                let Some(open) = open.pop() else {
                    return stumble(Mistake::Stray { word: "end" });
                };
                program.land(open.step);
            }
            [Token { kind: Kind::Word("else"), .. }, second, ..] => {
                return stumble(match second.kind {
                    Kind::Word(word @ ("if" | "with")) => {
                        Mistake::Unsupported(Construct::ElseIf(word.to_owned()))
                    }
                    _ => Mistake::NotAlone { word: "else" },
                });
            }
            [Token { kind: Kind::Word("end"), .. }, ..] => {
                return stumble(Mistake::NotAlone { word: "end" });
            }
            tokens => {
                program.steps.push(Step::Value(program.expressions.len()));
                program.expressions.push(expression(at, tokens)?);
            }
        }
    }
    match open.last() {
        Some(open) => Err(Stumble { at: open.at, mistake: Mistake::Unended }),
        None => Ok(program),
    }
}

/// An `if` whose end has not come yet.
struct Open {
    at: usize,
    /// The jump that leads behind what is being read.
    step: usize,
    has_else: bool,
}

impl Program {
    /// The jump of this step leads to what comes next.
    fn land(&mut self, step: usize) {
        let next = self.steps.len();
        if let Some(Step::Unless(_, target) | Step::Jump(target)) = self.steps.get_mut(step) {
            *target = next;
        }
    }
}

fn condition_of(at: usize, tokens: &[Token<'_>]) -> Result<Condition, Stumble> {
    match tokens {
        [Token { at, kind: Kind::Path(path) }] => Condition::find(path).ok_or_else(|| Stumble {
            at: *at,
            mistake: Mistake::UnknownField { path: (*path).into() },
        }),
        [first, ..] => {
            refuse_foreign(tokens)?;
            Err(Stumble { at: first.at, mistake: Mistake::Condition })
        }
        [] => Err(Stumble { at, mistake: Mistake::Condition }),
    }
}

/// `FIELD | function ARG | …`, or `function ARG FIELD | …`.
fn expression(at: usize, tokens: &[Token<'_>]) -> Result<Expression, Stumble> {
    refuse_foreign(tokens)?;
    let mut commands = tokens.split(|token| matches!(token.kind, Kind::Pipe));
    let first = commands.next().unwrap_or_default();
    let Some((value, call)) = first.split_last() else {
        return Err(Stumble { at, mistake: Mistake::Nothing });
    };
    let field = match &value.kind {
        Kind::Path(path) => field_of(value.at, path)?,
        // `{{ lower }}`
        Kind::Word(word) if call.is_empty() => {
            let function = function_of(value.at, word)?;
            return Err(Stumble { at: value.at, mistake: Mistake::Arguments { function } });
        }
        _ => {
            let mistake = Mistake::Unsupported(Construct::LiteralAlone);
            let misplaced = Stumble { at: value.at, mistake };
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

/// What to say of a command that begins with this and does not end in a field.
fn misused(first: &Token<'_>) -> Stumble {
    let mistake = match first.kind {
        Kind::Word(word) => match function_of(first.at, word) {
            Ok(function) => Mistake::Arguments { function },
            Err(stumble) => return stumble,
        },
        Kind::Path(path) => Mistake::NotPiped { path: path.to_owned() },
        _ => Mistake::Unsupported(Construct::LiteralAlone),
    };
    Stumble { at: first.at, mistake }
}

impl Expression {
    /// One more function; the value is left out.
    fn call(&mut self, at: usize, command: &[Token<'_>]) -> Result<(), Stumble> {
        let Some((first, arguments)) = command.split_first() else {
            return Err(Stumble { at, mistake: Mistake::Nothing });
        };
        let at = first.at;
        let Kind::Word(word) = first.kind else {
            return Err(misused(first));
        };
        let function = function_of(at, word)?;
        if self.is_quoted {
            return Err(Stumble { at, mistake: Mistake::AfterQuote });
        }
        match (function, arguments) {
            ("quote", []) => self.is_quoted = true,
            ("lower", []) => self.calls.push(Call::Lower),
            ("default", [argument]) => self.calls.push(Call::Default(match &argument.kind {
                Kind::Path(path) => Operand::Field(field_of(argument.at, path)?),
                Kind::Text(text) => Operand::Text(text.clone()),
                Kind::Number(number) => Operand::Number(*number),
                _ => return Err(Stumble { at, mistake: Mistake::Arguments { function } }),
            })),
            _ => return Err(Stumble { at, mistake: Mistake::Arguments { function } }),
        }
        Ok(())
    }
}

/// What Go has and we do not, in the order in which it stands there.
fn refuse_foreign(tokens: &[Token<'_>]) -> Result<(), Stumble> {
    for token in tokens {
        let mistake = match &token.kind {
            Kind::Foreign(construct) => Mistake::Unsupported(construct.clone()),
            Kind::Word(word) => {
                let is = |known: &&str| known == word;
                if let Some(word) = OWN_KEYWORDS.into_iter().find(is) {
                    Mistake::Inside { word }
                } else if let Some(word) = FOREIGN_KEYWORDS.into_iter().find(is) {
                    Mistake::Unsupported(Construct::Keyword(word))
                } else if let Some(word) = CONSTANTS.into_iter().find(is) {
                    Mistake::Unsupported(Construct::Constant(word))
                } else {
                    function_of(token.at, word)?;
                    continue;
                }
            }
            _ => continue,
        };
        return Err(Stumble { at: token.at, mistake });
    }
    Ok(())
}

fn function_of(at: usize, name: &str) -> Result<&'static str, Stumble> {
    let function = FUNCTIONS.into_iter().find(|known| *known == name);
    function.ok_or_else(|| Stumble { at, mistake: Mistake::UnknownFunction { name: name.into() } })
}

fn field_of(at: usize, path: &str) -> Result<Field, Stumble> {
    Field::find(path).ok_or_else(|| {
        let path = path.to_owned();
        let is_section = is_section(&path);
        let mistake = if is_section {
            Mistake::SectionAsValue { path }
        } else {
            Mistake::UnknownField { path }
        };
        Stumble { at, mistake }
    })
}

const OWN_KEYWORDS: [&str; 3] = ["if", "else", "end"];
const FOREIGN_KEYWORDS: [&str; 7] =
    ["range", "with", "define", "template", "block", "break", "continue"];
const CONSTANTS: [&str; 3] = ["true", "false", "nil"];
