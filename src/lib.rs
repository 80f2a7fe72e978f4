//! doorward keeps the door of per-user desktops behind Traefik: a request for
//! `alice.vdi.example.com` passes only with a token whose user is alice.
//!
//! This page walks one request through the modules, in the order in which they stand below. Read
//! each where it is named, and you have read the gate.
//!
//! # One request
//!
//! Alice's browser asks Traefik for `https://alice.vdi.example.com/desk`. Before Traefik sends that
//! to her desktop, its ForwardAuth middleware asks us: `GET /verify`, with the browser's headers and
//! `X-Forwarded-Host`, `-Method`, `-Uri` and `-Proto`. **Any 2xx is a yes**; everything else goes
//! back to the browser as it is.
//!
//! 1. [`cli`] has started the program, and [`config`] has turned file, environment and flags into a
//!    [`config::Config`], or into a list of every mistake. Nothing that is wrong anywhere starts.
//! 2. [`server`] accepts the connection. It bounds time, bytes and numbers, and decides nothing.
//! 3. [`http`] checks that the peer is one that may ask, reads the clock once, and reads what is
//!    forwarded. What could be read in two ways is refused here, so that nobody behind has to choose.
//!    hyper's types end here.
//! 4. [`gate`] decides: [`gate::Gate::admit`] takes the forwarded request, the credentials that came
//!    with it and one `now`, and gives a [`gate::Permit`] or a [`gate::Denied`]. Its steps are
//!    - the host, made canonical by [`name`]: a label below one of our domains;
//!    - the credentials, made sessions by [`token`]: shape, header, signature, claims; and whether
//!      one was ended before its time, which [`revocation`] keeps;
//!    - the rule, in a handful of lines of [`policy`]: the session's label is the host's, or a grant
//!      says otherwise;
//!    - the page behind the request, judged by [`cross_site`]: bob's page may not use alice's
//!      desktop, whatever cookies her browser adds.
//! 5. [`http`] answers. One table maps a denial and the class of the request to an answer
//!    ([`http::answer`]); the only 2xx takes the permit by value and carries what the desktop may
//!    see: identity headers, and the cookies that are not ours.
//! 6. [`observe`] counts it and writes one line.
//!
//! How alice came by her session: without one, her browser was sent to the sign-in page, and came
//! back to `/.doorward/enter` with a token that hands a session over. [`handoff`] is that way, in
//! pure parts; [`http`] answers the gate's own paths, none of them ever with a permit.
//!
//! From [`gate`] to [`name`] nothing knows a socket, a file, the environment, the clock or a
//! runtime: the same question has the same answer, on paper as well. `doorward explain` asks it
//! through the same function. [`keys`] reads key files for [`config`] and fetches key sets in the
//! background, so that no file is opened and nobody is asked on a request's way. [`demo`] runs the whole street on one machine. [`manual`] holds every attack we
//! know of, what stops it, and the test that proves it.
//!
//! # The other half
//!
//! `doorward render` makes the routes that lead alice's browser here. [`manifest`] reads sessions,
//! asks [`name`] whose host each gets (the same function that the gate judges by), refuses what
//! stands in each other's way, and writes one tree for each object, the gate in front of every
//! route. It knows nothing of requests, and [`gate`] nothing of routes; [`name`] is all they share.
//!
//! # Rules that hold everywhere
//!
//! - **No early return can be an allow.** A `Permit` is made in one line, after every check; a
//!   `Session` is made in one line, after signature and claims. `tests/architecture.rs` counts them.
//! - **Canonicalise, then compare for equality.** No host is ever searched for a prefix or suffix.
//! - **What is missing, doubled or malformed is a denial**, never a default.
//! - **Time is an argument.** One `now` for each request.
//! - **The outside learns nothing about others.** An answer speaks of its visitor only; the log has
//!   the rest, without tokens.
//!
//! # Glossary
//!
//! | word | meaning |
//! |---|---|
//! | candidate | one token that came with a request, not looked at yet |
//! | claim | a member of a token's payload |
//! | class | what waits for an answer: page, page-like, WebSocket, other ([`http::client_class`]) |
//! | denial | why a request does not pass; each has a stable kebab-case reason |
//! | desktop, workspace | what Traefik sends an allowed request to; not trusted by anybody |
//! | domain | a name below which workspaces live, such as `vdi.example.com` |
//! | arrival | somebody who came from the sign-in page with a hand-off that was found good |
//! | grant | a configured exception: who else may enter which labels |
//! | hand-off | the token by which a sign-in page gives a session away, once, to one browser |
//! | host | `label.domain` or `session--label.domain`, canonical |
//! | issuer | who signs tokens and says who a visitor is |
//! | label | the DNS label of one user; the same function names the route and judges the visitor |
//! | permit | proof that every check said yes; the only way to a 2xx |
//! | session | proof that a configured issuer vouches for a user, from a token that verified |
//! | state | what the gate leaves in a browser that it sends to sign in |
//! | sibling | another workspace below the same domain; same-site to every browser |
//! | username | what the issuer's user claim holds, in Unicode normal form |

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
        reason = "a test may stop at once, say what it left out, and be one long table"
    )
)]

// In the order in which a request meets them, not in the alphabet's: the blank lines keep rustfmt
// from sorting them.

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

#[cfg(feature = "demo")]
pub mod demo;
pub mod manual;
