//! The way in, out of the sign-in page and into a cookie that only alice's host can set: as the gate
//! answers it, every way in which it must not be had, and the same through the real Traefik.

mod addresses;
mod arrivals;
mod behind_traefik;
mod flow;
mod keys;
pub mod scene;
mod sign_out;
mod strays;
