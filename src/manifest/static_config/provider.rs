//! Where Traefik reads routes from, and how that changes references to the gate's Middleware.

use crate::manifest::{Installation, TraefikVersion};

/// Where Traefik reads routes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Provider {
    /// From objects of the cluster.
    Kubernetes,
    /// From files in this directory.
    File {
        /// Its path.
        directory: String,
    },
}

/// The name of the chain on an entry point, where references include the namespace and the
/// provider.
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
/// which were added in the same release.
pub(super) fn names_safely(installation: &Installation) -> bool {
    installation.settings.traefik_version >= TraefikVersion::NAMES_SAFELY
}
