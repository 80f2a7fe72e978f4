//! The gate's configuration, and the volumes with the configuration and the keys that it names.
//!
//! This module does not know the meaning of the keys, which belongs to `config`. The integration
//! tests check that the gate accepts the example.

use super::gate_objects::metadata;
use super::options::GateOptions;
use crate::manifest::fixed::{ADMIN_PORT, GATE_PORT, PAGES_PORT};
use crate::manifest::tree::{Node, Section};
use crate::manifest::{Installation, yaml};
use std::fmt;

/// Path of the configuration in the pods.
pub(super) const CONFIG_PATH: &str = "/etc/doorward/config.yaml";

/// Addresses and paths that depend on where the gate runs.
pub(super) struct HostLayout {
    /// The comment at the top of the file.
    pub(super) note: &'static str,
    /// The address of all listeners, without the port.
    pub(super) address: &'static str,
    pub(super) jwks: &'static str,
    pub(super) certificate: &'static str,
    pub(super) key: &'static str,
    /// `None` for the default: the loopback addresses.
    pub(super) trusted_proxies: Option<(&'static str, Vec<&'static str>)>,
}

/// The `ConfigMap` with the configuration, which the pods mount.
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
            "The gate's configuration. Replace domains, issuers and audiences with your own. The gate applies a change within a minute, without a restart. It rejects an invalid change, keeps the running configuration, and reports the error in the log, on /readyz and in a metric. Run `doorward check` before you apply a change.",
        )
        .put("apiVersion", "v1")
        .put("kind", "ConfigMap")
        .put("metadata", metadata("doorward-config", &namespace))
        .put("data", Section::new().put("config.yaml", text))
        .into())
}

/// The example `config.yaml`.
pub(super) fn text(installation: &Installation, layout: &HostLayout) -> Result<String, fmt::Error> {
    let at = |port: u16| format!("{}:{port}", layout.address);
    let tls = Section::new().put("cert_file", layout.certificate).put("key_file", layout.key);
    let mut section = Section::new()
        .why(layout.note)
        .put("listen", at(GATE_PORT))
        .why("Health and metrics.")
        .put("admin_listen", at(ADMIN_PORT))
        .why("The page for hosts without a route (catch-all.yaml).")
        .put("pages_listen", at(PAGES_PORT))
        .why("Encrypts the requests from Traefik, which carry the users' tokens. Traefik then uses HTTP/2.")
        .put_some("tls", installation.settings.gate_address.is_secure().then_some(tls));
    if let Some((why, networks)) = &layout.trusted_proxies {
        section = section.why(*why).put("trusted_proxies", networks.clone());
    }
    let domains: Vec<String> = installation.domains.iter().map(ToString::to_string).collect();
    let issuer = Section::new()
        .why("Must equal the token's `iss` claim, byte for byte.")
        .put("issuer", "https://portal.example.com")
        .why("At least one of these must be in the token's `aud` claim.")
        .put("audiences", ["vdi"])
        .put("algorithms", ["ES256"])
        .why("The issuer's public keys (a JWK Set); it holds no secret.")
        .put("keys", Section::new().put("jwks_file", layout.jwks))
        .why("The claim with the username. The user's host is derived from it, so choose a claim that never changes for a user.")
        .put("user_claim", "sub")
        .why(
            "The user alice gets the host alice.<domain>. `doorward render` must use the same setting: let it read this file, or use --bare-labels.",
        )
        .put("bare_labels", true);
    let section = section
        .why("Desktops are served one label below, such as alice.vdi.example.com.")
        .put("domains", domains)
        .put("issuers", vec![issuer])
        .why(
            "URL of your sign-in page, to which page requests without a session are redirected. Also configure how the session gets to the desktop's host, preferably with `handoff` (see docs/sign-in.md). Without a URL, users get a page that says that no sign-in is configured.",
        )
        .put("login", Section::new().put("url", Node::Null))
        .put("log", Section::new().put("format", "json"));
    let mut text = String::new();
    yaml::write(&section.into(), &mut text)?;
    Ok(text)
}

fn in_pod() -> HostLayout {
    HostLayout {
        note: "All addresses of the pod; use \"[::]\" in a cluster with IPv6.",
        address: "0.0.0.0",
        jwks: "/etc/doorward-keys/jwks.json",
        certificate: "/etc/doorward-tls/tls.crt",
        key: "/etc/doorward-tls/tls.key",
        trusted_proxies: Some((
            "Peers that may send forwarded requests: all private addresses, because pods have one. network.yaml lets only Traefik's pods connect. If your cluster does not enforce network policies, restrict this list to your pod network.",
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
            "You provide the issuer's public keys. The pods wait in ContainerCreating until this ConfigMap exists. Create it with:\n\
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
                "0440: readable by owner and fsGroup. The gate rejects a key file that others can read.",
            )
            .put("defaultMode", 0o440_u64);
        let why = format!(
            "The gate's certificate and key. Create this Secret with cert-manager (deploy/cert-manager), or with:\n\
             doorward keygen --tls {host} --out pki\n\
             kubectl -n {namespace} create secret tls doorward-tls --cert=pki/tls.crt --key=pki/tls.key\n\
             Traefik also needs pki/ca.crt in each namespace with the Middleware; see middleware.yaml.",
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
        // Whole folders, because the kubelet does not update single files (subPath). Side by side,
        // because the runtime cannot create a mount point inside of a read-only mount.
        mount("config", "/etc/doorward"),
        mount("keys", "/etc/doorward-keys"),
    ];
    if installation.settings.gate_address.is_secure() {
        mounts.push(mount("tls", "/etc/doorward-tls"));
    }
    mounts
}
