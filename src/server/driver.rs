//! Applies the sweeper's orders to a TLS handshake, an HTTP/1.1 connection or an HTTP/2 connection.
//! Each of them ends in its own way.

use super::activity::{Activity, Order};
use super::service::{ConnectionService, InlineExecutor};
use super::timed_stream::TimedStream;
use hyper::server::conn::{http1, http2};
use hyper_util::rt::TokioIo;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

/// Polls a connection and obeys the sweeper. `Ok(None)` if the sweeper ended it.
pub(super) async fn drive<C: ManagedConnection>(
    mut connection: Pin<&mut C>,
    activity: &Activity,
    mut obeyed: Order,
) -> Result<Option<C::Done>, C::Error> {
    let mut known: Option<Waker> = None;
    poll_fn(|context| {
        // The task's waker does not change in practice, so the lock is taken once.
        if !known.as_ref().is_some_and(|waker| waker.will_wake(context.waker())) {
            known = Some(context.waker().clone());
            activity.register_waker(context);
        }
        let order = activity.order();
        if order > obeyed {
            obeyed = order;
            match order {
                Order::Stay => {}
                Order::Renew => connection.as_mut().renew(),
                Order::Drain => connection.as_mut().close(),
                Order::End => return Poll::Ready(Ok(None)),
            }
        }
        connection.as_mut().poll(context).map_ok(Some)
    })
    .await
}

/// A handshake, or a connection of either protocol.
pub(super) trait ManagedConnection:
    Future<Output = Result<Self::Done, Self::Error>>
{
    /// The result.
    type Done;
    /// The error.
    type Error;
    /// Makes the peer open a new connection for its next requests.
    fn renew(self: Pin<&mut Self>);
    /// Ends it as soon as the requests in progress are answered.
    fn close(self: Pin<&mut Self>);
}

impl ManagedConnection for http1::Connection<TokioIo<TimedStream<TcpStream>>, ConnectionService> {
    type Done = ();
    type Error = hyper::Error;

    /// The service adds `Connection: close` to the next response. Closing an idle connection would
    /// race with a request that is already on its way.
    fn renew(self: Pin<&mut Self>) {}

    fn close(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}

impl ManagedConnection
    for http1::Connection<TokioIo<TimedStream<TlsStream<TcpStream>>>, ConnectionService>
{
    type Done = ();
    type Error = hyper::Error;

    fn renew(self: Pin<&mut Self>) {}

    fn close(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}

impl ManagedConnection
    for http2::Connection<
        TokioIo<TimedStream<TlsStream<TcpStream>>>,
        ConnectionService,
        InlineExecutor,
    >
{
    type Done = ();
    type Error = hyper::Error;

    /// Sends GOAWAY; requests in progress are answered.
    fn renew(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }

    /// Sends GOAWAY; a second call has no effect.
    fn close(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}

/// A TLS handshake in progress.
pub(super) struct Handshake(pub(super) tokio_rustls::Accept<TcpStream>);

impl Future for Handshake {
    type Output = io::Result<TlsStream<TcpStream>>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context)
    }
}

impl ManagedConnection for Handshake {
    type Done = TlsStream<TcpStream>;
    type Error = io::Error;

    fn renew(self: Pin<&mut Self>) {}

    /// A handshake in progress is treated like a request in progress.
    fn close(self: Pin<&mut Self>) {}
}
