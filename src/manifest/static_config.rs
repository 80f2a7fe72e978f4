//! Traefik's static configuration: what it listens on, what it reads, and what it refuses before
//! any route is looked at.
//!
//! One tree, printed as a file or turned into arguments for the official Helm chart, so that the
//! two cannot differ. Fields go by [`super::TraefikVersion`]: Traefik does not start with a file
//! that has a key it does not know. Called by `render static` and by the gate's manifests.

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
