//! Splits a template into text and actions, exactly as Go's `text/template` does: with the same
//! trim markers, comments and literals, so that a template has the same meaning as in Go or is
//! rejected.
//!
//! Knows only tokens. What an action may contain is decided in `grammar`.

use super::error::{Construct, TemplateErrorAt, TemplateErrorKind};
use std::ops::Range;

/// A part of a template.
#[derive(Debug)]
pub(super) enum Piece<'s> {
    /// Text, as a range of bytes after trimming; never empty.
    Text(Range<usize>),
    /// `{{ … }}`
    Action {
        /// Offset of its braces.
        at: usize,
        tokens: Vec<Token<'s>>,
    },
}

#[derive(Debug)]
pub(super) struct Token<'s> {
    pub(super) at: usize,
    pub(super) kind: TokenKind<'s>,
}

#[derive(Debug)]
pub(super) enum TokenKind<'s> {
    /// `.session.name`
    Path(&'s str),
    /// `if`, `quote`
    Word(&'s str),
    Text(String),
    Number(u64),
    Pipe,
    /// A construct of Go that is not supported. It is rejected later, so that the first error in
    /// the text is reported.
    Foreign(Construct),
}

/// Splits the whole template.
pub(super) fn pieces(source: &str) -> Result<Vec<Piece<'_>>, TemplateErrorAt> {
    let mut cursor = Cursor { length: source.len(), rest: source };
    let mut pieces = Vec::new();
    loop {
        let start = cursor.at();
        let (text, rest) = match cursor.rest.split_once("{{") {
            Some((text, rest)) => (text, Some(rest)),
            None => (cursor.rest, None),
        };
        let at = start + text.len();
        cursor.rest = rest.unwrap_or_default();
        let trims = cursor.takes_left_trim();
        let text = if trims { text.trim_end_matches(SPACE) } else { text };
        if !text.is_empty() {
            pieces.push(Piece::Text(start..start + text.len()));
        }
        if rest.is_none() {
            return Ok(pieces);
        }
        if cursor.takes("/*") {
            cursor.comment(at)?;
        } else {
            let tokens = cursor.action(at)?;
            pieces.push(Piece::Action { at, tokens });
        }
    }
}

struct Cursor<'s> {
    length: usize,
    rest: &'s str,
}

impl<'s> Cursor<'s> {
    fn at(&self) -> usize {
        self.length - self.rest.len()
    }

    fn takes(&mut self, text: &str) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &'s str {
        let end = self.rest.find(|character| !belongs(character)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    /// A minus is a trim marker only if a space follows; `{{-3` begins a number.
    fn takes_left_trim(&mut self) -> bool {
        let rest = self.rest.strip_prefix('-').and_then(|rest| rest.strip_prefix(SPACE));
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// `}}` or ` -}}`, with the space that the marker trims.
    fn takes_end(&mut self) -> bool {
        let trimmed = self.rest.strip_prefix(SPACE).and_then(|rest| rest.strip_prefix("-}}"));
        if let Some(rest) = trimmed {
            self.rest = rest.trim_start_matches(SPACE);
            return true;
        }
        self.takes("}}")
    }

    fn comment(&mut self, at: usize) -> Result<(), TemplateErrorAt> {
        let Some((_, rest)) = self.rest.split_once("*/") else {
            return Err(TemplateErrorAt { offset: at, kind: TemplateErrorKind::UnclosedComment });
        };
        self.rest = rest;
        if self.takes_end() {
            Ok(())
        } else {
            Err(TemplateErrorAt { offset: at, kind: TemplateErrorKind::CommentNotAlone })
        }
    }

    fn action(&mut self, at: usize) -> Result<Vec<Token<'s>>, TemplateErrorAt> {
        let mut tokens = Vec::new();
        while !self.takes_end() {
            match self.rest.chars().next() {
                None => {
                    return Err(TemplateErrorAt { offset: at, kind: TemplateErrorKind::Unclosed });
                }
                Some(character) if SPACE.contains(&character) => {
                    self.rest = self.rest.strip_prefix(SPACE).unwrap_or_default();
                }
                Some(character) => tokens.push(self.token(character)?),
            }
        }
        Ok(tokens)
    }

    /// The token that begins with this character.
    fn token(&mut self, first: char) -> Result<Token<'s>, TemplateErrorAt> {
        let at = self.at();
        let fail = |kind| Err(TemplateErrorAt { offset: at, kind });
        let kind = match first {
            '.' => match self.take_while(|character| character == '.' || is_word(character)) {
                "." => TokenKind::Foreign(Construct::Dot),
                path => TokenKind::Path(path),
            },
            '0'..='9' | '+' | '-' => {
                let text = self.take_while(|c| is_word(c) || matches!(c, '.' | '+' | '-'));
                match whole_number(text) {
                    Some(number) => TokenKind::Number(number),
                    None => return fail(TemplateErrorKind::BadNumber { text: text.to_owned() }),
                }
            }
            '$' => {
                self.rest = self.rest.strip_prefix('$').unwrap_or_default();
                let name = self.take_while(is_word);
                TokenKind::Foreign(Construct::Variable(format!("${name}")))
            }
            '"' | '`' => {
                let Some((text, rest)) = literal(self.rest) else {
                    return fail(TemplateErrorKind::UnclosedText);
                };
                self.rest = rest;
                return match text {
                    Some(text) => Ok(Token { at, kind: TokenKind::Text(text) }),
                    None => fail(TemplateErrorKind::BadEscape),
                };
            }
            '|' | '(' | ')' | ',' | '=' | ':' | '\'' => {
                self.rest = self.rest.strip_prefix(first).unwrap_or_default();
                let kind = match first {
                    '|' => TokenKind::Pipe,
                    ',' => TokenKind::Foreign(Construct::Comma),
                    '=' | ':' => TokenKind::Foreign(Construct::Declaration),
                    '\'' => {
                        let end = self.rest.split_once('\'');
                        self.rest = end.map_or(self.rest, |(_, rest)| rest);
                        TokenKind::Foreign(Construct::CharacterLiteral)
                    }
                    _ => TokenKind::Foreign(Construct::Parenthesis),
                };
                return Ok(Token { at, kind });
            }
            _ if is_word(first) => TokenKind::Word(self.take_while(is_word)),
            character => return fail(TemplateErrorKind::Character { character }),
        };
        self.ends_token()?;
        Ok(Token { at, kind })
    }

    /// Go requires space between operands and rejects `.a"b"`.
    fn ends_token(&self) -> Result<(), TemplateErrorAt> {
        let end = [' ', '\t', '\r', '\n', '|', '(', ')', ',', ':', '=', '.'];
        match self.rest.chars().next() {
            Some(character) if !end.contains(&character) && !self.rest.starts_with("}}") => {
                Err(TemplateErrorAt {
                    offset: self.at(),
                    kind: TemplateErrorKind::Character { character },
                })
            }
            _ => Ok(()),
        }
    }
}

/// A literal and the text after it. The inner `None`: an invalid escape sequence. The outer `None`:
/// no closing quote.
fn literal(text: &str) -> Option<(Option<String>, &str)> {
    if let Some(raw) = text.strip_prefix('`') {
        let (inside, rest) = raw.split_once('`')?;
        // As in Go, so that CRLF line ends do not change the value.
        return Some((Some(inside.replace('\r', "")), rest));
    }
    let inside = text.strip_prefix('"')?;
    let mut escaped = false;
    let end = inside.find(|character| {
        let ends = character == '\n' || (character == '"' && !escaped);
        escaped = character == '\\' && !escaped;
        ends
    })?;
    let (inside, rest) = inside.split_at(end);
    Some((unescaped(inside), rest.strip_prefix('"')?))
}

/// Go's escape sequences can denote bytes; the result must be valid UTF-8.
fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, escape)) = rest.split_once('\\') {
        bytes.extend_from_slice(before.as_bytes());
        let kind = escape.chars().next()?;
        let after = escape.strip_prefix(kind)?;
        let (digits, radix) = match kind {
            'x' => (2, 16),
            'u' => (4, 16),
            'U' => (8, 16),
            '0'..='7' => (3, 8),
            _ => {
                bytes.push(simple_escape(kind)?);
                rest = after;
                continue;
            }
        };
        let number = if radix == 8 { escape } else { after };
        let (number, after) = number.split_at_checked(digits)?;
        if !number.chars().all(|digit| digit.is_digit(radix)) {
            return None;
        }
        let code = u32::from_str_radix(number, radix).ok()?;
        if matches!(kind, 'u' | 'U') {
            bytes.extend_from_slice(char::from_u32(code)?.encode_utf8(&mut [0; 4]).as_bytes());
        } else {
            bytes.push(u8::try_from(code).ok()?);
        }
        rest = after;
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).ok()
}

fn simple_escape(kind: char) -> Option<u8> {
    Some(match kind {
        'a' => 0x07,
        'b' => 0x08,
        't' => b'\t',
        'n' => b'\n',
        'v' => 0x0b,
        'f' => 0x0c,
        'r' => b'\r',
        '\\' => b'\\',
        '"' => b'"',
        _ => return None,
    })
}

/// Decimal, without leading zeros, because Go reads those as octal.
fn whole_number(text: &str) -> Option<u64> {
    let is_decimal = text == "0" || !text.starts_with('0');
    (is_decimal && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

fn is_word(character: char) -> bool {
    character == '_' || character.is_alphanumeric()
}

/// The characters that trim markers remove.
const SPACE: [char; 4] = [' ', '\t', '\r', '\n'];
