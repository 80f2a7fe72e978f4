//! The kustomizations. Two folders are complete installations for `kubectl apply -k`, which differ
//! in the source of the certificates.

use super::certificates::has_store;
use crate::manifest::tree::{Node, Section};
use crate::manifest::{Installation, RenderedFile};

/// `deploy/`: the wildcard certificate by Traefik, the gate's certificate by the operator.
pub(super) fn with_acme(installation: &Installation) -> Node {
    let mut resources = vec!["base"];
    if has_store(installation) {
        resources.push("tls-store.yaml");
    }
    kustomization(
        "Installs doorward. It does not include Traefik, the sessions, or the keys that only you have.\n\
         \n\
         1. Install Traefik and its CRDs with the Helm chart; see deploy/traefik/values.yaml.\n\
         2. Run kubectl apply -k deploy/\n\
         3. Create the issuer's public keys and the gate's certificate; see volumes in base/gate.yaml.\n\
         \n\
         After step 2, the gate's pods do not start until step 3 is done, and Traefik serves no route while the CA certificate is missing. If you use cert-manager, apply deploy/cert-manager instead of this folder.",
        &resources,
    )
}

/// `deploy/cert-manager/`: both certificates by cert-manager.
pub(super) fn with_cert_manager(installation: &Installation) -> Node {
    let mut resources = vec!["../base"];
    if installation.settings.gate_address.is_secure() {
        resources.push("gate-certificates.yaml");
    }
    if has_store(installation) {
        resources.push("wildcard.yaml");
    }
    kustomization(
        "The same installation with certificates from cert-manager, which must already be installed: the wildcard certificate, the gate's certificate, and the CA certificate by which Traefik verifies the gate. Put the DNS credentials for the wildcard into the Secret doorward-dns in cert-manager's namespace.",
        &resources,
    )
}

/// `deploy/base/`: the files that both share.
pub(super) fn base(files: &[RenderedFile]) -> Node {
    let names: Vec<&str> =
        files.iter().filter_map(|file| file.name.rsplit_once('/').map(|(_, name)| name)).collect();
    kustomization("The part that both installations share. Do not apply it by itself.", &names)
}

fn kustomization(why: &'static str, resources: &[&str]) -> Node {
    Section::new()
        .why(why)
        .put("apiVersion", "kustomize.config.k8s.io/v1beta1")
        .put("kind", "Kustomization")
        .put("resources", resources.iter().map(ToString::to_string).collect::<Vec<String>>())
        .into()
}
