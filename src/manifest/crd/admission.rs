//! Admission policies of the API server (Kubernetes 1.30 and later): in the namespaces of gate and
//! sessions, no route without the gate; in all other namespaces, no route for a desktop's host.
//!
//! They protect against mistakes of operators, and against users who may create routes in other
//! namespaces. A route priority protects against neither, because any other route can have a higher
//! one.

use crate::manifest::fixed::{LOGOUT_PATH, LOGOUT_SERVICE, labels};
use crate::manifest::tree::{Node, Section};
use crate::manifest::{GatePlace, Installation};

/// The policies, each with its binding.
#[must_use]
pub fn policies(installation: &Installation) -> Vec<Node> {
    let mut policies = vec![gated(installation)];
    if !installation.domains.is_empty() {
        policies.extend([
            foreign_routes(installation),
            foreign_tunnels(installation),
            foreign_ingresses(installation),
            foreign_gateways(installation),
        ]);
    }
    policies.push(foreign_tls(installation));
    policies.into_iter().flat_map(Policy::into_objects).collect()
}

/// One policy.
struct Policy {
    name: &'static str,
    why: &'static str,
    /// API groups and the resources in each.
    resources: Vec<(&'static str, Vec<&'static str>)>,
    /// `In` or `NotIn`, for the values of the label `kubernetes.io/metadata.name`.
    operator: &'static str,
    namespaces: Vec<Node>,
    variables: Vec<(&'static str, String)>,
    validations: Vec<Validation>,
}

/// A condition, its reason, and the message if it is false.
struct Validation {
    why: &'static str,
    expression: String,
    message: String,
}

/// Routes in the namespaces of gate and sessions: each has the gate in front, exactly once.
fn gated(installation: &Installation) -> Policy {
    let chain = &installation.settings.middleware;
    let names = format!("m.name == '{chain}' || m.name.startsWith('{chain}-owner-')");
    let (why, expression, message) = match installation.settings.gate {
        GatePlace::Route => (
            "Every route needs the gate's Middleware, with two exceptions: a child route is behind its parent's gate, and the gate verifies logout tokens itself.",
            format!(
                "has(object.spec.parentRefs) && size(object.spec.parentRefs) > 0 || \
                 object.spec.routes.all(r, has(r.middlewares) && r.middlewares.exists(m, {names}) || \
                 {})",
                logout(installation),
            ),
            format!(
                "every route in this namespace needs the gate: add the Middleware {chain}, or create the route with doorward render",
            ),
        ),
        GatePlace::EntryPoint => (
            "The gate's Middleware is on the entry point. A route must not add it again: the first check removes the token, so a second check would reject every request.",
            format!(
                "object.spec.routes.all(r, !has(r.middlewares) || !r.middlewares.exists(m, {names}))",
            ),
            format!(
                "the gate is on the entry point: remove the Middleware {chain} from this route"
            ),
        ),
    };
    Policy {
        name: "doorward-gated",
        why: "In the namespaces of gate and sessions, every IngressRoute has the gate in front.",
        resources: vec![("traefik.io", vec!["ingressroutes"])],
        operator: "In",
        namespaces: platform(installation),
        variables: Vec::new(),
        validations: vec![
            Validation {
                why: "An IngressRoute without routes is no parent: Traefik would serve its children without the gate.",
                expression: "size(object.spec.routes) > 0".to_owned(),
                message: "routes may not be empty: delete the IngressRoute instead".to_owned(),
            },
            Validation { why, expression, message },
        ],
    }
}

/// The condition that a route `r` leads to the listener for logout tokens, with exactly its path.
fn logout(installation: &Installation) -> String {
    const HOST: &str = "Host\\(`[^`*]+`\\)";
    format!(
        "request.namespace == '{}' && \
         r.match.matches(r'''^\\({HOST}( \\|\\| {HOST})*\\) && Path\\(`{LOGOUT_PATH}`\\) && Method\\(`POST`\\)$''') && \
         has(r.services) && size(r.services) == 1 && r.services.all(s, s.name == '{LOGOUT_SERVICE}' && \
         !has(s.namespace) && (!has(s.kind) || s.kind == 'Service'))",
        installation.settings.gate_namespace(),
    )
}

/// `IngressRoute`s in all other namespaces.
fn foreign_routes(installation: &Installation) -> Policy {
    let priority = installation.settings.priority;
    Policy {
        name: "doorward-zone",
        why: "In all other namespaces, no IngressRoute may serve a desktop's host or all hosts.",
        resources: vec![("traefik.io", vec!["ingressroutes"])],
        operator: "NotIn",
        namespaces: platform(installation),
        variables: vec![("zones", zones(installation)), ("elsewhere", elsewhere(installation))],
        validations: vec![
            Validation {
                why: "Traefik serves the children of an IngressRoute without routes as if they had no parent.",
                expression: "size(object.spec.routes) > 0".to_owned(),
                message: "routes may not be empty: delete the IngressRoute instead".to_owned(),
            },
            Validation {
                why: "The rule must not contain one of the gate's domains, in any matcher, in upper or lower case, with or without escaped dots.",
                expression: "object.spec.routes.all(r, !variables.zones.exists(z, \
                             r.match.lowerAscii().replace('\\\\', '').contains(z)))"
                    .to_owned(),
                message: remedy(installation),
            },
            Validation {
                why: "A rule without a host matches every host, and the hosts of a pattern cannot be determined here. So each alternative of a rule (separated by ||) must begin with hosts in plain text. Child routes have no host of their own; their parent's rule has it.",
                expression: format!(
                    "variables.elsewhere || has(object.spec.parentRefs) && \
                     size(object.spec.parentRefs) > 0 || object.spec.routes.all(r, \
                     r.match.matches(r'''{}'''))",
                    plain_hosts("Host"),
                ),
                message:
                    "begin each rule with Host(`…`) and a plain host name: HostRegexp, Host(`*`) and rules without a host would also match desktops"
                        .to_owned(),
            },
            Validation {
                why: "Routes of sessions have this priority.",
                expression: format!(
                    "object.spec.routes.all(r, !has(r.priority) || r.priority < {priority})",
                ),
                message: format!("priorities from {priority} upwards are reserved for doorward's routes"),
            },
            Validation {
                why: "A child of a session's route would take over its requests or disable it.",
                expression: format!(
                    "!has(object.spec.parentRefs) || object.spec.parentRefs.all(p, \
                     !has(p.namespace) || !(p.namespace in {}))",
                    quoted(platform_names(installation)),
                ),
                message: "a route in another namespace cannot have a session's route as parent".to_owned(),
            },
        ],
    }
}

/// `IngressRouteTCP`s in all other namespaces: Traefik evaluates them before HTTP routes.
fn foreign_tunnels(installation: &Installation) -> Policy {
    Policy {
        name: "doorward-zone-tcp",
        why: "A TCP route on an entry point of the desktops takes over the connection before Traefik evaluates HTTP routes, so the gate would not be called.",
        resources: vec![("traefik.io", vec!["ingressroutetcps"])],
        operator: "NotIn",
        namespaces: platform(installation),
        variables: vec![("zones", zones(installation)), ("elsewhere", elsewhere(installation))],
        validations: vec![
            Validation {
                why: "The rule must not contain one of the gate's domains, in upper or lower case, with or without escaped dots.",
                expression: "object.spec.routes.all(r, !variables.zones.exists(z, \
                             r.match.lowerAscii().replace('\\\\', '').contains(z)))"
                    .to_owned(),
                message: remedy(installation),
            },
            Validation {
                why: "A TCP route on other entry points may match everything.",
                expression: format!(
                    "variables.elsewhere || object.spec.routes.all(r, r.match.matches(r'''{}'''))",
                    plain_hosts("HostSNI"),
                ),
                message:
                    "begin each rule with HostSNI(`…`) and a plain host name, or use an entry point that serves no desktops"
                        .to_owned(),
            },
        ],
    }
}

/// Ingresses in all other namespaces, in case Traefik reads them too.
fn foreign_ingresses(installation: &Installation) -> Policy {
    foreign_hosts(
        installation,
        "doorward-zone-ingress",
        ("networking.k8s.io", vec!["ingresses"]),
        "has(object.spec.rules) ? object.spec.rules.filter(r, has(r.host)).map(r, r.host) : []",
    )
}

/// Routes of the Gateway API in all other namespaces, in case Traefik reads them too.
fn foreign_gateways(installation: &Installation) -> Policy {
    foreign_hosts(
        installation,
        "doorward-zone-gateway",
        ("gateway.networking.k8s.io", vec!["httproutes", "grpcroutes", "tlsroutes"]),
        "has(object.spec.hostnames) ? object.spec.hostnames : []",
    )
}

fn foreign_hosts(
    installation: &Installation,
    name: &'static str,
    resources: (&'static str, Vec<&'static str>),
    hosts: &'static str,
) -> Policy {
    Policy {
        name,
        why: "The same rule for another kind of route. It only matters if you enable Traefik's provider for this kind, which doorward's static configuration leaves disabled.",
        resources: vec![resources],
        operator: "NotIn",
        namespaces: platform(installation),
        variables: vec![("zones", zones(installation)), ("hosts", hosts.to_owned())],
        validations: vec![Validation {
            why: "This includes wildcards, because *.<domain> ends with the domain too.",
            expression: "!variables.hosts.exists(h, variables.zones.exists(z, \
                         h.lowerAscii() == z || h.lowerAscii().endsWith('.' + z)))"
                .to_owned(),
            message: remedy(installation),
        }],
    }
}

/// The default `TLSStore` and `TLSOption`, on which every host depends.
fn foreign_tls(installation: &Installation) -> Policy {
    Policy {
        name: "doorward-tls",
        why: "With two TLSStores named default, Traefik ignores both. A TLSOption named default applies to every host.",
        resources: vec![("traefik.io", vec!["tlsstores", "tlsoptions"])],
        operator: "NotIn",
        namespaces: platform(installation),
        variables: Vec::new(),
        validations: vec![Validation {
            why: "Other names are allowed.",
            expression: "object.metadata.name != 'default'".to_owned(),
            message: "the name default is reserved for doorward: choose another name, and reference it in your route"
                .to_owned(),
        }],
    }
}

impl Policy {
    fn into_objects(self) -> [Node; 2] {
        let metadata = || Section::new().put("name", self.name).put("labels", labels("admission"));
        let rules: Vec<Section> = self
            .resources
            .iter()
            .map(|(group, resources)| {
                Section::new()
                    .put("apiGroups", [*group])
                    .put("apiVersions", ["*"])
                    .put("operations", ["CREATE", "UPDATE"])
                    .put("resources", resources.clone())
            })
            .collect();
        let selected = Section::new()
            .why("The API server sets this label; users cannot change it.")
            .put("key", "kubernetes.io/metadata.name")
            .put("operator", self.operator)
            .put("values", Node::List(self.namespaces));
        let constraints = Section::new()
            .put("namespaceSelector", Section::new().put("matchExpressions", vec![selected]))
            .put("resourceRules", rules);
        let variables: Vec<Section> = self
            .variables
            .into_iter()
            .map(|(name, expression)| {
                Section::new().put("name", name).put("expression", expression)
            })
            .collect();
        let validations: Vec<Section> = self
            .validations
            .into_iter()
            .map(|validation| {
                Section::new()
                    .why(validation.why)
                    .put("expression", validation.expression)
                    .put("message", validation.message)
            })
            .collect();
        let spec = Section::new()
            .why("Reject objects for which the policy cannot be evaluated.")
            .put("failurePolicy", "Fail")
            .put("matchConstraints", constraints)
            .put_some("variables", (!variables.is_empty()).then_some(variables))
            .put("validations", validations);
        let policy = Section::new()
            .why(self.why)
            .put("apiVersion", API)
            .put("kind", "ValidatingAdmissionPolicy")
            .put("metadata", metadata())
            .put("spec", spec);
        let binding =
            Section::new().put("policyName", self.name).put("validationActions", ["Deny"]);
        let binding = Section::new()
            .put("apiVersion", API)
            .put("kind", "ValidatingAdmissionPolicyBinding")
            .put("metadata", metadata())
            .put("spec", binding);
        [policy.into(), binding.into()]
    }
}

/// An RE2 pattern for rules in which every alternative begins with plain host names. Rules that
/// Traefik's parser would read differently do not match, so the policy needs no parser.
fn plain_hosts(matcher: &str) -> String {
    const LITERAL: &str = "`[^`]*`";
    let host = format!(r"(?i:{matcher})\(\s*`(\*\.[^`*]+|[^`*]+)`\s*\)");
    let hosts = format!(r"({host}|\(\s*{host}(\s*\|\|\s*{host})*\s*\))");
    let other = format!(r"!?\s*[A-Za-z]+\(\s*({LITERAL}(\s*,\s*{LITERAL})*)?\s*\)");
    let others = format!(r"({other}|!?\s*\(\s*{other}(\s*(\|\||&&)\s*{other})*\s*\))");
    let conjunction = format!(r"{hosts}(\s*&&\s*{others})*");
    format!(r"^\s*{conjunction}(\s*\|\|\s*{conjunction})*\s*$")
}

/// The condition that the object only uses entry points that serve no desktops.
fn elsewhere(installation: &Installation) -> String {
    let entry_points = installation.settings.entry_points.iter().map(ToString::to_string);
    format!(
        "has(object.spec.entryPoints) && size(object.spec.entryPoints) > 0 && \
         !object.spec.entryPoints.exists(e, e in {})",
        quoted(entry_points),
    )
}

fn zones(installation: &Installation) -> String {
    quoted(installation.domains.iter().map(ToString::to_string))
}

fn platform(installation: &Installation) -> Vec<Node> {
    installation.middleware_namespaces().iter().map(Node::from).collect()
}

fn platform_names(installation: &Installation) -> impl Iterator<Item = String> {
    installation.middleware_namespaces().into_iter().map(|name| name.to_string())
}

/// A list in CEL. Names and domains contain no quotes.
fn quoted(texts: impl Iterator<Item = String>) -> String {
    let texts: Vec<String> = texts.map(|text| format!("'{text}'")).collect();
    format!("[{}]", texts.join(", "))
}

fn remedy(installation: &Installation) -> String {
    let zones: Vec<String> = installation.domains.iter().map(ToString::to_string).collect();
    format!(
        "hosts below {} are reserved for desktops, whose routes doorward creates: use a host outside of them",
        zones.join(" and "),
    )
}

const API: &str = "admissionregistration.k8s.io/v1";
