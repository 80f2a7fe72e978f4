//! The bearer secret of the admin listener's `/revocations`.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use hyper::header::{AUTHORIZATION, HeaderMap};
use std::fmt;

/// The secret of `revocation.secret_file`; its `Debug` output does not show it.
#[derive(Clone)]
pub struct AdminSecret {
    secret: Box<[u8]>,
}

impl AdminSecret {
    /// Admits requests that carry this secret.
    #[must_use]
    pub fn new(secret: &[u8]) -> Self {
        Self { secret: secret.into() }
    }

    /// Whether the request carries the secret. The comparison takes constant time.
    pub(super) fn admits(&self, headers: &HeaderMap) -> bool {
        let mut lines = headers.get_all(AUTHORIZATION).iter();
        let (Some(line), None) = (lines.next(), lines.next()) else { return false };
        let sent = line.as_bytes().strip_prefix(b"Bearer ").unwrap_or_default();
        verify_slices_are_equal(sent, &self.secret).is_ok()
    }
}

impl fmt::Debug for AdminSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("AdminSecret(…)")
    }
}
