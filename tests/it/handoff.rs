//! The hand-off from the sign-in page to a cookie that only alice's host can set: the gate's answers,
//! the attacks on it, and the same through the real Traefik.

mod addresses;
mod arrivals;
mod behind_traefik;
mod flow;
mod keys;
pub mod scene;
mod sign_out;
mod strays;
