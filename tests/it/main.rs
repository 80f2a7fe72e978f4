//! Integration tests: they run the `doorward` program, most of them behind the real Traefik.
//!
//! There is one test binary, so that it is linked only once. [`decision`] sends `ForwardAuth`
//! requests directly to the gate; [`handoff`] tests sign-in and sign-out, [`revocation`] the
//! revocation of sessions. [`traefik`] sends requests through three versions of Traefik to desktops
//! that record them; [`browsers`] does so with Chromium and Firefox. [`missing_gate`] makes sure
//! that the checks find a breach. [`configuration`], [`lifecycle`], [`commands`] and [`demo`] test
//! the other parts of the program, and [`keys`] the key sets of issuers. [`render`] tests the
//! rendered objects and [`deploy`] the committed ones, on the real API server of [`kubernetes`].
//! No test links against the library, so the tests cover the released program.
//!
//! Traefik, kubectl, the control plane of Kubernetes, Pebble and an OpenID provider are installed or
//! built on the first run, into `$DOORWARD_TEST_CACHE` or `target/test-parts` (see
//! [`support::parts`]). The first build of the control plane takes 8 to 10 minutes on two cores.
//! Browsers and Redis are packages of the system; as root, the tests install missing packages with
//! apt. If a part is not available, the test fails and names the command that installs it.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a failed expectation ends the test with a message"
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
