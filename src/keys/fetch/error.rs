//! Why keys could not be fetched, for the operator. No part of the request or the response is
//! included.

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
    /// A public document names an internal address.
    AddressInside,
    /// No connection, or it was lost.
    Connect(ErrorKind),
    /// The system has no certificate authorities.
    NoAuthorities,
    /// The TLS handshake failed, usually because of an untrusted certificate.
    Tls(Error),
    /// Not HTTP, or an incomplete response.
    Broken,
    /// The time limit of ten seconds was exceeded.
    TooSlow,
    /// A redirect.
    Redirected(u16),
    /// A status other than 200.
    Status(u16),
    /// A content type that is not JSON.
    NotJson,
    /// Header or body above the limits.
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
            Self::NoSuchName => "check the host name and this machine's DNS configuration",
            Self::AddressInside => {
                "investigate who changed the issuer's document; if its keys are meant to be on an \
                 internal address, use jwks_url"
            }
            Self::Connect(_) | Self::Broken | Self::TooSlow | Self::Status(_) => {
                "check that the issuer is up, and that this machine can connect to it"
            }
            Self::NoAuthorities => {
                "install the system's certificates (ca-certificates), or name the issuer's own \
                 authority in ca_file"
            }
            Self::Tls(Error::InvalidCertificate(CertificateError::UnknownIssuer)) => {
                "name the authority of the issuer's server in ca_file"
            }
            Self::Tls(_) => "install a certificate for this host name on the issuer's server",
            Self::Redirected(_) => "use the address of the redirect, if that is the issuer's",
            Self::NotJson => "use the address of the key set itself",
            Self::TooLarge => "use the address of the key set itself; 512KiB is the limit",
            Self::Discovery(error) => error.remedy(),
            Self::Unusable(_) => "compare the algorithms and types of its keys with `algorithms`",
        }
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchName => f.write_str("the host has no address"),
            Self::AddressInside => {
                f.write_str("the jwks_uri of a public issuer leads to an internal address")
            }
            Self::Connect(kind) => write!(f, "no connection: {kind}"),
            Self::NoAuthorities => f.write_str("the system trusts no certificate authority"),
            Self::Tls(error) => write!(f, "no TLS: {error}"),
            Self::Broken => f.write_str("the answer is not HTTP or is incomplete"),
            Self::TooSlow => f.write_str("no complete answer within 10s"),
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

impl From<DiscoveryError> for FetchError {
    fn from(error: DiscoveryError) -> Self {
        Self::Discovery(error)
    }
}

impl From<KeyError> for FetchError {
    fn from(error: KeyError) -> Self {
        Self::Unusable(error)
    }
}
