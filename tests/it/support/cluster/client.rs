//! What a test asks of a cluster, through the real kubectl.
//!
//! Every call blocks its thread for some tenths of a second; nothing that a test runs beside it has
//! to answer meanwhile.

use super::Cluster;
use crate::support::parts::kubernetes;
use crate::support::process::{Finished, run};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// Whom the administrator impersonates.
#[derive(Clone, Copy, Debug)]
pub struct User<'u> {
    /// Name.
    pub name: &'u str,
    /// Groups beside `system:authenticated`.
    pub groups: &'u [&'u str],
}

impl Cluster {
    /// Applies these documents, and waits until definitions among them are established.
    ///
    /// Server-side and strict: a field that the schema does not know is an error, as is one that
    /// stands there twice.
    pub fn apply(&self, yaml: &str) -> Result<(), String> {
        self.applied(&["-f", "-"], yaml)
    }

    /// Applies what a folder's `kustomization.yaml` makes.
    pub fn apply_kustomize(&self, folder: &Path) -> Result<(), String> {
        self.applied(&["-k", &folder.display().to_string()], "")
    }

    /// Applies as another account, for RBAC and admission policies.
    pub fn apply_as(&self, user: User<'_>, yaml: &str) -> Result<(), String> {
        let arguments = user.arguments();
        let mut arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        arguments.extend(["-f", "-"]);
        self.applied(&arguments, yaml)
    }

    fn applied(&self, source: &[&str], yaml: &str) -> Result<(), String> {
        // kubectl would take the last of two fields of one name, and say nothing.
        serde_saphyr::from_multiple::<Value>(yaml).map_err(|error| error.to_string())?;
        let mut arguments = APPLY.to_vec();
        arguments.extend(source);
        let said = self.said(&arguments, yaml)?;
        let mut definitions: Vec<&str> =
            said.lines().filter(|line| line.starts_with("customresourcedefinition")).collect();
        if definitions.is_empty() {
            return Ok(());
        }
        definitions.splice(..0, ["wait", "--for=condition=Established", "--timeout=60s"]);
        self.said(&definitions, "").map(drop)
    }

    /// One object, or a list, as it stands: `&["ingressroute", "alice", "-n", "vdi"]`.
    pub fn get_json(&self, what: &[&str]) -> Result<Value, String> {
        let said = self.said(&[&["get", "-o", "json"], what].concat(), "")?;
        serde_json::from_str(&said).map_err(|error| format!("{error} in {said}"))
    }

    /// Deletes without waiting until it is gone, in the namespace that it names; a pod without its
    /// grace period, because no kubelet would ever end it.
    pub fn delete(&self, what: &[&str]) -> Result<(), String> {
        let mut arguments = vec!["delete", "--wait=false"];
        arguments.extend(what);
        if what.first().is_some_and(|kind| kind.starts_with("pod")) {
            arguments.extend(["--force", "--grace-period=0"]);
        }
        self.said(&arguments, "").map(drop)
    }

    /// Whether there is such an object.
    pub fn has(&self, what: &[&str]) -> bool {
        let arguments = [&["get", "--ignore-not-found", "-o", "name"], what].concat();
        self.said(&arguments, "").is_ok_and(|said| !said.trim().is_empty())
    }

    /// Whether RBAC permits an account a request: `can(user, &["get", "secrets", "-n", "vdi"])`.
    pub fn can(&self, user: User<'_>, what: &[&str]) -> bool {
        let arguments = user.arguments();
        let mut arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        arguments.splice(..0, ["auth", "can-i"]);
        arguments.extend(what);
        self.kubectl(&arguments).stdout.trim() == "yes"
    }

    /// kubectl as the administrator.
    pub fn kubectl(&self, arguments: &[&str]) -> Finished {
        self.kubectl_with(arguments, "")
    }

    /// kubectl with something on its standard input.
    pub fn kubectl_with(&self, arguments: &[&str], input: &str) -> Finished {
        let mut command = Command::new(kubernetes::kubectl());
        // Without the tester's environment: it may name a proxy, or another cluster.
        command.env_clear().env("HOME", self.folder()).env("KUBECONFIG", self.kubeconfig());
        run(command.args(arguments), input)
    }

    fn said(&self, arguments: &[&str], input: &str) -> Result<String, String> {
        let finished = self.kubectl_with(arguments, input);
        if finished.code == 0 {
            return Ok(finished.stdout);
        }
        Err(format!("kubectl {}: {}", arguments.join(" "), finished.output()))
    }
}

impl User<'_> {
    fn arguments(&self) -> Vec<String> {
        let groups = self.groups.iter().map(|group| format!("--as-group={group}"));
        [format!("--as={}", self.name)].into_iter().chain(groups).collect()
    }
}

const APPLY: [&str; 6] = [
    "apply",
    "--server-side",
    "--force-conflicts",
    "--validate=strict",
    "--field-manager=doorward-test",
    "--output=name",
];
