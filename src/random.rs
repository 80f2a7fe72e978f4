//! The one source of random bytes: the operating system's, through aws-lc.
//!
//! A caller whose security rests on the bytes fails when there are none. A caller that only wants
//! to spread retries or to name a log line goes on with a fixed value. Keys are generated in
//! `token::SigningKey`, which has no other use for randomness.

use std::fmt;

/// `N` random bytes, fit for secrets.
///
/// # Errors
/// The operating system gives no randomness.
#[expect(clippy::disallowed_methods, reason = "the one source of random bytes")]
pub fn bytes<const N: usize>() -> Result<[u8; N], RandomError> {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| RandomError)?;
    Ok(bytes)
}

/// The operating system gives no randomness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RandomError;

impl fmt::Display for RandomError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the operating system gives no randomness")
    }
}

impl std::error::Error for RandomError {}
