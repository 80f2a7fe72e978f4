//! The way in: how a portal on another host gives alice a session that only alice's host can set.
//!
//! The gate sends the browser to the sign-in page and leaves a state cookie on the workspace's
//! host (`pending`). The portal sends it back with a token that answers that state, and the gate
//! makes a session token of its own (`session`) and sets it as a cookie of that one host
//! (`cookie`). Texts of addresses that are read on the way stand in `address`.
//!
//! Pure: clock and randomness are arguments. `http::gate_paths` reads requests and writes answers;
//! what a token is worth is judged by `token` and `gate`.

pub mod address;
mod cookie;
mod pending;
mod session;
mod sign_in;

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
        /// Whatever a browser or a link holds: what is read of it is a path on the own host, or
        /// nothing, and what was written is read back.
        #[test]
        fn what_is_read_is_a_path_or_nothing(query in ".*", name in any::<Vec<u8>>(), value in any::<Vec<u8>>()) {
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
