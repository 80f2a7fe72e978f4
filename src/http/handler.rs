//! What the server asks of each listener: one answer for each request. The server knows no more of
//! HTTP semantics than this trait; the handlers know nothing of sockets.

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::{Request, Response};
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;

/// Body of every answer.
pub type Body = Full<Bytes>;

/// The peer of a connection.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    /// The remote address of the socket.
    pub address: IpAddr,
    /// Whether it has presented a client certificate issued by a CA of `tls.client_ca_file`.
    pub client_certificate: bool,
}

/// Answers the requests of one listener.
pub trait Handler: Send + Sync + 'static {
    /// Answers one request; never blocks.
    fn answer(&self, peer: &Peer, request: &Request<Incoming>) -> Response<Body>;

    /// Whether the answer has to wait, for the request's body for instance. Then the server calls
    /// [`answer_async`](Self::answer_async).
    fn is_async(&self, _request: &Request<Incoming>) -> bool {
        false
    }

    /// Answers a request for which [`is_async`](Self::is_async) returns `true`. The server limits how
    /// long it may take.
    fn answer_async(self: Arc<Self>, peer: Peer, request: Request<Incoming>) -> AnswerFuture {
        Box::pin(std::future::ready(self.answer(&peer, &request)))
    }
}

/// The future of an answer.
pub type AnswerFuture = Pin<Box<dyn Future<Output = Response<Body>> + Send>>;
