//! Programs that the system carries and no package index does: root installs a missing one through
//! apt; another user gets the command.

use super::{announce, part, run};
use std::env;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Whether these tests run as root, under whom Chromium has no sandbox.
pub fn is_root() -> bool {
    // The owner of one's own process, which the standard library does not tell.
    std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

/// The program of one of these names, of this package.
pub fn system(package: &str, names: &[&str]) -> PathBuf {
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

/// The first of these that a shell would find.
pub fn on_path(names: &[&str]) -> Option<PathBuf> {
    let folders: Vec<PathBuf> = env::split_paths(&env::var_os("PATH")?).collect();
    let files = names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    files.into_iter().find(|file| file.is_file())
}

const PROGRAM: &str = "program";
