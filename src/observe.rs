//! Observability of a running gate: log, metrics and status.
//!
//! Nothing here takes part in a decision or may delay one: the request path adds to an atomic or
//! puts a finished line into a queue. Label values and log fields come from closed sets, except the
//! log fields that are documented as client input.

mod fetched;
pub mod field;
mod histogram;
pub mod log;
mod metrics;
mod process;
mod queue;
mod rate_limit;
mod status;

pub use fetched::{FetchedIssuer, FetchedKeys};
pub use metrics::{Connections, Counter, Listener, Metrics};
pub use queue::PRIORITY_EVENT;
pub use rate_limit::LogRateLimit;
pub use status::{Stage, Status};
