//! Removes tokens from the output: it is pasted into tickets and chats, and a token in it would give
//! its readers access to a desktop.

use hyper::header::{AUTHORIZATION, COOKIE, HeaderMap, HeaderName, HeaderValue, SET_COOKIE};
use std::fmt::Write as _;

/// Headers as text. Of a value that may contain a secret of the desktop or a token of another service,
/// only the length is shown.
pub(super) fn printable(
    headers: &HeaderMap,
    token_headers: &[HeaderName],
) -> Vec<(String, String)> {
    let is_secret = |name: &HeaderName| {
        *name == AUTHORIZATION || *name == COOKIE || token_headers.contains(name)
    };
    let text = |name: &HeaderName, value: &HeaderValue| {
        if *name == SET_COOKIE {
            cookie(&String::from_utf8_lossy(value.as_bytes()))
        } else if is_secret(name) {
            format!("({} bytes)", value.len())
        } else {
            without_tokens(&String::from_utf8_lossy(value.as_bytes()))
        }
    };
    headers.iter().map(|(name, value)| (name.to_string(), text(name, value))).collect()
}

/// A line of `Set-Cookie` without the value.
fn cookie(line: &str) -> String {
    let (pair, attributes) = line.split_once(';').unwrap_or((line, ""));
    let (name, value) = pair.split_once('=').unwrap_or(("", pair));
    let value = if value.is_empty() { String::new() } else { format!("({} bytes)", value.len()) };
    without_tokens(&format!("{name}={value};{attributes}"))
}

/// Replaces everything in `text` that could be a JWT by its length, for example in a query, a host or
/// a claim. A JWT begins with `eyJ`, the base64url of `{"`; one whose JSON begins with white space is
/// recognised by its three long parts.
pub(super) fn without_tokens(text: &str) -> String {
    let part_of_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let start = rest.find(part_of_token).unwrap_or(rest.len());
        let (between, behind) = rest.split_at(start);
        let end = behind.find(|c| !part_of_token(c)).unwrap_or(behind.len());
        let (run, after) = behind.split_at(end);
        shown.push_str(between);
        if is_token(run) {
            let _ = write!(shown, "({} bytes not shown)", run.len());
        } else {
            shown.push_str(run);
        }
        rest = after;
    }
    shown
}

fn is_token(run: &str) -> bool {
    let is_whole = run.split('.').count() == 3 && run.split('.').all(|part| part.len() >= SHORTEST);
    is_whole || (run.len() >= SHORTEST && run.contains("eyJ"))
}

/// Shorter than the header of any token.
const SHORTEST: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.AAAAAAAAAAAAAAAAAAAAAA";

    #[test]
    fn a_token_is_cut_out_wherever_it_stands() {
        for text in [
            TOKEN.to_owned(),
            format!("GET https://alice.vdi.example.com/?access_token={TOKEN}&x=1, once"),
            TOKEN.replace("eyJ", "eyA"),
            format!("X-Forwarded-Host \"{TOKEN}.vdi.example.com\""),
            format!("https://portal.example.com/?rd=https%3A%2F%2Fx%2F%3Ft%3D{TOKEN}"),
        ] {
            let shown = without_tokens(&text);
            assert!(shown.contains("bytes not shown"), "{shown}");
            assert!(TOKEN.split('.').all(|part| !shown.contains(part)), "{shown}");
        }
    }

    #[test]
    fn everything_else_is_unchanged() {
        for text in
            ["", "é eyJ ", "X-Forwarded-Host \"alice.vdi.example.com\" is … \"alice\"", "eyJ.short"]
        {
            assert_eq!(without_tokens(text), text);
        }
    }

    #[test]
    fn secrets_are_shown_by_name_and_length() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("cookie", "theme=dark"),
            ("authorization", "Basic YWxpY2U6cGFzcw=="),
            ("x-session-token", "opaque"),
            ("x-doorward-user", "alice"),
            ("set-cookie", "__Host-doorward-st-ab=c.d.e; Path=/; Secure"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        let own = [HeaderName::from_static("x-session-token")];
        let shown = printable(&headers, &own);
        let value = |name: &str| shown.iter().find(|(own, _)| own == name).unwrap().1.as_str();
        assert_eq!(value("cookie"), "(10 bytes)");
        assert_eq!(value("authorization"), "(22 bytes)");
        assert_eq!(value("x-session-token"), "(6 bytes)");
        assert_eq!(value("x-doorward-user"), "alice");
        let cookie = "__Host-doorward-st-ab=(5 bytes); Path=/; Secure";
        assert_eq!(value("set-cookie"), cookie);
    }
}
