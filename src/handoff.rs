//! The way in: how a portal on another host gives alice a session that only alice's host can set.
//!
//! The gate sends the browser to the sign-in page and leaves a state cookie on the workspace's
//! host (`pending`). The portal sends it back with a token that answers that state, and the gate
//! makes a session token of its own (`session`) and sets it as a cookie of that one host
//! (`cookie`). Texts of addresses that are read on the way stand in `address`.
//!
//! Pure: clock and randomness are arguments. `http::way_in` reads requests and writes answers;
//! what a token is worth is judged by `token` and `gate`.

pub mod address;
mod cookie;
mod pending;
mod session;

pub use cookie::{LOOP_COOKIE, PARTITIONED_COOKIE, STATE_COOKIES, SessionCookies};
pub use pending::{Pending, RANDOM_BYTES, surplus};
pub use session::{MAX_COOKIE_BYTES, SessionClaims};
