//! What the outside may see of the gate while it runs: the log, the metrics, its status.
//!
//! Nothing here decides anything, and nothing here may slow down what does: a hot path adds to an
//! atomic or hands a finished line to a queue. No label value and no log field comes from an open
//! set that a stranger controls, except those that the log names on purpose.

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
