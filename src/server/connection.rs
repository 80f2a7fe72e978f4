//! One connection from accept to close: TLS, choice of protocol, hyper, and the sweeper's orders.

use super::activity::Order;
use super::connection_table::Entry;
use super::driver::{Handshake, drive};
use super::handshake::HandshakeFailures;
use super::service::{ConnectionService, InlineExecutor};
use super::timed_stream::TimedStream;
use super::tls::Tls;
use crate::config::Limits;
use crate::http::{Handler, Peer};
use crate::observe::{Connections, field};
use hyper::server::conn::{http1, http2};
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;

/// What all connections of a server share.
pub(super) struct Protocols {
    handler: Arc<dyn Handler>,
    tls: Option<Arc<Tls>>,
    http1: http1::Builder,
    http2: http2::Builder<InlineExecutor>,
    counters: Arc<Connections>,
    answer_timeout: Duration,
    failures: HandshakeFailures,
}

impl Protocols {
    /// Sets the limits of both protocols.
    ///
    /// The HTTP module counts `header_bytes` and `headers` and answers 431 with a page of its own.
    /// Over HTTP/1.1 the limits set here are above everything that Traefik forwards; a longer head
    /// gets hyper's bare 431 or ends the connection.
    ///
    /// Over HTTP/2 the requests of all users share one connection, so nothing in one request may end
    /// it. h2 takes a header name of 65,536 bytes for an error of the connection, because the type
    /// `HeaderName` cannot hold it. So the announced limit of a header list is below that: Go's
    /// client, which Traefik uses, does not send a longer list, and the user who sent it gets
    /// Traefik's 500.
    ///
    /// Memory is bounded by [`HEAD`] (1.1 MiB) for an HTTP/1.1 connection and by [`STREAMS`] lists
    /// of 64 KiB for an HTTP/2 connection, times `limits.connections`.
    pub(super) fn new(
        handler: Arc<dyn Handler>,
        tls: Option<Arc<Tls>>,
        limits: &Limits,
        counters: Arc<Connections>,
    ) -> Self {
        let lines = limits.headers.saturating_add(COOKIE_LINES);
        let head = limits.header_bytes.max(HEAD);
        let mut http1 = http1::Builder::new();
        http1
            // The buffer size alone is no limit: one read may exceed it.
            .max_buf_size(head)
            .max_header_size(head)
            .max_headers(lines)
            // The sweeper enforces time-outs; see `activity`.
            .header_read_timeout(None)
            // A response with its small body fits one buffer: one `write` is cheaper than a
            // `writev` over 64 slots.
            .writev(false);

        let answer =
            InlineExecutor { limit: limits.header_timeout, counters: Arc::clone(&counters) };
        let list =
            limits.header_bytes.saturating_add(limits.headers.saturating_mul(HPACK_OVERHEAD));
        let list = list.min(MAX_LIST);
        let mut http2 = http2::Builder::new(answer);
        http2
            .max_header_list_size(u32::try_from(list).unwrap_or(u32::MAX))
            .max_concurrent_streams(STREAMS)
            .max_pending_accept_reset_streams(PENDING_RESETS)
            .max_local_error_reset_streams(ERROR_RESETS)
            // Few requests have a body, and bodies are small, so small windows suffice.
            .initial_stream_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .max_send_buf_size(SEND_BUFFER);
        let answer_timeout = limits.header_timeout;
        Self {
            handler,
            tls,
            http1,
            http2,
            counters,
            answer_timeout,
            failures: HandshakeFailures::default(),
        }
    }

    /// Serves one connection to its end, in a task of its own.
    ///
    /// Plain and TLS connections use different futures: a future for both would be as large as the
    /// larger one, and copying the TLS state costs a plain connection as much as the rest of the
    /// work.
    pub(super) fn serve(self: Arc<Self>, stream: TcpStream, peer: SocketAddr, entry: Entry) {
        match self.tls.clone() {
            None => tokio::spawn(async move {
                let outcome = self.plain(stream, peer, &entry).await;
                report(peer, outcome);
            }),
            Some(tls) => tokio::spawn(async move {
                let outcome = self.encrypted(stream, peer, &entry, &tls).await;
                report(peer, outcome);
            }),
        };
    }

    /// HTTP/1.1 only: HTTP/2 without TLS would have to be detected from the first bytes, and
    /// Traefik never uses it.
    async fn plain(&self, stream: TcpStream, peer: SocketAddr, entry: &Entry) -> hyper::Result<()> {
        let service = self.service(peer, false, entry);
        let stream = TimedStream::http1(stream, Arc::clone(&entry.activity));
        let connection = self.http1.serve_connection(TokioIo::new(stream), service);
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
        // The handshake is timed like a head; only its end stops the clock.
        activity.start_reading();
        let handshake = pin!(Handshake(tls.acceptor().accept(stream)));
        let outcome = drive(handshake, activity, Order::Stay).await;
        activity.finish_reading();
        let stream = match outcome {
            Ok(Some(stream)) => stream,
            Ok(None) => {
                self.counters.handshake_failed();
                return Ok(());
            }
            Err(error) => {
                self.counters.handshake_failed();
                self.failures.report(peer.ip().to_canonical(), &error);
                return Ok(());
            }
        };
        let (_, session) = stream.get_ref();
        // Client certificates are required as soon as they are requested, so a present certificate
        // is a verified one.
        let certificate = session.peer_certificates().is_some();
        let http2 = session.alpn_protocol() == Some(super::tls::HTTP2);
        let service = self.service(peer, certificate, entry);
        if http2 {
            let stream = TimedStream::http2(stream, Arc::clone(activity));
            let connection = self.http2.serve_connection(TokioIo::new(stream), service);
            drive(pin!(connection), activity, Order::Stay).await.map(drop)
        } else {
            // An order to drain that came during the handshake must not close this connection
            // before its first request: the response will carry `Connection: close`.
            let obeyed = activity.order().min(Order::Drain);
            let stream = TimedStream::http1(stream, Arc::clone(activity));
            let connection = self.http1.serve_connection(TokioIo::new(stream), service);
            drive(pin!(connection), activity, obeyed).await.map(drop)
        }
    }

    fn service(
        &self,
        peer: SocketAddr,
        client_certificate: bool,
        entry: &Entry,
    ) -> ConnectionService {
        ConnectionService {
            handler: Arc::clone(&self.handler),
            // A dual-stack listener reports IPv4 peers as `::ffff:a.b.c.d`.
            peer: Peer { address: peer.ip().to_canonical(), client_certificate },
            activity: Arc::clone(&entry.activity),
            counters: Arc::clone(&self.counters),
            answer_timeout: self.answer_timeout,
        }
    }
}

/// Peers that disconnect or send garbage are normal, so this is logged at debug level.
fn report(peer: SocketAddr, outcome: hyper::Result<()>) {
    if let Err(error) = outcome {
        tracing::debug!(
            { field::PEER } = %peer.ip(),
            { field::ERROR } = %error,
            "connection failed"
        );
    }
}

/// What Traefik accepts from a client (`maxHeaderBytes`, 1 MiB, plus the 4 KiB that Go adds), and
/// room for the headers that Traefik adds.
const HEAD: usize = (1 << 20) + 64 * 1024;
/// Cookies do not count towards `limits.headers`; over HTTP/1.1 this many lines more may arrive.
const COOKIE_LINES: usize = 1024;
/// One byte less than the name that ends a connection.
const MAX_LIST: usize = 65_535;
/// What RFC 9113 section 6.5.2 adds for each field to its bytes.
const HPACK_OVERHEAD: usize = 32;
/// Traefik opens another connection when it needs more.
const STREAMS: u32 = 100;
/// Streams reset before they were accepted, and streams reset because of the peer's errors, before
/// the connection is closed (CVE-2023-44487, RUSTSEC-2024-0003).
const PENDING_RESETS: usize = 64;
const ERROR_RESETS: usize = 256;
/// An unexpected body is discarded unread; this is how much of it a peer may send before it must
/// wait.
const STREAM_WINDOW: u32 = 16 * 1024;
/// The minimum that RFC 9113 section 6.9.2 allows, for all streams together.
const CONNECTION_WINDOW: u32 = 65_535;
/// Far above the size of any response.
const SEND_BUFFER: usize = 64 * 1024;
