//! The server over real sockets on loopback. Tokio's clock is paused and advances by itself when
//! nothing else is to do, so the time-outs are those of production and take no time.

mod http1;
mod http2;
mod limits;
mod tls;

use super::*;
use crate::http::{AnswerFuture, Peer};
use crate::observe::{Listener, Metrics};
use bytes::Bytes;
use http_body_util::{BodyExt, Collected, Full};
use hyper::body::Incoming;
use hyper::header::{COOKIE, HeaderValue};
use hyper::{Request, Response, StatusCode};
use std::net::SocketAddr;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// A running server.
struct Running {
    address: SocketAddr,
    trigger: Trigger,
    metrics: Arc<Metrics>,
    task: JoinHandle<()>,
}

impl Running {
    fn start(limits: Limits, tls: Option<Arc<Tls>>) -> Self {
        let listener = bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = listener.local_addr().unwrap();
        let metrics = Arc::new(Metrics::new(&[("allow", "permit")]));
        let counters = metrics.connections(Listener::Verify);
        let mut server = Server::new(Arc::new(Mirror), limits, counters).listen(listener);
        if let Some(tls) = tls {
            server = server.tls(tls);
        }
        let (trigger, shutdown) = Shutdown::new();
        let task = tokio::spawn(server.run(shutdown));
        Self { address, trigger, metrics, task }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// The value of a connection counter.
    fn count(&self, sample: &str) -> u64 {
        let text = self.metrics.text();
        let line = text.lines().find_map(|line| line.strip_prefix(sample));
        line.unwrap_or_else(|| panic!("{sample} in {text}")).trim().parse().unwrap()
    }
}

/// Echoes the request.
struct Mirror;

impl Handler for Mirror {
    fn answer(&self, peer: &Peer, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        let path = request.uri().path();
        assert!(path != "/panic", "as ordered");
        let size = path.strip_prefix("/size/").map_or(0, |size| size.parse().unwrap());
        let mut response = Response::new(Full::from(vec![b'x'; size]));
        *response.status_mut() =
            if path == "/deny" { StatusCode::FORBIDDEN } else { StatusCode::OK };
        let cookies = request.headers().get_all(COOKIE).iter().count();
        let certificate = peer.client_certificate;
        let headers = response.headers_mut();
        headers.insert("x-path", HeaderValue::from_str(path).unwrap());
        headers.insert("x-cookies", HeaderValue::from(cookies));
        headers.insert("x-certificate", HeaderValue::from(u16::from(certificate)));
        response
    }

    fn is_async(&self, request: &Request<Incoming>) -> bool {
        request.uri().path().starts_with("/body")
    }

    /// Answers with the length of the body.
    fn answer_async(self: Arc<Self>, _: Peer, request: Request<Incoming>) -> AnswerFuture {
        Box::pin(async move {
            assert!(request.uri().path() != "/body/panic", "as ordered");
            let body = request.into_body().collect().await.map(Collected::to_bytes);
            let mut response = Response::new(Full::default());
            let length = HeaderValue::from(body.map_or(0, |body| body.len()));
            response.headers_mut().insert("x-body", length);
            response
        })
    }
}

fn limits() -> Limits {
    Limits {
        header_bytes: 80 * 1024,
        headers: 128,
        connections: 100,
        header_timeout: Duration::from_secs(10),
        idle_timeout: Duration::from_secs(120),
        connection_age: Duration::from_secs(300),
    }
}

const GET: &[u8] = b"GET /a HTTP/1.1\r\nHost: gate\r\n\r\n";

/// Reads one HTTP/1.1 response without a body.
async fn answer(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => answer.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8(answer).unwrap()
}

/// Sends a request and reads one response.
async fn exchange(stream: &mut TcpStream, request: &[u8]) -> String {
    stream.write_all(request).await.unwrap();
    answer(stream).await
}

/// Everything until the server closes the connection, cleanly or not.
async fn rest(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut rest = Vec::new();
    let _end = stream.read_to_end(&mut rest).await;
    String::from_utf8_lossy(&rest).into_owned()
}

fn seconds(since: Instant) -> u64 {
    since.elapsed().as_secs()
}
