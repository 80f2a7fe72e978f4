//! TLS: which clients are accepted, and what a rejected client sees. The client here is also used
//! by the HTTP/2 tests.

use super::*;
use crate::config;
use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};
use std::path::{Path, PathBuf};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, version};

/// A server with a certificate of its own, and the certificate's folder.
pub(super) struct Encrypted {
    pub(super) running: Running,
    folder: tempfile::TempDir,
}

impl Encrypted {
    pub(super) fn start(limits: Limits, client_ca_file: Option<PathBuf>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let tls = open(folder.path(), client_ca_file).unwrap();
        Self { running: Running::start(limits, Some(Arc::new(tls))), folder }
    }

    pub(super) async fn connect(&self, protocol: &[u8]) -> std::io::Result<TlsStream<TcpStream>> {
        let stream = self.running.connect().await;
        connect(stream, &self.folder.path().join("tls/ca.crt"), &[protocol], None).await
    }
}

fn open(folder: &Path, client_ca_file: Option<PathBuf>) -> Result<Tls, TlsError> {
    let tls = config::Tls::SelfSigned { client_ca_file };
    Tls::open(&tls, Some(folder), &["127.0.0.1".to_owned()])
}

async fn connect(
    stream: TcpStream,
    authority: &Path,
    protocols: &[&[u8]],
    identity: Option<Identity>,
) -> std::io::Result<TlsStream<TcpStream>> {
    let roots = crate::keys::authorities(authority).unwrap();
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(&[&version::TLS13, &version::TLS12])
        .unwrap()
        .with_root_certificates(roots);
    let mut config = match identity {
        None => builder.with_no_client_auth(),
        Some(Identity { certificate, key }) => {
            let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
            builder.with_client_auth_cert(vec![certificate.der().clone()], key).unwrap()
        }
    };
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    let name = ServerName::try_from("127.0.0.1").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

/// A client's certificate with its key.
struct Identity {
    certificate: rcgen::Certificate,
    key: KeyPair,
}

/// A client authority: its certificate is written to `file`, the client certificate it signed is
/// returned.
fn client_of(file: &Path) -> Identity {
    let authority_key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    std::fs::write(file, authority.self_signed(&authority_key).unwrap().pem()).unwrap();
    let key = KeyPair::generate().unwrap();
    let mut client = CertificateParams::new(vec!["traefik".to_owned()]).unwrap();
    client.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let certificate = client.signed_by(&key, &Issuer::new(authority, authority_key)).unwrap();
    Identity { certificate, key }
}

/// Sends a request over HTTP/1.1; an error or an empty answer when the server rejects this client.
async fn ask(mut stream: TlsStream<TcpStream>) -> std::io::Result<String> {
    stream.write_all(GET).await?;
    Ok(answer(&mut stream).await)
}

const FAILED: &str = r#"doorward_tls_handshake_failures_total{listener="verify"}"#;

#[tokio::test(start_paused = true)]
async fn the_protocol_is_negotiated() {
    type Row<'a> = (&'a str, &'a [&'a [u8]], Option<&'a [u8]>);
    let server = Encrypted::start(limits(), None);
    let authority = server.folder.path().join("tls/ca.crt");
    let rows: &[Row<'_>] = &[
        ("http2_first", &[b"h2", b"http/1.1"], Some(b"h2")),
        ("http2_preferred_by_us", &[b"http/1.1", b"h2"], Some(b"h2")),
        ("http1_only", &[b"http/1.1"], Some(b"http/1.1")),
        ("none_is_http1", &[], None),
    ];
    for (name, protocols, expected) in rows {
        let stream = server.running.connect().await;
        let stream = connect(stream, &authority, protocols, None).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), *expected, "{name}");
        if *expected != Some(b"h2") {
            let answer = ask(stream).await.unwrap();
            assert!(answer.starts_with("HTTP/1.1 200"), "{name}: {answer}");
            assert!(answer.contains("x-certificate: 0\r\n"), "{name}: {answer}");
        }
    }
    assert_eq!(server.running.count(FAILED), 0);
    let stream = server.running.connect().await;
    let refused = connect(stream, &authority, &[b"http/1.0"], None).await;
    assert!(refused.is_err(), "no protocol in common");
    assert_eq!(server.running.count(FAILED), 1);
}

#[tokio::test(start_paused = true)]
async fn a_client_certificate_is_required_once_there_are_authorities() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("clients.crt");
    let stranger = client_of(&folder.path().join("others.crt"));
    let known = client_of(&file);
    let server = Encrypted::start(limits(), Some(file));
    let authority = server.folder.path().join("tls/ca.crt");
    for (name, identity, allowed) in
        [("none", None, false), ("stranger", Some(stranger), false), ("known", Some(known), true)]
    {
        let stream = server.running.connect().await;
        // With TLS 1.3 the client learns of the rejection with its first read only.
        let answer = match connect(stream, &authority, &[b"http/1.1"], identity).await {
            Ok(stream) => ask(stream).await.unwrap_or_default(),
            Err(_) => String::new(),
        };
        assert_eq!(answer.contains("x-certificate: 1\r\n"), allowed, "{name}: {answer}");
        assert_eq!(answer.is_empty(), !allowed, "{name}: {answer}");
    }
    assert_eq!(server.running.count(FAILED), 2);
}

/// A client whose authority is removed must connect again.
#[tokio::test(start_paused = true)]
async fn other_client_authorities_renew_what_is_open() {
    let (state, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = folder.path().join("clients.crt");
    let known = client_of(&file);
    let tls = Arc::new(open(state.path(), Some(file.clone())).unwrap());
    let server = Running::start(limits(), Some(Arc::clone(&tls)));
    let authority = state.path().join("tls/ca.crt");
    let stream = server.connect().await;
    let mut stream = connect(stream, &authority, &[b"http/1.1"], Some(known)).await.unwrap();
    let mut asked = async || {
        stream.write_all(GET).await.unwrap();
        answer(&mut stream).await
    };
    tls.reload().unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(!asked().await.contains("connection: close"), "the same authorities");
    let _other = client_of(&file);
    tls.reload().unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(asked().await.contains("connection: close\r\n"), "others");
}

#[tokio::test(start_paused = true)]
async fn http_in_the_clear_is_not_answered_with_2xx() {
    let server = Encrypted::start(limits(), None);
    let mut stream = server.running.connect().await;
    stream.write_all(GET).await.unwrap();
    let answer = rest(&mut stream).await;
    assert!(!answer.contains("HTTP"), "{answer}");
    assert_eq!(server.running.count(FAILED), 1);
}

#[tokio::test(start_paused = true)]
async fn a_stalled_handshake_times_out() {
    let server = Encrypted::start(limits(), None);
    for hello in [&b""[..], b"\x16\x03\x01\x02\x00\x01"] {
        let mut stream = server.running.connect().await;
        stream.write_all(hello).await.unwrap();
        let began = Instant::now();
        assert_eq!(rest(&mut stream).await, "");
        assert!((9..=12).contains(&seconds(began)), "{} s", seconds(began));
    }
    assert_eq!(server.running.count(FAILED), 2);
}

#[tokio::test(start_paused = true)]
async fn a_drain_lets_a_handshake_and_its_request_through() {
    let server = Encrypted::start(limits(), None);
    let authority = server.folder.path().join("tls/ca.crt");
    let stream = server.running.connect().await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    server.running.trigger.drain();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let stream = connect(stream, &authority, &[b"http/1.1"], None).await.unwrap();
    let answer = ask(stream).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("connection: close\r\n"), "{answer}");
    server.running.task.await.unwrap();
}

/// A new certificate applies to the next connection; a bad one changes nothing.
#[tokio::test(start_paused = true)]
async fn certificates_are_replaced_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    open(old.path(), None).unwrap();
    open(new.path(), None).unwrap();
    let put = |from: &Path, file: &str| {
        std::fs::copy(from.join("tls").join(file), folder.path().join(file)).unwrap();
    };
    for file in ["tls.crt", "tls.key"] {
        put(old.path(), file);
    }
    let files = config::TlsFiles {
        cert_file: folder.path().join("tls.crt"),
        key_file: folder.path().join("tls.key"),
    };
    let tls = Arc::new(Tls::open_files(&files).unwrap());
    let server = Running::start(limits(), Some(Arc::clone(&tls)));
    let trusts = async |authority: &Path| {
        let stream = server.connect().await;
        connect(stream, &authority.join("tls/ca.crt"), &[], None).await.is_ok()
    };
    assert!(trusts(old.path()).await && !trusts(new.path()).await);

    put(new.path(), "tls.crt");
    assert!(matches!(tls.reload(), Err(TlsError::Pair { .. })), "new certificate, old key");
    assert!(trusts(old.path()).await && !trusts(new.path()).await);

    put(new.path(), "tls.key");
    tls.reload().unwrap();
    assert!(trusts(new.path()).await && !trusts(old.path()).await);
}

#[test]
fn unusable_files_are_named() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path(), None).unwrap();
    let at = |name: &str| folder.path().join("tls").join(name);
    std::fs::write(at("empty"), "").unwrap();
    std::fs::write(at("broken"), "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n")
        .unwrap();
    std::fs::copy(at("tls.key"), at("empty.key")).unwrap();
    std::fs::write(at("empty.key"), "").unwrap();
    let read = |cert: &str, key: &str| {
        let files = config::TlsFiles { cert_file: at(cert), key_file: at(key) };
        Tls::open_files(&files).err().map(|error| error.to_string()).unwrap_or_default()
    };
    assert_eq!(read("tls.crt", "tls.key"), "");
    for (cert, key, part) in [
        ("missing", "tls.key", "missing: there is no such file"),
        ("empty", "tls.key", "empty: the file holds no certificate"),
        ("broken", "tls.key", "broken: the file is not valid PEM"),
        ("tls.crt", "empty.key", "empty.key: the file holds no private key"),
        ("tls.key", "tls.key", "tls.key: the file holds no certificate"),
        ("ca.crt", "tls.key", "ca.crt with "),
    ] {
        let error = read(cert, key);
        assert!(error.contains(part), "{cert} {key}: {error}");
    }
    assert!(matches!(
        Tls::open(&config::Tls::SelfSigned { client_ca_file: None }, None, &[]),
        Err(TlsError::NoStateFolder)
    ));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        for (mode, refused) in [(0o640, false), (0o644, true), (0o601, true), (0o400, false)] {
            let permissions = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(at("tls.key"), permissions).unwrap();
            assert_eq!(read("tls.crt", "tls.key").contains("chmod 0440"), refused, "{mode:o}");
        }
    }
}
