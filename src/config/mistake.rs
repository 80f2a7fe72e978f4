//! What is wrong with a configuration, and where. All mistakes are collected, so that an operator
//! repairs a file in one go instead of one message at a time.
//!
//! Knows nothing of YAML or of the keys. The reader and the checks put their findings here, the
//! command line and the reload log show them.

use super::place::Place;
use super::tree::Node;
use std::fmt;
use std::path::{Path, PathBuf};

/// One mistake. No field ever holds the content of a key file or the password of a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Key path such as `issuers[0].keys.jwks_file`; for a mistake of the whole file, its name.
    pub path: String,
    /// What is wrong, with the value that is, as the rest of a sentence about the key.
    pub wrong: String,
    /// What to write or do instead.
    pub remedy: String,
    /// Where the value comes from, when that is known.
    pub place: Option<Place>,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path)?;
        if let Some(place) = &self.place {
            write!(f, " ({place})")?;
        }
        write!(f, ": {}", self.wrong)?;
        if self.remedy.is_empty() { Ok(()) } else { write!(f, "\n    {}", self.remedy) }
    }
}

/// A rejected configuration: all its mistakes, and the files that it names as far as they are known,
/// including itself. A change of one of them may be the repair.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mistakes {
    /// In the order of the file; one at least.
    pub list: Vec<Mistake>,
    /// As [`Config::watched`](super::Config::watched), of what was refused.
    pub watched: Vec<PathBuf>,
}

impl From<Mistake> for Mistakes {
    fn from(mistake: Mistake) -> Self {
        Self { list: vec![mistake], watched: Vec::new() }
    }
}

/// Something that is allowed and that an operator should know about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Key path, as in [`Mistake`].
    pub path: String,
    /// A sentence or two: what this setting gives up, and what would avoid it.
    pub text: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.text)
    }
}

/// What the checks have found so far, and the tree with the place of each key.
pub(super) struct Findings<'t> {
    tree: &'t Node,
    folder: &'t Path,
    mistakes: Vec<Mistake>,
    warnings: Vec<Warning>,
    watched: Vec<PathBuf>,
}

impl<'t> Findings<'t> {
    /// `folder`: what relative paths in the configuration are relative to.
    pub(super) fn new(tree: &'t Node, folder: &'t Path, mistakes: Vec<Mistake>) -> Self {
        Self { tree, folder, mistakes, warnings: Vec::new(), watched: Vec::new() }
    }

    /// Records a mistake; its place is that of the key, else of the nearest section around it.
    pub(super) fn mistake(
        &mut self,
        path: &str,
        wrong: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.mistakes.push(Mistake {
            path: path.to_owned(),
            wrong: wrong.into(),
            remedy: remedy.into(),
            place: self.tree.place_of(path),
        });
    }

    pub(super) fn warn(&mut self, path: &str, text: impl Into<String>) {
        self.warnings.push(Warning { path: path.to_owned(), text: text.into() });
    }

    /// The file that `text` names; its content is watched from now on.
    pub(super) fn file(&mut self, text: &str) -> PathBuf {
        let path = self.folder.join(text);
        self.watched.push(path.clone());
        path
    }

    /// A path that is not watched, such as that of a folder.
    pub(super) fn resolve(&self, text: &str) -> PathBuf {
        self.folder.join(text)
    }

    /// Warnings and watched files when nothing was wrong, else all mistakes in the file's order.
    pub(super) fn finish(mut self) -> Result<(Vec<Warning>, Vec<PathBuf>), Mistakes> {
        self.watched.sort_unstable();
        self.watched.dedup();
        if self.mistakes.is_empty() {
            return Ok((self.warnings, self.watched));
        }
        Err(Mistakes { list: in_order(self.mistakes), watched: self.watched })
    }
}

/// In the order of the file, so that an editor is walked through once; each mistake once.
pub(super) fn in_order(mut mistakes: Vec<Mistake>) -> Vec<Mistake> {
    mistakes.sort_by(|one, other| one.place.cmp(&other.place));
    let mut seen: Vec<Mistake> = Vec::with_capacity(mistakes.len());
    for mistake in mistakes {
        if !seen.contains(&mistake) {
            seen.push(mistake);
        }
    }
    seen
}

/// A value as messages show it: on one line and not without end.
pub(super) fn shown(value: &str) -> String {
    let mut text: String = value.chars().take(SHOWN).flat_map(char::escape_debug).collect();
    if value.chars().nth(SHOWN).is_some() {
        text.push('…');
    }
    format!("`{text}`")
}

/// Characters of a value that a message shows.
const SHOWN: usize = 80;
