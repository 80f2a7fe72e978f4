//! The renderer: from sessions to the routes that Traefik serves, each with the gate in front. The
//! host of a route is computed by the same function that the gate uses ([`crate::name`]), so routes
//! and checks always agree.
//!
//! All functions depend only on their arguments: no files, clock, cluster or environment. Manifests
//! are trees ([`tree`]) that one writer ([`yaml`]) turns into text; values are never inserted into
//! text.
//!
//! Called by `doorward render`, and by the demo for its own Traefik. Knows nothing of requests.

pub mod catch_all;
pub mod crd;
pub mod deployment;
pub mod fixed;
pub mod middleware;
pub mod static_config;
pub mod template;
pub mod tree;
pub mod yaml;

mod file_provider;
mod ingress_route;
mod installation;
mod kubernetes;
mod plan;
mod rendered_file;
mod rendering;
mod session;
mod settings;
mod version;

pub use installation::{Installation, TrustedOrigin};
pub use kubernetes::{LabelValue, NameError, ObjectName, ServiceName, TraefikName};
pub use plan::{Format, Plan, PlanContext, PlanError, PlanErrorKind, Route, SessionRef};
pub use rendered_file::RenderedFile;
pub use rendering::{RenderError, RenderOptions, Rendering, render};
pub use session::{
    InputPosition, OwnerReference, SessionError, SessionErrorKind, Sessions, VdiSession,
};
pub use settings::{GateAddress, GateAddressError, GatePlace, MAX_PRIORITY, RouteTls, Settings};
pub use version::TraefikVersion;
