//! What belongs together: `kubectl apply -k` of one of these folders. Two of them are whole
//! installations, which differ in who gets the certificates.

use super::certificates::has_store;
use crate::manifest::tree::{Node, Section};
use crate::manifest::{Installation, RenderedFile};

/// `deploy/`: the wildcard by Traefik, the gate's certificate by hand.
pub(super) fn with_acme(installation: &Installation) -> Node {
    let mut resources = vec!["base"];
    if has_store(installation) {
        resources.push("tls-store.yaml");
    }
    kustomization(
        "Everything but Traefik, the sessions, and what only you have.\n\
         \n\
         1. Traefik with its CRDs, by its chart: deploy/traefik/values.yaml\n\
         2. kubectl apply -k deploy/\n\
         3. the issuer's public keys and the gate's certificate: base/gate.yaml says which, and how\n\
         \n\
         After 2 the gate's pods wait for 3, and so do the routes, which Traefik leaves out while the \
         authority's certificate is missing. With cert-manager, apply deploy/cert-manager in place of \
         this folder.",
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
        "The same with certificates by cert-manager, which has to be there: the wildcard (its DNS \
         credentials go into the Secret doorward-dns of cert-manager's namespace), the gate's own, and \
         what Traefik judges it by.",
        &resources,
    )
}

/// `deploy/base/`: what both have.
pub(super) fn base(files: &[RenderedFile]) -> Node {
    let names: Vec<&str> =
        files.iter().filter_map(|file| file.name.rsplit_once('/').map(|(_, name)| name)).collect();
    kustomization("What both ways to a certificate have in common; not applied by itself.", &names)
}

fn kustomization(why: &'static str, resources: &[&str]) -> Node {
    Section::new()
        .why(why)
        .put("apiVersion", "kustomize.config.k8s.io/v1beta1")
        .put("kind", "Kustomization")
        .put("resources", resources.iter().map(ToString::to_string).collect::<Vec<String>>())
        .into()
}
