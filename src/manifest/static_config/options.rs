//! The choices of `render static` that no configuration key holds.

use super::acme::Acme;
use super::provider::Provider;
use crate::manifest::Installation;

/// What the static configuration depends on besides the installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaticOptions {
    /// Where Traefik reads routes from.
    pub provider: Provider,
    /// How Traefik gets the wildcard certificate itself; `None` where something else does.
    pub acme: Option<Acme>,
}

impl StaticOptions {
    /// For a cluster, with a certificate by Traefik.
    #[must_use]
    pub fn kubernetes(installation: &Installation) -> Self {
        let acme = Acme::new(&installation.settings, "/data/acme.json");
        Self { provider: Provider::Kubernetes, acme: Some(acme) }
    }

    /// For a machine of its own, with a certificate by Traefik.
    #[must_use]
    pub fn file(installation: &Installation) -> Self {
        let directory = "/etc/traefik/dynamic".to_owned();
        let acme = Acme::new(&installation.settings, "/var/lib/traefik/acme.json");
        Self { provider: Provider::File { directory }, acme: Some(acme) }
    }
}

/// Who says what the listeners' addresses are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StaticFormat {
    /// This file.
    File,
    /// The chart, which has entry points, health and metrics of its own.
    Helm,
}
