//! Certificates and their private keys in PEM files, as TLS needs them: parsed, and certificate and
//! key held against each other.
//!
//! `config` asks, so that `doorward check` refuses what `serve` would; `server` asks again for what
//! it then shows. Whoever may read a key file is judged here as for every other secret.

use super::{FileError, read_public, read_secret};
use std::fmt;
use std::path::Path;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::{Error as Syntax, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{Error, RootCertStore};

/// Why a PEM file, or two together, cannot be used.
#[derive(Clone, Debug, PartialEq)]
pub enum PemError {
    /// The file cannot be read, or others can read the key.
    File(FileError),
    /// A section does not decode. What exactly is wrong stays unsaid, because it may be a key.
    Broken,
    /// No certificate in it.
    NoCertificate,
    /// No private key in it.
    NoKey,
    /// The private key is behind a pass phrase.
    Encrypted,
    /// A certificate cannot be an authority, or the key is not its certificate's or of no use.
    Refused(Error),
}

impl PemError {
    /// What an operator can do about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::File(error) => error.remedy(),
            Self::Broken => "copy the file again from whoever made it",
            Self::NoCertificate => "name a PEM file, with -----BEGIN CERTIFICATE----- in it",
            Self::NoKey => "name a PEM file, with -----BEGIN PRIVATE KEY----- in it",
            Self::Encrypted => "decrypt it (openssl pkey) and protect the file by its permissions",
            Self::Refused(Error::InconsistentKeys(_)) => {
                "name the key that the certificate was made for; the first certificate of the \
                 file is the server's own"
            }
            Self::Refused(_) => "have the file made anew, with a key of ECDSA, RSA or Ed25519",
        }
    }
}

impl fmt::Display for PemError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(error) => write!(f, "{error}"),
            Self::Broken => f.write_str("the file is not PEM all through"),
            Self::NoCertificate => f.write_str("the file holds no certificate"),
            Self::NoKey => f.write_str("the file holds no private key"),
            Self::Encrypted => f.write_str("the file holds a key behind a pass phrase"),
            Self::Refused(Error::InconsistentKeys(_)) => {
                f.write_str("the private key is not that of the certificate")
            }
            Self::Refused(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for PemError {}

impl From<FileError> for PemError {
    fn from(error: FileError) -> Self {
        Self::File(error)
    }
}

/// The certificates of a file, at least one, in their order.
///
/// # Errors
/// See [`PemError`].
pub fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, PemError> {
    let certificates = CertificateDer::pem_slice_iter(&read_public(file)?)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| PemError::Broken)?;
    if certificates.is_empty() { Err(PemError::NoCertificate) } else { Ok(certificates) }
}

/// The certificates of a file as roots of trust.
///
/// # Errors
/// See [`PemError`].
pub fn authorities(file: &Path) -> Result<RootCertStore, PemError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(file)? {
        roots.add(certificate).map_err(PemError::Refused)?;
    }
    Ok(roots)
}

/// The first private key of a file that others cannot read.
///
/// # Errors
/// See [`PemError`].
pub fn private_key(file: &Path) -> Result<PrivateKeyDer<'static>, PemError> {
    let secret = read_secret(file)?;
    PrivateKeyDer::from_pem_slice(secret.bytes()).map_err(|error| match error {
        Syntax::NoItemsFound if holds(secret.bytes(), ENCRYPTED) => PemError::Encrypted,
        Syntax::NoItemsFound => PemError::NoKey,
        _ => PemError::Broken,
    })
}

/// A certificate with the rest of its chain, and the key that belongs to it.
///
/// # Errors
/// See [`PemError`]; only [`PemError::Refused`], for both together.
pub fn pair(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<CertifiedKey, PemError> {
    CertifiedKey::from_der(chain, key, &aws_lc_rs::default_provider()).map_err(PemError::Refused)
}

fn holds(content: &[u8], tag: &[u8]) -> bool {
    content.windows(tag.len()).any(|window| window == tag)
}

const ENCRYPTED: &[u8] = b"-----BEGIN ENCRYPTED PRIVATE KEY-----";
