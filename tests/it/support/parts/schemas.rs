//! A Python that can hold YAML against schemas: those of Kubernetes itself, and those inside of
//! custom resource definitions.

use super::{part, run, text, wheel};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A Python with `yaml`, `jsonschema` and `kubernetes_validate`.
pub fn python() -> PathBuf {
    let by_hand = |folder: &Path| {
        let (folder, packages) = (folder.display(), PACKAGES.join(" "));
        format!(
            "This installs it:\n  python3 -m venv {folder} && {folder}/bin/pip install {packages}"
        )
    };
    let folder = part("schemas-1", PYTHON, by_hand, |folder| {
        wheel::python(&["-m", "venv", &text(folder)])?;
        let mut install = Command::new(folder.join(PYTHON));
        install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
        run(install.args(PACKAGES)).map(drop)
    });
    folder.join(PYTHON)
}

const PYTHON: &str = "bin/python3";
const PACKAGES: [&str; 3] = ["PyYAML==6.0.4", "jsonschema==4.26.0", "kubernetes-validate==1.37.0"];
