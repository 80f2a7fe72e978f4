//! The checks of the API server: the definition of `VDISession`, and the admission policies that
//! keep routes behind the gate. Called by `render crd` and by the gate's manifests.

mod admission;
mod schema;

pub use admission::policies as admission;

use super::Installation;
use super::tree::Node;

/// The definition of `VDISession`, `doorward.dev/v1alpha1`, as the list of objects that callers
/// expect.
#[must_use]
pub fn session(_: &Installation) -> Vec<Node> {
    vec![schema::definition()]
}

/// The output of `render crd`: the definition, then the policies.
#[must_use]
pub fn objects(installation: &Installation) -> Vec<Node> {
    let mut objects = session(installation);
    objects.extend(admission(installation));
    objects
}

#[cfg(test)]
mod tests;
