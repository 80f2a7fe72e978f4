//! The files of `deploy/`: everything that a new cluster, or a single machine, needs besides the
//! sessions. `kubectl apply -k deploy/` applies them unchanged; the pods then wait for the keys
//! that only the operator has.
//!
//! Decides which connections are allowed and which permissions each account has. Called by `render
//! gate`; the committed files are its output.

mod access;
mod certificates;
mod configuration;
mod gate_objects;
mod kustomize;
mod logout;
mod network;
mod options;
mod pods;
mod systemd;

use super::static_config::{StaticOptions, helm_values, static_file};
use super::tree::{Node, Section};
use super::{Installation, ObjectName, RenderedFile, catch_all, crd, middleware};
use std::fmt;

pub use gate_objects::REPLICAS;
pub use options::{GateOptions, Logout};

/// The files of `deploy/`, each folder's kustomization first. The installation must have a domain.
///
/// # Errors
/// See [`yaml::write`](super::yaml::write).
pub fn gate(
    installation: &Installation,
    options: &GateOptions,
) -> Result<Vec<RenderedFile>, fmt::Error> {
    let base = base(installation, options)?;
    let mut files = Vec::new();
    files.extend(RenderedFile::yaml("kustomization.yaml", &[kustomize::with_acme(installation)])?);
    let stores = certificates::acme_store(installation);
    files.extend(RenderedFile::yaml("tls-store.yaml", &stores)?);
    files.extend(RenderedFile::yaml("base/kustomization.yaml", &[kustomize::base(&base)])?);
    files.extend(base);
    files.extend(RenderedFile::yaml(
        "cert-manager/kustomization.yaml",
        &[kustomize::with_cert_manager(installation)],
    )?);
    let own = certificates::gate(installation);
    files.extend(RenderedFile::yaml("cert-manager/gate-certificates.yaml", &own)?);
    files.extend(RenderedFile::yaml(
        "cert-manager/wildcard.yaml",
        &certificates::wildcard(installation),
    )?);
    let kubernetes = StaticOptions::kubernetes(installation);
    files.extend(RenderedFile::yaml(
        "traefik/static.yaml",
        &[static_file(installation, &kubernetes)],
    )?);
    files.extend(RenderedFile::yaml(
        "traefik/values.yaml",
        &[helm_values(installation, &kubernetes)],
    )?);
    files.extend(systemd::files(installation)?);
    Ok(files)
}

/// The files that both variants of the wildcard certificate share.
fn base(
    installation: &Installation,
    options: &GateOptions,
) -> Result<Vec<RenderedFile>, fmt::Error> {
    let gate = installation.settings.gate_namespace();
    let middlewares: Vec<Node> = installation
        .middleware_namespaces()
        .iter()
        .flat_map(|namespace| middleware::objects(installation, namespace))
        .collect();
    let routes: Vec<Node> = installation
        .domains
        .iter()
        .map(|domain| catch_all::object_for(installation, &gate, domain))
        .collect();
    let mut files = Vec::new();
    files.extend(RenderedFile::yaml("base/namespaces.yaml", &namespaces(installation))?);
    files.extend(RenderedFile::yaml("base/vdisession.yaml", &crd::session(installation))?);
    files.extend(RenderedFile::yaml("base/admission.yaml", &crd::admission(installation))?);
    files.extend(RenderedFile::yaml(
        "base/config.yaml",
        &[configuration::config_map(installation, options)?],
    )?);
    files.extend(RenderedFile::yaml("base/gate.yaml", &pods::objects(installation, options))?);
    files
        .extend(RenderedFile::yaml("base/network.yaml", &network::objects(installation, options))?);
    files.extend(RenderedFile::yaml(
        "base/traefik-access.yaml",
        &access::objects(installation, options),
    )?);
    files.extend(RenderedFile::yaml("base/middleware.yaml", &middlewares)?);
    files.extend(RenderedFile::yaml("base/catch-all.yaml", &routes)?);
    if let Some(logout) = &options.logout {
        files.extend(RenderedFile::yaml(
            "base/logout.yaml",
            &logout::objects(installation, logout),
        )?);
    }
    Ok(files)
}

fn namespaces(installation: &Installation) -> Vec<Node> {
    let settings = &installation.settings;
    let gate = settings.gate_namespace();
    let mut nodes = Vec::new();
    if gate != settings.namespace {
        nodes.push(namespace(
            &gate,
            "Namespace of the gate. Do not give users any rights here: a user who may create pods or routes in this namespace, or read its Secrets, can bypass the gate.",
            Section::new()
                .put("app.kubernetes.io/name", "doorward")
                .why("The gate's pods comply with the strictest Pod Security Standard.")
                .put("pod-security.kubernetes.io/enforce", "restricted"),
        ));
    }
    nodes.push(namespace(
        &settings.namespace,
        "Namespace of the desktops and their routes. Do not give users any rights here: a user who may create an IngressRoute can take over another user's host, and a user who may create a Middleware can replace the gate.",
        Section::new()
            .put("app.kubernetes.io/name", "doorward")
            .why(
                "Only warnings, because desktop images differ in what they need. Use pod-security.kubernetes.io/enforce once your desktops start without warnings.",
            )
            .put("pod-security.kubernetes.io/warn", "baseline"),
    ));
    nodes
}

fn namespace(name: &ObjectName, why: &'static str, labels: Section) -> Node {
    let metadata = Section::new().put("name", name).put("labels", labels);
    Section::new()
        .why(why)
        .put("apiVersion", "v1")
        .put("kind", "Namespace")
        .put("metadata", metadata)
        .into()
}

#[cfg(test)]
mod tests;
