//! The names of log fields, each with one meaning everywhere. They are an interface: whoever
//! searches the log or alerts on it writes them down.
//!
//! They are used as `tracing::info!({ field::REASON } = …)`.

/// `permit` or `deny`.
pub const DECISION: &str = "decision";
/// The denial's reason, kebab-case; the same word as in `doorward_decisions_total`.
pub const REASON: &str = "reason";
/// The HTTP status of the answer.
pub const STATUS: &str = "status";
/// The class of the request: `page`, `page-like`, `websocket`, `other`.
pub const CLASS: &str = "class";
/// The label of the host that was asked for.
pub const HOST_LABEL: &str = "host_label";
/// The label of the token's user.
pub const LABEL: &str = "label";
/// The token's user, only with `log.usernames`.
pub const USERNAME: &str = "username";
/// The token's issuer.
pub const ISSUER: &str = "issuer";
/// The method of the visitor's request.
pub const METHOD: &str = "method";
/// The address of the visitor, as the trusted proxy reports it.
pub const CLIENT: &str = "client";
/// The address of whoever is connected to us.
pub const PEER: &str = "peer";
/// The request's id, which stands on the denial's page too.
pub const REQUEST_ID: &str = "request_id";
/// The trace id of `traceparent`.
pub const TRACE_ID: &str = "trace_id";
/// That a grant, not the label, let the request in.
pub const GRANT: &str = "grant";
/// Which listener: `verify`, `admin`, `pages`.
pub const LISTENER: &str = "listener";
/// An address that is listened on.
pub const ADDRESS: &str = "address";
/// What went wrong, in words of whoever found out.
pub const ERROR: &str = "error";
/// The key path of a configuration problem.
pub const KEY: &str = "key";
/// What to do about it.
pub const REMEDY: &str = "remedy";
/// A file.
pub const FILE: &str = "file";
/// The generation of the configuration.
pub const GENERATION: &str = "generation";
/// The place in the source where a panic happened.
pub const LOCATION: &str = "location";
/// Lines that the log had to drop.
pub const DROPPED: &str = "dropped";
/// Our version.
pub const VERSION: &str = "version";
