//! TLS handshakes that fail: which setting is wrong, for the operator.
//!
//! A wrong certificate fails for every request, and Traefik shows its users a bare 500. So the log
//! names the setting to check, once a minute for each kind.

use crate::observe::{LogRateLimit, field};
use std::io;
use std::net::IpAddr;
use tokio_rustls::rustls::{AlertDescription, Error, InvalidMessage};

/// When each kind was last logged.
#[derive(Debug, Default)]
pub(super) struct HandshakeFailures([LogRateLimit; 4]);

impl HandshakeFailures {
    /// Logs why the handshake of `peer` failed.
    pub(super) fn report(&self, peer: IpAddr, error: &io::Error) {
        let kind = Kind::of(error);
        let due = kind.and_then(|kind| Some((kind, self.0.get(kind as usize)?)));
        match due {
            Some((kind, limit)) if limit.allow() => tracing::warn!(
                { field::PEER } = %peer,
                { field::ERROR } = %error,
                { field::REMEDY } = kind.remedy(),
                "TLS handshake failed"
            ),
            _ => tracing::debug!(
                { field::PEER } = %peer,
                { field::ERROR } = %error,
                "TLS handshake failed"
            ),
        }
    }
}

/// Whose setting is wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    /// The client does not trust the server's certificate.
    Distrusted = 0,
    /// The client does not speak TLS.
    Plain = 1,
    /// The client has no certificate, or an untrusted one.
    Client = 2,
    /// Any other TLS error.
    Other = 3,
}

impl Kind {
    /// `None` for a client that disconnects, as port scanners and TCP health checks do.
    fn of(error: &io::Error) -> Option<Self> {
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>())?;
        Some(match inner {
            Error::AlertReceived(
                AlertDescription::UnknownCA
                | AlertDescription::BadCertificate
                | AlertDescription::CertificateUnknown
                | AlertDescription::CertificateExpired
                | AlertDescription::UnsupportedCertificate,
            ) => Self::Distrusted,
            Error::InvalidMessage(InvalidMessage::InvalidContentType) => Self::Plain,
            Error::NoCertificatesPresented | Error::InvalidCertificate(_) => Self::Client,
            _ => Self::Other,
        })
    }

    fn remedy(self) -> &'static str {
        match self {
            Self::Distrusted => {
                "the client does not trust the certificate in tls.cert_file: set forwardAuth \
                 tls.caSecret or tls.ca in Traefik to its certificate authority, and issue the \
                 certificate for the host in forwardAuth.address"
            }
            Self::Plain => {
                "the client sent plain HTTP to a TLS port: write forwardAuth.address with \
                 https://, or remove `tls`"
            }
            Self::Client => {
                "clients need a certificate issued by an authority in tls.client_ca_file: set \
                 forwardAuth tls.certSecret, or tls.cert and tls.key, in Traefik"
            }
            Self::Other => {
                "check the TLS versions of the client: doorward supports TLS 1.2 and 1.3"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio_rustls::rustls::CertificateError;

    #[test]
    fn kinds() {
        let rows = [
            (Error::AlertReceived(AlertDescription::BadCertificate), Kind::Distrusted),
            (Error::AlertReceived(AlertDescription::UnknownCA), Kind::Distrusted),
            (Error::InvalidMessage(InvalidMessage::InvalidContentType), Kind::Plain),
            (Error::NoCertificatesPresented, Kind::Client),
            (Error::InvalidCertificate(CertificateError::UnknownIssuer), Kind::Client),
            (Error::AlertReceived(AlertDescription::ProtocolVersion), Kind::Other),
        ];
        for (error, kind) in rows {
            let shown = error.to_string();
            let error = io::Error::new(io::ErrorKind::InvalidData, error);
            assert_eq!(Kind::of(&error), Some(kind), "{shown}");
        }
        assert_eq!(
            Kind::of(&io::ErrorKind::UnexpectedEof.into()),
            None,
            "a client that disconnects"
        );
    }
}
