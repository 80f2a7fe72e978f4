//! The content of the static configuration, from which the file and the Helm arguments are made.

use super::entry_points;
use super::options::{StaticFormat, StaticOptions};
use super::provider::{Provider, names_safely};
use crate::manifest::tree::{Node, Section};
use crate::manifest::{Installation, TraefikVersion};

/// All keys, each with its reason as a comment.
pub(super) fn content(
    installation: &Installation,
    options: &StaticOptions,
    format: StaticFormat,
) -> Section {
    let version = installation.settings.traefik_version;
    let mut tree = Section::new()
        .why("No version check and no usage statistics.")
        .put(
            "global",
            Section::new().put("checkNewVersion", false).put("sendAnonymousUsage", false),
        )
        .why(
            "A TLS connection for one host does not serve another host with different TLS options.",
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
            .why("/ping for health checks of Traefik, on the entry point traefik.")
            .put("ping", Section::new())
            .put(
                "metrics",
                Section::new().put("prometheus", Section::new().put("entryPoint", "traefik")),
            );
    }
    tree.why("DEBUG logs the complete configuration on each change.")
        .put("log", Section::new().put("level", "INFO"))
        .put("accessLog", access_log(version))
}

fn providers(installation: &Installation, options: &StaticOptions) -> Section {
    let providers = Section::new()
        .why(
            "Minimum time between two configuration reloads. Each reload rebuilds all routes; use 5s with thousands of sessions.",
        )
        .put("providersThrottleDuration", "2s");
    match &options.provider {
        Provider::Kubernetes => providers.put("kubernetesCRD", kubernetes(installation)),
        Provider::File { directory } => providers.put(
            "file",
            Section::new()
                .why(
                    "Traefik reads a file as soon as it appears, and one invalid file blocks the update of all of them. So write new files outside of this folder and rename them into it, or use `doorward render --out`.",
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
            "Traefik reads only these namespaces and ignores routes in others. Add each further namespace that your sessions use.",
        )
        .put("namespaces", Node::List(namespaces))
        .why("With this, the Roles in these namespaces suffice; no ClusterRole is needed.")
        .put_some(
            "disableClusterScopeResources",
            (version >= TraefikVersion::STAYS_IN_NAMESPACES).then_some(true),
        )
        .why("A route cannot use Services or Middlewares of another namespace.")
        .put("allowCrossNamespace", false)
        .why("A Service of type ExternalName could direct a route to any address.")
        .put("allowExternalNameServices", false)
        .why(
            "A session whose desktop has not started yet gets no route, so the catch-all answers. Otherwise, Traefik's 503 would reveal that the session exists.",
        )
        .put("allowEmptyServices", false)
        .why("Only this namespace may use references to other providers, such as name@file, which bypass the namespace restriction.")
        .put_some(
            "crossProviderNamespaces",
            version.confines_providers().then(|| vec![Node::from(&settings.gate_namespace())]),
        )
        .why(
            "Otherwise a TLSStore or TLSOption named default in another namespace would replace the certificate or the TLS options of every host.",
        )
        .put_some(
            "defaultTLSResourcesNamespace",
            safely.then(|| Node::from(&settings.gate_namespace())),
        )
        .why(
            "Makes Traefik's internal names unambiguous. Without it, the objects vdi/a-b and vdi-a/b get the same name, and one replaces the other.",
        )
        .put_some("safeNaming", safely.then_some(true))
        .why("Starting a session causes several events; Traefik handles them together.")
        .put("throttleDuration", "1s")
}

fn access_log(version: TraefikVersion) -> Section {
    let drops = version >= TraefikVersion::DROPS_QUERIES;
    let names = Section::new().put("RequestPath", "drop").put("RequestLine", "drop");
    let queries = Section::new().put("defaultMode", "drop");
    let fields = Section::new()
        .put("defaultMode", "keep")
        .why("Request headers carry credentials, such as Cookie and Authorization.")
        .put("headers", Section::new().put("defaultMode", "drop"))
        .why("Query strings carry hand-off tokens, and the tokens of some desktop applications.")
        .put_some("queryParameters", drops.then_some(queries))
        .why(
            "Paths are logged with their query string, which carries hand-off tokens and the tokens of some desktop applications. This version of Traefik cannot drop only the query string.",
        )
        .put_some("names", (!drops).then_some(names));
    Section::new().put("format", "json").put("fields", fields)
}
