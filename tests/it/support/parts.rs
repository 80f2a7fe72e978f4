//! Programs and files that tests need and no package contains: fetched or built by the test that needs
//! them first, kept in one folder, found there ever after.
//!
//! Nothing is skipped: a test that cannot have its part fails with the line that installs it by
//! hand, because a gate that was never seen among its neighbours is not a tested gate.

pub mod browsers;
pub mod go;
pub mod kubernetes;
pub mod node;
pub mod pebble;
pub mod redis;
pub mod schemas;
pub mod system;
pub mod traefik_objects;
pub mod wheel;

use std::env;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of a part, made by `make` if it is not there.
///
/// `proof` is a file in it without which it is worth nothing. `make` is given an empty folder
/// beside the final one, which takes its place by a rename: half a part is never found.
///
/// # Panics
///
/// With what `by_hand` says about the final folder, when the part cannot be had.
pub fn part(
    name: &str,
    proof: &str,
    by_hand: impl FnOnce(&Path) -> String,
    make: impl FnOnce(&Path) -> Result<(), String>,
) -> PathBuf {
    let cache = cache();
    fs::create_dir_all(&cache).unwrap_or_else(|error| panic!("{}: {error}", cache.display()));
    let folder = cache.join(name);
    // One maker at a time, whichever process it lives in; the rest find its result.
    let lock = File::create(cache.join(format!("{name}.lock"))).expect("lock file");
    lock.lock().expect("file lock");
    if folder.join(proof).is_file() {
        return folder;
    }
    if let Err(why) = make_beside(&folder, proof, make) {
        panic!("no {name}. {}\n{why}", by_hand(&folder));
    }
    folder
}

fn make_beside(
    folder: &Path,
    proof: &str,
    make: impl FnOnce(&Path) -> Result<(), String>,
) -> Result<(), String> {
    let making = making(folder);
    empty(&making)?;
    make(&making)?;
    if !making.join(proof).is_file() {
        return Err(format!("{}: there is no {proof}", making.display()));
    }
    remove(folder)?;
    fs::rename(&making, folder).map_err(|error| format!("{}: {error}", folder.display()))
}

/// Where a part is made. What a failure leaves behind stays there, to be looked at.
pub fn making(folder: &Path) -> PathBuf {
    PathBuf::from(format!("{}.making", folder.display()))
}

/// Makes `folder` an empty one.
pub fn empty(folder: &Path) -> Result<(), String> {
    remove(folder)?;
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))
}

fn remove(folder: &Path) -> Result<(), String> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(format!("{}: {error}", folder.display()))
        }
        _ => Ok(()),
    }
}

/// `$DOORWARD_TEST_CACHE`, or a folder of the build.
fn cache() -> PathBuf {
    let chosen = env::var_os("DOORWARD_TEST_CACHE").filter(|value| !value.is_empty());
    chosen.map_or_else(
        || Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("test-parts"),
        PathBuf::from,
    )
}

/// Runs a command to its end and gives what it printed.
pub fn run(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    let said = |stream| String::from_utf8_lossy(stream).into_owned();
    if output.status.success() {
        return Ok(said(&output.stdout));
    }
    // Go tells in JSON, where it was asked for JSON, why it failed.
    Err(format!("{command:?}: {}{}", said(&output.stdout), said(&output.stderr)))
}

/// Says what takes long, past the test runner, which keeps a test's own words until it has failed:
/// minutes without a word look like a test that hangs.
pub fn announce(what: &str) {
    // A closed standard error is no reason to stop.
    let _ = writeln!(io::stderr(), "{what}");
}

/// A path in a command's argument or in a message.
pub fn text(path: &Path) -> String {
    path.display().to_string()
}
