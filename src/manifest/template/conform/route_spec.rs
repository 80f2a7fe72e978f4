//! What the route of one session has to be: the values that a template's output is compared with.

use crate::manifest::tree::Node;
use crate::manifest::{GatePlace, ObjectName, TraefikName};

/// What the route of a session has to be.
#[derive(Clone, Copy, Debug)]
pub struct RouteSpec<'s> {
    /// The session's host, canonical.
    pub host: &'s str,
    /// Where its objects live.
    pub namespace: &'s ObjectName,
    /// The Service that it leads to.
    pub service_name: &'s str,
    /// Port of that Service.
    pub service_port: u16,
    /// Whether a template may name another Service or port of the same namespace.
    pub allow_other_service: bool,
    /// Where the gate sits.
    pub gate: GatePlace,
    /// Name of the gate's chain; the names of everything that is the gate's begin with it.
    pub middleware: &'s ObjectName,
    /// What has to stand on the route before all others, in this order; nothing when the gate sits at
    /// the entry point.
    pub middlewares: &'s [String],
    /// Whether they are put in where they are missing; else that is refused.
    pub add_middleware: bool,
    /// Of a route that has none of its own.
    pub priority: u64,
    /// Entry points that a route may be served on, and is when it names none.
    pub entry_points: &'s [TraefikName],
    /// Annotations that every route has.
    pub annotations: &'s [(&'static str, String)],
    /// The one owner reference, when the session has an owner.
    pub owner: Option<&'s Node>,
}
