//! Which server certificate a command trusts.

use super::AdminError;
use crate::keys::{PemError, authorities, certificates};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::crypto::{
    CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature,
};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    version,
};

/// Which server certificate is accepted.
pub(super) enum Trust {
    /// None: the URL is plain HTTP.
    Nothing,
    /// One that a CA in the file issued for the URL's host.
    Authorities(PathBuf),
    /// The first in the file, which is the one that the server presents; its names are not checked.
    /// The command runs beside the server and connects to loopback, which the certificate does not
    /// name.
    Exactly(PathBuf),
}

impl Trust {
    /// The TLS settings of a client that trusts this server only.
    pub(super) fn client(self) -> Result<ClientConfig, AdminError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&[&version::TLS13, &version::TLS12])
            .map_err(AdminError::Tls)?;
        let config = match self {
            Self::Nothing => builder.with_root_certificates(RootCertStore::empty()),
            Self::Authorities(file) => {
                builder.with_root_certificates(authorities(&file).map_err(unusable(&file))?)
            }
            Self::Exactly(file) => {
                let certificate = certificates(&file).map_err(unusable(&file))?.into_iter().next();
                builder
                    .dangerous()
                    .with_custom_certificate_verifier(Arc::new(Pinned { certificate, provider }))
            }
        };
        let mut config = config.with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }
}

fn unusable(file: &Path) -> impl FnOnce(PemError) -> AdminError {
    move |error| AdminError::Trust { file: file.to_owned(), error }
}

/// Accepts one certificate and checks, as for any other, that the server holds its key.
#[derive(Debug)]
struct Pinned {
    certificate: Option<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.certificate.as_ref() == Some(end_entity) {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(Error::InvalidCertificate(CertificateError::UnknownIssuer))
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
