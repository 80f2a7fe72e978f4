//! TLS handshakes that fail: what each kind of failure means for whoever set the gate up.
//!
//! A wrong certificate fails for every request, and Traefik tells its visitors a bare 500. So the
//! log says what to look at, once a minute for each kind.

use crate::observe::{LogRateLimit, field};
use std::io;
use std::net::IpAddr;
use tokio_rustls::rustls::{AlertDescription, Error, InvalidMessage};

/// What was said, and when, of each kind.
#[derive(Debug, Default)]
pub(super) struct HandshakeFailures([LogRateLimit; 4]);

impl HandshakeFailures {
    /// Says what went wrong with the handshake of `peer`.
    pub(super) fn report(&self, peer: IpAddr, error: &io::Error) {
        let kind = Kind::of(error);
        let due = kind.and_then(|kind| Some((kind, self.0.get(kind as usize)?)));
        match due {
            Some((kind, limit)) if limit.allow() => tracing::warn!(
                { field::PEER } = %peer,
                { field::ERROR } = %error,
                { field::REMEDY } = kind.remedy(),
                "tls handshake failed"
            ),
            _ => tracing::debug!(
                { field::PEER } = %peer,
                { field::ERROR } = %error,
                "tls handshake failed"
            ),
        }
    }
}

/// Whose setting is wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    /// The client does not believe our certificate.
    Distrusted = 0,
    /// What came is no TLS.
    Plain = 1,
    /// The client shows no certificate, or one that we do not believe.
    Client = 2,
    /// Anything else that a client said or did.
    Other = 3,
}

impl Kind {
    /// `None` for who just goes away, as port scans and TCP health checks do.
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
                "the client does not trust tls.cert_file under the name it asks for: give Traefik \
                 its authority (forwardAuth tls.caSecret or tls.ca), and let the certificate name \
                 the host of forwardAuth.address"
            }
            Self::Plain => {
                "http was sent to a TLS port: write forwardAuth.address with https://, or leave \
                 `tls` out"
            }
            Self::Client => {
                "clients need a certificate of tls.client_ca_file: give Traefik one \
                 (forwardAuth tls.certSecret, or tls.cert and tls.key)"
            }
            Self::Other => {
                "compare the protocol versions of both sides: TLS 1.2 and 1.3 are spoken"
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
        assert_eq!(Kind::of(&io::ErrorKind::UnexpectedEof.into()), None, "who goes away");
    }
}
