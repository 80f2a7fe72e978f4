//! Real Chromium and real Firefox before the real Traefik and the gate.
//!
//! [`harness`] looks at the browsers themselves; [`isolation`] is the proof, and writes
//! `docs/isolation-in-browsers.md`. A [`scene`] is what they stand in, a [`round`] one browser's way
//! through all of `attacks.js`, a [`knock`] what came of it at the gate.

mod cookies;
mod document;
mod harness;
mod isolation;
mod knock;
mod round;
mod scene;
mod sign_in_page;
mod stage;
mod strictness;
mod variant;
mod way_in;
