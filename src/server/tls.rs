//! The server side of TLS: certificate, key, client authorities, and their replacement while
//! connections are open.
//!
//! TLS 1.2 and 1.3; HTTP/2 or HTTP/1.1 by ALPN; no early data, because it can be replayed. Client
//! certificates are required as soon as authorities are configured: with optional ones, the rest of
//! the code would have to notice a missing certificate.

mod error;

pub use error::TlsError;

use super::self_signed::{self, SelfSigned};
use crate::clock;
use crate::config;
use crate::keys::{self, PemError, authorities, certificates, private_key};
use crate::observe::field;
use arc_swap::ArcSwap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::TrustAnchor;
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::sign::SingleCertAndKey;
use tokio_rustls::rustls::{ServerConfig, version};

/// TLS of one server. The files can be read again at any time; an open connection keeps its
/// settings.
pub struct Tls {
    source: TlsSource,
    current: ArcSwap<TlsState>,
    /// Notified when the client authorities have changed.
    authorities_changed: Notify,
}

impl Tls {
    /// Reads the files that `tls` names. With `self_signed`, creates a certificate in `state_dir`
    /// unless there is one for `names` (DNS names and addresses) that stays valid for a month.
    ///
    /// # Errors
    /// The first file that cannot be used, and why.
    pub fn open(
        tls: &config::Tls,
        state_dir: Option<&Path>,
        names: &[String],
    ) -> Result<Self, TlsError> {
        match tls {
            config::Tls::Files { cert_file, key_file, client_ca_file } => Self::from(TlsSource {
                certificate: Certificate::Files { cert: cert_file.clone(), key: key_file.clone() },
                client_authorities: client_ca_file.clone(),
            }),
            config::Tls::SelfSigned { client_ca_file } => {
                let folder = state_dir.ok_or(TlsError::NoStateFolder)?.join("tls");
                Self::from(TlsSource {
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
        Self::from(TlsSource { certificate, client_authorities: None })
    }

    /// Reads everything again without changing anything, so that several servers can be changed
    /// together.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn prepare(&self) -> Result<PreparedTls<'_>, TlsError> {
        Ok(PreparedTls { tls: self, next: self.source.read()? })
    }

    /// Reads everything again and installs it, or changes nothing.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn reload(&self) -> Result<(), TlsError> {
        self.prepare().map(PreparedTls::install)
    }

    /// Waits until the client authorities change. A change between two calls completes the next
    /// call.
    pub(super) async fn client_authorities_changed(&self) {
        self.authorities_changed.notified().await;
    }

    /// The certificate that clients must trust, if doorward created it.
    #[must_use]
    pub fn self_signed_authority(&self) -> Option<PathBuf> {
        match &self.source.certificate {
            Certificate::Files { .. } => None,
            Certificate::SelfSigned(own) => Some(own.authority()),
        }
    }

    /// The acceptor for the next connection.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.current.load().server))
    }

    /// Renews a self-signed certificate in time, for as long as it is polled. Other certificates
    /// are renewed by their issuer and are read by [`reload`](Self::reload).
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

    fn from(source: TlsSource) -> Result<Self, TlsError> {
        let current = ArcSwap::from_pointee(source.read()?);
        Ok(Self { source, current, authorities_changed: Notify::new() })
    }
}

/// Files that were read again and are not installed yet.
pub struct PreparedTls<'t> {
    tls: &'t Tls,
    next: TlsState,
}

impl PreparedTls<'_> {
    /// Uses it for the next connection.
    ///
    /// Sessions can no longer be resumed, so that a client whose authority was removed is verified
    /// again. If the list of authorities changed, open connections are renewed too.
    pub fn install(self) {
        let changed = self.tls.current.load().trusts != self.next.trusts;
        self.tls.current.store(Arc::new(self.next));
        if changed {
            self.tls.authorities_changed.notify_one();
        }
    }
}

/// The settings that one connection begins with.
struct TlsState {
    server: Arc<ServerConfig>,
    /// The client authorities, by key and name.
    trusts: Vec<TrustAnchor<'static>>,
}

/// Where certificate, key and authorities come from.
struct TlsSource {
    certificate: Certificate,
    client_authorities: Option<PathBuf>,
}

enum Certificate {
    Files { cert: PathBuf, key: PathBuf },
    SelfSigned(SelfSigned),
}

impl TlsSource {
    fn read(&self) -> Result<TlsState, TlsError> {
        let (cert, key) = match &self.certificate {
            Certificate::Files { cert, key } => (cert.clone(), key.clone()),
            Certificate::SelfSigned(own) => {
                self_signed::ensure(own, clock::system_time()).map_err(TlsError::SelfSigned)?;
                (own.certificate(), own.key())
            }
        };
        let provider = Arc::new(aws_lc_rs::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&[&version::TLS13, &version::TLS12])
            .map_err(TlsError::Rustls)?;
        let mut trusts = Vec::new();
        let builder = match &self.client_authorities {
            None => builder.with_no_client_auth(),
            Some(file) => {
                let roots = Arc::new(authorities(file).map_err(TlsError::of(file))?);
                trusts.clone_from(&roots.roots);
                let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider)
                    .build()
                    .map_err(|error| TlsError::Authorities { file: file.clone(), error })?;
                builder.with_client_cert_verifier(verifier)
            }
        };
        let chain = certificates(&cert).map_err(TlsError::of(&cert))?;
        let private = private_key(&key).map_err(TlsError::of(&key))?;
        let pair = keys::pair(chain, private).map_err(|error: PemError| TlsError::Pair {
            cert,
            key,
            error,
        })?;
        let mut config = builder.with_cert_resolver(Arc::new(SingleCertAndKey::from(pair)));
        config.alpn_protocols = vec![HTTP2.to_vec(), HTTP1.to_vec()];
        config.ticketer = aws_lc_rs::Ticketer::new().map_err(TlsError::Rustls)?;
        // Go clients, including Traefik, keep no tickets unless configured to: one is enough.
        config.send_tls13_tickets = 1;
        Ok(TlsState { server: Arc::new(config), trusts })
    }
}

/// The ALPN names of the protocols (RFC 7301, RFC 9113 section 3.1).
pub(super) const HTTP2: &[u8] = b"h2";
const HTTP1: &[u8] = b"http/1.1";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
