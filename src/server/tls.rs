//! The server side of TLS: certificate, key, client authorities, and their replacement while
//! connections are open.
//!
//! TLS 1.2 and 1.3; HTTP/2 or HTTP/1.1 by ALPN; no early data, because a replayed question is still
//! a question asked twice. Client certificates are required as soon as authorities are named:
//! optional ones would leave it to the rest of the code to notice their absence.

mod error;

pub use error::TlsError;

use super::self_signed::{self, SelfSigned};
use crate::config;
use crate::observe::field;
use arc_swap::ArcSwap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig, version};

/// TLS of one server. The files can be read again at any time; a connection keeps what it began
/// with.
pub struct Tls {
    source: Source,
    current: ArcSwap<ServerConfig>,
}

impl Tls {
    /// Reads what `tls` names. With `self_signed` the certificate is made in `state_dir` when there
    /// is none for `names` (DNS names and addresses) that stays valid for a month.
    ///
    /// # Errors
    /// The first file that cannot be used, and why.
    pub fn open(
        tls: &config::Tls,
        state_dir: Option<&Path>,
        names: &[String],
    ) -> Result<Self, TlsError> {
        match tls {
            config::Tls::Files { cert_file, key_file, client_ca_file } => Self::from(Source {
                certificate: Certificate::Files { cert: cert_file.clone(), key: key_file.clone() },
                client_authorities: client_ca_file.clone(),
            }),
            config::Tls::SelfSigned { client_ca_file } => {
                let folder = state_dir.ok_or(TlsError::NoStateFolder)?.join("tls");
                Self::from(Source {
                    certificate: Certificate::SelfSigned(SelfSigned {
                        folder,
                        names: names.to_vec(),
                    }),
                    client_authorities: client_ca_file.clone(),
                })
            }
        }
    }

    /// Reads a certificate and its key, without client certificates: for `admin_listen`.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_files(files: &config::TlsFiles) -> Result<Self, TlsError> {
        let certificate =
            Certificate::Files { cert: files.cert_file.clone(), key: files.key_file.clone() };
        Self::from(Source { certificate, client_authorities: None })
    }

    /// Reads everything again and puts it in place at once, or changes nothing.
    ///
    /// What was resumable before is not resumable any more, so that a client whose authority was
    /// taken off the list is judged again.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn reload(&self) -> Result<(), TlsError> {
        self.current.store(Arc::new(self.source.read()?));
        Ok(())
    }

    /// The certificate that clients have to trust, when doorward made it itself.
    #[must_use]
    pub fn own_authority(&self) -> Option<PathBuf> {
        match &self.source.certificate {
            Certificate::Files { .. } => None,
            Certificate::SelfSigned(own) => Some(own.authority()),
        }
    }

    /// For the next connection.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.current.load_full())
    }

    /// Renews a certificate of our own in time, for as long as it is polled. Others are renewed by
    /// whoever made them, and come in through [`reload`](Self::reload).
    pub(super) async fn keep_valid(self: Arc<Self>) {
        if matches!(self.source.certificate, Certificate::Files { .. }) {
            return;
        }
        loop {
            tokio::time::sleep(DAY).await;
            let tls = Arc::clone(&self);
            if let Ok(Err(error)) = tokio::task::spawn_blocking(move || tls.reload()).await {
                tracing::error!(
                    { field::ERROR } = %error,
                    "cannot renew the self-signed certificate"
                );
            }
        }
    }

    fn from(source: Source) -> Result<Self, TlsError> {
        let current = ArcSwap::from_pointee(source.read()?);
        Ok(Self { source, current })
    }
}

/// Where it all comes from.
struct Source {
    certificate: Certificate,
    client_authorities: Option<PathBuf>,
}

enum Certificate {
    Files { cert: PathBuf, key: PathBuf },
    SelfSigned(SelfSigned),
}

impl Source {
    #[expect(
        clippy::disallowed_methods,
        reason = "whether a certificate of our own is due; asked at start and reload"
    )]
    fn read(&self) -> Result<ServerConfig, TlsError> {
        let (cert, key) = match &self.certificate {
            Certificate::Files { cert, key } => (cert.clone(), key.clone()),
            Certificate::SelfSigned(own) => {
                self_signed::ensure(own, SystemTime::now()).map_err(TlsError::SelfSigned)?;
                (own.certificate(), own.key())
            }
        };
        let provider = Arc::new(aws_lc_rs::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&[&version::TLS13, &version::TLS12])
            .map_err(TlsError::Refused)?;
        let builder = match &self.client_authorities {
            None => builder.with_no_client_auth(),
            Some(file) => {
                let roots = Arc::new(authorities(file)?);
                let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider)
                    .build()
                    .map_err(|error| TlsError::Authorities { file: file.clone(), error })?;
                builder.with_client_cert_verifier(verifier)
            }
        };
        let mut config = builder
            .with_single_cert(certificates(&cert)?, private_key(&key)?)
            .map_err(|error| TlsError::Pair { cert, key, error })?;
        config.alpn_protocols = vec![HTTP2.to_vec(), HTTP1.to_vec()];
        config.ticketer = aws_lc_rs::Ticketer::new().map_err(TlsError::Refused)?;
        // Go's clients, Traefik's among them, keep no tickets unless told to: one is enough.
        config.send_tls13_tickets = 1;
        Ok(config)
    }
}

/// The certificates of a PEM file, at least one, in their order.
pub(crate) fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let certificates = CertificateDer::pem_slice_iter(&read(file)?)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| TlsError::NotPem(file.to_owned()))?;
    if certificates.is_empty() {
        return Err(TlsError::NoCertificate(file.to_owned()));
    }
    Ok(certificates)
}

/// The first private key of a PEM file that others cannot read.
pub(super) fn private_key(file: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    use tokio_rustls::rustls::pki_types::pem::Error;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let metadata = std::fs::metadata(file)
            .map_err(|error| TlsError::Unreadable { file: file.to_owned(), error })?;
        if metadata.permissions().mode() & 0o007 != 0 {
            return Err(TlsError::KeyOpenToOthers(file.to_owned()));
        }
    }
    PrivateKeyDer::from_pem_slice(&read(file)?).map_err(|error| match error {
        Error::NoItemsFound => TlsError::NoKey(file.to_owned()),
        _ => TlsError::NotPem(file.to_owned()),
    })
}

/// The certificates of a PEM file as roots of trust.
pub(crate) fn authorities(file: &Path) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(file)? {
        roots
            .add(certificate)
            .map_err(|error| TlsError::Authority { file: file.to_owned(), error })?;
    }
    Ok(roots)
}

fn read(file: &Path) -> Result<Vec<u8>, TlsError> {
    std::fs::read(file).map_err(|error| TlsError::Unreadable { file: file.to_owned(), error })
}

/// How ALPN names the protocols (RFC 7301, RFC 9113 section 3.1).
pub(super) const HTTP2: &[u8] = b"h2";
const HTTP1: &[u8] = b"http/1.1";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
