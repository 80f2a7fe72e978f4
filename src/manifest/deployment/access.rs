//! Traefik's permissions: read access to the kinds that its kubernetesCRD provider watches, in the
//! namespaces of gate and sessions only. An attacker who controls Traefik cannot read Secrets of
//! other namespaces.

use super::options::GateOptions;
use crate::manifest::fixed::labels;
use crate::manifest::tree::{Node, Section};
use crate::manifest::{Installation, ObjectName, TraefikVersion};

/// A Role and its binding for each namespace, and a `ClusterRole` if the version needs one.
pub(super) fn objects(installation: &Installation, options: &GateOptions) -> Vec<Node> {
    let version = installation.settings.traefik_version;
    let mut nodes = Vec::new();
    for namespace in installation.middleware_namespaces() {
        nodes.push(role(version, &namespace));
        nodes.push(binding(options, "RoleBinding", "Role", Some(&namespace)));
    }
    if version < TraefikVersion::STAYS_IN_NAMESPACES {
        nodes.push(cluster_role());
        nodes.push(binding(options, "ClusterRoleBinding", "ClusterRole", None));
    }
    nodes
}

fn role(version: TraefikVersion, namespace: &ObjectName) -> Node {
    let rule = |group: &'static str, resources: Vec<&'static str>| {
        Section::new()
            .put("apiGroups", [group])
            .put("resources", resources)
            .put("verbs", ["get", "list", "watch"])
    };
    let (group, endpoints) = if version >= TraefikVersion::READS_SLICES {
        ("discovery.k8s.io", "endpointslices")
    } else {
        ("", "endpoints")
    };
    let rules = vec![
        rule("", vec!["services", "configmaps"]),
        rule(group, vec![endpoints]),
        Section::new()
            .why(
                "For certificates. Traefik lists all Secrets of the namespace, so resourceNames cannot restrict this. Keep no Secret in this namespace that Traefik does not need.",
            )
            .put("apiGroups", [""])
            .put("resources", ["secrets"])
            .put("verbs", ["get", "list", "watch"]),
        rule(
            "traefik.io",
            vec![
                "ingressroutes",
                "ingressroutetcps",
                "ingressrouteudps",
                "middlewares",
                "middlewaretcps",
                "serverstransports",
                "serverstransporttcps",
                "tlsoptions",
                "tlsstores",
                "traefikservices",
            ],
        ),
    ];
    Section::new()
        .put("apiVersion", RBAC)
        .put("kind", "Role")
        .put("metadata", metadata(Some(namespace)))
        .put("rules", rules)
        .into()
}

fn cluster_role() -> Node {
    let rule = |group: &'static str, resource: &'static str| {
        Section::new()
            .put("apiGroups", [group])
            .put("resources", [resource])
            .put("verbs", ["get", "list", "watch"])
    };
    Section::new()
        .why("Before 3.1.2, Traefik watches these two cluster-wide resources even if it does not need them.")
        .put("apiVersion", RBAC)
        .put("kind", "ClusterRole")
        .put("metadata", metadata(None))
        .put("rules", vec![rule("", "nodes"), rule("networking.k8s.io", "ingressclasses")])
        .into()
}

fn binding(
    options: &GateOptions,
    kind: &'static str,
    role: &'static str,
    namespace: Option<&ObjectName>,
) -> Node {
    let subject = Section::new()
        .put("kind", "ServiceAccount")
        .put("name", "traefik")
        .put("namespace", &options.traefik_namespace);
    let reference = Section::new()
        .put("apiGroup", "rbac.authorization.k8s.io")
        .put("kind", role)
        .put("name", NAME);
    Section::new()
        .put("apiVersion", RBAC)
        .put("kind", kind)
        .put("metadata", metadata(namespace))
        .put("roleRef", reference)
        .why("The ServiceAccount that Traefik's Helm chart creates for a release named traefik.")
        .put("subjects", vec![subject])
        .into()
}

fn metadata(namespace: Option<&ObjectName>) -> Section {
    Section::new()
        .put("name", NAME)
        .put_some("namespace", namespace)
        .put("labels", labels("traefik"))
}

const NAME: &str = "doorward-traefik";
const RBAC: &str = "rbac.authorization.k8s.io/v1";
