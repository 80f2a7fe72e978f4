//! The choices of `render gate` that no configuration key holds.

use crate::manifest::{ObjectName, TraefikName};
use crate::name::Domain;

/// What the gate's manifests depend on besides the installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateOptions {
    /// The gate's image.
    pub image: String,
    /// Where Traefik runs, under the service account `traefik`, as its chart has it.
    pub traefik_namespace: ObjectName,
    /// Where metrics are collected from.
    pub monitoring_namespace: ObjectName,
    /// The gate's `config.yaml`, when there is one; else an example that is complete.
    pub configuration: Option<String>,
    /// Where issuers say who has signed out, if anywhere.
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

/// `backchannel_listen`, and who may be told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logout {
    /// Port of `backchannel_listen`.
    pub port: u16,
    /// Hosts that providers know it by. None of them is a workspace's.
    pub hosts: Vec<Domain>,
    /// Where Traefik takes requests for these hosts, and does not ask the gate about each.
    pub entry_points: Vec<TraefikName>,
}
