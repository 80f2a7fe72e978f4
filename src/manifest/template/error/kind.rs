//! The errors of a template, as values.

/// A template that is not taken, or that a session does not fill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateError {
    /// Line of the template, counted from 1.
    pub line: usize,
    /// Character in that line, counted from 1.
    pub column: usize,
    /// What stands there.
    pub kind: TemplateErrorKind,
}

/// What can be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplateErrorKind {
    /// More text than any template has.
    TooLarge {
        /// Its length.
        bytes: usize,
    },
    /// `{{` without `}}`.
    Unclosed,
    /// `{{/*` without `*/`.
    UnclosedComment,
    /// A comment with something else between its braces.
    CommentNotAlone,
    /// A literal without its closing quote.
    UnclosedText,
    /// A literal with an escape that Go does not have, or whose bytes are no text.
    BadEscape,
    /// Something that begins like a number and is no whole one.
    BadNumber {
        /// As it was written.
        text: String,
    },
    /// A character that no action can hold at this place.
    Character {
        /// That character.
        character: char,
    },
    /// `{{ }}`, or nothing before or behind a pipe.
    Nothing,
    /// Something that Go templates have and these do not.
    Unsupported(Construct),
    /// A function that is none of the three.
    UnknownFunction {
        /// Its name.
        name: String,
    },
    /// A path that no session has.
    UnknownField {
        /// As it was written.
        path: String,
    },
    /// A path that has fields and is no value.
    SectionAsValue {
        /// As it was written.
        path: String,
    },
    /// A function with too few arguments, too many, or others than it takes.
    Arguments {
        /// Its name.
        function: &'static str,
    },
    /// A field path with something behind it that is no pipe.
    NotPiped {
        /// The path.
        path: String,
    },
    /// A function after `quote`.
    AfterQuote,
    /// `if` with something else than one field path.
    Condition,
    /// `else` or `end` with something behind it.
    NotAlone {
        /// Which of them.
        word: &'static str,
    },
    /// `if`, `else` or `end` behind something else.
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
    /// The text between the actions is no YAML.
    NotYaml {
        /// What the reader says.
        message: String,
    },
    /// A value where it would become a key.
    InKey {
        /// The field.
        path: &'static str,
    },
    /// A value where YAML has none.
    NoPlace {
        /// The field.
        path: &'static str,
    },
    /// A field that this session does not have.
    Absent {
        /// The field.
        path: &'static str,
    },
}

/// What Go templates have and these do not.
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
    /// A text or number where a field belongs.
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

/// All functions that there are.
pub(crate) const FUNCTIONS: [&str; 3] = ["quote", "default", "lower"];
/// Of a template. A manifest has a few hundred; the bound keeps marks short and numbers small.
pub(crate) const MAX_BYTES: usize = 1 << 20;
