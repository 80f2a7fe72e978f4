//! The hand-off from the sign-in page to a cookie that only alice's host can set: the gate's answers,
//! the attacks on it, and the same through the real Traefik.

mod addresses;
mod behind_traefik;
mod flow;
mod keys;
mod refused_tokens;
pub mod setup;
mod sign_out;
mod wrong_browser;
