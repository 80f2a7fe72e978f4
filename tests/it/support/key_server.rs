//! A server that publishes keys, well or badly: each path answers with the bytes that a test gives
//! it, or not at all.

use super::certificates::Authority;
use std::collections::HashMap;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// A running server with a certificate for 127.0.0.1 and for no name.
pub struct KeyServer {
    /// Where it listens.
    pub address: SocketAddr,
    authority: String,
    inside: Arc<Inside>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Inside {
    replies: Mutex<HashMap<String, Reply>>,
    asked: Mutex<Vec<String>>,
}

/// What a path answers.
#[derive(Clone)]
pub enum Reply {
    /// These bytes, and then the end of the connection.
    Bytes(Vec<u8>),
    /// Nothing, for as long as the client waits.
    Never,
    /// The end of the connection at once.
    HangUp,
    /// A good beginning, and then a byte now and again.
    Drip,
}

impl Reply {
    /// 200 with this document.
    pub fn json(body: impl AsRef<str>) -> Self {
        Self::with("200 OK", "Content-Type: application/json\r\n", body)
    }

    /// An answer of this status, with these header lines.
    pub fn with(status: &str, headers: &str, body: impl AsRef<str>) -> Self {
        let body = body.as_ref();
        let length = body.len();
        Self::Bytes(
            format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\n\r\n{body}").into(),
        )
    }
}

impl KeyServer {
    /// Opens one that answers everything with 404.
    pub async fn open() -> Self {
        Self::open_on(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), &Authority::new()).await
    }

    /// Opens one at this address, certified by `authority`.
    pub async fn open_on(address: SocketAddr, authority: &Authority) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let own = authority.issue(&["127.0.0.1"]);
        let chain = CertificateDer::pem_slice_iter(own.certificate.as_bytes());
        let key = PrivateKeyDer::from_pem_slice(own.key.as_bytes()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain.map(Result::unwrap).collect(), key)
            .unwrap();
        let tls = TlsAcceptor::from(Arc::new(config));
        let inside = Arc::new(Inside::default());
        let shared = Arc::clone(&inside);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (tls, inside) = (tls.clone(), Arc::clone(&shared));
                tokio::spawn(async move { serve(stream, &tls, &inside).await });
            }
        });
        Self { address, authority: authority.pem.clone(), inside, task }
    }

    /// From now on `path` answers so.
    pub fn answer(&self, path: &str, reply: Reply) {
        self.inside.replies.lock().unwrap().insert(path.to_owned(), reply);
    }

    /// How often `path` was asked for.
    pub fn asked(&self, path: &str) -> usize {
        self.inside.asked.lock().unwrap().iter().filter(|asked| *asked == path).count()
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("https://{}{path}", self.address)
    }

    /// Writes the certificate of its authority and gives the file.
    pub fn authority(&self, folder: &Path) -> PathBuf {
        let file = folder.join("keys-authority.crt");
        fs::write(&file, &self.authority).unwrap();
        file
    }
}

impl Drop for KeyServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One connection, one question. A client that goes away is its own affair.
async fn serve(stream: TcpStream, tls: &TlsAcceptor, inside: &Inside) -> Option<()> {
    let mut stream = BufReader::new(tls.accept(stream).await.ok()?);
    let mut line = String::new();
    stream.read_line(&mut line).await.ok()?;
    let path = line.split(' ').nth(1)?.to_owned();
    while stream.read_line(&mut line).await.ok()? > 2 {}
    assert!(line.to_ascii_lowercase().contains("\r\naccept: application/json"), "{line}");
    let reply = inside.replies.lock().unwrap().get(&path).cloned();
    inside.asked.lock().unwrap().push(path);
    match reply.unwrap_or_else(|| Reply::with("404 Not Found", "", "")) {
        Reply::Bytes(bytes) => {
            stream.write_all(&bytes).await.ok()?;
            stream.shutdown().await.ok()
        }
        Reply::HangUp => None,
        Reply::Never => {
            tokio::time::sleep(Duration::from_secs(600)).await;
            None
        }
        Reply::Drip => {
            let head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n";
            stream.write_all(head).await.ok()?;
            loop {
                stream.write_all(b" ").await.ok()?;
                stream.flush().await.ok()?;
                tokio::time::sleep(Duration::from_millis(300)).await;
            }
        }
    }
}
