//! Everything that a fresh cluster, or a machine of its own, needs besides the sessions: the folder
//! `deploy/`, file by file. `kubectl apply -k deploy/` takes it unchanged; what then waits, waits
//! for keys that only the operator has.
//!
//! Decides who may reach whom and with which rights. Called by `render gate`; the files that are
//! committed are what it prints.

mod access;
mod certificates;
mod configuration;
mod kustomize;
mod logout;
mod network;
mod pods;
mod systemd;

use super::fixed::labels;
use super::static_config::{Acme, StaticOptions, helm_values, static_file};
use super::tree::{Node, Section};
use super::{File, Installation, ObjectName, RouteTls, catch_all, crd, middleware, yaml};
use std::fmt;

pub use logout::{Logout, PATH as LOGOUT_PATH, SERVICE as LOGOUT_SERVICE};

/// What the gate's manifests depend on besides the installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateOptions {
    /// The gate's image.
    pub image: String,
    /// Where Traefik runs, under the service account `traefik`, as its chart has it.
    pub traefik_namespace: ObjectName,
    /// Where metrics are collected from.
    pub monitoring_namespace: ObjectName,
    /// The gate's `config.yaml`, when there is one; else an example that is complete.
    pub configuration: Option<String>,
    /// Where issuers say who has signed out, if anywhere.
    pub logout: Option<Logout>,
}

impl Default for GateOptions {
    fn default() -> Self {
        Self {
            image: concat!("doorward:", env!("CARGO_PKG_VERSION")).to_owned(),
            traefik_namespace: ObjectName::known("traefik"),
            monitoring_namespace: ObjectName::known("monitoring"),
            configuration: None,
            logout: None,
        }
    }
}

/// The files of `deploy/`, each folder's kustomization first. For an installation with a domain.
///
/// # Errors
/// As [`yaml::write`].
pub fn gate(installation: &Installation, options: &GateOptions) -> Result<Vec<File>, fmt::Error> {
    let base = base(installation, options)?;
    let mut files = Vec::new();
    add(&mut files, "kustomization.yaml", &[kustomize::with_acme(installation)])?;
    let stores = certificates::acme_store(installation);
    add(&mut files, "tls-store.yaml", &stores)?;
    add(&mut files, "base/kustomization.yaml", &[kustomize::base(&base)])?;
    files.extend(base);
    add(
        &mut files,
        "cert-manager/kustomization.yaml",
        &[kustomize::with_cert_manager(installation)],
    )?;
    let own = certificates::gate(installation);
    add(&mut files, "cert-manager/gate-certificates.yaml", &own)?;
    add(&mut files, "cert-manager/wildcard.yaml", &certificates::wildcard(installation))?;
    let kubernetes = StaticOptions::kubernetes(installation);
    add(&mut files, "traefik/static.yaml", &[static_file(installation, &kubernetes)])?;
    add(&mut files, "traefik/values.yaml", &[helm_values(installation, &kubernetes)])?;
    files.extend(systemd::files(installation)?);
    Ok(files)
}

/// What both ways to a wildcard certificate have in common.
fn base(installation: &Installation, options: &GateOptions) -> Result<Vec<File>, fmt::Error> {
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
    add(&mut files, "base/namespaces.yaml", &namespaces(installation))?;
    add(&mut files, "base/vdisession.yaml", &crd::session(installation))?;
    add(&mut files, "base/admission.yaml", &crd::admission(installation))?;
    add(&mut files, "base/config.yaml", &[configuration::config_map(installation, options)?])?;
    add(&mut files, "base/gate.yaml", &pods::objects(installation, options))?;
    add(&mut files, "base/network.yaml", &network::objects(installation, options))?;
    add(&mut files, "base/traefik-access.yaml", &access::objects(installation, options))?;
    add(&mut files, "base/middleware.yaml", &middlewares)?;
    add(&mut files, "base/catch-all.yaml", &routes)?;
    if let Some(logout) = &options.logout {
        add(&mut files, "base/logout.yaml", &logout::objects(installation, logout))?;
    }
    Ok(files)
}

/// One more file, unless it would be empty.
fn add(files: &mut Vec<File>, path: &'static str, nodes: &[Node]) -> fmt::Result {
    if !nodes.is_empty() {
        files.push(File { name: path.to_owned(), text: yaml::write_all(nodes)? });
    }
    Ok(())
}

fn namespaces(installation: &Installation) -> Vec<Node> {
    let settings = &installation.settings;
    let gate = settings.gate_namespace();
    let mut nodes = Vec::new();
    if gate != settings.namespace {
        nodes.push(namespace(
            &gate,
            "The gate's own: whoever may create pods or routes here, or read its Secrets, is past the \
             gate.",
            Section::new()
                .put("app.kubernetes.io/name", "doorward")
                .why("The gate's pods ask for nothing that this does not allow.")
                .put("pod-security.kubernetes.io/enforce", "restricted"),
        ));
    }
    nodes.push(namespace(
        &settings.namespace,
        "Desktops and their routes. Users have no rights here: who may create an IngressRoute may \
         take anybody's host, and who may create a Middleware may leave the gate out.",
        Section::new()
            .put("app.kubernetes.io/name", "doorward")
            .why(
                "What desktops need is theirs to say; warn, until you know that they need no more.",
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

/// `metadata` of one of the gate's own objects.
fn metadata(name: &'static str, namespace: &ObjectName) -> Section {
    Section::new().put("name", name).put("namespace", namespace).put("labels", labels("gate"))
}

/// Labels that select the gate's pods, and nothing else.
fn gate_selector() -> Section {
    Section::new().put("matchLabels", labels("gate"))
}

/// Whether routes are served with the store's certificate, so that there has to be a store.
fn has_store(installation: &Installation) -> bool {
    installation.settings.tls == RouteTls::Store && !installation.domains.is_empty()
}

/// The resolver that Traefik's own configuration declares.
fn resolver(installation: &Installation) -> Acme {
    Acme::new(&installation.settings, "/data/acme.json")
}

/// Of the gate. What one is told the others have to know, so a store must be shared.
pub const REPLICAS: u64 = 2;
/// The account and objects that stand for the gate all have this name.
const GATE: &str = "doorward";

#[cfg(test)]
mod tests;
