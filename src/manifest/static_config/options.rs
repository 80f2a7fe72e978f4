//! The options of `render static` that are no configuration keys.

use super::acme::Acme;
use super::provider::Provider;
use crate::manifest::Installation;

/// The options of the static configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaticOptions {
    /// Where Traefik reads routes from.
    pub provider: Provider,
    /// Traefik's certificate resolver; `None` if the wildcard certificate has another source.
    pub acme: Option<Acme>,
}

impl StaticOptions {
    /// For a cluster, with a certificate from Traefik's resolver.
    #[must_use]
    pub fn kubernetes(installation: &Installation) -> Self {
        let acme = Acme::new(&installation.settings, "/data/acme.json");
        Self { provider: Provider::Kubernetes, acme: Some(acme) }
    }

    /// For a single machine, with a certificate from Traefik's resolver.
    #[must_use]
    pub fn file(installation: &Installation) -> Self {
        let directory = "/etc/traefik/dynamic".to_owned();
        let acme = Acme::new(&installation.settings, "/var/lib/traefik/acme.json");
        Self { provider: Provider::File { directory }, acme: Some(acme) }
    }
}

/// The output format, which decides what is left to the Helm chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StaticFormat {
    /// A configuration file.
    File,
    /// Arguments for the chart, which sets addresses, health checks and metrics itself.
    Helm,
}
