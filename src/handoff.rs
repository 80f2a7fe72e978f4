//! The hand-off: how a sign-in page on another host gives a user a session on the workspace's host.
//!
//! The gate redirects the browser to the sign-in page (`sign_in`) and sets a state cookie on the
//! workspace's host (`pending`). The sign-in page returns the browser with a hand-off token for that
//! state. The gate then issues a session token of its own (`session`) and sets it as a host-only
//! cookie (`cookie`). `address` reads the queries of the gate paths.
//!
//! Pure: clock and randomness are arguments. `http::gate_paths` reads requests and writes answers;
//! `token` and `gate` verify the tokens.

// In the order of use; the blank lines keep rustfmt from sorting them.

mod pending;
mod session;
mod sign_in;

pub mod address;
mod cookie;

pub use cookie::{LOOP_COOKIE, PARTITIONED_COOKIE, STATE_COOKIES, SessionCookies, cookie};
pub use pending::{Pending, RANDOM_BYTES, surplus};
pub use session::{MAX_COOKIE_BYTES, SessionClaims};
pub use sign_in::{Handoff, SignIn, encode};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::UnixTime;
    use proptest::prelude::*;

    proptest! {
        /// For any query and cookie, the result is a path on the same host or nothing; and what the
        /// gate has written is read back unchanged.
        #[test]
        fn a_return_address_is_a_path_or_nothing(query in ".*", name in any::<Vec<u8>>(), value in any::<Vec<u8>>()) {
            if let Some(path) = address::asked_path(&query) {
                prop_assert!(address::is_path(&path) && path.len() <= address::MAX_PATH);
            }
            if let Some((id, token)) = address::entry(&query) {
                prop_assert!(!id.is_empty() && !token.is_empty());
            }
            if let Some(pending) = Pending::read(&name, &value) {
                prop_assert!(address::is_path(pending.path()));
            }
            let state = [STATE_COOKIES.as_bytes(), b"0123456789abcdef"].concat();
            if let Some(pending) = Pending::read(&state, &value) {
                prop_assert!(address::is_path(pending.path()));
            }
            let begun = Pending::begin(&[5; RANDOM_BYTES], &query, UnixTime(7));
            let cookie = begun.cookie(true);
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            prop_assert_eq!(Pending::read(name.as_bytes(), value.as_bytes()), Some(begun));
        }
    }
}
