//! Why keys could not be fetched, in words for an operator. Nothing of what was sent or received is
//! in there.

use super::DiscoveryError;
use crate::token::KeyError;
use std::fmt;
use std::io::ErrorKind;
use tokio_rustls::rustls::{CertificateError, Error};

/// Why keys could not be fetched.
#[derive(Clone, Debug, PartialEq)]
pub enum FetchError {
    /// The name has no address.
    NoSuchName,
    /// A public document names an address of the inside.
    AddressInside,
    /// Nobody answers there, or not any more.
    Connect(ErrorKind),
    /// The system has no authorities to trust.
    NoAuthorities,
    /// The handshake failed: above all, a certificate that is not trusted.
    Tls(Error),
    /// No HTTP, or an answer that broke off.
    Broken,
    /// More than ten seconds.
    TooSlow,
    /// An answer that leads elsewhere.
    Redirected(u16),
    /// An answer other than 200.
    Status(u16),
    /// An answer that says it is no JSON.
    NotJson,
    /// Header or body beyond the bounds.
    TooLarge,
    /// The discovery document cannot be used.
    Discovery(DiscoveryError),
    /// The key set cannot be used.
    Unusable(KeyError),
}

impl FetchError {
    /// What an operator can do about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NoSuchName => "check the host's name and the name server that this machine asks",
            Self::AddressInside => {
                "find out who has changed the issuer's document; if its keys are meant to be inside, \
                 use jwks_url"
            }
            Self::Connect(_) | Self::Broken | Self::TooSlow | Self::Status(_) => {
                "see that the issuer is up, and that this machine may connect to it"
            }
            Self::NoAuthorities => {
                "install the system's certificates (ca-certificates), or name the issuer's own \
                 authority in ca_file"
            }
            Self::Tls(Error::InvalidCertificate(CertificateError::UnknownIssuer)) => {
                "name the authority of the issuer's server in ca_file"
            }
            Self::Tls(_) => "have the issuer's server show a certificate for this host's name",
            Self::Redirected(_) => "write the address that it leads to, if that is the issuer's",
            Self::NotJson => "write the address of the key set itself",
            Self::TooLarge => "write the address of the key set itself; it has 512KiB at most",
            Self::Discovery(error) => error.remedy(),
            Self::Unusable(_) => {
                "compare the algorithms and kinds of the keys that it holds with `algorithms`"
            }
        }
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchName => f.write_str("the host has no address"),
            Self::AddressInside => {
                f.write_str("the jwks_uri of a public issuer leads to an address inside")
            }
            Self::Connect(kind) => write!(f, "no connection: {kind}"),
            Self::NoAuthorities => f.write_str("the system trusts no certificate authority"),
            Self::Tls(error) => write!(f, "no TLS: {error}"),
            Self::Broken => f.write_str("the answer is no HTTP or broke off"),
            Self::TooSlow => f.write_str("no whole answer within 10s"),
            Self::Redirected(status) => write!(f, "answered {status}; redirects are not followed"),
            Self::Status(status) => write!(f, "answered {status}"),
            Self::NotJson => f.write_str("the answer's Content-Type is not JSON"),
            Self::TooLarge => f.write_str("the answer is too large"),
            Self::Discovery(error) => write!(f, "{error}"),
            Self::Unusable(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for FetchError {}

impl From<KeyError> for FetchError {
    fn from(error: KeyError) -> Self {
        Self::Unusable(error)
    }
}
