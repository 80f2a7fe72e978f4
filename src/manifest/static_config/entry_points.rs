//! `entryPoints`: the addresses on which Traefik listens, and the requests that it rejects there.

use super::options::{StaticFormat, StaticOptions};
use super::provider::{Provider, chain_reference};
use crate::manifest::tree::{Node, Section};
use crate::manifest::{GatePlace, Installation, TraefikVersion};

/// `entryPoints:`.
pub(super) fn section(
    installation: &Installation,
    options: &StaticOptions,
    format: StaticFormat,
) -> Section {
    let settings = &installation.settings;
    let mut section = Section::new()
        .why("Plain HTTP; only redirects to https.")
        .put("web", web(installation, format));
    for (at, name) in settings.entry_points.iter().enumerate() {
        let port = at.checked_sub(1).map_or(443, |more| 8443 + more);
        section = section
            .why("Entry point for the desktops. Do not serve other applications on it.")
            .put(name.to_string(), secure(installation, options, format, port));
    }
    let section = section
        .why(
            "Default entry point, on an address that clients cannot reach. Traefik serves routes without an entry point on the default ones; this includes child routes that have lost their parent, and with it the gate.",
        )
        .put("sink", bare(installation, "127.0.0.1:9999").put("asDefault", true));
    if format == StaticFormat::Helm {
        return section;
    }
    let address = match options.provider {
        Provider::Kubernetes => ":8080",
        Provider::File { .. } => "127.0.0.1:8080",
    };
    section
        .why("Health checks and metrics. Do not expose this entry point outside of the cluster or machine.")
        .put("traefik", bare(installation, address))
}

/// An entry point that serves no desktops.
fn bare(installation: &Installation, address: &'static str) -> Section {
    let drops = installation.settings.traefik_version >= TraefikVersion::DROPS_ALIASES;
    Section::new()
        .put("address", address)
        .why("Only prevents a warning at each start of Traefik.")
        .put_some("http", drops.then(|| Section::new().put("aliasHeadersStrategy", "delete")))
}

fn web(installation: &Installation, format: StaticFormat) -> Section {
    let first = installation.settings.entry_points.first();
    let to = match format {
        // The chart's pods listen on other ports than its Service, and a redirect to the entry
        // point would use the pods' port.
        StaticFormat::Helm => Node::from(":443"),
        StaticFormat::File => first.map_or(Node::from(":443"), Node::from),
    };
    let redirect = Section::new().put("to", to).put("scheme", "https").put("permanent", true);
    let redirections = Section::new().put("entryPoint", redirect);
    let section = Section::new();
    let section =
        if format == StaticFormat::File { section.put("address", ":80") } else { section };
    section.put("http", http(installation).put("redirections", redirections))
}

fn secure(
    installation: &Installation,
    options: &StaticOptions,
    format: StaticFormat,
    port: usize,
) -> Section {
    let mut http = http(installation)
        .why(
            "TLS for every route on this entry point. The routes set tls too, so that they are never served without TLS on another entry point.",
        )
        .put("tls", Section::new());
    if installation.settings.gate == GatePlace::EntryPoint {
        http = http
            .why(
                "Traefik asks the gate before it selects a route, so no route can omit or bypass the gate. Routes must not use this Middleware again: the first check removes the token, so a second check would reject every request.",
            )
            .put("middlewares", vec![chain_reference(installation, &options.provider)]);
    }
    let section = Section::new();
    let section = if format == StaticFormat::File {
        section.put("address", format!(":{port}"))
    } else {
        section
    };
    section
        .put("asDefault", false)
        .why(
            "Traefik ignores X-Forwarded-* headers from clients. If Traefik is behind a load balancer, set trustedIPs to its addresses. Never set insecure: true.",
        )
        .put("forwardedHeaders", Section::new().put("insecure", false))
        .put("http", http)
        .why(
            "Limits concurrent requests per connection, each of which causes a request to the gate. HTTP/3 stays disabled, because most recent TLS vulnerabilities of Traefik concern it.",
        )
        .put("http2", Section::new().put("maxConcurrentStreams", 100_u64))
        .put("transport", transport())
}

fn transport() -> Section {
    let timeouts = Section::new()
        .why(
            "Maximum duration for reading a complete request, including uploads to a desktop; Traefik's default is 60s. It does not limit WebSocket connections.",
        )
        .put("readTimeout", "5m");
    Section::new().put("respondingTimeouts", timeouts)
}

/// The protections of every entry point that clients can reach.
fn http(installation: &Installation) -> Section {
    let version = installation.settings.traefik_version;
    let aliases = version >= TraefikVersion::DROPS_ALIASES;
    let underscores = !aliases && version.drops_underscores();
    let encoded =
        Section::new().put("allowEncodedNullCharacter", false).put("allowEncodedBackSlash", false);
    Section::new()
        .why(
            "Deletes request headers that an application could confuse with others, such as X_Doorward_User and X.Doorward.User with X-Doorward-User.",
        )
        .put_some("aliasHeadersStrategy", aliases.then_some("delete"))
        .why(
            "Deletes request headers that an application could confuse with others, such as X_Doorward_User with X-Doorward-User. Since Traefik 3.7.12, aliasHeadersStrategy also covers dots.",
        )
        .put_some("underscoreHeadersStrategy", underscores.then_some("delete"))
        .why(
            "The gate's limit is 60KiB, too. Go accepts up to 4096 bytes more than this value.",
        )
        .put_some(
            "maxHeaderBytes",
            (version >= TraefikVersion::BOUNDS_HEADERS).then_some(61_440_u64),
        )
        .why(
            "Rejects paths with encoded null characters and backslashes. Encoded slashes, percent signs and others stay allowed, because applications on the desktops use them.",
        )
        .put_some(
            "encodedCharacters",
            (version >= TraefikVersion::REFUSES_ENCODED).then_some(encoded),
        )
}
