//! The network policies. The gate depends on them: a desktop that other pods can connect to
//! directly is not protected, and a gate that any pod can connect to accepts forged forwarded
//! headers.

use super::gate_objects::{gate_selector, metadata};
use super::options::GateOptions;
use crate::manifest::fixed::{ADMIN_PORT, GATE_PORT, PAGES_PORT, labels, object};
use crate::manifest::tree::{Node, Section};
use crate::manifest::{Installation, ObjectName};

/// The policies of both namespaces.
pub(super) fn objects(installation: &Installation, options: &GateOptions) -> Vec<Node> {
    let settings = &installation.settings;
    let gate = settings.gate_namespace();
    let mut asked = vec![GATE_PORT, PAGES_PORT];
    asked.extend(options.logout.as_ref().map(|logout| logout.port));
    let mut nodes = vec![
        closed(
            &gate,
            &["Ingress", "Egress"],
            "Denies all traffic to and from the gate's namespace that no other policy allows. The gate opens no connections, because its keys are files. If you use jwks_url, or Redis for revocations, add an egress rule for that, and one for the cluster's DNS.",
        ),
        policy(
            "Allows Traefik to connect to the gate and to its page, and Prometheus to read metrics. The kubelet's probes come from the node, which network plugins always allow.",
            metadata("doorward-gate", &gate),
            gate_selector(),
            vec![
                rule(&traefik(options), &asked),
                rule(&namespace(&options.monitoring_namespace), &[ADMIN_PORT]),
            ],
        ),
    ];
    if gate != settings.namespace {
        nodes.push(closed(
            &settings.namespace,
            &["Ingress"],
            "Denies all connections to desktops, also from other desktops. Restrict with your own policies what desktops can connect to; block the Kubernetes API and the cloud metadata address.",
        ));
    }
    nodes.push(policy(
        "Allows Traefik, and only Traefik, to connect to desktops, on the port of each session's Service.",
        Section::new()
            .put("name", "doorward-desktops")
            .put("namespace", &settings.namespace)
            .put("labels", labels("desktops")),
        Section::new(),
        vec![rule(&traefik(options), &[])],
    ));
    nodes
}

/// Denies all traffic of these types for all pods of the namespace.
fn closed(namespace: &ObjectName, types: &[&'static str], why: &'static str) -> Node {
    let metadata = Section::new()
        .put("name", "doorward-closed")
        .put("namespace", namespace)
        .put("labels", labels("network"));
    let spec = Section::new()
        .why("All pods of the namespace.")
        .put("podSelector", Section::new())
        .put("policyTypes", types.to_vec());
    explained(why, metadata, spec)
}

fn policy(why: &'static str, metadata: Section, pods: Section, ingress: Vec<Section>) -> Node {
    let spec = Section::new()
        .put("podSelector", pods)
        .put("policyTypes", ["Ingress"])
        .put("ingress", ingress);
    explained(why, metadata, spec)
}

fn explained(why: &'static str, metadata: Section, spec: Section) -> Node {
    let mut explained = Section::new().why(why);
    for entry in object("networking.k8s.io/v1", "NetworkPolicy", metadata, spec).entries() {
        explained.set(entry.key.clone(), entry.node.clone());
    }
    explained.into()
}

fn rule(from: &Section, ports: &[u16]) -> Section {
    let ports: Vec<Section> =
        ports.iter().map(|port| Section::new().put("protocol", "TCP").put("port", *port)).collect();
    Section::new()
        .put("from", vec![from.clone()])
        .put_some("ports", (!ports.is_empty()).then_some(ports))
}

/// Both selectors in one entry, so that a peer has to match both.
fn traefik(options: &GateOptions) -> Section {
    let pods =
        Section::new().put("matchLabels", Section::new().put("app.kubernetes.io/name", "traefik"));
    namespace(&options.traefik_namespace)
        .why("The label that Traefik's Helm chart sets on its pods.")
        .put("podSelector", pods)
}

fn namespace(name: &ObjectName) -> Section {
    let labels = Section::new().put("kubernetes.io/metadata.name", name);
    Section::new().put("namespaceSelector", Section::new().put("matchLabels", labels))
}
