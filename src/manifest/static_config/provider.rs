//! Where Traefik reads routes from, and what that changes for the gate's names.

use crate::manifest::{Installation, TraefikVersion};

/// Where Traefik reads routes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Provider {
    /// Objects of the cluster.
    Kubernetes,
    /// Files of this directory.
    File {
        /// Its path.
        directory: String,
    },
}

/// How the name of the chain is written where no namespace is understood: on an entry point.
#[must_use]
pub fn chain_reference(installation: &Installation, provider: &Provider) -> String {
    let settings = &installation.settings;
    let chain = &settings.middleware;
    match provider {
        Provider::File { .. } => format!("{chain}@file"),
        Provider::Kubernetes => {
            let joint = if names_safely(installation) { '_' } else { '-' };
            format!("{}{joint}{chain}@kubernetescrd", settings.gate_namespace())
        }
    }
}

/// Whether the version knows `safeNaming`, `defaultTLSResourcesNamespace` and `strictTLSOptions`,
/// which came together.
pub(super) fn names_safely(installation: &Installation) -> bool {
    installation.settings.traefik_version >= TraefikVersion::NAMES_SAFELY
}
