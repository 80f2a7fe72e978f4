//! `forwardAuth.tls`: the authority by which Traefik verifies the gate's certificate.

use crate::manifest::ObjectName;
use crate::manifest::fixed::{CA_KEY, CA_SECRET};
use crate::manifest::tree::Section;

/// Where Traefik finds the gate's CA certificate.
pub(super) enum CaSource<'a> {
    /// In the Secret in the Middleware's namespace.
    Secret(&'a ObjectName),
    /// In a file with this path.
    File(&'a str),
}

impl CaSource<'_> {
    /// `forwardAuth.tls`.
    pub(super) fn section(&self) -> Section {
        match self {
            Self::Secret(namespace) => Section::new()
                .why(format!(
                    "A Secret in this namespace with the CA certificate under the key {CA_KEY}. While it is missing, Traefik ignores this Middleware and answers 404 on every route that uses it. deploy/cert-manager creates it; otherwise run:\n\
                     kubectl -n {namespace} create secret generic {CA_SECRET} \
                     --from-file={CA_KEY}=pki/{CA_KEY}",
                ))
                .put("caSecret", CA_SECRET),
            Self::File(path) => Section::new()
                .why("The CA certificate that issued the gate's certificate, in PEM format.")
                .put("ca", (*path).to_owned()),
        }
    }
}
