//! The gate's configuration, and where its pods find it and the keys it names.
//!
//! What the configuration means is `config`'s business, which this module does not know; that it is
//! accepted is for the tests of the whole program to say.

use super::gate_objects::metadata;
use super::options::GateOptions;
use crate::manifest::fixed::{ADMIN_PORT, GATE_PORT, PAGES_PORT};
use crate::manifest::tree::{Node, Section};
use crate::manifest::{Installation, yaml};
use std::fmt;

/// Where the pods have their configuration.
pub(super) const CONFIG_PATH: &str = "/etc/doorward/config.yaml";

/// Where a gate listens, and where its files are.
pub(super) struct HostLayout {
    /// The comment on top.
    pub(super) note: &'static str,
    /// The address of all listeners, ending before the port.
    pub(super) address: &'static str,
    pub(super) jwks: &'static str,
    pub(super) certificate: &'static str,
    pub(super) key: &'static str,
    /// `None` for the default: this machine alone.
    pub(super) trusted_proxies: Option<(&'static str, Vec<&'static str>)>,
}

/// The `ConfigMap` that the pods mount.
pub(super) fn config_map(
    installation: &Installation,
    options: &GateOptions,
) -> Result<Node, fmt::Error> {
    let text = match &options.configuration {
        Some(text) => text.clone(),
        None => text(installation, &in_pod())?,
    };
    let namespace = installation.settings.gate_namespace();
    Ok(Section::new()
        .why(
            "The gate's configuration: domains, issuers and their audiences are yours to set. A change \
             is taken within a minute, without a restart; one that is wrong is refused, and the log, \
             /readyz and a metric say so. `doorward check` says it beforehand.",
        )
        .put("apiVersion", "v1")
        .put("kind", "ConfigMap")
        .put("metadata", metadata("doorward-config", &namespace))
        .put("data", Section::new().put("config.yaml", text))
        .into())
}

/// `config.yaml` of a gate at this layout.
pub(super) fn text(installation: &Installation, layout: &HostLayout) -> Result<String, fmt::Error> {
    let at = |port: u16| format!("{}:{port}", layout.address);
    let tls = Section::new().put("cert_file", layout.certificate).put("key_file", layout.key);
    let mut section = Section::new()
        .why(layout.note)
        .put("listen", at(GATE_PORT))
        .why("Health and metrics.")
        .put("admin_listen", at(ADMIN_PORT))
        .why("The page behind the catch-all route.")
        .put("pages_listen", at(PAGES_PORT))
        .why("Traefik asks over HTTP/2 then, and nobody on the way reads the tokens.")
        .put_some("tls", installation.settings.gate_address.is_secure().then_some(tls));
    if let Some((why, networks)) = &layout.trusted_proxies {
        section = section.why(*why).put("trusted_proxies", networks.clone());
    }
    let domains: Vec<String> = installation.domains.iter().map(ToString::to_string).collect();
    let issuer = Section::new()
        .why("Equal to the token's `iss`, to the byte.")
        .put("issuer", "https://portal.example.com")
        .why("Equal to, or one of, the token's `aud`.")
        .put("audiences", ["vdi"])
        .put("algorithms", ["ES256"])
        .why("The issuer's public keys, and nothing secret.")
        .put("keys", Section::new().put("jwks_file", layout.jwks))
        .why("A claim that never changes: from it comes the user's host.")
        .put("user_claim", "sub")
        .why(
            "alice is the label of the user alice. The renderer has to be told the same \
             (--bare-labels), or reads it here.",
        )
        .put("bare_labels", true);
    let section = section
        .why("Workspaces live one label below.")
        .put("domains", domains)
        .put("issuers", vec![issuer])
        .why(
            "Where a page without a session is sent. Set it together with the way in which the session \
             comes back to the workspace's host, best by `handoff` (README, Signing in); until then \
             visitors get a page that says what is missing.",
        )
        .put("login", Section::new().put("url", Node::Null))
        .put("log", Section::new().put("format", "json"));
    let mut text = String::new();
    yaml::write(&section.into(), &mut text)?;
    Ok(text)
}

fn in_pod() -> HostLayout {
    HostLayout {
        note: "Every address of the pod; \"[::]\" where the cluster has IPv6.",
        address: "0.0.0.0",
        jwks: "/etc/doorward-keys/jwks.json",
        certificate: "/etc/doorward-tls/tls.crt",
        key: "/etc/doorward-tls/tls.key",
        trusted_proxies: Some((
            "The cluster's pods, which have private addresses; of these, only Traefik's reach the gate \
             (network.yaml). Name your own pod network alone, and it holds where network policies are \
             not enforced as well.",
            vec!["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"],
        )),
    }
}

/// `volumes:` of the pods.
pub(super) fn volumes(installation: &Installation) -> Vec<Section> {
    let map = |name: &'static str, map: &'static str| {
        Section::new().put("name", name).put("configMap", Section::new().put("name", map))
    };
    let mut volumes = vec![map("config", "doorward-config")];
    let namespace = installation.settings.gate_namespace();
    let keys = Section::new()
        .why(format!(
            "Only the operator has the issuer's public keys. Until this exists, the pods wait in \
             ContainerCreating:\n\
             kubectl -n {namespace} create configmap doorward-keys --from-file=jwks.json",
        ))
        .put("name", "keys")
        .put("configMap", Section::new().put("name", "doorward-keys"));
    volumes.push(keys);
    if installation.settings.gate_address.is_secure() {
        let host = installation.settings.gate_address.host();
        let secret = Section::new()
            .put("secretName", "doorward-tls")
            .why(
                "0440: the owner and fsGroup read it. The gate refuses a key that others may read.",
            )
            .put("defaultMode", 0o440_u64);
        let why = format!(
            "The gate's certificate and key. Either cert-manager makes it (deploy/cert-manager), or:\n\
             doorward keygen --tls {host} --out pki\n\
             kubectl -n {namespace} create secret tls doorward-tls --cert=pki/tls.crt --key=pki/tls.key\n\
             Traefik needs pki/ca.crt, in each namespace that has the Middleware: middleware.yaml says \
             how.",
        );
        volumes.push(Section::new().why(why).put("name", "tls").put("secret", secret));
    }
    volumes
}

/// `volumeMounts:` of the gate's container, one for each of [`volumes`].
pub(super) fn mounts(installation: &Installation) -> Vec<Section> {
    let mount = |name: &'static str, path: &'static str| {
        Section::new().put("name", name).put("mountPath", path).put("readOnly", true)
    };
    let mut mounts = vec![
        // Folders, because a single file (subPath) is never replaced; and side by side, because no
        // folder can be made in one that is mounted read-only.
        mount("config", "/etc/doorward"),
        mount("keys", "/etc/doorward-keys"),
    ];
    if installation.settings.gate_address.is_secure() {
        mounts.push(mount("tls", "/etc/doorward-tls"));
    }
    mounts
}
