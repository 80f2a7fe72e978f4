//! Traefik's static configuration: entry points, providers, and the protections that apply before
//! Traefik selects a route.
//!
//! One tree, printed as a file or converted to arguments for the official Helm chart, so that both
//! always agree. Keys are chosen by [`super::TraefikVersion`], because Traefik does not start with
//! an unknown key. Called by `render static` and by the gate's manifests.

mod acme;
mod content;
mod entry_points;
mod helm;
mod options;
mod provider;

pub use acme::Acme;
pub use helm::values as helm_values;
pub use options::StaticOptions;
pub use provider::{Provider, chain_reference};

use super::Installation;
use super::tree::Node;
use content::content;
use options::StaticFormat;

/// The file, for `traefik --configFile=…`.
#[must_use]
pub fn static_file(installation: &Installation, options: &StaticOptions) -> Node {
    content(installation, options, StaticFormat::File).into()
}

#[cfg(test)]
mod tests;
