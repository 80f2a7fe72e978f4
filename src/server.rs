//! Sockets: accepting, TLS, limits, time-outs and the orderly end.
//!
//! A [`Server`] has listeners and one [`Handler`], and turns connections into calls of it. It
//! decides nothing about a request; what it does decide is how long a peer may take, how much it
//! may send, and when a connection ends. `cli/serve` runs one server for `listen`, one for
//! `admin_listen` and one for `pages_listen`.
//!
//! The road of a connection: [`listen`](self::bind) accepts it, `sweep` enters it in the table of
//! open connections, `connection` does TLS and hands it to hyper, `conversation` drives it, `watched`
//! and `activity` note what it does and since when, `service` calls the handler. One task per server (`sweep`) ends or
//! renews what `activity::judge` says.

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

/// Listeners that share a handler, a limit on connections, and an end.
pub struct Server {
    handler: Arc<dyn Handler>,
    limits: Limits,
    counters: Arc<Connections>,
    listeners: Vec<TcpListener>,
    tls: Option<Arc<Tls>>,
    drain: Duration,
}

impl Server {
    /// A server without listeners yet. `limits.connections` holds for all of them together.
    #[must_use]
    pub fn new(handler: Arc<dyn Handler>, limits: Limits, counters: Arc<Connections>) -> Self {
        Self { handler, limits, counters, listeners: Vec::new(), tls: None, drain: DRAIN }
    }

    /// Serves this one too. See [`bind`]; a listener that was bound elsewhere has to bring its own
    /// queue length and `TCP_NODELAY`.
    #[must_use]
    pub fn listen(mut self, listener: TcpListener) -> Self {
        self.listeners.push(listener);
        self
    }

    /// Speaks TLS, and HTTP/2 where the client offers it, on all listeners.
    #[must_use]
    pub fn tls(mut self, tls: Arc<Tls>) -> Self {
        self.tls = Some(tls);
        self
    }

    /// How long requests under way have before they are dropped at the end; 10 s by default.
    #[must_use]
    pub fn drain(mut self, limit: Duration) -> Self {
        self.drain = limit;
        self
    }

    /// Serves until `shutdown`, finishes what is under way, and returns.
    ///
    /// Draining: the listeners close, after what the kernel had queued was accepted; resting
    /// HTTP/1.1 connections close, the others close with their answer; HTTP/2 connections get
    /// GOAWAY. What is left after the drain limit, or when the shutdown says stop, is dropped.
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

        // Dropping the set, at the end or when this future is dropped, ends its tasks.
        let mut keepers = JoinSet::new();
        let kept = Arc::clone(&table);
        keepers.spawn(async move { kept.run_sweeper().await });
        if let Some(tls) = tls {
            let kept = Arc::clone(&table);
            let watched = Arc::clone(&tls);
            keepers.spawn(async move {
                loop {
                    watched.client_authorities_changed().await;
                    kept.renew_all();
                }
            });
            keepers.spawn(async move { tls.keep_valid().await });
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
        tracing::warn!(open, "connections were still open and are dropped");
        table.end();
        // Each task has to be polled once more to see it.
        let _late = tokio::time::timeout(END, table.wait_until_empty()).await;
    }
}

/// Answers take microseconds; what takes longer than this is a peer that does not read.
const DRAIN: Duration = Duration::from_secs(10);
const END: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests;
