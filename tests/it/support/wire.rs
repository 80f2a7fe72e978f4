//! A raw HTTP/1.1 connection, plain or through TLS: what is sent is what the test wrote.

use super::answer::Answer;
use super::certificates::{Certificate, client_config};
use super::request::Request;
use std::fmt::Debug;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::Role;

/// Anything bytes go through.
pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send + Debug {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + Debug> Stream for T {}

/// One connection.
pub struct Wire {
    stream: Box<dyn Stream>,
    received: Vec<u8>,
}

/// How a TLS connection introduces itself.
#[derive(Clone, Copy)]
pub struct Tls<'t> {
    /// Name in the handshake, and the one the server's certificate must carry.
    pub server_name: &'t str,
    /// Certificate authority in PEM.
    pub authority: &'t str,
    /// The client's own certificate, if it shows one.
    pub client: Option<&'t Certificate>,
}

impl Wire {
    /// Connects without TLS.
    pub async fn plain(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: Box::new(stream), received: Vec::new() })
    }

    /// Connects with TLS and HTTP/1.1.
    pub async fn tls(address: SocketAddr, tls: Tls<'_>) -> io::Result<Self> {
        let stream = tls_stream(address, tls, b"http/1.1").await?;
        Ok(Self { stream: Box::new(stream), received: Vec::new() })
    }

    /// Sends a request and reads its answer; the connection can be used again afterwards, unless
    /// the other side closed it.
    pub async fn exchange(&mut self, request: &Request) -> io::Result<Answer> {
        self.send(&request.bytes()).await?;
        self.answer(request.method == "HEAD").await
    }

    /// Sends these bytes.
    pub async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        patient(self.stream.write_all(bytes)).await?;
        patient(self.stream.flush()).await
    }

    /// Reads one answer; `bodiless` for the answer to a HEAD.
    pub async fn answer(&mut self, bodiless: bool) -> io::Result<Answer> {
        let head = loop {
            if let Some(end) = find(&self.received, b"\r\n\r\n") {
                break self.received.drain(..end + 4).collect::<Vec<u8>>();
            }
            self.read_more().await?;
        };
        let mut answer = parse_head(&head)?;
        let upgraded = answer.status == 101;
        if bodiless || upgraded || answer.status == 204 || answer.status == 304 {
            return Ok(answer);
        }
        if answer.header("Transfer-Encoding").is_some() {
            answer.body = self.chunks().await?;
        } else if let Some(length) = answer.header("Content-Length") {
            let length = length.parse().map_err(|_| malformed("Content-Length"))?;
            answer.body = self.take(length).await?;
        } else {
            while self.read_more().await.is_ok() {}
            answer.body = std::mem::take(&mut self.received);
        }
        Ok(answer)
    }

    /// What is sent from here on are WebSocket frames; call it after a 101.
    pub async fn into_websocket(self) -> WebSocketStream<Box<dyn Stream>> {
        WebSocketStream::from_partially_read(self.stream, self.received, Role::Client, None).await
    }

    /// Whether the other side has closed, or closes within `within`, without another byte.
    pub async fn is_closed(&mut self, within: Duration) -> bool {
        let mut byte = [0; 1];
        matches!(
            tokio::time::timeout(within, self.stream.read(&mut byte)).await,
            Ok(Ok(0) | Err(_))
        )
    }

    async fn chunks(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let end = loop {
                if let Some(end) = find(&self.received, b"\r\n") {
                    break end;
                }
                self.read_more().await?;
            };
            let line: Vec<u8> = self.received.drain(..end + 2).collect();
            let size = String::from_utf8_lossy(&line[..end]).into_owned();
            let size = usize::from_str_radix(size.trim(), 16).map_err(|_| malformed("chunk"))?;
            let chunk = self.take(size + 2).await?;
            body.extend_from_slice(&chunk[..size]);
            if size == 0 {
                return Ok(body);
            }
        }
    }

    async fn take(&mut self, length: usize) -> io::Result<Vec<u8>> {
        while self.received.len() < length {
            self.read_more().await?;
        }
        Ok(self.received.drain(..length).collect())
    }

    async fn read_more(&mut self) -> io::Result<()> {
        let mut chunk = [0; 8192];
        match patient(self.stream.read(&mut chunk)).await? {
            0 => Err(ErrorKind::UnexpectedEof.into()),
            read => {
                self.received.extend_from_slice(&chunk[..read]);
                Ok(())
            }
        }
    }
}

/// A TLS connection that offers exactly one protocol.
pub async fn tls_stream(
    address: SocketAddr,
    tls: Tls<'_>,
    protocol: &[u8],
) -> io::Result<tokio_rustls::client::TlsStream<TcpStream>> {
    let mut config = client_config(tls.authority, tls.client);
    config.alpn_protocols = vec![protocol.to_vec()];
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let name = ServerName::try_from(tls.server_name.to_owned()).expect("a name or an address");
    patient(TlsConnector::from(Arc::new(config)).connect(name, stream)).await
}

fn parse_head(head: &[u8]) -> io::Result<Answer> {
    let mut lines =
        head.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let status = lines.next().unwrap_or_default();
    let status = String::from_utf8_lossy(status).into_owned();
    let status = status.split(' ').nth(1).and_then(|code| code.parse().ok());
    let mut answer = Answer {
        status: status.ok_or_else(|| malformed("status"))?,
        headers: Vec::new(),
        body: Vec::new(),
    };
    for line in lines.filter(|line| !line.is_empty()) {
        let colon = find(line, b":").ok_or_else(|| malformed("header"))?;
        let name = String::from_utf8_lossy(&line[..colon]).into_owned();
        answer.headers.push((name, line[colon + 1..].trim_ascii().to_vec()));
    }
    Ok(answer)
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

fn malformed(what: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, format!("malformed {what}"))
}

async fn patient<T>(work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    tokio::time::timeout(PATIENCE, work).await.unwrap_or_else(|_| Err(ErrorKind::TimedOut.into()))
}

/// Longer than any answer takes on a busy machine, shorter than a tester's patience. Traefik gives
/// up on a silent gate after 30 s.
const PATIENCE: Duration = Duration::from_secs(40);
