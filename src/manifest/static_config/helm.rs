//! The static configuration as values for Traefik's official Helm chart. The chart renames its
//! values between major versions, but it passes arguments unchanged, after its own, and Traefik
//! uses the last one. So almost everything is an argument, made from the same tree as the file.

use super::content::content;
use super::options::{StaticFormat, StaticOptions};
use crate::manifest::Installation;
use crate::manifest::tree::{Node, Section};

/// The values, for `helm install --values`.
#[must_use]
pub fn values(installation: &Installation, options: &StaticOptions) -> Node {
    let mut arguments = Vec::new();
    for entry in content(installation, options, StaticFormat::Helm).entries() {
        flatten(&entry.key, &entry.node, &mut arguments);
    }
    // The chart enables the dashboard by default.
    arguments.push("--api.dashboard=false".to_owned());
    let acme = options.acme.as_ref();
    let mut values = Section::new()
        .why(
            "Values for the Helm chart traefik/traefik, which also installs Traefik's CRDs:\n\
             helm upgrade --install traefik traefik/traefik --namespace traefik --create-namespace \
             --values deploy/traefik/values.yaml",
        )
        .put("deployment", replicas(acme.is_some()))
        .why("Traefik only needs the Roles in deploy/base/traefik-access.yaml.")
        .put("rbac", Section::new().put("enabled", false))
        .put(
            "providers",
            Section::new()
                .put("kubernetesCRD", Section::new().put("enabled", true))
                .why("Desktops do not use Ingress objects, and routes that Traefik does not read cannot bypass the gate.")
                .put("kubernetesIngress", Section::new().put("enabled", false)),
        );
    if let Some(acme) = acme {
        let variables = acme.variables().iter().map(|name| {
            let secret = Section::new().put("name", CREDENTIALS).put("key", *name);
            Section::new()
                .put("name", *name)
                .put("valueFrom", Section::new().put("secretKeyRef", secret))
        });
        values = values
            .why("Keeps acme.json when the pod is replaced.")
            .put("persistence", Section::new().put("enabled", true).put("path", "/data"))
            .why(
                "Credentials of your DNS provider for the DNS-01 challenge. Create the Secret with:\n\
                 kubectl -n traefik create secret generic doorward-dns --from-literal=NAME=VALUE",
            )
            .put("env", variables.collect::<Vec<_>>());
    }
    values
        .why("The same settings as deploy/traefik/static.yaml, which explains each of them.")
        .put("additionalArguments", arguments)
        .into()
}

fn replicas(acme: bool) -> Section {
    let section = Section::new();
    if acme {
        section
            .why("Only one replica can use acme.json; for more replicas, see deploy/cert-manager.")
            .put("replicas", 1_u64)
    } else {
        section.put("replicas", 2_u64)
    }
}

/// Appends `--path=value` for every leaf.
fn flatten(path: &str, node: &Node, arguments: &mut Vec<String>) {
    match node {
        Node::Section(section) if section.is_empty() => arguments.push(format!("--{path}=true")),
        Node::Section(section) => {
            for entry in section.entries() {
                flatten(&format!("{path}.{}", entry.key), &entry.node, arguments);
            }
        }
        Node::List(items) => {
            let items: Vec<String> = items.iter().map(scalar).collect();
            arguments.push(format!("--{path}={}", items.join(",")));
        }
        _ => arguments.push(format!("--{path}={}", scalar(node))),
    }
}

/// The text of a leaf. Leaves of this tree are never of the other kinds.
fn scalar(node: &Node) -> String {
    match node {
        Node::Text(text) => text.to_string(),
        Node::Bool(value) => value.to_string(),
        Node::Unsigned(value) => value.to_string(),
        Node::Signed(value) => value.to_string(),
        Node::Float(value) => value.to_string(),
        Node::Null | Node::List(_) | Node::Section(_) => String::new(),
    }
}

/// Secret with the environment variables for the DNS provider, in Traefik's namespace.
const CREDENTIALS: &str = "doorward-dns";
