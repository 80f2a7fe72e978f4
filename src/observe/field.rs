//! The names of log fields, each with one meaning everywhere. They are an interface: operators use
//! them in searches and alerts.
//!
//! They are used as `tracing::info!({ field::REASON } = …)`. The fields of a decision come first,
//! in the order of the table in docs/metrics-and-logs.md.

/// The kind of event; `decision` on every line about one.
pub const EVENT: &str = "event";
/// `allow` or `deny`.
pub const RESULT: &str = "result";
/// `permit`, `permit-grant` or the denial's reason, kebab-case; the same word as in
/// `doorward_decisions_total`.
pub const REASON: &str = "reason";
/// The answer that the client got, kebab-case; fewer words than reasons.
pub const ANSWER: &str = "answer";
/// The HTTP status of the answer.
pub const STATUS: &str = "status";
/// The class of the request: `page`, `page-like`, `websocket`, `other`.
pub const CLASS: &str = "class";
/// The label of the requested host.
pub const HOST_LABEL: &str = "host_label";
/// The requested host, only when it is no workspace.
pub const HOST: &str = "host";
/// The label of the token's user.
pub const LABEL: &str = "label";
/// The token's issuer.
pub const ISSUER: &str = "issuer";
/// The token's user, only with `log.usernames`.
pub const USERNAME: &str = "username";
/// The beginning of the SHA-256 of the deciding token.
pub const TOKEN_DIGEST: &str = "token_digest";
/// The forwarded header that could not be read.
pub const HEADER: &str = "header";
/// The request's id, which is also shown on the denial's page.
pub const REQUEST_ID: &str = "request_id";
/// The trace id of `traceparent`.
pub const TRACE_ID: &str = "trace_id";
/// The client's address as the trusted proxy reports it.
pub const CLIENT: &str = "client";
/// The address of the peer of the connection.
pub const PEER: &str = "peer";
/// The origin of the page behind a request that the cross-site rules deny, canonical.
pub const ORIGIN: &str = "origin";
/// The reason for which `cross_site: strict` would have denied.
pub const WOULD_DENY: &str = "would_deny";
/// The grant that permitted the request, if the label did not.
pub const GRANT: &str = "grant";
/// The `jti` of the token that a grant permitted.
pub const TOKEN_ID: &str = "token_id";
/// How long the decision took, in microseconds.
pub const LATENCY_US: &str = "latency_us";

/// Which listener: `verify`, `admin`, `pages`.
pub const LISTENER: &str = "listener";
/// The address of a listener.
pub const ADDRESS: &str = "address";
/// What went wrong, in the words of the component that noticed.
pub const ERROR: &str = "error";
/// The key path of a configuration problem.
pub const KEY: &str = "key";
/// What to do about it.
pub const REMEDY: &str = "remedy";
/// A file.
pub const FILE: &str = "file";
/// How many keys an issuer has.
pub const KEYS: &str = "keys";
/// How many of the keys that it publishes are not used.
pub const UNUSED: &str = "unused";
/// How often in a row something has failed.
pub const FAILURES: &str = "failures";
/// How old something is, in seconds.
pub const AGE_S: &str = "age_s";
/// The generation of the configuration.
pub const GENERATION: &str = "generation";
/// What a revocation refers to: `jti`, `sid`, `sub` or `user`.
pub const KIND: &str = "kind";
/// The value of that key; a user's only with `log.usernames`.
pub const VALUE: &str = "value";
/// The source location of a panic.
pub const LOCATION: &str = "location";
/// doorward's version.
pub const VERSION: &str = "version";
