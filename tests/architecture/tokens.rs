//! Rust text as tokens: enough of a lexer to know what is code.

/// Code only: no comment, and of a string or character nothing but its quotes.
pub fn tokens(text: &str) -> Vec<Token> {
    let characters: Vec<char> = text.chars().collect();
    let (mut at, mut line) = (0, 1);
    let mut tokens = Vec::new();
    let peek = |at: usize| characters.get(at).copied().unwrap_or('\0');
    while at < characters.len() {
        let start = at;
        let c = characters[at];
        let mut token = c.to_string();
        if c == '/' && peek(at + 1) == '/' {
            at += characters[at..].iter().take_while(|c| **c != '\n').count();
            token.clear();
        } else if c == '/' && peek(at + 1) == '*' {
            at = end_of_comment(&characters, at);
            token.clear();
        } else if let Some(end) = end_of_string(&characters, at) {
            at = end;
            "\"".clone_into(&mut token);
        } else if c == '\'' && (peek(at + 1) == '\\' || peek(at + 2) == '\'') {
            at += if peek(at + 1) == '\\' { 3 } else { 2 };
            at += characters[at..].iter().take_while(|c| **c != '\'').count() + 1;
        } else if c == '_' || c.is_alphanumeric() {
            let name = characters[at..].iter().take_while(|c| **c == '_' || c.is_alphanumeric());
            token = name.collect();
            at += token.chars().count();
        } else if matches!((c, peek(at + 1)), (':', ':') | ('=' | '-', '>')) {
            token.push(peek(at + 1));
            at += 2;
        } else {
            at += 1;
        }
        if !token.trim().is_empty() {
            tokens.push(Token { text: token, line });
        }
        line += characters[start..at.min(characters.len())].iter().filter(|c| **c == '\n').count();
    }
    tokens
}

/// An identifier, `::`, `=>`, or any other single character of code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its characters.
    pub text: String,
    /// Counted from 1.
    pub line: usize,
}

impl Token {
    /// Whether this is an identifier or a keyword.
    pub fn is_name(&self) -> bool {
        self.text.starts_with(|c: char| c == '_' || c.is_alphabetic())
    }
}

/// Where `pattern` begins in `tokens`.
pub fn find(tokens: &[Token], pattern: &[&str]) -> Option<usize> {
    tokens.windows(pattern.len()).position(|window| {
        window.iter().zip(pattern).all(|(token, expected)| token.text == *expected)
    })
}

/// The token behind the one that closes what `open` opens.
pub fn end_of_block(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.text.as_str() {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    tokens.len()
}

fn end_of_comment(characters: &[char], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0);
    while at < characters.len() {
        match characters[at..] {
            ['/', '*', ..] => (at, depth) = (at + 2, depth + 1),
            ['*', '/', ..] => (at, depth) = (at + 2, depth - 1),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

/// Behind the string that begins at `start`, if one does: plain, byte, C, and their raw forms.
fn end_of_string(characters: &[char], start: usize) -> Option<usize> {
    let mut at = start;
    if start > 0 && (characters[start - 1] == '_' || characters[start - 1].is_alphanumeric()) {
        return None;
    }
    while at < start + 2 && matches!(characters.get(at), Some('b' | 'c' | 'r')) {
        at += 1;
    }
    let raw = at > start && characters[at - 1] == 'r';
    let hashes = characters[at..].iter().take_while(|c| raw && **c == '#').count();
    at += hashes;
    if characters.get(at) != Some(&'"') {
        return None;
    }
    at += 1;
    while at < characters.len() {
        match characters[at] {
            '\\' if !raw => at += 2,
            '"' if characters[at + 1..].iter().take(hashes).all(|c| *c == '#') => {
                return Some(at + 1 + hashes);
            }
            _ => at += 1,
        }
    }
    Some(characters.len())
}
