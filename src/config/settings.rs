//! The parts of a [`Config`](super::Config): plain data, each value already within its bounds.

use crate::handoff::SignIn;
use crate::keys::Secret;
use crate::token::IssuerId;
use aws_lc_rs::constant_time::verify_slices_are_equal;
use hyper::header::HeaderName;
use std::path::PathBuf;
use std::time::Duration;

/// Settings of one domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// The issuers whose users have workspaces here; at least one.
    pub issuers: Vec<IssuerId>,
    /// Where visitors without a token are sent.
    pub login: Option<SignIn>,
}

/// Certificate of `listen`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tls {
    /// The operator's own.
    Files {
        /// PEM, certificate and chain.
        cert_file: PathBuf,
        /// PEM, private key.
        key_file: PathBuf,
        /// PEM, authorities of client certificates.
        client_ca_file: Option<PathBuf>,
    },
    /// Made by doorward and kept in `state_dir`, which is set then.
    SelfSigned {
        /// PEM, authorities of client certificates.
        client_ca_file: Option<PathBuf>,
    },
}

/// Certificate of `admin_listen`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// PEM, certificate and chain.
    pub cert_file: PathBuf,
    /// PEM, private key.
    pub key_file: PathBuf,
}

/// Where a request carries its token; at least one way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tokens {
    /// Cookie names, compared byte by byte, in the order they are tried.
    pub cookies: Vec<Box<str>>,
    /// Whether cookies without `__Host-` are allowed.
    pub parent_domain: bool,
    /// `Authorization: Bearer`.
    pub authorization: bool,
    /// Further header names.
    pub headers: Vec<HeaderName>,
    /// Seconds that clocks may differ, at most 300.
    pub leeway: u64,
    /// Longest token in bytes.
    pub max_bytes: usize,
}

/// Where it is kept which tokens ended early (`revocation.store`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RevocationStore {
    /// Nowhere: none does.
    #[default]
    None,
    /// In this process, until it ends.
    Memory,
    /// In a file in `state_dir`, which is set then.
    File,
    /// In Redis, for all replicas.
    Redis,
}

/// Where Redis is, and what its absence means; with `revocation.store: redis`.
#[derive(Clone, Debug)]
pub struct Redis {
    /// The content of `revocation.url_file`.
    pub url: Secret,
    /// Key `revocation.on_outage`: whether requests are denied while Redis is unreachable.
    pub refuses: bool,
}

impl Redis {
    /// Whether both name the same place with the same password.
    #[must_use]
    pub fn has_the_url_of(&self, other: &Self) -> bool {
        verify_slices_are_equal(self.url.trimmed(), other.url.trimmed()).is_ok()
    }
}

/// Bounds on callers, for HTTP/1.1 and HTTP/2 alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// All header lines of a request together, in bytes; more than the longest token.
    pub header_bytes: usize,
    /// Number of header lines, cookies not counted.
    pub headers: usize,
    /// Connections at one time.
    pub connections: usize,
    /// Time for a request's headers to arrive.
    pub header_timeout: Duration,
    /// Time a connection may rest.
    pub idle_timeout: Duration,
    /// Age at which a connection is closed, give or take 10 %.
    pub connection_age: Duration,
}

/// Seconds: the upper bound of `login.handoff.session_lifetime`.
pub(crate) const LONGEST_SESSION: u64 = 30 * 24 * 3600;
