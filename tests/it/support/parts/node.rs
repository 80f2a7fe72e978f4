//! Packages of npm, for the Node.js of the machine.

use super::{part, run, text};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder in whose `node_modules` the OpenID provider `oidc-provider` is.
pub fn openid_provider() -> PathBuf {
    let by_hand = |folder: &Path| {
        format!("This installs it:\n  npm install --prefix {} {PACKAGE}", folder.display())
    };
    let proof = "node_modules/oidc-provider/lib/index.js";
    part("openid-provider-9.13.3", proof, by_hand, |folder| {
        let mut install = Command::new("npm");
        install.args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"]);
        run(install.args(["--prefix", &text(folder), PACKAGE]).current_dir(folder)).map(drop)
    })
}

const PACKAGE: &str = "oidc-provider@9.13.3";
