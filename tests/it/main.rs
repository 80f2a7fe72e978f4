//! The real doorward, and the real Traefik in front of it, seen from outside only.
//!
//! One test binary, so that everything links once. [`decision`] asks the gate itself, in Traefik's
//! words, [`handoff`] the way in, and [`revocation`] the way out; [`traefik`] sends a visitor through
//! three versions of Traefik to desktops that write down what reached them, [`browsers`] sends real
//! Chromium and real Firefox; [`configuration`], [`lifecycle`], [`commands`] and [`demo`] cover the
//! program around the gate, [`keys`] the issuers that it asks for theirs; [`render`] what it renders,
//! [`deploy`] what is committed of that, on the real API server of [`kubernetes`]. Nothing here links
//! against the library: what is proved is what is shipped.
//!
//! Traefik, kubectl, the control plane of Kubernetes, Pebble and an OpenID provider are installed or
//! built on the first run, into `$DOORWARD_TEST_CACHE` or `target/test-parts` (see
//! [`support::parts`]); the control plane takes 8 to 10 minutes of two cores, once. Browsers and
//! Redis are the system's; root installs what is missing through apt. A test that cannot have its
//! part fails and names the line that installs it.
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

mod browsers;
mod commands;
mod configuration;
mod decision;
#[cfg(feature = "demo")]
mod demo;
mod deploy;
mod handoff;
mod keys;
mod kubernetes;
mod lifecycle;
mod missing_gate;
mod render;
mod revocation;
mod support;
mod traefik;
