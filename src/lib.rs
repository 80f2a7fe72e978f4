//! doorward is a ForwardAuth service that isolates per-user desktops behind Traefik. A request for
//! `alice.vdi.example.com` reaches the desktop only with a token whose user is alice.
//!
//! This page follows one request through the modules, in the order in which they are declared
//! below.
//!
//! # One request
//!
//! Alice's browser asks Traefik for `https://alice.vdi.example.com/desk`. Before Traefik forwards
//! the request to her desktop, its ForwardAuth middleware sends `GET /verify` to doorward, with the
//! browser's headers and `X-Forwarded-Host`, `-Method`, `-Uri` and `-Proto`. **Traefik takes any 2xx
//! for permission**; every other answer goes back to the browser unchanged.
//!
//! 1. [`cli`] parses the arguments. [`config`] turns file, environment variables and flags into a
//!    [`config::Config`], or into a list of all mistakes; with a mistake, doorward does not start.
//!    [`assemble`] builds the running program from the configuration.
//! 2. [`server`] accepts the connection. It limits time, bytes and the number of connections, and
//!    decides nothing.
//! 3. [`http`] checks that the peer is a trusted proxy, reads the clock once and parses the
//!    forwarded headers. A request that two programs could read differently is refused here. Types
//!    of hyper are not used further in.
//! 4. [`gate`] decides: [`gate::Gate::admit`] takes the forwarded request, its credentials and the
//!    time, and returns a [`gate::Permit`] or a [`gate::Denied`]. Its steps are
//!    - the host: [`name`] makes it canonical, and it must be a label below a configured domain;
//!    - the credentials: [`token`] verifies shape, header, signature and claims and makes a
//!      [`token::Session`]; [`revocation`] says whether it was revoked;
//!    - the rule, a few lines of [`policy`]: the session's label equals the host's, or a grant
//!      allows the host;
//!    - the page that caused the request: [`cross_site`] rejects a request that a page on bob's
//!      desktop sends to alice's desktop, although her browser adds her cookie to it.
//! 5. [`http`] answers. One table ([`http::answer`]) maps a denial and the class of the client to a
//!    response. The only 200 takes the permit by value; it carries the identity headers and the
//!    request's cookies without doorward's own.
//! 6. [`observe`] counts the decision and writes one log line.
//!
//! A browser without a session is redirected to the sign-in page. It comes back to
//! `/.doorward/enter` with a hand-off token, which the gate exchanges for a session of its own.
//! [`handoff`] has the pure parts of this exchange; [`http`] serves the gate's own paths, never with
//! a permit.
//!
//! The modules from [`gate`] to [`name`] use no socket, file, environment variable, clock or
//! runtime, so the same input always gives the same decision. `doorward explain` calls the same
//! function. [`keys`] reads key files for [`config`] and fetches key sets in the background, so that
//! a decision waits for neither a disk nor a network. `certificate` makes certificates.
//! [`clock`] and [`random`] are the only sources of time and randomness. [`url`] has the one URL
//! type. [`manual`] lists every known attack, what stops it, and the test that proves it.
//!
//! # The renderer
//!
//! `doorward render` writes the Traefik routes. [`manifest`] reads a list of sessions, asks [`name`]
//! for the host of each, rejects conflicting sessions, and writes one document for each object, with
//! the middleware on every route. [`manifest`] knows nothing of requests and [`gate`] nothing of
//! routes; both derive labels with [`name`], so a route and a decision cannot disagree.
//!
//! # Rules that hold everywhere
//!
//! - **No early return permits a request.** One line makes a `Permit`, after every check; one line
//!   makes a `Session`, after signature and claims. `tests/architecture.rs` counts both.
//! - **Hosts are made canonical and compared for equality.** No host is searched for a prefix or a
//!   suffix.
//! - **A missing, repeated or malformed value is a denial**, never a default.
//! - **Time is an argument.** Each request has one `now`.
//! - **An answer says nothing about other users.** The log has the details, without tokens.
//!
//! # Errors
//!
//! Each layer has one noun for what it refuses. A configuration has [`config::Mistake`]s, all
//! reported at once. A request has a [`gate::Denial`], with a stable reason for logs and metrics. A
//! token has a [`token::Rejection`]. Everything else is an `…Error`.
//!
//! # Glossary
//!
//! | word | meaning |
//! |---|---|
//! | label | the DNS label of one user below a domain; the renderer names a route by it, the gate compares it with the session's |
//! | grant | a configured exception: which users may enter other users' labels |
//! | permit | proof that every check of a request passed; needed for the only 200 |
//! | hand-off | the single-use token with which a sign-in page passes a user's identity to the gate |
//! | sibling | another desktop below the same domain; browsers treat it as same-site |

#![warn(unreachable_pub)]
#![cfg_attr(
    test,
    expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        clippy::disallowed_methods,
        clippy::print_stderr,
        clippy::string_slice,
        clippy::too_many_lines,
        clippy::type_complexity,
        clippy::unreachable,
        reason = "a test may panic, print what it skips, and be one long table"
    )
)]

// In the order in which a request meets them; the blank lines keep rustfmt from sorting them.

pub mod cli;

pub mod assemble;
pub mod config;
pub mod server;

pub mod http;

pub mod gate;
pub mod token;

pub mod policy;

pub mod cross_site;
pub mod handoff;
pub mod name;
pub mod unix_time;

pub mod manifest;

pub mod keys;

pub(crate) mod certificate;
pub mod revocation;

pub mod observe;

pub mod clock;
pub mod random;
mod reasons;
mod suggestion;
pub mod url;
mod yaml;

#[cfg(feature = "demo")]
pub mod demo;
pub mod manual;
