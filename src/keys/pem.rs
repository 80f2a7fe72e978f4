//! Certificates and private keys in PEM files for TLS: parses them and checks that certificate and
//! key match.
//!
//! `config` calls this so that `doorward check` rejects what `serve` would reject; `server` calls
//! it for the certificate it presents. Key files must have the permissions of a secret.

use super::{FileError, read_public, read_secret};
use std::fmt;
use std::path::Path;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::{Error as Syntax, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{Error, RootCertStore};

/// Why a PEM file, or a pair of files, cannot be used.
#[derive(Clone, Debug, PartialEq)]
pub enum PemError {
    /// The file cannot be read, or other users can read the key.
    File(FileError),
    /// A section does not decode. The details are left out, because they may be part of a key.
    Broken,
    /// The file has no certificate.
    NoCertificate,
    /// The file has no private key.
    NoKey,
    /// The private key is encrypted.
    Encrypted,
    /// A certificate cannot be an authority, or the key does not match the certificate or is not
    /// usable.
    Refused(Error),
}

impl PemError {
    /// What an operator can do about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::File(error) => error.remedy(),
            Self::Broken => "copy the file again from its source",
            Self::NoCertificate => "name a PEM file that contains -----BEGIN CERTIFICATE-----",
            Self::NoKey => "name a PEM file that contains -----BEGIN PRIVATE KEY-----",
            Self::Encrypted => "decrypt it (openssl pkey) and protect the file by its permissions",
            Self::Refused(Error::InconsistentKeys(_)) => {
                "name the key of the certificate; the first certificate in the file must be the \
                 server's own"
            }
            Self::Refused(_) => "create the file again, with an ECDSA, RSA or Ed25519 key",
        }
    }
}

impl fmt::Display for PemError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(error) => write!(f, "{error}"),
            Self::Broken => f.write_str("the file is not valid PEM"),
            Self::NoCertificate => f.write_str("the file holds no certificate"),
            Self::NoKey => f.write_str("the file holds no private key"),
            Self::Encrypted => f.write_str("the private key in the file is encrypted"),
            Self::Refused(Error::InconsistentKeys(_)) => {
                f.write_str("the private key does not match the certificate")
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

/// The certificates of a file, at least one, in file order.
///
/// # Errors
/// See [`PemError`].
pub fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, PemError> {
    let certificates = CertificateDer::pem_slice_iter(&read_public(file)?)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| PemError::Broken)?;
    if certificates.is_empty() { Err(PemError::NoCertificate) } else { Ok(certificates) }
}

/// The certificates of a file as trust anchors.
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

/// The first private key of a file that other users cannot read.
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

/// A certificate with its chain, and its key.
///
/// # Errors
/// [`PemError::Refused`], if the two do not match or are not usable.
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
