//! What Traefik's documentation tells a cluster to install: its custom resource definitions and the
//! rights of its provider, out of the module of that release. The cluster tests take them from
//! nowhere else, so that they need no folder of test data.

use super::{go, part, run};
use std::fs;
use std::path::Path;

/// The custom resource definitions of a release, such as [`NEWEST`].
pub fn definitions(version: &str) -> String {
    file(version, "kubernetes-crd-definition-v1.yml")
}

/// The documented `ClusterRole` `traefik-ingress-controller` with its binding.
pub fn rights(version: &str) -> String {
    file(version, "kubernetes-crd-rbac.yml")
}

fn file(version: &str, name: &str) -> String {
    let module = format!("github.com/traefik/traefik/v3@v{version}");
    let by_hand = |folder: &Path| {
        let folder = folder.display();
        format!("It is `{FOLDER}/*.yml` of {module}: copy these files into\n  {folder}")
    };
    let folder = part(&format!("traefik-objects-{version}"), name, by_hand, |folder| {
        let module = go::module(folder, &module)?;
        let dir = module["Dir"].as_str().ok_or_else(|| module.to_string())?;
        let files = Path::new(dir).join(FOLDER);
        // Files of the module cache are read-only, and stay so when they are copied.
        run(std::process::Command::new("cp")
            .args(["-r", "--no-preserve=mode"])
            .arg(files.join("."))
            .arg(folder))
        .map(drop)
    });
    fs::read_to_string(folder.join(name)).expect("just looked at")
}

/// The newest release whose module is to be had. The definitions have not changed since 3.7.9.
pub const NEWEST: &str = "3.7.9";
const FOLDER: &str = "docs/content/reference/dynamic-configuration";
