//! The one TLS setting of the run: a self-signed certificate for loopback, rustls with aws-lc on
//! both sides, HTTP/2 by ALPN.

use crate::failure::Failure;
use std::path::Path;
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore, ServerConfig};

/// File name of the certificate, which is its own authority.
pub const CERTIFICATE: &str = "tls.crt";

/// File name of its private key.
pub const PRIVATE_KEY: &str = "tls.key";

/// Makes certificate and key for `localhost` and 127.0.0.1 and returns both as PEM.
pub fn self_signed() -> Result<(String, String), Failure> {
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let made = rcgen::generate_simple_self_signed(names)
        .map_err(|_| Failure::Cryptography("the certificate could not be made"))?;
    Ok((made.cert.pem(), made.signing_key.serialize_pem()))
}

/// What a server offers with the certificate in `folder`.
pub fn server(folder: &Path) -> Result<TlsAcceptor, Failure> {
    let key = PrivateKeyDer::from_pem_file(folder.join(PRIVATE_KEY)).map_err(|_| UNREADABLE)?;
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|_| UNUSABLE)?
        .with_no_client_auth()
        .with_single_cert(certificates(folder)?, key)
        .map_err(|_| UNUSABLE)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// A client that trusts the certificate in `folder` alone and speaks HTTP/2 alone.
pub fn client(folder: &Path) -> Result<Arc<ClientConfig>, Failure> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(folder)? {
        roots.add(certificate).map_err(|_| UNUSABLE)?;
    }
    let mut config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|_| UNUSABLE)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(Arc::new(config))
}

fn certificates(folder: &Path) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let read = CertificateDer::pem_file_iter(folder.join(CERTIFICATE)).map_err(|_| UNREADABLE)?;
    read.collect::<Result<_, _>>().map_err(|_| UNREADABLE)
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

const UNREADABLE: Failure = Failure::Cryptography("certificate or key cannot be read");
const UNUSABLE: Failure = Failure::Cryptography("certificate or key cannot be used");
