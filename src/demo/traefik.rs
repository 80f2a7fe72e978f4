//! Which Traefik the demo runs, and how it finds or installs it.
//!
//! In this order: `--traefik`, `$DOORWARD_TRAEFIK`, `traefik` on the search path, the one that an
//! earlier demo installed, a new installation. The user names the first two: when one of them
//! does not work, the demo ends with an error. Knows nothing of routes or the gate.

mod configuration;
mod install;

pub(super) use configuration::Configuration;
pub use install::InstallError;

use crate::manifest::TraefikVersion;
use std::{
    error::Error,
    ffi::{OsStr, OsString},
    fmt, io,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tokio::process::Command;

/// Where to look for Traefik. The environment is read by the command line, not here.
#[derive(Clone, Debug, Default)]
pub struct TraefikSearch {
    /// `--traefik`.
    pub flag: Option<PathBuf>,
    /// `$DOORWARD_TRAEFIK`.
    pub environment: Option<PathBuf>,
    /// `$PATH`.
    pub search_path: Option<OsString>,
    /// The user's cache folder; without one nothing can be installed.
    pub cache: Option<PathBuf>,
    /// Whether installing is allowed, that is, no `--no-download`.
    pub download: bool,
}

/// A Traefik that answered.
#[derive(Clone, Debug)]
pub(super) struct Traefik {
    pub(super) program: PathBuf,
    pub(super) version: TraefikVersion,
}

impl TraefikSearch {
    /// Finds a Traefik or installs one. `say` receives one line for each step.
    pub(super) async fn obtain(&self, say: &dyn Fn(&str)) -> Result<Traefik, TraefikError> {
        for candidate in self.candidates(&|path| path.is_file()) {
            match ask(&candidate.program).await {
                Ok(version) => {
                    return Ok(Traefik { program: candidate.program, version });
                }
                Err(error) if candidate.stated => return Err(error),
                Err(error) => say(&format!("passing over a Traefik: {error}")),
            }
        }
        if !self.download {
            return Err(TraefikError::NotFound { cache: self.cache.clone() });
        }
        let Some(cache) = &self.cache else {
            return Err(TraefikError::NoCacheFolder);
        };
        let program = install::install(cache, say).await?;
        let version = ask(&program).await?;
        Ok(Traefik { program, version })
    }

    /// What to try, in order. `is_file` looks at the disk.
    fn candidates(&self, is_file: &dyn Fn(&Path) -> bool) -> Vec<Candidate> {
        let stated = self.flag.as_ref().or(self.environment.as_ref());
        if let Some(program) = stated {
            return vec![Candidate { program: program.clone(), stated: true }];
        }
        let on_path = self.search_path.iter().flat_map(std::env::split_paths);
        let on_path = on_path
            // With a relative or empty entry, the working folder would decide which program runs.
            .filter(|folder| folder.is_absolute())
            .map(|folder| folder.join("traefik"))
            .find(|program| is_file(program));
        let installed = self.cache.as_deref().map(install::program);
        on_path
            .into_iter()
            .chain(installed.filter(|program| is_file(program)))
            .map(|program| Candidate { program, stated: false })
            .collect()
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Candidate {
    program: PathBuf,
    /// The user named it, so a failure ends the search.
    stated: bool,
}

/// Asks a program for its version, and thereby whether it is a Traefik that runs here.
async fn ask(program: &Path) -> Result<TraefikVersion, TraefikError> {
    let answer = Command::new(program)
        .arg("version")
        .env_clear()
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let answer = tokio::time::timeout(PATIENCE, answer)
        .await
        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
        .map_err(|error| TraefikError::NotRunnable { program: program.to_owned(), error })?;
    let text = String::from_utf8_lossy(&answer.stdout);
    let version = TraefikVersion::from_output(&text)
        .filter(|_| answer.status.success())
        .ok_or_else(|| TraefikError::NoVersion { program: program.to_owned() })?;
    if version < TraefikVersion::OLDEST {
        return Err(TraefikError::TooOld { program: program.to_owned(), version });
    }
    Ok(version)
}

/// The user's cache folder: `$XDG_CACHE_HOME`, which must be absolute to count, else the
/// platform's usual place below the home folder.
#[must_use]
pub fn cache_folder(xdg: Option<&OsStr>, home: Option<&OsStr>, macos: bool) -> Option<PathBuf> {
    let stated = xdg.map(PathBuf::from).filter(|folder| folder.is_absolute());
    stated.or_else(|| {
        let home = home.map(PathBuf::from).filter(|folder| folder.is_absolute())?;
        Some(home.join(if macos { "Library/Caches" } else { ".cache" }))
    })
}

/// Why there is no usable Traefik.
#[derive(Debug)]
pub enum TraefikError {
    /// None was found and none may be installed.
    NotFound {
        /// The cache folder, for the line that installs one by hand.
        cache: Option<PathBuf>,
    },
    /// Neither `$XDG_CACHE_HOME` nor `$HOME` says where to install one.
    NoCacheFolder,
    /// The program does not run.
    NotRunnable {
        /// The program.
        program: PathBuf,
        /// What the operating system said.
        error: io::Error,
    },
    /// The program runs but is no Traefik.
    NoVersion {
        /// The program.
        program: PathBuf,
    },
    /// The program speaks an older configuration language.
    TooOld {
        /// The program.
        program: PathBuf,
        /// Its version.
        version: TraefikVersion,
    },
    /// The installation failed.
    Install(InstallError),
}

impl fmt::Display for TraefikError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound { cache } => {
                let line = install::by_hand(cache.as_deref());
                write!(
                    f,
                    "no Traefik found, and --no-download forbids installing one. \
                     Install it yourself:\n  {line}\nor name one with --traefik PATH"
                )
            }
            Self::NoCacheFolder => f.write_str(
                "no place to install Traefik: neither XDG_CACHE_HOME nor HOME is set. \
                 Set one of them, or name a Traefik with --traefik PATH",
            ),
            Self::NotRunnable { program, error } => {
                write!(
                    f,
                    "{} does not run: {error}. Name a Traefik with --traefik PATH or \
                     DOORWARD_TRAEFIK, or neither to have one looked for and installed",
                    program.display()
                )
            }
            Self::NoVersion { program } => {
                write!(
                    f,
                    "{} does not say a version as Traefik does; name the program itself with \
                     --traefik PATH",
                    program.display()
                )
            }
            Self::TooOld { program, version } => {
                let oldest = TraefikVersion::OLDEST;
                write!(f, "{} is Traefik {version}; {oldest} or newer is needed", program.display())
            }
            Self::Install(error) => error.fmt(f),
        }
    }
}

impl Error for TraefikError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::NotRunnable { error, .. } => Some(error),
            Self::Install(error) => Some(error),
            Self::NotFound { .. }
            | Self::NoCacheFolder
            | Self::NoVersion { .. }
            | Self::TooOld { .. } => None,
        }
    }
}

impl From<InstallError> for TraefikError {
    fn from(error: InstallError) -> Self {
        Self::Install(error)
    }
}

/// Reading 180 MB from a slow disk for the first time takes a while.
const PATIENCE: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests;
