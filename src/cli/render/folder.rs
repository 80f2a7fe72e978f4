//! `render --out`: replaces the rendered files of a folder as a whole.
//!
//! Traefik's file provider and `kubectl apply --prune` can read the folder at any time, so all files
//! are first written under temporary names and then renamed. Files of an earlier run that are no
//! longer rendered are removed, because a session that has ended must lose its route. Files of
//! other origin are never changed: a list in the folder names those that `render` has written.

use crate::cli::counted;
use crate::manifest::RenderedFile;
use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Component, Path, PathBuf};

/// The changes that a run made to a folder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Changes {
    /// New files, and files whose content has changed.
    pub(super) written: usize,
    /// Files that already had the same content.
    pub(super) kept: usize,
    /// Files of an earlier run that are no longer rendered.
    pub(super) removed: usize,
}

impl fmt::Display for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { written, kept, removed } = self;
        write!(f, "{} written, {kept} unchanged, {removed} removed", counted(*written, "file"))
    }
}

/// Why a folder could not be replaced.
#[derive(Debug)]
pub(super) enum FolderError {
    /// A file is in the way that no earlier run has written.
    Foreign(PathBuf),
    /// The operating system reported an error.
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

impl fmt::Display for FolderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Foreign(path) => write!(
                f,
                "{} exists and was not written by `doorward render`\n    choose another folder, or move that file away",
                path.display()
            ),
            Self::Io { path, error } => write!(f, "{}: {error}", path.display()),
        }
    }
}

impl std::error::Error for FolderError {}

/// Writes these files into the folder, and removes the other files that `list` names. Nothing in
/// the folder changes until all new files are written.
pub(super) fn replace(
    folder: &Path,
    list: &str,
    files: &[RenderedFile],
) -> Result<Changes, FolderError> {
    let list = folder.join(list);
    fs::create_dir_all(folder).map_err(at(folder))?;
    // The lock is held until the end: the second of two concurrent runs sees the complete result of
    // the first.
    let lock = folder.join(LOCK);
    let file = fs::File::create(&lock).map_err(at(&lock))?;
    file.lock().map_err(at(&lock))?;
    let earlier = read_list(&list)?;
    let names: BTreeSet<&str> = files.iter().map(|file| &*file.name).collect();
    let mut changed = Vec::new();
    for file in files {
        let path = folder.join(&file.name);
        match fs::read(&path) {
            Ok(_) if !earlier.contains(&file.name) => return Err(FolderError::Foreign(path)),
            Ok(content) if content == file.text.as_bytes() => {}
            Ok(_) => changed.push(file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => changed.push(file),
            Err(error) => return Err(FolderError::Io { path, error }),
        }
    }
    let staged = stage(folder, &changed)?;
    // Both sets of names, so that the next run can clean up if this one is interrupted here.
    let all = earlier.iter().map(String::as_str).chain(names.iter().copied()).collect();
    let outcome = write_list(&list, &all).and_then(|()| {
        for (from, to) in &staged {
            fs::rename(from, to).map_err(at(to))?;
        }
        Ok(())
    });
    if let Err(error) = outcome {
        discard(&staged);
        return Err(error);
    }
    let mut removed = 0;
    for name in earlier.iter().filter(|name| !names.contains(&***name)) {
        let path = folder.join(name);
        match fs::remove_file(&path) {
            Ok(()) => removed += 1,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(FolderError::Io { path, error }),
        }
    }
    write_list(&list, &names)?;
    Ok(Changes { written: staged.len(), kept: files.len() - staged.len(), removed })
}

/// Writes each file under a temporary name in its target folder.
fn stage(folder: &Path, files: &[&RenderedFile]) -> Result<Vec<(PathBuf, PathBuf)>, FolderError> {
    let mut staged = Vec::with_capacity(files.len());
    for file in files {
        let target = folder.join(&file.name);
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        // Hidden, and with an extension that Traefik and kubectl do not read.
        let path = target.with_file_name(format!(".{name}.new"));
        let parent = target.parent().unwrap_or(folder);
        let outcome =
            fs::create_dir_all(parent).map_err(at(parent)).and_then(|()| write(&path, &file.text));
        staged.push((path, target));
        if let Err(error) = outcome {
            discard(&staged);
            return Err(error);
        }
    }
    Ok(staged)
}

/// Removes the temporary files after an error. A failure is ignored, because the error has already
/// been reported.
fn discard(staged: &[(PathBuf, PathBuf)]) {
    for (path, _) in staged {
        let _ = fs::remove_file(path);
    }
}

fn write(path: &Path, text: &str) -> Result<(), FolderError> {
    let fill = || {
        let mut file = fs::File::create(path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    fill().map_err(at(path))
}

/// Names of the files that earlier runs have written. Names that lead out of the folder are
/// ignored, in case the list was edited.
fn read_list(path: &Path) -> Result<BTreeSet<String>, FolderError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
        Err(error) => return Err(FolderError::Io { path: path.to_owned(), error }),
    };
    let is_ours = |line: &&str| {
        let mut parts = Path::new(line).components();
        let only_names = parts.all(|part| matches!(part, Component::Normal(_)));
        !line.is_empty() && !line.starts_with(['#', '.']) && only_names
    };
    Ok(text.lines().filter(is_ours).map(str::to_owned).collect())
}

fn write_list(path: &Path, names: &BTreeSet<&str>) -> Result<(), FolderError> {
    let mut text = HEAD.to_owned();
    for name in names {
        text.push_str(name);
        text.push('\n');
    }
    let staged = path.with_extension("new");
    write(&staged, &text)?;
    fs::rename(&staged, path).map_err(at(path))
}

fn at(path: &Path) -> impl Fn(io::Error) -> FolderError + '_ {
    |error| FolderError::Io { path: path.to_owned(), error }
}

const LOCK: &str = ".doorward-render.lock";
/// List of the files that `render` has written from sessions.
pub(super) const SESSIONS: &str = ".doorward-render";
/// List of the files that `render gate` has written. A separate list, so that neither command
/// removes the files of the other.
pub(super) const GATE: &str = ".doorward-render-gate";
const HEAD: &str = "# Files that `doorward render --out` has written. It removes them when they are no longer rendered.\n";

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, text: &str) -> RenderedFile {
        RenderedFile { name: name.to_owned(), text: text.to_owned() }
    }

    fn listed(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name != SESSIONS && name != LOCK)
            .collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn a_run_replaces_what_the_one_before_has_written_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("made/on/the/way");
        let first =
            replace(&folder, SESSIONS, &[file("a.yaml", "1"), file("b.yaml", "1")]).unwrap();
        assert_eq!(first, Changes { written: 2, kept: 0, removed: 0 });
        fs::write(folder.join("mine.yaml"), "mine").unwrap();
        let second =
            replace(&folder, SESSIONS, &[file("b.yaml", "2"), file("c.yaml", "1")]).unwrap();
        assert_eq!(second, Changes { written: 2, kept: 0, removed: 1 });
        assert_eq!(listed(&folder), ["b.yaml", "c.yaml", "mine.yaml"]);
        assert_eq!(fs::read_to_string(folder.join("b.yaml")).unwrap(), "2");
        let again =
            replace(&folder, SESSIONS, &[file("b.yaml", "2"), file("c.yaml", "1")]).unwrap();
        assert_eq!(again, Changes { written: 0, kept: 2, removed: 0 });
        let none = replace(&folder, SESSIONS, &[]).unwrap();
        assert_eq!((none.removed, listed(&folder)), (2, vec!["mine.yaml".to_owned()]));
    }

    #[test]
    fn foreign_files_are_not_overwritten_and_files_are_written_completely() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        replace(folder, SESSIONS, &[file("a.yaml", "1")]).unwrap();
        fs::write(folder.join("b.yaml"), "mine").unwrap();
        let error =
            replace(folder, SESSIONS, &[file("a.yaml", "2"), file("b.yaml", "2")]).unwrap_err();
        assert!(
            matches!(&error, FolderError::Foreign(path) if path.ends_with("b.yaml")),
            "{error}"
        );
        // A folder in place of a file is also found before any file is moved.
        fs::create_dir(folder.join("c.yaml")).unwrap();
        assert!(replace(folder, SESSIONS, &[file("a.yaml", "2"), file("c.yaml", "2")]).is_err());
        assert_eq!(fs::read_to_string(folder.join("a.yaml")).unwrap(), "1");
        assert_eq!(fs::read_to_string(folder.join("b.yaml")).unwrap(), "mine");
        assert_eq!(listed(folder), ["a.yaml", "b.yaml", "c.yaml"]);
    }

    #[test]
    fn two_concurrent_runs_leave_one_complete_set() {
        let folder = tempfile::tempdir().unwrap();
        let sets = ["1", "2"].map(|text| {
            let names = 0..50;
            names.map(|name| file(&format!("{name}.yaml"), text)).collect::<Vec<_>>()
        });
        std::thread::scope(|scope| {
            for set in &sets {
                scope.spawn(|| {
                    for _ in 0..5 {
                        replace(folder.path(), SESSIONS, set).unwrap();
                    }
                });
            }
        });
        let text = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
        let first = text("0.yaml");
        assert!((0..50).all(|name| text(&format!("{name}.yaml")) == first), "two halves");
        assert_eq!(listed(folder.path()).len(), 50);
    }

    #[test]
    fn runs_for_sessions_and_gate_do_not_remove_each_others_files() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        replace(folder, GATE, &[file("base/a.yaml", "1")]).unwrap();
        let sessions = replace(folder, SESSIONS, &[file("b.yaml", "1")]).unwrap();
        assert_eq!(sessions.removed, 0);
        assert!(folder.join("base/a.yaml").exists());
        let taken = replace(folder, SESSIONS, &[file("base/a.yaml", "2")]);
        assert!(matches!(taken, Err(FolderError::Foreign(_))));
    }

    #[test]
    fn a_changed_file_list_deletes_nothing_outside_the_folder() {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("in");
        fs::write(outer.path().join("kept"), "").unwrap();
        replace(&folder, SESSIONS, &[file("a.yaml", "1")]).unwrap();
        fs::write(folder.join(SESSIONS), "../kept\n/etc/hosts\na.yaml\n..\n").unwrap();
        replace(&folder, SESSIONS, &[]).unwrap();
        assert!(outer.path().join("kept").exists());
        assert!(listed(&folder).is_empty());
    }
}
