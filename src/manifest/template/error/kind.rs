//! The errors of a template, with their position.

/// An error of a template, or of a session that lacks a field of the template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateError {
    /// Line of the template, counted from 1.
    pub line: usize,
    /// Character in that line, counted from 1.
    pub column: usize,
    /// What is wrong there.
    pub kind: TemplateErrorKind,
}

/// The kinds of errors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplateErrorKind {
    /// The template is too long.
    TooLarge {
        /// Its length.
        bytes: usize,
    },
    /// `{{` without `}}`.
    Unclosed,
    /// `{{/*` without `*/`.
    UnclosedComment,
    /// A comment together with something else between its braces.
    CommentNotAlone,
    /// A literal without its closing quote.
    UnclosedText,
    /// A literal with an escape sequence that Go does not have, or whose bytes are not UTF-8.
    BadEscape,
    /// Something that begins like a number and is not a whole number.
    BadNumber {
        /// As it was written.
        text: String,
    },
    /// A character that is not allowed at this place of an action.
    Character {
        /// That character.
        character: char,
    },
    /// `{{ }}`, or nothing before or after a pipe.
    Nothing,
    /// A construct of Go templates that is not supported.
    Unsupported(Construct),
    /// A function that does not exist.
    UnknownFunction {
        /// Its name.
        name: String,
    },
    /// A path that does not exist.
    UnknownField {
        /// As it was written.
        path: String,
    },
    /// A path to a group of fields, which is not a value.
    SectionAsValue {
        /// As it was written.
        path: String,
    },
    /// A function with the wrong number or type of arguments.
    Arguments {
        /// Its name.
        function: &'static str,
    },
    /// A field path that is followed by something other than a pipe.
    NotPiped {
        /// The path.
        path: String,
    },
    /// A function after `quote`.
    AfterQuote,
    /// `if` without exactly one field path.
    Condition,
    /// `else` or `end` with an argument.
    NotAlone {
        /// Which of them.
        word: &'static str,
    },
    /// `if`, `else` or `end` after something else in the same action.
    Inside {
        /// Which of them.
        word: &'static str,
    },
    /// `else` or `end` without an `if`.
    Stray {
        /// Which of them.
        word: &'static str,
    },
    /// A second `else` of the same `if`.
    SecondElse,
    /// `if` without `end`.
    Unended,
    /// The text between the actions is not valid YAML.
    NotYaml {
        /// The message of the YAML reader.
        message: String,
    },
    /// A value in a key.
    InKey {
        /// The field.
        path: &'static str,
    },
    /// A value in a place that YAML does not read as text.
    NoPlace {
        /// The field.
        path: &'static str,
    },
    /// A field that this session lacks.
    Absent {
        /// The field.
        path: &'static str,
    },
}

/// The constructs of Go templates that are not supported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Construct {
    /// `range`, `with`, `define`, `template`, `block`, `break`, `continue`.
    Keyword(&'static str),
    /// `{{ else if … }}` and `{{ else with … }}`.
    ElseIf(String),
    /// `$x`.
    Variable(String),
    /// `=` or `:=`.
    Declaration,
    /// `(` or `)`.
    Parenthesis,
    /// `,`.
    Comma,
    /// `'x'`.
    CharacterLiteral,
    /// `.` alone.
    Dot,
    /// `true`, `false` or `nil`.
    Constant(&'static str),
    /// A text or number in place of a field.
    LiteralAlone,
}

/// An error and the byte of the template where it begins.
#[derive(Debug)]
pub(crate) struct TemplateErrorAt {
    pub(crate) offset: usize,
    pub(crate) kind: TemplateErrorKind,
}

impl TemplateErrorAt {
    /// Turns the offset into line and column, both counted from 1.
    pub(crate) fn locate(self, source: &str) -> TemplateError {
        let before = source.get(..self.offset).unwrap_or(source);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        TemplateError { line, column, kind: self.kind }
    }
}

/// The supported functions.
pub(crate) const FUNCTIONS: [&str; 3] = ["quote", "default", "lower"];
/// Maximum size of a template. Real manifests have a few hundred bytes; the limit keeps the numbers
/// in marks small.
pub(crate) const MAX_BYTES: usize = 1 << 20;
