//! Traefik's static configuration: what it listens on, what it reads, and what it refuses before
//! any route is looked at.
//!
//! One tree, printed as a file or turned into arguments for the official Helm chart, so that the
//! two cannot differ. Fields go by [`super::TraefikVersion`]: Traefik does not start with a file
//! that has a key it does not know. Called by `render static` and by the gate's manifests.

mod acme;
mod entry_points;
mod helm;

pub use acme::Acme;
pub use helm::values as helm_values;

use super::tree::{Node, Section};
use super::{Installation, TraefikVersion};

/// What the static configuration depends on besides the installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaticOptions {
    /// Where Traefik reads routes from.
    pub provider: Provider,
    /// How Traefik gets the wildcard certificate itself; `None` where something else does.
    pub acme: Option<Acme>,
}

/// Where Traefik reads routes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Provider {
    /// Objects of the cluster.
    Kubernetes,
    /// Files of this directory.
    File {
        /// Its path.
        directory: String,
    },
}

impl StaticOptions {
    /// For a cluster, with a certificate by Traefik.
    #[must_use]
    pub fn kubernetes(installation: &Installation) -> Self {
        let acme = Acme::new(&installation.settings, "/data/acme.json");
        Self { provider: Provider::Kubernetes, acme: Some(acme) }
    }

    /// For a machine of its own, with a certificate by Traefik.
    #[must_use]
    pub fn file(installation: &Installation) -> Self {
        let directory = "/etc/traefik/dynamic".to_owned();
        let acme = Acme::new(&installation.settings, "/var/lib/traefik/acme.json");
        Self { provider: Provider::File { directory }, acme: Some(acme) }
    }
}

/// The file, for `traefik --configFile=…`.
#[must_use]
pub fn static_file(installation: &Installation, options: &StaticOptions) -> Node {
    tree(installation, options, Form::File).into()
}

/// How the name of the chain is written where no namespace is understood: on an entry point.
#[must_use]
pub fn chain_reference(installation: &Installation, provider: &Provider) -> String {
    let settings = &installation.settings;
    let chain = &settings.middleware;
    match provider {
        Provider::File { .. } => format!("{chain}@file"),
        Provider::Kubernetes => {
            let joint = if names_safely(installation) { '_' } else { '-' };
            format!("{}{joint}{chain}@kubernetescrd", settings.gate_namespace())
        }
    }
}

/// Who says what the listeners' addresses are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// This file.
    File,
    /// The chart, which has entry points, health and metrics of its own.
    Chart,
}

fn tree(installation: &Installation, options: &StaticOptions, form: Form) -> Section {
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
        .put("entryPoints", entry_points::section(installation, options, form))
        .put("providers", providers(installation, options))
        .put_some(
            "certificatesResolvers",
            options.acme.as_ref().map(|acme| acme.section(&options.provider)),
        );
    if form == Form::File {
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

/// Whether the version knows `safeNaming`, `defaultTLSResourcesNamespace` and `strictTLSOptions`,
/// which came together.
fn names_safely(installation: &Installation) -> bool {
    installation.settings.traefik_version >= TraefikVersion::NAMES_SAFELY
}

#[cfg(test)]
mod tests;
