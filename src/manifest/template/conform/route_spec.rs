//! What the route of one session has to be: the values that a template's output is compared with.

use crate::manifest::tree::Node;
use crate::manifest::{GatePlace, ObjectName, TraefikName};

/// The expected route of one session.
#[derive(Clone, Copy, Debug)]
pub struct RouteSpec<'s> {
    /// The canonical host.
    pub host: &'s str,
    /// The namespace of its objects.
    pub namespace: &'s ObjectName,
    /// The Service that it uses.
    pub service_name: &'s str,
    /// Port of that Service.
    pub service_port: u16,
    /// Whether a template may use another Service or port of the same namespace.
    pub allow_other_service: bool,
    /// Where Traefik calls the gate.
    pub gate: GatePlace,
    /// Name of the gate's chain. The names of all Middlewares of the gate begin with it.
    pub middleware: &'s ObjectName,
    /// The Middlewares that must come first on the route, in this order. Empty if the gate is on
    /// the entry point.
    pub middlewares: &'s [String],
    /// Whether missing Middlewares of the gate are added; otherwise the route is rejected.
    pub add_middleware: bool,
    /// Priority of a route without one.
    pub priority: u64,
    /// The allowed entry points, all of which are set on a route without any.
    pub entry_points: &'s [TraefikName],
    /// Annotations of every route.
    pub annotations: &'s [(&'static str, String)],
    /// The owner reference, if the session has an owner.
    pub owner: Option<&'s Node>,
}
