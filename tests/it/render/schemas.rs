//! Validates every rendered object against the CRDs of each supported Traefik, and against the
//! schemas of Kubernetes. An unknown field would be a protection that appears to be active and is
//! not.

use super::command::{render, session};
use crate::support::parts::{schemas, traefik_objects};
use crate::support::process::{Finished, doorward, run};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// Releases with available CRDs, and the versions whose manifests are validated against them.
const RELEASES: [(&str, &[&str]); 4] = [
    ("3.0.4", &["3.0.4", "3.0"]),
    ("3.4.4", &["3.4.4", "3.4"]),
    ("3.6.15", &["3.6.15", "3.6"]),
    (traefik_objects::NEWEST, &["3.7", "3.7.15", "3.8"]),
];

/// Further CRDs, which are not part of the repository.
const MORE: [(&str, &[&str]); 4] = [
    ("3.0.4", &["3.0.4"]),
    ("3.4.5", &["3.4.5", "3.4"]),
    ("3.6.24", &["3.6.24", "3.6"]),
    ("3.7.9", &["3.7.9", "3.7"]),
];

/// The CRDs, each with the versions that use it.
pub fn matrix() -> Vec<(String, &'static [&'static str])> {
    let published = |(release, versions)| (traefik_objects::definitions(release), versions);
    let mut matrix: Vec<_> = RELEASES.map(published).into();
    let folder = data();
    for (release, versions) in MORE {
        let name = format!("crds/kubernetes-crd-definition-v1.v{release}.yml");
        match fs::read_to_string(folder.join(&name)) {
            Ok(text) => matrix.push((text, versions)),
            Err(_) => eprintln!("left out: {name} (no such file in $DOORWARD_TEST_DATA)"),
        }
    }
    matrix
}

/// Files that are not part of the repository.
fn data() -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    env::var_os("DOORWARD_TEST_DATA").map_or_else(beside, PathBuf::from)
}

/// Validates a stream of objects against these CRDs and the Kubernetes schemas.
pub fn hold(yaml: &str, definitions: &[&str]) -> Finished {
    let folder = tempfile::tempdir().unwrap();
    let files: Vec<_> = definitions
        .iter()
        .enumerate()
        .map(|(index, text)| {
            let path = folder.path().join(format!("{index}.yaml"));
            fs::write(&path, text).unwrap();
            path
        })
        .collect();
    let mut command = Command::new(schemas::python());
    command.args(["-c", include_str!("schemas.py")]).args(files);
    run(&mut command, yaml)
}

#[test]
fn the_schema_check_finds_an_unknown_field() {
    let definitions = traefik_objects::definitions("3.0.4");
    let object = |field: &str| {
        json!({
            "apiVersion": "traefik.io/v1alpha1", "kind": "Middleware",
            "metadata": { "name": "a" }, "spec": { "forwardAuth": { field: 1 } },
        })
        .to_string()
    };
    let unknown = hold(&object("maxResponseBodySize"), &[&definitions]);
    assert_eq!(unknown.code, 1, "{}", unknown.output());
    let known = hold(&object("maxResponseBodySize"), &[&traefik_objects::definitions("3.7.9")]);
    assert_eq!(known.code, 0, "{}", known.output());
    let misspelt = hold(&object("adress"), &[&definitions]);
    assert_eq!(misspelt.code, 1, "{}", misspelt.output());
}

#[test]
fn every_route_passes_the_schema_of_its_traefik() {
    let sessions = json!([session("a", "alice"), session("b", "bob@corp.example")]).to_string();
    for (definitions, versions) in matrix() {
        for version in versions {
            for more in [
                &[][..],
                &["--bind-owner", "--tls", "resolver"],
                &["--gate", "entrypoint"],
                &["--gate-address", "http://gate.internal/verify"],
            ] {
                let arguments = [&["--traefik-version", version], more, &["-"]].concat();
                let rendered = render(&arguments, &sessions);
                assert_eq!(rendered.code, 0, "{arguments:?}: {}", rendered.output());
                let held = hold(&rendered.stdout, &[&definitions]);
                assert_eq!(held.code, 0, "{arguments:?}: {}", held.output());
                let seen: Value = serde_json::from_str(&held.stdout).unwrap();
                assert_eq!(seen["IngressRoute"], 3, "{arguments:?}: {seen}");
            }
        }
    }
}

#[test]
fn every_fixed_object_passes_its_schema() {
    let extra: Vec<String> =
        ["cert-manager.io_certificates.yaml", "cert-manager.io_clusterissuers.yaml"]
            .iter()
            .filter_map(|name| {
                let text = fs::read_to_string(data().join("crds").join(name));
                text.map_err(|_| {
                    eprintln!("left out: {name} (no such file in $DOORWARD_TEST_DATA)");
                })
                .ok()
            })
            .collect();
    let domain = ["--domain", "vdi.example.com"];
    for (definitions, versions) in matrix() {
        for version in versions {
            let folder = tempfile::tempdir().unwrap();
            let out = folder.path().to_str().unwrap();
            let arguments =
                [&["gate", "--out", out, "--traefik-version", version], &domain[..]].concat();
            let rendered = run(doorward().arg("render").args(&arguments), "");
            assert_eq!(rendered.code, 0, "{}", rendered.output());
            let mut stream = String::new();
            for name in objects(folder.path(), extra.len() == 2) {
                stream.push_str("---\n");
                stream.push_str(&fs::read_to_string(name).unwrap());
            }
            let known: Vec<&str> = [&definitions].into_iter().chain(&extra).map(|s| &**s).collect();
            let held = hold(&stream, &known);
            assert_eq!(held.code, 0, "{version}: {}", held.output());
            let seen: Value = serde_json::from_str(&held.stdout).unwrap();
            for kind in ["Deployment", "NetworkPolicy", "Middleware", "IngressRoute", "TLSStore"] {
                assert!(seen[kind].as_u64() > Some(0), "{version} has no {kind}: {seen}");
            }
        }
    }
}

/// The files of a rendered folder that contain objects of a cluster.
fn objects(folder: &Path, with_cert_manager: bool) -> Vec<PathBuf> {
    let mut files = vec![folder.join("tls-store.yaml")];
    for part in ["base", "cert-manager"] {
        if part == "base" || with_cert_manager {
            files.extend(
                fs::read_dir(folder.join(part)).unwrap().map(|entry| entry.unwrap().path()),
            );
        }
    }
    files.retain(|path| !path.ends_with("kustomization.yaml"));
    files.sort();
    files
}
