//! The options of `render gate` that are no configuration keys.

use crate::manifest::{ObjectName, TraefikName};
use crate::name::Domain;

/// The options of the gate's manifests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateOptions {
    /// Container image of the gate.
    pub image: String,
    /// Namespace of Traefik, which uses the `ServiceAccount` `traefik` of its Helm chart.
    pub traefik_namespace: ObjectName,
    /// Namespace of the metrics collector.
    pub monitoring_namespace: ObjectName,
    /// The gate's `config.yaml`; `None` for a complete example.
    pub configuration: Option<String>,
    /// The listener for logout tokens, if it is configured.
    pub logout: Option<Logout>,
}

impl Default for GateOptions {
    fn default() -> Self {
        Self {
            image: concat!("doorward:", env!("CARGO_PKG_VERSION")).to_owned(),
            traefik_namespace: ObjectName::known("traefik"),
            monitoring_namespace: ObjectName::known("monitoring"),
            configuration: None,
            logout: None,
        }
    }
}

/// How issuers reach `backchannel_listen`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logout {
    /// Port of `backchannel_listen`.
    pub port: u16,
    /// The hosts to which issuers send logout tokens. None of them is a desktop's.
    pub hosts: Vec<Domain>,
    /// Traefik's entry points for these hosts, on which the gate's Middleware is not set.
    pub entry_points: Vec<TraefikName>,
}
