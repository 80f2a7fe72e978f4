//! The gate paths, their queries, and the path to which a sign-in returns the browser. An ambiguous
//! query has no value.

/// Starts a sign-in.
pub const LOGIN: &str = "/.doorward/login";
/// The sign-in page returns the browser to it.
pub const ENTER: &str = "/.doorward/enter";
/// Signs out.
pub const LOGOUT: &str = "/.doorward/logout";

/// The state's ID and the hand-off token of `st=ID&t=TOKEN`: each once, in any order, not
/// percent-encoded (neither has a byte that needs it), and no other parameter.
#[must_use]
pub fn entry(query: &str) -> Option<(&str, &str)> {
    let (first, second) = query.split_once('&')?;
    let (state, token) = if first.starts_with("st=") { (first, second) } else { (second, first) };
    let state = state.strip_prefix("st=")?;
    let token = token.strip_prefix("t=")?;
    let plain = |text: &str| {
        !text.is_empty()
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    (plain(state) && plain(token)).then_some((state, token))
}

/// The return path of `path=…`, decoded once; `/` without a query.
///
/// `None` for another or repeated key, an invalid encoding, and text that is not a path.
#[must_use]
pub fn asked_path(query: &str) -> Option<String> {
    if query.is_empty() {
        return Some("/".to_owned());
    }
    let value = query.strip_prefix("path=")?;
    if value.contains('&') {
        return None;
    }
    let mut path = Vec::with_capacity(value.len());
    let mut bytes = value.bytes();
    while let Some(byte) = bytes.next() {
        path.push(match byte {
            b'%' => digit(bytes.next()?)? << 4 | digit(bytes.next()?)?,
            other => other,
        });
    }
    let path = String::from_utf8(path).ok()?;
    is_path(&path).then(|| bounded(&path).to_owned())
}

/// Whether a text is a path when appended to an origin: it begins with `/` and consists of visible
/// ASCII, as a browser sends it. `//evil.example` is such a path: appended to an origin, it does not
/// name a host.
#[must_use]
pub fn is_path(text: &str) -> bool {
    text.starts_with('/') && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The path, or `/` if it is longer than [`MAX_PATH`].
#[must_use]
pub fn bounded(path: &str) -> &str {
    if path.len() > MAX_PATH { "/" } else { path }
}

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// Bytes of path and query. Encoded it is up to three times as long, and must fit into a cookie and
/// into the URL limits of browsers.
pub const MAX_PATH: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_has_two_keys_and_no_more() {
        for (row, query, expected) in [
            ("plain", "st=0a&t=x.y.z", Some(("0a", "x.y.z"))),
            ("other_order", "t=x.y.z&st=0a", Some(("0a", "x.y.z"))),
            ("doubled_state", "st=0a&st=0b&t=x.y.z", None),
            ("doubled_token", "st=0a&t=x.y.z&t=a.b.c", None),
            ("third_key", "st=0a&t=x.y.z&next=//evil.example", None),
            ("no_token", "st=0a", None),
            ("no_state", "t=x.y.z", None),
            ("empty_state", "st=&t=x.y.z", None),
            ("empty_token", "st=0a&t=", None),
            ("two_tokens_no_state", "t=x.y.z&t=x.y.z", None),
            ("other_case", "ST=0a&T=x.y.z", None),
            ("encoded_key", "s%74=0a&t=x.y.z", None),
            ("encoded_value", "st=0a&t=x%2Ey.z", None),
            ("semicolon", "st=0a;t=x.y.z", None),
            ("empty", "", None),
            ("trailing_ampersand", "st=0a&t=x.y.z&", None),
        ] {
            assert_eq!(entry(query), expected, "{row}");
        }
    }

    #[test]
    fn only_a_path_is_a_return_address() {
        let long = format!("path=/{}", "a".repeat(MAX_PATH));
        for (row, query, expected) in [
            ("no_query", "", Some("/")),
            ("plain", "path=/desk", Some("/desk")),
            ("with_a_query", "path=%2Fdesk%3Fa%3D1%26b%3D2", Some("/desk?a=1&b=2")),
            ("decoded_once", "path=%2F%252e", Some("/%2e")),
            ("lower_case_digits", "path=%2fdesk", Some("/desk")),
            ("plus_is_a_plus", "path=/a+b", Some("/a+b")),
            ("scheme_relative_stays_a_path", "path=//evil.example/", Some("//evil.example/")),
            ("backslash_stays_a_path", "path=/%5Cevil.example", Some("/\\evil.example")),
            ("too_long", &long, Some("/")),
            ("absolute", "path=https://evil.example/", None),
            ("absolute_encoded", "path=https%3A%2F%2Fevil.example", None),
            ("no_slash", "path=evil", None),
            ("user_information", "path=@evil.example/", None),
            ("port", "path=:443@evil.example/", None),
            ("backslashes", "path=%5C%5Cevil.example", None),
            ("line_break", "path=/%0d%0aSet-Cookie:%20a=b", None),
            ("nul", "path=/%00", None),
            ("tab", "path=/%09/evil.example", None),
            ("space_before", "path=%20/", None),
            ("beyond_ascii", "path=/%C3%A4", None),
            ("broken_utf8", "path=/%FF", None),
            ("broken_encoding", "path=/%", None),
            ("half_encoding", "path=/%2", None),
            ("no_digits", "path=/%zz", None),
            ("empty", "path=", None),
            ("doubled", "path=/a&path=/b", None),
            ("other_key", "next=/a", None),
            ("other_key_behind", "path=/a&next=https://evil.example", None),
        ] {
            assert_eq!(asked_path(query).as_deref(), expected, "{row}");
        }
    }
}
