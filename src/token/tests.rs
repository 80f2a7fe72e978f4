//! Tests of the module as a whole: what it lets pass, what it refuses and with which reason.

pub(super) mod fixture;

mod attacks;
mod claims;
mod conformance;
mod library;
mod properties;
mod sessions;
mod words;
