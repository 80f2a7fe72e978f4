//! The type for secret bytes.

use std::fmt;

/// The content of a secret file. `Debug` shows nothing of it, not even its length, and there is no
/// `PartialEq`, because secrets must be compared in constant time.
#[derive(Clone)]
pub struct Secret(Box<[u8]>);

impl Secret {
    /// Takes the bytes unchanged.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes.into())
    }

    /// The bytes as in the file.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes without one trailing newline (`\n` or `\r\n`), which editors and `echo` add and
    /// which is not part of a key.
    #[must_use]
    pub fn trimmed(&self) -> &[u8] {
        let without =
            self.0.strip_suffix(b"\n").map(|rest| rest.strip_suffix(b"\r").unwrap_or(rest));
        without.unwrap_or(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_trailing_newline_is_no_part_of_the_key() {
        let rows: [(&str, &[u8], &[u8]); 7] = [
            ("none", b"key", b"key"),
            ("unix", b"key\n", b"key"),
            ("windows", b"key\r\n", b"key"),
            ("two", b"key\n\n", b"key\n"),
            ("lone_return", b"key\r", b"key\r"),
            ("leading_and_inner_stay", b"\nk\ney", b"\nk\ney"),
            ("only_newline", b"\n", b""),
        ];
        for (name, bytes, expected) in rows {
            assert_eq!(Secret::new(bytes.to_vec()).trimmed(), expected, "{name}");
        }
    }

    #[test]
    fn debug_shows_nothing() {
        let shown = format!("{:?} {:#?}", Secret::new(b"hunter2".to_vec()), Secret::new(vec![7]));
        assert_eq!(shown, "Secret(…) Secret(…)");
    }
}
