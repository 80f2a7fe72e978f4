//! What may be a `kid`: the same rule for the header of a token and for a member of a key set.

/// Bounded in length, and printable ASCII only, so that it can stand in a log line unescaped.
pub(super) fn is_kid(text: &str) -> bool {
    (1..=256).contains(&text.len()) && text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}
