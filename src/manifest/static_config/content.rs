//! The tree of the static configuration, which the file and the Helm values both come from.

use super::entry_points;
use super::options::{StaticFormat, StaticOptions};
use super::provider::{Provider, names_safely};
use crate::manifest::tree::{Node, Section};
use crate::manifest::{Installation, TraefikVersion};

/// Every key, with the reason for it as a comment.
pub(super) fn content(
    installation: &Installation,
    options: &StaticOptions,
    format: StaticFormat,
) -> Section {
    let version = installation.settings.traefik_version;
    let mut tree = Section::new()
        .why("Traefik tells nobody that it is here.")
        .put(
            "global",
            Section::new().put("checkNewVersion", false).put("sendAnonymousUsage", false),
        )
        .why(
            "Where the TLS options of two hosts differ, a connection that came for one of them does \
             not serve the other.",
        )
        .put_some(
            "core",
            names_safely(installation).then(|| Section::new().put("strictTLSOptions", true)),
        )
        .put("entryPoints", entry_points::section(installation, options, format))
        .put("providers", providers(installation, options))
        .put_some(
            "certificatesResolvers",
            options.acme.as_ref().map(|acme| acme.section(&options.provider)),
        );
    if format == StaticFormat::File {
        tree = tree
            .why("/ping, for whoever asks whether this Traefik is alive; on the entry point traefik.")
            .put("ping", Section::new())
            .put(
                "metrics",
                Section::new().put("prometheus", Section::new().put("entryPoint", "traefik")),
            );
    }
    tree.why("DEBUG would write the whole configuration at every change.")
        .put("log", Section::new().put("level", "INFO"))
        .put("accessLog", access_log(version))
}

fn providers(installation: &Installation, options: &StaticOptions) -> Section {
    let providers = Section::new()
        .why(
            "At least this long between two applied configurations. Each of them builds every route \
             anew, so with thousands of sessions take 5s.",
        )
        .put("providersThrottleDuration", "2s");
    match &options.provider {
        Provider::Kubernetes => providers.put("kubernetesCRD", kubernetes(installation)),
        Provider::File { directory } => providers.put(
            "file",
            Section::new()
                .why(
                    "Write a file beside this folder and rename it into it: Traefik reads it as soon \
                     as it is there, and one broken file stops all of them.",
                )
                .put("directory", directory.clone())
                .put("watch", true),
        ),
    }
}

fn kubernetes(installation: &Installation) -> Section {
    let settings = &installation.settings;
    let version = settings.traefik_version;
    let safely = names_safely(installation);
    let namespaces: Vec<Node> =
        installation.middleware_namespaces().iter().map(Node::from).collect();
    Section::new()
        .why(
            "Only the platform's own namespaces: what others create elsewhere is not even read. One \
             more for each namespace that your sessions name.",
        )
        .put("namespaces", Node::List(namespaces))
        .why("So that the Roles of these namespaces are enough, without a ClusterRole.")
        .put_some(
            "disableClusterScopeResources",
            (version >= TraefikVersion::STAYS_IN_NAMESPACES).then_some(true),
        )
        .why("A route names nothing of another namespace, neither a desktop nor a middleware.")
        .put("allowCrossNamespace", false)
        .why("A Service cannot stand for any address whatever.")
        .put("allowExternalNameServices", false)
        .why(
            "A desktop that is not there yet has no route, so that the catch-all answers, and not a \
             503 that tells of it.",
        )
        .put("allowEmptyServices", false)
        .why("References such as name@file lead out of a namespace; nobody else needs them.")
        .put_some(
            "crossProviderNamespaces",
            version.confines_providers().then(|| vec![Node::from(&settings.gate_namespace())]),
        )
        .why(
            "Elsewhere a TLSStore or TLSOption called default would replace the certificate or the \
             TLS rules of every host.",
        )
        .put_some(
            "defaultTLSResourcesNamespace",
            safely.then(|| Node::from(&settings.gate_namespace())),
        )
        .why(
            "Names of Traefik's own that cannot collide: without it, vdi/a-b and vdi-a/b are one, and \
             the second takes the first one's place.",
        )
        .put_some("safeNaming", safely.then_some(true))
        .why("One session's start is several events; they are taken together.")
        .put("throttleDuration", "1s")
}

fn access_log(version: TraefikVersion) -> Section {
    let drops = version >= TraefikVersion::DROPS_QUERIES;
    let names = Section::new().put("RequestPath", "drop").put("RequestLine", "drop");
    let queries = Section::new().put("defaultMode", "drop");
    let fields = Section::new()
        .put("defaultMode", "keep")
        .why("Cookie and Authorization are what lets one in.")
        .put("headers", Section::new().put("defaultMode", "drop"))
        .why("A hand-off token comes as a query, and so do the tokens of some desktops.")
        .put_some("queryParameters", drops.then_some(queries))
        .why(
            "Paths have queries, where a hand-off token comes, and so do the tokens of some \
             desktops; this Traefik cannot leave out the query alone.",
        )
        .put_some("names", (!drops).then_some(names));
    Section::new().put("format", "json").put("fields", fields)
}
