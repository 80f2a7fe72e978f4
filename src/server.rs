//! Network servers: accepting connections, TLS, limits, time-outs and draining.
//!
//! A [`Server`] has listeners and one [`Handler`], and calls the handler for each request. It
//! decides nothing about a request; it decides how long a peer may take, how much it may send, and
//! when a connection ends. `cli/serve` runs one server for each of `listen`, `admin_listen`,
//! `pages_listen` and `backchannel_listen`.
//!
//! A connection passes through these files: `listen` accepts it, `connection_table` registers it,
//! `connection` does TLS and hands it to hyper, `driver` polls it, `timed_stream` and `activity`
//! record what it does and since when, `service` calls the handler. One task for each server, the
//! sweeper in `connection_table`, ends or renews connections as `activity::judge` decides.

mod activity;
mod connection;
mod connection_table;
mod driver;
mod frames;
mod handshake;
mod listen;
mod self_signed;
mod service;
mod shutdown;
mod timed_stream;
mod tls;

pub use listen::bind;
pub use shutdown::{Shutdown, Trigger};
pub use tls::{PreparedTls, Tls, TlsError};

use crate::config::Limits;
use crate::http::Handler;
use crate::observe::Connections;
use activity::Timeouts;
use connection::Protocols;
use connection_table::ConnectionTable;
use listen::Acceptor;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// Listeners that share a handler, a connection limit and a shutdown.
pub struct Server {
    handler: Arc<dyn Handler>,
    limits: Limits,
    counters: Arc<Connections>,
    listeners: Vec<TcpListener>,
    tls: Option<Arc<Tls>>,
    drain: Duration,
}

impl Server {
    /// A server without listeners. `limits.connections` applies to all its listeners together.
    #[must_use]
    pub fn new(handler: Arc<dyn Handler>, limits: Limits, counters: Arc<Connections>) -> Self {
        Self { handler, limits, counters, listeners: Vec::new(), tls: None, drain: DRAIN }
    }

    /// Adds a listener. See [`bind`]; a listener bound elsewhere must set its own backlog and
    /// `TCP_NODELAY`.
    #[must_use]
    pub fn listen(mut self, listener: TcpListener) -> Self {
        self.listeners.push(listener);
        self
    }

    /// Uses TLS on all listeners, with HTTP/2 if the client offers it.
    #[must_use]
    pub fn tls(mut self, tls: Arc<Tls>) -> Self {
        self.tls = Some(tls);
        self
    }

    /// How long requests in progress may take after the shutdown begins; 10 s by default.
    #[must_use]
    pub fn drain(mut self, limit: Duration) -> Self {
        self.drain = limit;
        self
    }

    /// Serves until `shutdown`, finishes requests in progress, and returns.
    ///
    /// While draining, the listeners close after accepting what the kernel had queued; idle
    /// HTTP/1.1 connections close, others close after their response; HTTP/2 connections get
    /// GOAWAY. Connections that are still open after the drain limit, or when the shutdown reaches
    /// its second stage, are dropped.
    pub async fn run(self, shutdown: Shutdown) {
        let Self { handler, limits, counters, listeners, tls, drain } = self;
        let timeouts = Timeouts::new(limits.header_timeout, limits.idle_timeout);
        let table = Arc::new(ConnectionTable::new(
            limits.connections,
            timeouts,
            limits.connection_age,
            Arc::clone(&counters),
        ));
        let protocols =
            Arc::new(Protocols::new(handler, tls.clone(), &limits, Arc::clone(&counters)));

        // Dropping the set, on return or when this future is dropped, ends its tasks.
        let mut background = JoinSet::new();
        let sweeper = Arc::clone(&table);
        background.spawn(async move { sweeper.run_sweeper().await });
        if let Some(tls) = tls {
            let sweeper = Arc::clone(&table);
            let watched = Arc::clone(&tls);
            background.spawn(async move {
                loop {
                    watched.client_authorities_changed().await;
                    sweeper.renew_all();
                }
            });
            background.spawn(async move { tls.keep_valid().await });
        }

        let mut acceptors = JoinSet::new();
        for listener in listeners {
            let acceptor = Acceptor {
                listener,
                table: Arc::clone(&table),
                protocols: Arc::clone(&protocols),
                counters: Arc::clone(&counters),
            };
            let shutdown = shutdown.clone();
            acceptors.spawn(async move { acceptor.run(shutdown.draining()).await });
        }
        shutdown.draining().await;
        table.drain();
        tokio::select! {
            biased;
            () = shutdown.stopped() => {}
            () = tokio::time::sleep(drain) => {}
            () = async {
                acceptors.join_all().await;
                table.wait_until_empty().await;
            } => return,
        }
        let open = table.open();
        if open == 0 {
            return;
        }
        tracing::warn!(open, "dropping connections that are still open after the drain limit");
        table.end();
        // Each connection's task must be polled once more to see the order.
        let _late = tokio::time::timeout(END, table.wait_until_empty()).await;
    }
}

/// Answers take microseconds; a connection that needs longer has a peer that does not read.
const DRAIN: Duration = Duration::from_secs(10);
const END: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests;
