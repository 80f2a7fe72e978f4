//! The floor: a bare hyper server that answers every request with 200, an empty body and the
//! headers of a permit, and decides nothing. It is what no gate on hyper can be faster than, so
//! all other rows are ratios to it.
//!
//! It runs as a process of its own (this executable with a hidden argument), because that is how
//! the gate runs. `Work::Hash` makes a floor that does a known piece of work more; measured in the
//! gate's place, it shows that the harness sees a difference of that size.

use crate::failure::Failure;
use crate::tls;
use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::header::{COOKIE, HeaderName, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::convert::Infallible;
use std::future::{Ready, ready};
use std::hint::black_box;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// What a floor process is started with.
pub struct Floor {
    pub listen: SocketAddr,
    /// A file of `name: value` lines: the headers of every answer.
    pub headers: PathBuf,
    /// The folder with certificate and key; HTTP/2 by ALPN. Plain HTTP/1.1 when absent.
    pub tls: Option<PathBuf>,
    pub work: Work,
}

/// What is done for each request beside answering it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Nothing: the floor.
    Nothing,
    /// SHA-256 of the cookies, about 1.4 KB.
    Hash,
}

impl Floor {
    /// Serves until the process is ended. The number of workers is tokio's default, which the
    /// environment variable `TOKIO_WORKER_THREADS` sets.
    pub fn run(self) -> Result<(), Failure> {
        let answer = Arc::new(Answer::read(&self.headers, self.work)?);
        let acceptor = self.tls.as_deref().map(tls::server).transpose()?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_io()
            .build()
            .map_err(Failure::io("starting the floor's runtime"))?;
        // Accepting on the worker itself spares a wake-up between threads for each connection,
        // which would make the floor dearer than it has to be.
        runtime
            .block_on(async {
                let accepting = tokio::spawn(accept(self.listen, acceptor, answer));
                accepting.await.unwrap_or_else(|failed| Err(io::Error::other(failed)))
            })
            .map_err(Failure::io("accepting connections on the floor"))
    }
}

async fn accept(
    listen: SocketAddr,
    acceptor: Option<TlsAcceptor>,
    answer: Arc<Answer>,
) -> io::Result<()> {
    let listener = TcpListener::bind(listen).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        let answer = Arc::clone(&answer);
        let Some(acceptor) = acceptor.clone() else {
            tokio::spawn(http1(stream, answer));
            continue;
        };
        // Answers of several streams are written one by one: with Nagle's algorithm each would wait
        // for the acknowledgement of the one before.
        stream.set_nodelay(true)?;
        tokio::spawn(async move {
            let Ok(stream) = acceptor.accept(stream).await else {
                return;
            };
            if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
                http2(stream, answer).await;
            } else {
                http1(stream, answer).await;
            }
        });
    }
}

// A connection that breaks is not handled here: the load counts the missing answers.

async fn http1(stream: impl AsyncRead + AsyncWrite + Unpin, answer: Arc<Answer>) {
    let service = service_fn(move |request| answer.to(&request));
    let connection = hyper::server::conn::http1::Builder::new();
    drop(connection.serve_connection(TokioIo::new(stream), service).await);
}

async fn http2(stream: impl AsyncRead + AsyncWrite + Unpin, answer: Arc<Answer>) {
    let service = service_fn(move |request| answer.to(&request));
    let connection = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
    drop(connection.serve_connection(TokioIo::new(stream), service).await);
}

struct Answer {
    headers: Vec<(HeaderName, HeaderValue)>,
    work: Work,
}

impl Answer {
    fn to(&self, request: &Request<Incoming>) -> Ready<Result<Response<Empty<Bytes>>, Infallible>> {
        if self.work == Work::Hash {
            for cookies in request.headers().get_all(COOKIE) {
                black_box(digest(&SHA256, cookies.as_bytes()));
            }
        }
        let mut response = Response::new(Empty::new());
        let headers = response.headers_mut();
        headers.reserve(self.headers.len());
        for (name, value) in &self.headers {
            headers.append(name.clone(), value.clone());
        }
        ready(Ok(response))
    }

    fn read(file: &Path, work: Work) -> Result<Self, Failure> {
        let text =
            std::fs::read_to_string(file).map_err(Failure::io("reading the floor's headers"))?;
        let mut headers = Vec::new();
        for line in text.lines() {
            let parsed = line.split_once(": ").and_then(|(name, value)| {
                Some((name.parse().ok()?, HeaderValue::from_str(value).ok()?))
            });
            headers.push(parsed.ok_or(Failure::Protocol("the floor's headers are malformed"))?);
        }
        Ok(Self { headers, work })
    }
}
