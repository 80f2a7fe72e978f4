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

/// Who is on the other end of the connection.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    /// Remote address as the socket has it.
    pub address: IpAddr,
    /// Presented a certificate that `tls.client_ca_file` vouches for.
    pub client_certificate: bool,
}

/// What a listener asks for every request.
pub trait Handler: Send + Sync + 'static {
    /// The answer to one request; never blocks.
    fn answer(&self, peer: &Peer, request: &Request<Incoming>) -> Response<Body>;

    /// Whether the answer has to wait, for the request's body for instance. Then
    /// [`answer_async`](Self::answer_async) gives it.
    fn is_async(&self, _request: &Request<Incoming>) -> bool {
        false
    }

    /// The answer to a request that [`waits`](Self::waits). The server bounds how long it may take.
    fn answer_async(self: Arc<Self>, peer: Peer, request: Request<Incoming>) -> AnswerFuture {
        Box::pin(std::future::ready(self.answer(&peer, &request)))
    }
}

/// An answer that is on its way.
pub type AnswerFuture = Pin<Box<dyn Future<Output = Response<Body>> + Send>>;
