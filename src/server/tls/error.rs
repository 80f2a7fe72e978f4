//! Why TLS cannot be set up, with the file concerned.

use crate::keys::PemError;
use crate::server::self_signed::SelfSignedError;
use std::fmt;
use std::path::{Path, PathBuf};
use tokio_rustls::rustls;
use tokio_rustls::rustls::server::VerifierBuilderError;

/// Why TLS cannot be set up.
#[derive(Debug)]
pub enum TlsError {
    /// A file cannot be used.
    File {
        /// The file.
        file: PathBuf,
        /// The reason.
        error: PemError,
    },
    /// Certificate and key do not match, or one of them is not usable.
    Pair {
        /// The certificate's file.
        cert: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// The reason.
        error: PemError,
    },
    /// The client authorities cannot be used together.
    Authorities {
        /// The file.
        file: PathBuf,
        /// rustls' error.
        error: VerifierBuilderError,
    },
    /// `self_signed` without `state_dir`.
    NoStateFolder,
    /// The self-signed certificate cannot be created or written.
    SelfSigned(SelfSignedError),
    /// rustls rejects the configuration.
    Rustls(rustls::Error),
}

impl TlsError {
    /// For `map_err`: the error of this file.
    pub(super) fn of(file: &Path) -> impl FnOnce(PemError) -> Self {
        move |error| Self::File { file: file.to_owned(), error }
    }
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { file, error } => {
                write!(f, "{}: {error}; {}", file.display(), error.remedy())
            }
            Self::Pair { cert, key, error } => {
                let (cert, key) = (cert.display(), key.display());
                write!(f, "{cert} with {key}: {error}; {}", error.remedy())
            }
            Self::Authorities { file, error } => write!(f, "{}: {error}", file.display()),
            Self::NoStateFolder => f.write_str("`self_signed` needs `state_dir`"),
            Self::SelfSigned(error) => write!(f, "self-signed certificate: {error}"),
            Self::Rustls(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for TlsError {}
