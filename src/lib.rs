//! doorward keeps the door of per-user desktops behind Traefik: a request for
//! `alice.vdi.example.com` passes only with a token whose user is alice.

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
pub mod config;
pub mod server;

pub mod http;

pub mod gate;
pub mod token;

pub mod policy;

pub mod cross_site;
pub mod name;

pub mod keys;
pub mod observe;

pub mod demo;
