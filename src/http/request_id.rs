//! The request ID, which connects an answer with its log line.

use super::headers::{REQUEST_ID, text_of};
use crate::random;
use hyper::header::HeaderMap;
use std::borrow::Cow;
use std::fmt::Write as _;

/// Taken from the proxy's header if it is safe to print, else generated.
pub(super) struct RequestId<'r>(Cow<'r, str>);

impl<'r> RequestId<'r> {
    pub(super) fn of(headers: &'r HeaderMap) -> Self {
        let given = text_of(headers, REQUEST_ID);
        let harmless = (1..=MAX_REQUEST_ID).contains(&given.len())
            && given.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte));
        if harmless { Self(Cow::Borrowed(given)) } else { Self::fresh() }
    }

    pub(super) fn fresh() -> Self {
        // Without randomness the ID is all zeros; nothing relies on it being unpredictable.
        let random: [u8; 12] = random::bytes().unwrap_or_default();
        let text = random.iter().fold(String::with_capacity(24), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
        Self(Cow::Owned(text))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

const MAX_REQUEST_ID: usize = 64;
