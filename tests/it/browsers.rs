//! Chromium and Firefox with the real Traefik and the gate.
//!
//! [`driver`] tests the remote control of the browsers; [`isolation`] runs the attacks and writes
//! `docs/isolation-in-browsers.md`. A [`setup`] is Traefik, gate and desktop; an [`attack_run`] runs
//! all of `attacks.js` in one browser; a [`recorded_request`] is what the gate received and answered.

mod attack_run;
mod attacker_pages;
mod cookies;
mod document;
mod driver;
mod isolation;
mod recorded_request;
mod service_workers;
mod setup;
mod sign_in;
mod sign_in_page;
mod strict_side_effects;
mod variant;
