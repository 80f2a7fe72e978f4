//! The gate itself: two replicas without permissions, and the Services in front of them.

use super::configuration;
use super::gate_objects::{GATE, LOGOUT_PORT, REPLICAS, gate_selector, metadata};
use super::options::GateOptions;
use crate::manifest::fixed::{
    ADMIN_PORT, GATE_PORT, PAGES_PORT, PAGES_SERVICE, PAGES_SERVICE_PORT, labels, object,
};
use crate::manifest::tree::{Node, Section};
use crate::manifest::{Installation, ObjectName};

/// `ServiceAccount`, Deployment, Services and disruption budget.
pub(super) fn objects(installation: &Installation, options: &GateOptions) -> Vec<Node> {
    let namespace = installation.settings.gate_namespace();
    vec![
        account(&namespace),
        deployment(installation, options, &namespace),
        service(
            Section::new().why(
                "The Service that Traefik sends ForwardAuth requests to. Traefik keeps its connections open; the gate closes each one after some minutes, so that new replicas get a share of the load.",
            ),
            metadata(GATE, &namespace),
            installation.settings.gate_address.port(),
            VERIFY,
        ),
        service(
            Section::new().why("Target of the catch-all route: one page for hosts that belong to no session."),
            metadata(PAGES_SERVICE, &namespace),
            PAGES_SERVICE_PORT,
            PAGES,
        ),
        budget(&namespace),
    ]
}

fn account(namespace: &ObjectName) -> Node {
    Section::new()
        .why("A ServiceAccount without permissions: the gate does not use the Kubernetes API.")
        .put("apiVersion", "v1")
        .put("kind", "ServiceAccount")
        .put("metadata", metadata(GATE, namespace))
        .put("automountServiceAccountToken", false)
        .into()
}

fn deployment(installation: &Installation, options: &GateOptions, namespace: &ObjectName) -> Node {
    let rolling = Section::new().put("maxSurge", 1_u64).put("maxUnavailable", 0_u64);
    let strategy = Section::new().put("type", "RollingUpdate").put("rollingUpdate", rolling);
    let annotations = Section::new()
        .put("prometheus.io/scrape", "true")
        .put("prometheus.io/port", ADMIN_PORT.to_string())
        .put("prometheus.io/path", "/metrics");
    let pod = Section::new()
        .put("labels", labels("gate"))
        .why("For metrics collectors that discover pods by annotations.")
        .put("annotations", annotations);
    let template = Section::new().put("metadata", pod).put("spec", pod_spec(installation, options));
    let spec = Section::new()
        .why("Two replicas, because Traefik answers 500 for every desktop while no gate is available.")
        .put("replicas", REPLICAS)
        .put("selector", gate_selector())
        .why("Start a new pod before an old one stops.")
        .put("strategy", strategy)
        .put("template", template);
    object("apps/v1", "Deployment", metadata(GATE, namespace), spec).into()
}

fn pod_spec(installation: &Installation, options: &GateOptions) -> Section {
    let spread = |key: &'static str| {
        Section::new()
            .put("maxSkew", 1_u64)
            .put("topologyKey", key)
            .put("whenUnsatisfiable", "ScheduleAnyway")
            .put("labelSelector", gate_selector())
    };
    Section::new()
        .put("serviceAccountName", GATE)
        .put("automountServiceAccountToken", false)
        .why("Otherwise Kubernetes sets variables such as DOORWARD_PORT, which are easily confused with doorward's own settings (DOORWARD__…).")
        .put("enableServiceLinks", false)
        .put("securityContext", pod_security())
        .why(
            "5 seconds for preStop, 10 to finish running requests, 1 for the admin listener, and a margin.",
        )
        .put("terminationGracePeriodSeconds", PRE_STOP + 10 + 1 + 4)
        .why("Prefer different nodes and different zones for the replicas.")
        .put(
            "topologySpreadConstraints",
            vec![spread("kubernetes.io/hostname"), spread("topology.kubernetes.io/zone")],
        )
        .put("containers", vec![container(options, installation)])
        .why("The kubelet updates these volumes in place. The gate reloads changed files without a restart.")
        .put("volumes", configuration::volumes(installation))
}

/// The user is a number, because `runAsNonRoot` cannot check a name.
fn pod_security() -> Section {
    Section::new()
        .put("runAsNonRoot", true)
        .why("Any number except 0.")
        .put("runAsUser", USER)
        .put("runAsGroup", USER)
        .why("This group can read the files of the Secret; others cannot.")
        .put("fsGroup", USER)
        .put("seccompProfile", Section::new().put("type", "RuntimeDefault"))
}

fn container(options: &GateOptions, installation: &Installation) -> Section {
    let port =
        |name: &'static str, port: u16| Section::new().put("name", name).put("containerPort", port);
    let security = Section::new()
        .put("allowPrivilegeEscalation", false)
        .why("The gate writes no files.")
        .put("readOnlyRootFilesystem", true)
        .put("capabilities", Section::new().put("drop", ["ALL"]));
    let resources = Section::new()
        .put("requests", Section::new().put("cpu", "100m").put("memory", "64Mi"))
        .why(
            "The token cache takes at most 64MiB, connections take the rest. No CPU limit, because throttling the gate delays every request to every desktop.",
        )
        .put("limits", Section::new().put("memory", "256Mi"));
    let mut ports = vec![port(VERIFY, GATE_PORT), port(ADMIN, ADMIN_PORT), port(PAGES, PAGES_PORT)];
    ports.extend(options.logout.as_ref().map(|logout| port(LOGOUT_PORT, logout.port)));
    Section::new()
        .put("name", GATE)
        .put("image", options.image.clone())
        .put("args", ["serve", "--config", configuration::CONFIG_PATH])
        .put("ports", ports)
        .why("Allows one minute to start; the gate usually needs less than a second.")
        .put("startupProbe", probe("/livez", 1, 60))
        .why("Checks that the process responds.")
        .put("livenessProbe", probe("/livez", 10, 3))
        .why("Checks that the gate accepts requests: fails before it listens and while it drains.")
        .put("readinessProbe", probe("/readyz", 2, 2))
        .why(
            "Delays the shutdown until all nodes have removed this pod from the Service, because the gate stops listening as soon as it gets SIGTERM. Remove this on Kubernetes before 1.30, which does not support it.",
        )
        .put(
            "lifecycle",
            Section::new().put(
                "preStop",
                Section::new().put("sleep", Section::new().put("seconds", PRE_STOP)),
            ),
        )
        .put("resources", resources)
        .put("securityContext", security)
        .put("volumeMounts", configuration::mounts(installation))
}

fn probe(path: &'static str, period: u64, failures: u64) -> Section {
    Section::new()
        .put("httpGet", Section::new().put("path", path).put("port", ADMIN))
        .put("periodSeconds", period)
        .put("failureThreshold", failures)
}

fn service(why: Section, metadata: Section, port: u16, target: &'static str) -> Node {
    let ports =
        vec![Section::new().put("name", target).put("port", port).put("targetPort", target)];
    why.put("apiVersion", "v1")
        .put("kind", "Service")
        .put("metadata", metadata)
        .put("spec", Section::new().put("selector", labels("gate")).put("ports", ports))
        .into()
}

fn budget(namespace: &ObjectName) -> Node {
    let spec = Section::new()
        .put("maxUnavailable", 1_u64)
        .why("Pods that are not ready must not block a node drain.")
        .put("unhealthyPodEvictionPolicy", "AlwaysAllow")
        .put("selector", gate_selector());
    object("policy/v1", "PodDisruptionBudget", metadata(GATE, namespace), spec).into()
}

/// Names of the container's ports, which probes and Services refer to.
const VERIFY: &str = "verify";
const ADMIN: &str = "admin";
const PAGES: &str = "pages";
const USER: u64 = 65_532;
/// Seconds.
const PRE_STOP: u64 = 5;
