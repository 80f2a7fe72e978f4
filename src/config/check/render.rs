//! The section `render`: names that Kubernetes and Traefik take, numbers that they take, and an
//! address that leads to the gate and nowhere else.

use crate::config::field::{Field, Text, Words, good_ones};
use crate::config::mistake::{Findings, shown};
use crate::config::raw::{RawConfig, RawGate, RawLayout, RawRender, RawTlsMode};
use crate::manifest::{
    GateAddress, GatePlace, MAX_PRIORITY, NameError, ObjectName, RouteTls, Settings, TraefikName,
    TraefikVersion,
};
use std::fmt::Display;

pub(in crate::config) fn check(raw: &RawConfig, found: &mut Findings<'_>) -> Settings {
    let empty = RawRender::default();
    let render = raw.render.some().unwrap_or(&empty);
    if render.layout.or(RawLayout::Flat) != RawLayout::Flat {
        let later = "is reserved for a later version";
        found.mistake("render.layout", later, "write `flat`");
    }
    let default = Settings::default();
    let object = ObjectName::new;
    Settings {
        namespace: name("render.namespace", &render.namespace, object, found)
            .unwrap_or(default.namespace),
        entry_points: entry_points(render, found).unwrap_or(default.entry_points),
        middleware: name("render.middleware", &render.middleware, object, found)
            .unwrap_or(default.middleware),
        service_port: port(render, found).unwrap_or(default.service_port),
        priority: priority(render, found).unwrap_or(default.priority),
        tls: tls(render, found),
        gate: match render.gate.or(RawGate::Route) {
            RawGate::Route => GatePlace::Route,
            RawGate::Entrypoint => GatePlace::EntryPoint,
        },
        traefik_version: version(render, found).unwrap_or(default.traefik_version),
        gate_address: address(render, found).unwrap_or(default.gate_address),
    }
}

fn name<N>(
    path: &str,
    field: &Field<Text<Words>>,
    parse: impl Fn(&str) -> Result<N, NameError>,
    found: &mut Findings<'_>,
) -> Option<N> {
    let text = field.good()?.as_str();
    parse(text).map_err(|error| refuse_name(path, text, error, found)).ok()
}

fn refuse_name(path: &str, text: &str, error: impl Display, found: &mut Findings<'_>) {
    let remedy =
        "write a short plain name, such as those in the output of `doorward check --sample`";
    found.mistake(path, format!("{} cannot be used: {error}", shown(text)), remedy);
}

fn entry_points(render: &RawRender, found: &mut Findings<'_>) -> Option<Vec<TraefikName>> {
    const PATH: &str = "render.entry_points";
    let list = render.entry_points.good()?;
    if list.is_empty() {
        found.mistake(
            PATH,
            "is an empty list, so Traefik would serve the routes on every entry point",
            "name the entry point with TLS, such as [websecure]",
        );
    }
    let mut names: Vec<TraefikName> = Vec::new();
    for (path, text) in good_ones(list, PATH) {
        match TraefikName::new(text.as_str()) {
            Ok(name) if names.contains(&name) => {
                let wrong = format!("{} is repeated", shown(text.as_str()));
                found.mistake(&path, wrong, "keep one of them");
            }
            Ok(name) => names.push(name),
            Err(error) => refuse_name(&path, text.as_str(), error, found),
        }
    }
    Some(names)
}

fn port(render: &RawRender, found: &mut Findings<'_>) -> Option<u16> {
    let port = *render.service_port.good()?;
    let known = u16::try_from(port).ok().filter(|port| *port > 0);
    if known.is_none() {
        let wrong = format!("{port} is not a port");
        found.mistake("render.service_port", wrong, "write a number between 1 and 65535");
    }
    known
}

/// Above the route for unknown hosts, which has priority 1.
fn priority(render: &RawRender, found: &mut Findings<'_>) -> Option<u64> {
    let priority = *render.priority.good()?;
    if (2..=MAX_PRIORITY).contains(&priority) {
        return Some(priority);
    }
    found.mistake(
        "render.priority",
        format!("{priority} is out of bounds"),
        format!("write 2 to {MAX_PRIORITY}; 1 is the priority of the route for unknown hosts"),
    );
    None
}

fn tls(render: &RawRender, found: &mut Findings<'_>) -> RouteTls {
    let Some(tls) = render.tls.good() else {
        return RouteTls::Store;
    };
    let resolver = name("render.tls.resolver", &tls.resolver, TraefikName::new, found);
    match tls.mode.or(RawTlsMode::Store) {
        RawTlsMode::Store => RouteTls::Store,
        RawTlsMode::Resolver => {
            RouteTls::Resolver(resolver.unwrap_or_else(TraefikName::default_resolver))
        }
    }
}

fn version(render: &RawRender, found: &mut Findings<'_>) -> Option<TraefikVersion> {
    let text = render.traefik_version.good()?.as_str();
    let version = TraefikVersion::parse(text);
    let known = version.filter(|version| *version >= TraefikVersion::OLDEST);
    if known.is_none() {
        let wrong = match version {
            Some(_) => format!("{} is older than 3.0, which has other object kinds", shown(text)),
            None => format!("{} is not a version", shown(text)),
        };
        found.mistake(
            "render.traefik_version",
            wrong,
            "write a version such as \"3.7\" or \"3.6.15\"",
        );
    }
    known
}

fn address(render: &RawRender, found: &mut Findings<'_>) -> Option<GateAddress> {
    const PATH: &str = "render.gate_address";
    let text = render.gate_address.good()?.as_str();
    let address = match GateAddress::new(text) {
        Ok(address) => address,
        Err(error) => {
            found.mistake(
                PATH,
                format!("{} {error}", shown(text)),
                "write a URL such as https://doorward.doorward.svc:4181/verify",
            );
            return None;
        }
    };
    if !address.is_secure() && !address.is_loopback() {
        found.warn(
            PATH,
            "over http, Traefik's requests, including tokens, cross the network in clear text; \
             over https Traefik also uses HTTP/2, which is faster",
        );
    }
    Some(address)
}
