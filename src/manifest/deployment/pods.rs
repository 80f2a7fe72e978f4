//! The gate itself: two replicas with no rights at all, reached through two Services.

use super::configuration;
use super::gate_objects::{GATE, LOGOUT_PORT, REPLICAS, gate_selector, metadata};
use super::options::GateOptions;
use crate::manifest::fixed::{
    ADMIN_PORT, GATE_PORT, PAGES_PORT, PAGES_SERVICE, PAGES_SERVICE_PORT, labels, object,
};
use crate::manifest::tree::{Node, Section};
use crate::manifest::{Installation, ObjectName};

/// Account, pods, Services, disruption budget.
pub(super) fn objects(installation: &Installation, options: &GateOptions) -> Vec<Node> {
    let namespace = installation.settings.gate_namespace();
    vec![
        account(&namespace),
        deployment(installation, options, &namespace),
        service(
            Section::new().why(
                "What Traefik asks. One address for all replicas; Traefik keeps its connections, and \
                 the gate ends each after some minutes, so that load finds new replicas.",
            ),
            metadata(GATE, &namespace),
            installation.settings.gate_address.port(),
            VERIFY,
        ),
        service(
            Section::new().why("Where the catch-all leads: one page, for hosts that nobody has."),
            metadata(PAGES_SERVICE, &namespace),
            PAGES_SERVICE_PORT,
            PAGES,
        ),
        budget(&namespace),
    ]
}

fn account(namespace: &ObjectName) -> Node {
    Section::new()
        .why("An account without any right: the gate never talks to the cluster.")
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
        .why("For collectors that go by annotations.")
        .put("annotations", annotations);
    let template = Section::new().put("metadata", pod).put("spec", pod_spec(installation, options));
    let spec = Section::new()
        .why("While there is no gate, Traefik answers 500 on every desktop; so there are two.")
        .put("replicas", REPLICAS)
        .put("selector", gate_selector())
        .why("A new pod serves before an old one goes.")
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
        .why("Without it, Kubernetes puts variables named DOORWARD_… into the gate's environment.")
        .put("enableServiceLinks", false)
        .put("securityContext", pod_security())
        .why(
            "5 seconds of preStop, 10 in which requests under way are answered, 1 for the admin \
             listener, and some to spare.",
        )
        .put("terminationGracePeriodSeconds", PRE_STOP + 10 + 1 + 4)
        .why("Not both on one node or in one zone, where there are several.")
        .put(
            "topologySpreadConstraints",
            vec![spread("kubernetes.io/hostname"), spread("topology.kubernetes.io/zone")],
        )
        .put("containers", vec![container(options, installation)])
        .why("Each is replaced behind a symlink; the gate follows that and needs no restart.")
        .put("volumes", configuration::volumes(installation))
}

/// A number, because `runAsNonRoot` cannot judge a name.
fn pod_security() -> Section {
    Section::new()
        .put("runAsNonRoot", true)
        .why("Any number but 0 will do.")
        .put("runAsUser", USER)
        .put("runAsGroup", USER)
        .why("The group that may read the Secret's files, which are closed to others.")
        .put("fsGroup", USER)
        .put("seccompProfile", Section::new().put("type", "RuntimeDefault"))
}

fn container(options: &GateOptions, installation: &Installation) -> Section {
    let port =
        |name: &'static str, port: u16| Section::new().put("name", name).put("containerPort", port);
    let security = Section::new()
        .put("allowPrivilegeEscalation", false)
        .why("The gate writes no file.")
        .put("readOnlyRootFilesystem", true)
        .put("capabilities", Section::new().put("drop", ["ALL"]));
    let resources = Section::new()
        .put("requests", Section::new().put("cpu", "100m").put("memory", "64Mi"))
        .why(
            "Verified tokens take 64MiB at most, connections the rest. No limit for the processor: a \
             gate that is throttled makes every request wait.",
        )
        .put("limits", Section::new().put("memory", "256Mi"));
    let mut ports = vec![port(VERIFY, GATE_PORT), port(ADMIN, ADMIN_PORT), port(PAGES, PAGES_PORT)];
    ports.extend(options.logout.as_ref().map(|logout| port(LOGOUT_PORT, logout.port)));
    Section::new()
        .put("name", GATE)
        .put("image", options.image.clone())
        .put("args", ["serve", "--config", configuration::CONFIG_PATH])
        .put("ports", ports)
        .why("A minute to start in, though it takes less than a second.")
        .put("startupProbe", probe("/livez", 1, 60))
        .why("Whether the process answers at all.")
        .put("livenessProbe", probe("/livez", 10, 3))
        .why("Whether it takes requests: not before it listens, and not while it drains.")
        .put("readinessProbe", probe("/readyz", 2, 2))
        .why(
            "The gate stops to listen as soon as it is told to end; until every node knows, requests \
             still come here. Kubernetes before 1.30 does not know this: leave it out there.",
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
        .why("A pod that never became ready may not stop a node from being emptied.")
        .put("unhealthyPodEvictionPolicy", "AlwaysAllow")
        .put("selector", gate_selector());
    object("policy/v1", "PodDisruptionBudget", metadata(GATE, namespace), spec).into()
}

/// Names of the container's ports, by which probes and Services find them.
const VERIFY: &str = "verify";
const ADMIN: &str = "admin";
const PAGES: &str = "pages";
const USER: u64 = 65_532;
/// Seconds.
const PRE_STOP: u64 = 5;
