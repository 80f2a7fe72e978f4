//! From a ForwardAuth request of Traefik to an answer. `hyper`'s types are known here and in
//! `server`, not below.
//!
//! [`VerifyHandler`] answers on `listen`: it reads the clock once, asks [`State::decide`], writes the
//! answer and records the decision in log and metrics. The other listeners have handlers of their
//! own: [`admin`] (health, metrics, revocations), [`BackChannelHandler`] (logout tokens) and
//! [`NotFoundHandler`] (the catch-all route).
//!
//! What a token is worth and who may reach a host is decided in `gate`; sockets belong to `server`.

// In the order of use: each module uses only modules below it. The blank lines keep rustfmt from
// sorting them.

pub mod admin;
mod backchannel_logout;

mod verify;

mod not_found;

mod decision_log;
mod respond;

mod gate_paths;
mod requested_page;

mod loop_guard;
mod state;

mod admin_secret;
pub mod answer;
mod error_body;

pub mod outcome;
mod request_id;
pub mod upstream_headers;

pub mod client_class;
mod cookie_cache;
mod decision;
pub mod forwarded;
mod handler;

pub mod credential;
pub mod headers;

pub use admin_secret::AdminSecret;
pub use backchannel_logout::BackChannelHandler;
pub use decision::{Decision, GatePathAnswer};
pub use decision_log::decision_names;
pub use gate_paths::GatePathResult;
pub use handler::{AnswerFuture, Body, Handler, Peer};
pub use not_found::NotFoundHandler;
pub use state::State;
pub use upstream_headers::{IdentityHeader, IdentitySource};
pub use verify::{KeyLookup, VerifyHandler};
