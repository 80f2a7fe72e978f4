//! Why TLS cannot be set up, file by file.

use crate::server::self_signed::SelfSignedError;
use std::fmt;
use std::path::PathBuf;
use tokio_rustls::rustls;
use tokio_rustls::rustls::server::VerifierBuilderError;

/// Why TLS cannot be set up.
#[derive(Debug)]
pub enum TlsError {
    /// The file cannot be read.
    Unreadable {
        /// Which one.
        file: PathBuf,
        /// What the operating system says.
        error: std::io::Error,
    },
    /// The file's text is not PEM. What exactly is wrong stays unsaid, because it may be a key.
    NotPem(PathBuf),
    /// The file is PEM and holds no certificate.
    NoCertificate(PathBuf),
    /// The file is PEM and holds no private key.
    NoKey(PathBuf),
    /// Everybody on the machine may read the key.
    KeyOpenToOthers(PathBuf),
    /// Certificate and key do not go together, or one of them is not usable.
    Pair {
        /// The certificate's file.
        cert: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// What rustls says.
        error: rustls::Error,
    },
    /// One of the client authorities is not usable as such.
    Authority {
        /// Their file.
        file: PathBuf,
        /// What rustls says.
        error: rustls::Error,
    },
    /// The client authorities cannot be used together.
    Authorities {
        /// Their file.
        file: PathBuf,
        /// What rustls says.
        error: VerifierBuilderError,
    },
    /// `self_signed` without `state_dir`.
    NoStateFolder,
    /// Our own certificate cannot be made or kept.
    SelfSigned(SelfSignedError),
    /// rustls refuses the whole.
    Refused(rustls::Error),
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { file, error } => write!(f, "{}: {error}", file.display()),
            Self::NotPem(file) => write!(f, "{}: not PEM", file.display()),
            Self::NoCertificate(file) => write!(f, "{}: holds no certificate", file.display()),
            Self::NoKey(file) => write!(f, "{}: holds no private key", file.display()),
            Self::KeyOpenToOthers(file) => write!(
                f,
                "{}: the key is open to every user; chmod o-rwx (in Kubernetes: defaultMode: 0440)",
                file.display()
            ),
            Self::Pair { cert, key, error } => {
                write!(f, "{} with {}: {error}", cert.display(), key.display())
            }
            Self::Authority { file, error } => write!(f, "{}: {error}", file.display()),
            Self::Authorities { file, error } => write!(f, "{}: {error}", file.display()),
            Self::NoStateFolder => f.write_str("self_signed needs state_dir"),
            Self::SelfSigned(error) => write!(f, "self-signed certificate: {error}"),
            Self::Refused(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for TlsError {}
