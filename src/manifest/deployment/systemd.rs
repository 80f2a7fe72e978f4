//! The gate on one machine with Traefik, without a cluster: a hardened systemd unit, its
//! configuration, and Traefik's files.

use super::certificates::{has_store, resolver};
use super::configuration::{self, HostLayout};
use crate::manifest::fixed::{GATE_PORT, PAGES_PORT};
use crate::manifest::static_config::{StaticOptions, static_file};
use crate::manifest::tree::{Node, Section};
use crate::manifest::{GateAddress, Installation, RenderedFile, Settings, catch_all, middleware};
use std::fmt;
use std::net::Ipv4Addr;

/// The files below `systemd/`.
pub(super) fn files(installation: &Installation) -> Result<Vec<RenderedFile>, fmt::Error> {
    let settings = Settings {
        gate_address: GateAddress::at((Ipv4Addr::LOCALHOST, GATE_PORT).into()),
        ..installation.settings.clone()
    };
    let local = &Installation { settings, ..installation.clone() };
    let mut files =
        vec![RenderedFile { name: "systemd/doorward.service".to_owned(), text: UNIT.to_owned() }];
    files.push(RenderedFile {
        name: "systemd/config.yaml".to_owned(),
        text: configuration::text(local, &layout())?,
    });
    let options = StaticOptions::file(local);
    files.extend(RenderedFile::yaml("systemd/traefik.yaml", &[static_file(local, &options)])?);
    files.extend(RenderedFile::yaml("systemd/dynamic/doorward.yaml", &[dynamic(local)])?);
    Ok(files)
}

fn layout() -> HostLayout {
    HostLayout {
        note: "/etc/doorward/config.yaml. All listeners are bound to the loopback address, so only processes on this machine can connect. trusted_proxies is not set: its default is the loopback addresses.",
        address: "127.0.0.1",
        jwks: "/etc/doorward/jwks.json",
        certificate: "/etc/doorward/tls.crt",
        key: "/run/credentials/doorward.service/tls.key",
        trusted_proxies: None,
    }
}

/// Middlewares and catch-all routes, which Traefik reads in addition to the sessions' file.
fn dynamic(installation: &Installation) -> Node {
    let http = Section::new()
        .put("middlewares", middleware::for_file(installation, "/etc/doorward/ca.crt"));
    let mut routers = Section::new();
    for domain in &installation.domains {
        routers.extend(catch_all::router_for_file(installation, domain));
    }
    let http = if routers.is_empty() {
        http
    } else {
        let pages = format!("http://127.0.0.1:{PAGES_PORT}");
        http.put("routers", routers).put("services", catch_all::service_for_file(&pages))
    };
    let dynamic = Section::new()
        .why(
            "/etc/traefik/dynamic/doorward.yaml, in the same directory as the output of `doorward render --format file`. Install this file first: Traefik does not serve a route whose middleware is missing.",
        )
        .put("http", http);
    if !has_store(installation) {
        return dynamic.into();
    }
    let mut names = installation.domains.iter().map(|domain| format!("*.{domain}"));
    let domain = Section::new()
        .put("main", names.next().unwrap_or_default())
        .put_some("sans", Some(names.collect::<Vec<_>>()).filter(|sans| !sans.is_empty()));
    let generated =
        Section::new().put("resolver", &resolver(installation).resolver).put("domain", domain);
    let store = Section::new()
        .why("One wildcard certificate for all hosts, ordered once. One certificate per route would publish every user's name in the certificate transparency logs.")
        .put("defaultGeneratedCert", generated);
    dynamic.put("tls", Section::new().put("stores", Section::new().put("default", store))).into()
}

/// Requires systemd 247 or later.
const UNIT: &str = include_str!("systemd/doorward.service");
