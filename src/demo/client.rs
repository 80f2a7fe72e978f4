//! A small HTTPS client for the self-test: one HTTP/1.1 request on one connection, sent byte for byte
//! as the caller wrote it, because many of the requests are malformed and a normal client would
//! refuse to send them.

use super::{
    DemoError,
    hosts::{Hosts, host},
};
use futures_util::{SinkExt, StreamExt};
use std::{io, net::Ipv4Addr, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{
    TlsConnector,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, ServerName},
    },
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Message, protocol::Role},
};

/// Talks to Traefik on loopback and trusts the demo's authority alone.
pub(super) struct Client {
    connector: TlsConnector,
    hosts: Hosts,
}

/// A response.
pub(super) struct Reply {
    pub(super) status: u16,
    /// Status line and header lines.
    head: String,
    /// The body; after a 101, the message that the other side echoed.
    pub(super) body: String,
}

impl Client {
    pub(super) fn new(authority: CertificateDer<'static>, hosts: Hosts) -> Result<Self, DemoError> {
        let mut roots = RootCertStore::empty();
        roots.add(authority).map_err(DemoError::Tls)?;
        let provider = Arc::new(aws_lc_rs::default_provider());
        let configuration = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(DemoError::Tls)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { connector: TlsConnector::from(Arc::new(configuration)), hosts })
    }

    /// Sends `request` as it stands to the host of `label` and reads the whole answer. When the
    /// answer opens a WebSocket, sends [`MESSAGE`] and reads one message.
    pub(super) async fn send(&self, label: &str, request: &str) -> io::Result<Reply> {
        timeout(PATIENCE, self.exchange(label, request)).await?
    }

    async fn exchange(&self, label: &str, request: &str) -> io::Result<Reply> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.hosts.port()));
        let stream = TcpStream::connect(address).await?;
        let name = ServerName::try_from(host(label)).map_err(io::Error::other)?;
        let mut stream = self.connector.connect(name, stream).await?;
        stream.write_all(request.as_bytes()).await?;
        let head = read_head(&mut stream).await?;
        let status = status_of(&head).ok_or(io::ErrorKind::InvalidData)?;
        let body = if status == 101 {
            let mut socket = WebSocketStream::from_raw_socket(stream, Role::Client, None).await;
            socket.send(Message::text(MESSAGE)).await.map_err(io::Error::other)?;
            let message = socket.next().await.ok_or(io::ErrorKind::UnexpectedEof)?;
            message.and_then(Message::into_text).map_err(io::Error::other)?.as_str().to_owned()
        } else {
            let mut body = Vec::new();
            match stream.take(body_length(&head)).read_to_end(&mut body).await {
                // Many servers close without the alert that TLS wants.
                Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => return Err(error),
                _ => String::from_utf8_lossy(&body).into_owned(),
            }
        };
        Ok(Reply::new(status, head, body))
    }
}

impl Reply {
    /// `head` is the status line and the header lines.
    pub(super) fn new(status: u16, head: String, body: String) -> Self {
        Self { status, head, body }
    }

    /// The first value of a header, by its name in any case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers(name).next()
    }

    /// All of them, in order.
    pub(super) fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(':'))
            .filter(move |(candidate, _)| candidate.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    }
}

/// The status that a plain HTTP server on loopback answers to a GET.
pub(super) async fn plain_status(address: SocketAddr, path: &str) -> io::Result<u16> {
    let exchange = async {
        let mut stream = TcpStream::connect(address).await?;
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let head = read_head(&mut stream).await?;
        status_of(&head).ok_or_else(|| io::ErrorKind::InvalidData.into())
    };
    timeout(PATIENCE, exchange).await?
}

/// Reads up to the empty line and not a byte further: what follows may be WebSocket frames.
async fn read_head(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() >= HEAD_LIMIT {
            return Err(io::ErrorKind::InvalidData.into());
        }
        head.push(stream.read_u8().await?);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

/// How much may be read of the body. A refused upgrade leaves the connection open, so without a
/// length the end of the stream would never come.
fn body_length(head: &str) -> u64 {
    let head = head.to_ascii_lowercase();
    let stated = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    match stated.map(|length| length.trim().parse::<u64>()) {
        Some(Ok(length)) => length.min(BODY_LIMIT),
        _ if head.contains("\r\nconnection: close\r\n") => BODY_LIMIT,
        _ => 0,
    }
}

fn status_of(head: &str) -> Option<u16> {
    head.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()
}

/// What is sent through a WebSocket that opened, to see it come back.
pub(super) const MESSAGE: &str = "hello";

const PATIENCE: Duration = Duration::from_secs(10);
const HEAD_LIMIT: usize = 64 * 1024;
const BODY_LIMIT: u64 = 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn head_ends_at_the_empty_line() {
        let mut bytes: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nA: b\r\n\r\n\x81\x02hi";
        let head = read_head(&mut bytes).await.unwrap();
        assert_eq!(status_of(&head), Some(101));
        assert_eq!(bytes, b"\x81\x02hi");
    }

    #[tokio::test]
    async fn an_endless_head_is_refused() {
        let mut bytes = tokio::io::repeat(b'a');
        assert!(read_head(&mut bytes).await.is_err());
    }

    #[test]
    fn header_is_found_in_any_case() {
        let head = "HTTP/1.1 302 Found\r\nLOCATION:  https://a/ \r\n\r\n".to_owned();
        let reply = Reply::new(302, head, String::new());
        assert_eq!(reply.header("location"), Some("https://a/"));
        assert_eq!(reply.header("set-cookie"), None);
    }

    #[test]
    fn body_is_read_only_as_far_as_it_can_end() {
        for (row, head, expected) in [
            ("stated", "HTTP/1.1 403 X\r\nContent-Length: 12\r\n\r\n", 12),
            ("closed", "HTTP/1.1 200 X\r\nConnection: close\r\n\r\n", BODY_LIMIT),
            (
                "stated_and_closed",
                "HTTP/1.1 200 X\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
                0,
            ),
            ("open_end", "HTTP/1.1 403 X\r\nTransfer-Encoding: chunked\r\n\r\n", 0),
            ("too_long", "HTTP/1.1 200 X\r\nContent-Length: 99999999999\r\n\r\n", BODY_LIMIT),
        ] {
            assert_eq!(body_length(head), expected, "{row}");
        }
    }

    #[test]
    fn status_is_read_from_the_first_line_only() {
        for (head, expected) in [
            ("HTTP/1.1 200 OK\r\n", Some(200)),
            ("HTTP/1.1 200", Some(200)),
            ("HTTP/2 200", None),
            ("HTTP/1.1 20", None),
            ("", None),
        ] {
            assert_eq!(status_of(head), expected, "{head}");
        }
    }
}
