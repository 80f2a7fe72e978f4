//! `entryPoints`: the doors of the house, and what is refused at them.

use super::options::{StaticFormat, StaticOptions};
use super::provider::{Provider, chain_reference};
use crate::manifest::tree::{Node, Section};
use crate::manifest::{GatePlace, Installation, TraefikVersion};

/// `entryPoints:`, each by its name.
pub(super) fn section(
    installation: &Installation,
    options: &StaticOptions,
    format: StaticFormat,
) -> Section {
    let settings = &installation.settings;
    let mut section = Section::new()
        .why("Plain HTTP, only to say where to go instead.")
        .put("web", web(installation, format));
    for (at, name) in settings.entry_points.iter().enumerate() {
        let port = at.checked_sub(1).map_or(443, |more| 8443 + more);
        section = section
            .why("Where desktops are served. Nothing on it belongs to anybody else.")
            .put(name.to_string(), secure(installation, options, format, port));
    }
    let section = section
        .why(
            "A route that names no entry point is served on the default ones, and so is one that has \
             lost its parent, without the parent's gate. This default is reached by nobody.",
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
        .why("Health and metrics; never routed to the outside.")
        .put("traefik", bare(installation, address))
}

/// An entry point that no desktop is behind.
fn bare(installation: &Installation, address: &'static str) -> Section {
    let drops = installation.settings.traefik_version >= TraefikVersion::DROPS_ALIASES;
    Section::new()
        .put("address", address)
        .why("Here only so that Traefik does not warn of it at every start.")
        .put_some("http", drops.then(|| Section::new().put("aliasHeadersStrategy", "delete")))
}

fn web(installation: &Installation, format: StaticFormat) -> Section {
    let first = installation.settings.entry_points.first();
    let to = match format {
        // The chart's pods listen on other ports than its Service, and a redirect to the entry
        // point would name the pods'.
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
            "TLS is what every route here has. Routes say so too: on an entry point without this \
             one, a route without tls would answer in the clear.",
        )
        .put("tls", Section::new());
    if installation.settings.gate == GatePlace::EntryPoint {
        http = http
            .why(
                "The gate is asked before any route is looked at; none can forget or outrank it, and \
                 none may name it again.",
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
            "No client says who it is or which host it wants by X-Forwarded-*. Behind a load \
             balancer, name its addresses in trustedIPs; never set insecure.",
        )
        .put("forwardedHeaders", Section::new().put("insecure", false))
        .put("http", http)
        .why(
            "Each stream is a request, and each request a question. HTTP/3 stays off: most of \
             Traefik's latest TLS findings are about it.",
        )
        .put("http2", Section::new().put("maxConcurrentStreams", 100_u64))
        .put("transport", transport())
}

fn transport() -> Section {
    let timeouts = Section::new()
        .why(
            "For a whole request, uploads to a desktop included; Traefik's default is 60s. WebSockets \
             are not cut by it.",
        )
        .put("readTimeout", "5m");
    Section::new().put("respondingTimeouts", timeouts)
}

/// What is refused on every entry point that is reached from outside.
fn http(installation: &Installation) -> Section {
    let version = installation.settings.traefik_version;
    let aliases = version >= TraefikVersion::DROPS_ALIASES;
    let underscores = !aliases && version.drops_underscores();
    let encoded =
        Section::new().put("allowEncodedNullCharacter", false).put("allowEncodedBackSlash", false);
    Section::new()
        .why(
            "Headers that a desktop could take for another one: X_Doorward_User and X.Doorward.User \
             for X-Doorward-User.",
        )
        .put_some("aliasHeadersStrategy", aliases.then_some("delete"))
        .why(
            "Headers that a desktop could take for another one: X_Doorward_User for X-Doorward-User. \
             From 3.7.12 on, aliasHeadersStrategy covers dots as well.",
        )
        .put_some("underscoreHeadersStrategy", underscores.then_some("delete"))
        .why(
            "Below the gate's own 80KiB: what Traefik takes, the gate has to take, or a permitted \
             request would be refused for its size.",
        )
        .put_some(
            "maxHeaderBytes",
            (version >= TraefikVersion::BOUNDS_HEADERS).then_some(65_536_u64),
        )
        .why(
            "What a path may hold besides what it shows. Encoded slashes, percents and the like stay: \
             desktops' own applications use them.",
        )
        .put_some(
            "encodedCharacters",
            (version >= TraefikVersion::REFUSES_ENCODED).then_some(encoded),
        )
}
