//! One connection from the first byte to the last: TLS, the choice of protocol, hyper, and the
//! sweeper's orders.

use super::activity::{Activity, Order};
use super::service::{Door, OnTheSpot};
use super::sweep::Entry;
use super::tls::Tls;
use super::watched::Watched;
use crate::config::Limits;
use crate::http::{Handler, Peer};
use crate::observe::Connections;
use hyper::server::conn::{http1, http2};
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::{future::poll_fn, io};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

/// What all connections of a server have in common.
pub(super) struct Protocols {
    handler: Arc<dyn Handler>,
    tls: Option<Arc<Tls>>,
    http1: http1::Builder,
    http2: http2::Builder<OnTheSpot>,
    counters: Arc<Connections>,
}

impl Protocols {
    /// Sets the limits of both protocols.
    ///
    /// `header_bytes` and `headers` are counted by the HTTP part, which answers 431 with a page of
    /// ours. What is set here lies above them and is for those who go far beyond: they get hyper's
    /// bare 431, or lose the connection.
    pub(super) fn new(
        handler: Arc<dyn Handler>,
        tls: Option<Arc<Tls>>,
        limits: &Limits,
        counters: Arc<Connections>,
    ) -> Self {
        let lines = limits.headers.saturating_add(COOKIE_LINES);
        let head = limits.header_bytes.saturating_add(HTTP1_HEADROOM);
        let mut http1 = http1::Builder::new();
        http1
            // The size of the buffer alone is no limit: what one read brings may exceed it.
            .max_buf_size(head)
            .max_header_size(head)
            .max_headers(lines)
            // The sweeper keeps time; see `activity`.
            .header_read_timeout(None)
            // An answer and its small body fit one buffer: one `write` is cheaper than a `writev`
            // over 64 slots.
            .writev(false);

        let answer = OnTheSpot { limit: limits.header_timeout, counters: Arc::clone(&counters) };
        let list = limits.header_bytes.saturating_add(lines.saturating_mul(HPACK_OVERHEAD));
        let mut http2 = http2::Builder::new(answer);
        http2
            .max_header_list_size(u32::try_from(list).unwrap_or(u32::MAX))
            .max_concurrent_streams(STREAMS)
            .max_pending_accept_reset_streams(PENDING_RESETS)
            .max_local_error_reset_streams(ERROR_RESETS)
            // Bodies are never read, so no window is ever given back.
            .initial_stream_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .max_send_buf_size(SEND_BUFFER);
        Self { handler, tls, http1, http2, counters }
    }

    /// Serves one connection to its end, whoever ends it.
    pub(super) async fn serve(&self, stream: TcpStream, address: SocketAddr, entry: Entry) {
        let outcome = match &self.tls {
            None => self.plain(stream, address, &entry).await,
            Some(tls) => self.encrypted(stream, address, &entry, tls).await,
        };
        if let Err(error) = outcome {
            tracing::debug!(
                { crate::observe::field::PEER } = %address.ip(),
                { crate::observe::field::ERROR } = %error,
                "connection failed"
            );
        }
    }

    /// HTTP/1.1 and nothing else: HTTP/2 without TLS would have to be guessed from the first
    /// bytes, and Traefik never speaks it.
    async fn plain(&self, stream: TcpStream, peer: SocketAddr, entry: &Entry) -> hyper::Result<()> {
        let door = self.door(peer, false, entry);
        let stream = Watched::http1(stream, Arc::clone(&entry.activity));
        let connection = self.http1.serve_connection(TokioIo::new(stream), door);
        drive(pin!(connection), &entry.activity, Order::Stay).await.map(drop)
    }

    async fn encrypted(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
        entry: &Entry,
        tls: &Tls,
    ) -> hyper::Result<()> {
        let activity = &entry.activity;
        // The handshake is timed like a head; nothing but its end stops the clock.
        activity.reads_on();
        let handshake = pin!(Handshake(tls.acceptor().accept(stream)));
        let outcome = drive(handshake, activity, Order::Stay).await;
        activity.has_read();
        let stream = match outcome {
            Ok(Some(stream)) => stream,
            Ok(None) => {
                self.counters.handshake_failed();
                return Ok(());
            }
            Err(error) => {
                self.counters.handshake_failed();
                tracing::debug!(
                    { crate::observe::field::PEER } = %peer.ip(),
                    { crate::observe::field::ERROR } = %error,
                    "tls handshake failed"
                );
                return Ok(());
            }
        };
        let (_, session) = stream.get_ref();
        // Where client certificates are asked for they are required, so this is also "verified".
        let certificate = session.peer_certificates().is_some();
        let http2 = session.alpn_protocol() == Some(super::tls::HTTP2);
        let door = self.door(peer, certificate, entry);
        if http2 {
            let stream = Watched::http2(stream, Arc::clone(activity));
            let connection = self.http2.serve_connection(TokioIo::new(stream), door);
            drive(pin!(connection), activity, Order::Stay).await.map(drop)
        } else {
            // An order to drain that came during the handshake must not close this connection
            // before its first request: the answer will say `Connection: close`.
            let obeyed = activity.order().min(Order::Drain);
            let stream = Watched::http1(stream, Arc::clone(activity));
            let connection = self.http1.serve_connection(TokioIo::new(stream), door);
            drive(pin!(connection), activity, obeyed).await.map(drop)
        }
    }

    fn door(&self, peer: SocketAddr, client_certificate: bool, entry: &Entry) -> Door {
        Door {
            handler: Arc::clone(&self.handler),
            // A dual-stack listener reports IPv4 peers as `::ffff:a.b.c.d`.
            peer: Peer { address: peer.ip().to_canonical(), client_certificate },
            activity: Arc::clone(&entry.activity),
            counters: Arc::clone(&self.counters),
        }
    }
}

/// Polls a connection and obeys the sweeper. `Ok(None)` when the order was to end it.
async fn drive<C: Conversation>(
    mut conversation: Pin<&mut C>,
    activity: &Activity,
    mut obeyed: Order,
) -> Result<Option<C::Done>, C::Error> {
    let mut known: Option<Waker> = None;
    poll_fn(|context| {
        // The task's waker does not change in practice, so its lock is taken once.
        if !known.as_ref().is_some_and(|waker| waker.will_wake(context.waker())) {
            known = Some(context.waker().clone());
            activity.attend(context);
        }
        let order = activity.order();
        if order > obeyed {
            obeyed = order;
            match order {
                Order::Stay => {}
                Order::Renew => conversation.as_mut().renew(),
                Order::Drain => conversation.as_mut().close(),
                Order::End => return Poll::Ready(Ok(None)),
            }
        }
        conversation.as_mut().poll(context).map_ok(Some)
    })
    .await
}

/// What can be driven: a handshake or a connection of either protocol.
trait Conversation: Future<Output = Result<Self::Done, Self::Error>> {
    type Done;
    type Error;
    /// The peer shall open a new connection for its next requests.
    fn renew(self: Pin<&mut Self>);
    /// Ends as soon as what is under way is done.
    fn close(self: Pin<&mut Self>);
}

impl Conversation for http1::Connection<TokioIo<Watched<TcpStream>>, Door> {
    type Done = ();
    type Error = hyper::Error;

    /// The service says `Connection: close` with the next answer. Closing a connection that rests
    /// would race with a request that is on its way.
    fn renew(self: Pin<&mut Self>) {}

    fn close(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}

impl Conversation for http1::Connection<TokioIo<Watched<TlsStream<TcpStream>>>, Door> {
    type Done = ();
    type Error = hyper::Error;

    fn renew(self: Pin<&mut Self>) {}

    fn close(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}

impl Conversation for http2::Connection<TokioIo<Watched<TlsStream<TcpStream>>>, Door, OnTheSpot> {
    type Done = ();
    type Error = hyper::Error;

    /// GOAWAY; requests under way are answered.
    fn renew(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }

    /// The same; said twice it does nothing.
    fn close(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}

/// A TLS handshake under way.
struct Handshake(tokio_rustls::Accept<TcpStream>);

impl Future for Handshake {
    type Output = io::Result<TlsStream<TcpStream>>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context)
    }
}

impl Conversation for Handshake {
    type Done = TlsStream<TcpStream>;
    type Error = io::Error;

    fn renew(self: Pin<&mut Self>) {}

    /// A handshake is as good as a request under way.
    fn close(self: Pin<&mut Self>) {}
}

/// Over HTTP/2 Traefik sends every cookie as a field of its own, and cookies do not count towards
/// `limits.headers`; so many fields or lines more than it may arrive.
const COOKIE_LINES: usize = 1024;
/// What HTTP/1.1 may hold beyond `limits.header_bytes`: the request line, and room for the HTTP
/// part to see that the limit is exceeded and to say so properly.
const HTTP1_HEADROOM: usize = 16 * 1024;
/// What RFC 9113 section 6.5.2 counts for each field beside its bytes.
const HPACK_OVERHEAD: usize = 32;
/// Traefik opens another connection when it needs more.
const STREAMS: u32 = 256;
/// Streams reset before we saw them, and streams reset for errors of the peer's, before the
/// connection is cut (CVE-2023-44487, RUSTSEC-2024-0003).
const PENDING_RESETS: usize = 64;
const ERROR_RESETS: usize = 256;
/// A stray body is thrown away unread; this is how much of it a peer may send before it waits.
const STREAM_WINDOW: u32 = 16 * 1024;
/// The least that RFC 9113 section 6.9.2 allows, for all streams together.
const CONNECTION_WINDOW: u32 = 65_535;
/// Far above any answer.
const SEND_BUFFER: usize = 64 * 1024;
