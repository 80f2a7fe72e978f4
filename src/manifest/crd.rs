//! What the cluster's own API server checks: what a `VDISession` may say, and that no route goes
//! around the gate. Called by `render crd` and by the gate's manifests.

mod admission;
mod schema;

pub use admission::policies as admission;

use super::Installation;
use super::tree::Node;

/// The definition of `VDISession`, `doorward.dev/v1alpha1`. A list for the sake of its callers.
#[must_use]
pub fn session(_: &Installation) -> Vec<Node> {
    vec![schema::definition()]
}

/// All that `render crd` prints: the definition, then the policies.
#[must_use]
pub fn objects(installation: &Installation) -> Vec<Node> {
    let mut objects = session(installation);
    objects.extend(admission(installation));
    objects
}

#[cfg(test)]
mod tests;
