//! The self-signed certificate, so that Traefik can use HTTP/2 without a certificate authority of
//! the operator's.
//!
//! The folder holds `ca.crt` for Traefik's `tls.ca`, `tls.crt`, and `tls.key` (0600): the names
//! that a Kubernetes TLS secret has. The authority's key is discarded after signing, so that the
//! authority Traefik trusts can never vouch for anything else. As a consequence a renewal changes
//! `ca.crt` too, which is why the certificate is valid for long.

use crate::certificate::{self, Authority, CertificateError, Validity};
use crate::keys::{authorities, certificates, private_key};
use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::client::danger::ServerCertVerifier;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{ServerName, UnixTime};
use tokio_rustls::rustls::sign::CertifiedKey;

/// The certificate's folder and names.
#[derive(Clone, Debug)]
pub(super) struct SelfSigned {
    pub(super) folder: PathBuf,
    /// DNS names and addresses that clients use for the gate. `localhost` and the host name are
    /// added.
    pub(super) names: Vec<String>,
}

impl SelfSigned {
    /// The certificate that clients must trust.
    pub(super) fn authority(&self) -> PathBuf {
        self.folder.join("ca.crt")
    }

    /// The server's certificate.
    pub(super) fn certificate(&self) -> PathBuf {
        self.folder.join("tls.crt")
    }

    /// Its private key.
    pub(super) fn key(&self) -> PathBuf {
        self.folder.join("tls.key")
    }

    /// The names that a certificate must cover. The host name is not among them: in Kubernetes
    /// every pod has a new one, and a new certificate each time would not be trusted.
    fn required_names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str).chain(["localhost"])
    }
}

/// Creates the certificate, unless the existing one is usable now and for another month.
pub(super) fn ensure(own: &SelfSigned, now: SystemTime) -> Result<(), SelfSignedError> {
    if is_usable(own, now + RENEWAL) {
        return Ok(());
    }
    let (authority, server) = make(own, now).map_err(SelfSignedError::Create)?;
    let cannot_write = |error| SelfSignedError::Write { folder: own.folder.clone(), error };
    fs::create_dir_all(&own.folder).map_err(cannot_write)?;
    // The key is written first: an interrupted write leaves a set that is not usable and is created
    // again.
    write(&own.key(), &server.key, 0o600).map_err(cannot_write)?;
    write(&own.certificate(), &server.certificate, 0o644).map_err(cannot_write)?;
    write(&own.authority(), &authority, 0o644).map_err(cannot_write)
}

/// Whether a client that trusts `ca.crt` would accept the server under each of its names at that
/// time.
fn is_usable(own: &SelfSigned, at: SystemTime) -> bool {
    let check = || {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let chain = certificates(&own.certificate()).ok()?;
        let roots = Arc::new(authorities(&own.authority()).ok()?);
        let key = private_key(&own.key()).ok()?;
        CertifiedKey::from_der(chain.clone(), key, &provider).ok()?;
        let verifier = WebPkiServerVerifier::builder_with_provider(roots, provider).build().ok()?;
        let at = UnixTime::since_unix_epoch(at.duration_since(UNIX_EPOCH).ok()?);
        let (leaf, rest) = chain.split_first()?;
        own.required_names().try_for_each(|name| {
            let name = ServerName::try_from(name).ok()?;
            verifier.verify_server_cert(leaf, rest, &name, &[], at).ok().map(drop)
        })
    };
    check().is_some()
}

/// The authority's certificate, and the server's with its key.
fn make(
    own: &SelfSigned,
    now: SystemTime,
) -> Result<(String, certificate::CertifiedKey), CertificateError> {
    let now = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let mut names: Vec<String> = own.required_names().map(str::to_owned).collect();
    names.extend(host_name());
    names.sort_unstable();
    names.dedup();
    let validity = Validity { now, days: LIFE_DAYS };
    let authority = Authority::new("doorward self-signed authority", validity, None)?;
    let server = authority.certify("doorward", &names)?;
    Ok((authority.certificate(), server))
}

/// Writes a temporary file and renames it: a reader sees the old file or the new one.
fn write(file: &Path, text: &str, mode: u32) -> io::Result<()> {
    let fresh = file.with_extension("new");
    match fs::remove_file(&fresh) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    let mut handle = options.open(&fresh)?;
    handle.write_all(text.as_bytes())?;
    handle.sync_all()?;
    fs::rename(&fresh, file)
}

fn host_name() -> Option<String> {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").ok()?.trim().to_owned();
    // A host name that a certificate cannot hold must not prevent the certificate; and a host name
    // that looks like an address or a wildcard is not certified.
    let is_host = matches!(ServerName::try_from(name.as_str()), Ok(ServerName::DnsName(_)));
    (is_host && certificate::is_name(&name)).then_some(name)
}

/// Why there is no self-signed certificate.
#[derive(Debug)]
pub enum SelfSignedError {
    /// It cannot be created, usually because of a name that a certificate cannot hold.
    Create(CertificateError),
    /// It cannot be written.
    Write {
        /// The folder.
        folder: PathBuf,
        /// The operating system's error.
        error: io::Error,
    },
}

impl fmt::Display for SelfSignedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Create(error) => write!(f, "{error}"),
            Self::Write { folder, error } => write!(f, "{}: {error}", folder.display()),
        }
    }
}

impl std::error::Error for SelfSignedError {}

/// Ten years: see the module documentation.
const LIFE_DAYS: u32 = 3_653;
/// How long before its expiry a certificate is renewed.
const RENEWAL: Duration = Duration::from_secs(30 * 24 * 60 * 60);

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(60 * 60);
    const LIFE: Duration = HOUR.saturating_mul(24 * LIFE_DAYS);

    fn own(folder: &Path, names: &[&str]) -> SelfSigned {
        let names = names.iter().map(ToString::to_string).collect();
        SelfSigned { folder: folder.join("tls"), names }
    }

    fn all(own: &SelfSigned) -> [Vec<u8>; 3] {
        [own.authority(), own.certificate(), own.key()].map(|file| fs::read(file).unwrap())
    }

    #[test]
    fn is_made_once_and_kept_until_a_month_before_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let own = own(folder.path(), &["127.0.0.1", "::1", "doorward.doorward.svc"]);
        let now = SystemTime::now();
        ensure(&own, now).unwrap();
        let first = all(&own);
        ensure(&own, now + LIFE - RENEWAL - HOUR).unwrap();
        assert_eq!(all(&own), first);
        ensure(&own, now + LIFE - RENEWAL + HOUR).unwrap();
        assert!(all(&own).iter().zip(&first).all(|(new, old)| new != old));
    }

    #[test]
    fn a_broken_certificate_is_replaced() {
        type Spoil = fn(&SelfSigned);
        let rows: &[(&str, Spoil)] = &[
            ("no_key", |own| fs::remove_file(own.key()).unwrap()),
            ("empty_certificate", |own| {
                fs::write(own.certificate(), "").unwrap();
            }),
            ("foreign_authority", |own| {
                fs::copy(own.certificate(), own.authority()).unwrap();
            }),
            ("foreign_key", |own| {
                let (_, other) = make(own, SystemTime::now()).unwrap();
                fs::write(own.key(), other.key).unwrap();
            }),
        ];
        for (name, spoil) in rows {
            let folder = tempfile::tempdir().unwrap();
            let own = own(folder.path(), &["127.0.0.1"]);
            ensure(&own, SystemTime::now()).unwrap();
            spoil(&own);
            assert!(!is_usable(&own, SystemTime::now()), "{name}");
            ensure(&own, SystemTime::now()).unwrap();
            assert!(is_usable(&own, SystemTime::now()), "{name}");
        }
    }

    #[test]
    fn a_new_name_is_a_new_certificate() {
        let folder = tempfile::tempdir().unwrap();
        ensure(&own(folder.path(), &["127.0.0.1"]), SystemTime::now()).unwrap();
        let wider = own(folder.path(), &["127.0.0.1", "gate.example.com"]);
        assert!(!is_usable(&wider, SystemTime::now()));
        ensure(&wider, SystemTime::now()).unwrap();
        assert!(is_usable(&wider, SystemTime::now()));
    }

    #[cfg(unix)]
    #[test]
    fn the_key_file_is_private() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let own = own(folder.path(), &[]);
        ensure(&own, SystemTime::now()).unwrap();
        assert_eq!(fs::metadata(own.key()).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
