//! Why the demo cannot start or go on.

use super::traefik::TraefikError;
use crate::certificate::CertificateError;
use crate::token::SigningKeyError;
use std::{error::Error, fmt, io, path::PathBuf};
use tokio_rustls::rustls;

/// Why the demo could not run; each message says what to do about it.
#[derive(Debug)]
pub enum DemoError {
    /// Another program listens on the port that browsers are to use.
    PortBusy {
        /// The port in question.
        port: u16,
    },
    /// The port that browsers are to use may not be opened, mostly one below 1024.
    PortRefused {
        /// The port in question.
        port: u16,
        /// What the operating system said.
        error: io::Error,
    },
    /// No loopback port is free for one of the parts behind Traefik.
    Listen(io::Error),
    /// A file or folder of the run could not be written.
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        error: io::Error,
    },
    /// The system gave no random bytes.
    Randomness,
    /// The issuer's key could not be made or did not sign.
    Key(SigningKeyError),
    /// The certificates could not be made.
    Certificate(CertificateError),
    /// The demo's own client does not accept the demo's authority.
    Tls(rustls::Error),
    /// There is no usable Traefik.
    Traefik(TraefikError),
    /// A part could not be started at all.
    NotStarted {
        /// How the part is called.
        name: &'static str,
        /// The program.
        path: PathBuf,
        /// What the operating system said.
        error: io::Error,
    },
    /// A part ended before the demo did.
    Ended {
        /// How the part is called.
        name: &'static str,
        /// Its exit status in words.
        status: String,
        /// The last lines it wrote.
        log: String,
    },
    /// A part runs but does not answer.
    NotReady {
        /// How the part is called.
        name: &'static str,
        /// The last lines it wrote.
        log: String,
    },
    /// The operating system does not let us wait for its signals.
    Signals(io::Error),
}

impl fmt::Display for DemoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PortBusy { port } => write!(
                f,
                "port {port} is in use by another program: choose a free one with --port, \
                 for example --port {}",
                if *port < 60_000 { port.saturating_add(1) } else { 8443 }
            ),
            Self::PortRefused { port, error } => {
                write!(f, "port {port} cannot be opened ({error}): choose another with --port")
            }
            Self::Listen(error) => write!(f, "no free loopback port: {error}"),
            Self::Write { path, error } => write!(f, "cannot write {}: {error}", path.display()),
            Self::Randomness => f.write_str("the system gives no random bytes; try again"),
            Self::Key(error) => error.fmt(f),
            Self::Certificate(error) => write!(f, "cannot make the certificates: {error}"),
            Self::Tls(error) => write!(f, "cannot set up TLS: {error}"),
            Self::Traefik(error) => error.fmt(f),
            Self::NotStarted { name, path, error } => {
                write!(f, "cannot start {name} ({}): {error}", path.display())
            }
            Self::Ended { name, status, log } => {
                write!(f, "{name} ended ({status}). Its last lines:\n{log}")
            }
            Self::NotReady { name, log } => {
                write!(f, "{name} does not answer. Its last lines:\n{log}")
            }
            Self::Signals(error) => write!(f, "cannot wait for signals: {error}"),
        }
    }
}

impl Error for DemoError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::PortRefused { error, .. }
            | Self::Listen(error)
            | Self::Write { error, .. }
            | Self::NotStarted { error, .. }
            | Self::Signals(error) => Some(error),
            Self::Key(error) => Some(error),
            Self::Certificate(error) => Some(error),
            Self::Tls(error) => Some(error),
            Self::Traefik(error) => Some(error),
            Self::PortBusy { .. }
            | Self::Randomness
            | Self::Ended { .. }
            | Self::NotReady { .. } => None,
        }
    }
}

impl From<CertificateError> for DemoError {
    fn from(error: CertificateError) -> Self {
        Self::Certificate(error)
    }
}

impl From<TraefikError> for DemoError {
    fn from(error: TraefikError) -> Self {
        Self::Traefik(error)
    }
}
