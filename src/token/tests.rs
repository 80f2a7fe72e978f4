//! Tests of the whole module: what it accepts, and what it rejects with which reason.

pub(crate) mod fixture;

mod attacks;
mod claims;
mod conformance;
mod library;
mod properties;
mod sessions;
mod words;
