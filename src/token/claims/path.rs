//! The location of a configured value within the claims.

use crate::token::json::{Object, Value};
use serde_json::Map;
use std::fmt;

/// A claim by name, or by JSON pointer (RFC 6901) when it starts with `/`.
///
/// `https://example.com/groups` is a name (of a namespaced claim); `/realm/user` is a pointer to
/// `user` within `realm`.
#[derive(Clone, PartialEq, Eq)]
pub struct ClaimPath {
    text: Box<str>,
    /// The names from the top down, escapes resolved; never empty.
    steps: Box<[Box<str>]>,
}

impl ClaimPath {
    /// Parses a claim name or a pointer. `None` for an empty text, a text above 256 bytes, and a
    /// pointer with a `~` that is neither `~0` nor `~1`.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        if text.is_empty() || text.len() > 256 {
            return None;
        }
        let steps = match text.strip_prefix('/') {
            None => Box::new([text.into()]) as Box<[Box<str>]>,
            Some(pointer) => pointer.split('/').map(step).collect::<Option<_>>()?,
        };
        Some(Self { text: text.into(), steps })
    }

    /// The path as it was configured.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The name of the top-level claim.
    pub(in crate::token) fn first(&self) -> &str {
        self.steps.first().map_or("", |step| step)
    }

    /// The number of names in the path.
    pub(in crate::token) fn length(&self) -> usize {
        self.steps.len()
    }

    /// Adds a value at this path to claims that are being made, with the objects above it. Returns
    /// `false` if a value above it is not an object, or if the path already has a value.
    pub fn put(
        &self,
        claims: &mut Map<String, serde_json::Value>,
        value: serde_json::Value,
    ) -> bool {
        let Some((last, parents)) = self.steps.split_last() else {
            return false;
        };
        let mut place = claims;
        for step in parents {
            let next = place.entry(&**step).or_insert_with(|| Map::new().into());
            let Some(next) = next.as_object_mut() else {
                return false;
            };
            place = next;
        }
        if place.contains_key(&**last) {
            return false;
        }
        place.insert(last.to_string(), value);
        true
    }

    /// The value at this path. Items of a list are addressed by position, as in RFC 6901.
    pub(in crate::token) fn find<'tree, 'text>(
        &self,
        claims: &'tree Object<'text>,
    ) -> Option<&'tree Value<'text>> {
        let (first, rest) = self.steps.split_first()?;
        rest.iter().try_fold(claims.get(first)?, |value, step| match value {
            Value::Object(object) => object.get(step),
            Value::Array(items) => items.get(position(step)?),
            _ => None,
        })
    }
}

impl fmt::Debug for ClaimPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ClaimPath({:?})", self.text)
    }
}

/// Resolves `~1` and `~0`, in this order: `~01` is `~1`, not `/`.
fn step(escaped: &str) -> Option<Box<str>> {
    let mut rest = escaped;
    while let Some((_, after)) = rest.split_once('~') {
        if !after.starts_with(['0', '1']) {
            return None;
        }
        rest = after;
    }
    Some(escaped.replace("~1", "/").replace("~0", "~").into())
}

/// A list position: digits without a leading zero (RFC 6901, section 4).
fn position(step: &str) -> Option<usize> {
    let digits = step.bytes().all(|byte| byte.is_ascii_digit());
    if !digits || (step.len() > 1 && step.starts_with('0')) {
        return None;
    }
    step.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::json::{Number, parse_object};

    #[test]
    fn a_path_is_a_name_or_a_pointer() {
        let claims = br#"{"sub":"s","a":{"b":["x","y"],"c/d":"e","f~g":"h","":"empty"},
            "/odd":1,"https://example.com/user":"namespaced","a/b":"slash"}"#;
        let claims = parse_object(claims).unwrap();
        for (row, path, expected) in [
            ("name", "sub", Some("s")),
            ("absent_name", "user", None),
            ("namespaced_name", "https://example.com/user", Some("namespaced")),
            ("name_with_slash", "a/b", Some("slash")),
            ("pointer_to_the_top", "/sub", Some("s")),
            ("pointer_into_an_object", "/a/c~1d", Some("e")),
            ("pointer_with_a_tilde", "/a/f~0g", Some("h")),
            ("pointer_into_a_list", "/a/b/1", Some("y")),
            ("pointer_past_a_list", "/a/b/2", None),
            ("pointer_with_a_leading_zero", "/a/b/01", None),
            ("pointer_to_the_end_of_a_list", "/a/b/-", None),
            ("pointer_with_a_sign", "/a/b/+1", None),
            ("pointer_to_an_empty_name", "/a/", Some("empty")),
            ("pointer_through_a_string", "/sub/0", None),
            ("name_is_never_a_pointer", "a", None),
        ] {
            let path = ClaimPath::new(path).unwrap();
            assert_eq!(path.find(&claims).and_then(Value::as_str), expected, "{row}");
        }
        let odd = ClaimPath::new("/~1odd").unwrap();
        assert_eq!(odd.find(&claims), Some(&Value::Number(Number::Unsigned(1))));
    }

    #[test]
    fn escapes_are_resolved_once() {
        let claims = parse_object(br#"{"~1":"tilde one","/":"slash"}"#).unwrap();
        let text = |path: &str| {
            let path = ClaimPath::new(path).unwrap();
            path.find(&claims).and_then(Value::as_str).map(str::to_owned)
        };
        assert_eq!(text("/~01").as_deref(), Some("tilde one"));
        assert_eq!(text("/~1").as_deref(), Some("slash"));
    }

    #[test]
    fn an_inserted_entry_is_found() {
        let mut claims = Map::new();
        let mut put =
            |path: &str, value: &str| ClaimPath::new(path).unwrap().put(&mut claims, value.into());
        assert!(put("sub", "alice"));
        assert!(put("/realm/user", "alice"));
        assert!(put("/realm/a~1b/0", "x"));
        assert!(put("https://example.com/user", "alice"));
        assert!(!put("sub", "bob"), "a value stands there");
        assert!(!put("/sub/name", "bob"), "a string is on the way");
        assert!(!put("/realm/user", "bob"));
        let text = serde_json::Value::Object(claims).to_string();
        let read = parse_object(text.as_bytes()).unwrap();
        for path in ["sub", "/realm/user", "https://example.com/user"] {
            let found = ClaimPath::new(path).unwrap();
            assert_eq!(found.find(&read).and_then(Value::as_str), Some("alice"), "{path}");
        }
    }

    #[test]
    fn malformed_paths_are_none() {
        let long = "a".repeat(257);
        for (row, path) in [
            ("empty", ""),
            ("bare_tilde", "/a~"),
            ("unknown_escape", "/a~2"),
            ("second_tilde_bare", "/~0~"),
            ("too_long", &long),
        ] {
            assert_eq!(ClaimPath::new(path), None, "{row}");
        }
        assert!(ClaimPath::new(&long[1..]).is_some());
        assert!(ClaimPath::new("a~b").is_some(), "a name may hold a tilde");
    }
}
