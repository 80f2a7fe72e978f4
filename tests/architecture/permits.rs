//! Where a permit, a session and a 2xx come from.

use super::source::Source;
use super::tokens::{Token, end_of_block, find};

/// Every way to make a `kind` but the single one in `home`.
pub fn constructions(kind: &str, home: &str, sources: &[Source]) -> Vec<String> {
    let mut findings = Vec::new();
    let mut made = Vec::new();
    for source in sources {
        for at in literals(&source.tokens, kind) {
            made.push(format!("{}:{}", source.path, source.tokens[at].line));
        }
        for name in derives(&source.tokens, kind) {
            if matches!(name, "Clone" | "Copy" | "Default" | "Deserialize") {
                findings.push(format!("{}: {kind} must not be {name}", source.path));
            }
        }
    }
    if made.len() != 1 || !made[0].starts_with(&format!("{home}:")) {
        findings.push(format!("{kind} is made once, in {home}; found {made:?}"));
    }
    findings
}

/// Where `kind { … }` stands as an expression, or `Self { … }` in an `impl` of `kind`.
fn literals(tokens: &[Token], kind: &str) -> Vec<usize> {
    let own_blocks: Vec<_> = (0..tokens.len())
        .filter(|at| tokens[*at].text == "impl")
        .filter_map(|at| {
            let open = at + tokens[at..].iter().position(|token| token.text == "{")?;
            let is_own = tokens[at..open].iter().any(|token| token.text == kind);
            is_own.then(|| open + 1..end_of_block(tokens, open))
        })
        .collect();
    let opens = |at: usize| tokens.get(at + 1).is_some_and(|next| next.text == "{");
    let declares = |at: usize| {
        let mut before = tokens[..at].iter().rev();
        let directly = tokens[..at].last();
        // Behind `-> &'a mut` stands a type.
        let behind = before.find(|token| !REFERENCE.contains(&token.text.as_str()));
        let is = |token: Option<&Token>, texts: &[&str]| {
            token.is_some_and(|token| texts.contains(&token.text.as_str()))
        };
        is(directly, &["struct", "impl", "for", "enum"]) || is(behind, &["->"])
    };
    let is_literal = |at: &usize| match tokens[*at].text.as_str() {
        "Self" => own_blocks.iter().any(|block| block.contains(at)) && !declares(*at),
        text => text == kind && !declares(*at),
    };
    (0..tokens.len()).filter(|at| opens(*at)).filter(is_literal).collect()
}

/// What the attributes before `struct kind` derive.
fn derives<'t>(tokens: &'t [Token], kind: &str) -> Vec<&'t str> {
    let Some(at) = find(tokens, &["struct", kind]) else {
        return Vec::new();
    };
    let start = tokens[..at].iter().rposition(|token| matches!(token.text.as_str(), "}" | ";"));
    let before = &tokens[start.map_or(0, |start| start + 1)..at];
    let Some(derive) = find(before, &["derive", "("]) else {
        return Vec::new();
    };
    let names = &before[derive + 2..end_of_block(before, derive + 1)];
    names.iter().filter(|token| token.is_name()).map(|token| token.text.as_str()).collect()
}

/// Answers that are 2xx by name, or by saying nothing else: a new `Response` is a 200.
pub fn stray_answers(source: &Source) -> Vec<String> {
    let home = |homes: &[(&str, usize)]| {
        let found = homes.iter().find(|(home, _)| source.path.starts_with(home));
        found.map_or(0, |(_, times)| *times)
    };
    let mut findings = Vec::new();
    for (what, allowed, is_one) in [
        ("a status of 1xx or 2xx", home(&SUCCESSES), &is_success as &dyn Fn(&[String]) -> bool),
        ("a new response", home(&RESPONSES), &is_new_response),
    ] {
        let paths = source.paths();
        let lines: Vec<usize> =
            paths.iter().filter(|(_, path)| is_one(path)).map(|(line, _)| *line).collect();
        if lines.len() > allowed {
            findings.push(format!("{}: {what} in lines {lines:?}, {allowed} allowed", source.path));
        }
    }
    findings
}

fn is_success(path: &[String]) -> bool {
    let [.., kind, name] = path else { return false };
    kind == "StatusCode" && SUCCESS_NAMES.contains(&name.as_str())
}

fn is_new_response(path: &[String]) -> bool {
    let [.., kind, name] = path else { return false };
    kind == "Response" && matches!(name.as_str(), "new" | "builder" | "default" | "from_parts")
}

/// Arms that would match a denial that is added later.
pub fn catch_all_arms(source: &Source) -> Vec<String> {
    let tokens = &source.tokens;
    let mut findings = Vec::new();
    for at in (0..tokens.len()).filter(|at| tokens[*at].text == "match") {
        let Some(open) = tokens[at..].iter().position(|token| token.text == "{") else {
            continue;
        };
        let body = &tokens[at + open + 1..end_of_block(tokens, at + open)];
        let patterns = arms(body);
        let over_denials = patterns
            .iter()
            .any(|pattern| EXHAUSTIVE.iter().any(|name| find(pattern, &[name, "::"]).is_some()));
        for pattern in patterns.into_iter().filter(|_| over_denials) {
            let takes_all = match pattern {
                [one] => one.is_name() && one.text.starts_with(|c: char| !c.is_uppercase()),
                [one, when, ..] => one.text == "_" && when.text == "if",
                [] => false,
            };
            if takes_all {
                let Token { text, line } = &pattern[0];
                findings.push(format!("{}:{line}: `{text} =>` over a closed set", source.path));
            }
        }
    }
    findings
}

/// The pattern of each arm in the body of a `match`.
fn arms(body: &[Token]) -> Vec<&[Token]> {
    let mut patterns = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while at < body.len() {
        match body[at].text.as_str() {
            "=>" => {
                patterns.push(&body[start..at]);
                at += 1;
                // A block ends its arm; anything else does so by a comma.
                if body.get(at).is_some_and(|token| token.text == "{") {
                    at = end_of_block(body, at);
                } else {
                    while at < body.len() && body[at].text != "," {
                        let opens = matches!(body[at].text.as_str(), "{" | "(" | "[");
                        at = if opens { end_of_block(body, at) } else { at + 1 };
                    }
                }
                if body.get(at).is_some_and(|token| token.text == ",") {
                    at += 1;
                }
                start = at;
            }
            "{" | "(" | "[" => at = end_of_block(body, at),
            _ => at += 1,
        }
    }
    patterns
}

/// What may stand between `->` and the name of a type.
const REFERENCE: [&str; 5] = ["&", "'", "a", "r", "mut"];
/// Enums whose every variant has to be looked at where it is answered.
const EXHAUSTIVE: [&str; 1] = ["Denial"];

/// Files that may name a success, and how often. A health question is asked on another listener.
const SUCCESSES: [(&str, usize); 3] = [
    ("src/http/admin", usize::MAX),
    ("src/http/backchannel_logout.rs", 1),
    ("src/demo/", usize::MAX),
];
/// Files that may begin a response, and how often. In `answer.rs` one becomes the permit, and the
/// other has its status before it leaves its function.
const RESPONSES: [(&str, usize); 5] = [
    ("src/http/answer.rs", 2),
    ("src/http/admin", usize::MAX),
    ("src/http/backchannel_logout.rs", 1),
    ("src/server/service.rs", 1),
    ("src/demo/", usize::MAX),
];
const SUCCESS_NAMES: [&str; 16] = [
    "CONTINUE",
    "SWITCHING_PROTOCOLS",
    "PROCESSING",
    "EARLY_HINTS",
    "OK",
    "CREATED",
    "ACCEPTED",
    "NON_AUTHORITATIVE_INFORMATION",
    "NO_CONTENT",
    "RESET_CONTENT",
    "PARTIAL_CONTENT",
    "MULTI_STATUS",
    "ALREADY_REPORTED",
    "IM_USED",
    "from_u16",
    "default",
];
