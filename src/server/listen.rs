//! Binding listeners and accepting connections until the shutdown.

use super::connection::Protocols;
use super::connection_table::ConnectionTable;
use crate::observe::{Connections, field};
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::OwnedSemaphorePermit;

/// Binds `address` with a long backlog: Traefik keeps two idle connections only, so under load most
/// checks open a new one, and the kernel must not drop a burst of them. The kernel caps the backlog
/// at its own limit (`net.core.somaxconn`).
///
/// # Errors
/// The operating system's error: the address is in use, is not local, or needs a privilege.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv6() { TcpSocket::new_v6()? } else { TcpSocket::new_v4()? };
    // A restart must not wait for connections in TIME_WAIT. On Windows the option has another
    // meaning and is not for servers.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    // On Linux accepted sockets inherit the option, which saves a system call for each connection;
    // elsewhere `Acceptor` sets it.
    socket.set_nodelay(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// The accept loop of one listener.
pub(super) struct Acceptor {
    pub(super) listener: TcpListener,
    pub(super) table: Arc<ConnectionTable>,
    pub(super) protocols: Arc<Protocols>,
    pub(super) counters: Arc<Connections>,
}

impl Acceptor {
    /// Accepts until `stop`, then accepts what the kernel has already queued, and closes the
    /// listener. So every connection made before that is served.
    pub(super) async fn run(self, stop: impl Future<Output = ()>) {
        tokio::select! {
            // Accept first: `stop` is checked only when no connection is waiting.
            biased;
            () = self.accept_all() => {}
            () = stop => self.accept_queued().await,
        }
    }

    async fn accept_all(&self) {
        let mut pause = SHORTEST_PAUSE;
        while let Some(permit) = self.table.room().await {
            match self.listener.accept().await {
                Ok((stream, address)) => {
                    pause = SHORTEST_PAUSE;
                    self.serve(stream, address, permit);
                }
                // The peer has already disconnected; accept the next one.
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                // Usually "too many open files", which lasts for a while. Retrying at once would
                // use a whole core; giving up would be an outage.
                Err(error) => {
                    self.counters.accept_failed();
                    tracing::warn!(
                        { field::ERROR } = %error,
                        "cannot accept a connection"
                    );
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    async fn accept_queued(&self) {
        for _ in 0..BACKLOG {
            let next = poll_fn(|context| Poll::Ready(self.listener.poll_accept(context)));
            let Poll::Ready(Ok((stream, address))) = next.await else {
                return;
            };
            let Some(permit) = self.table.room().await else {
                return;
            };
            self.serve(stream, address, permit);
        }
    }

    fn serve(&self, stream: TcpStream, address: SocketAddr, permit: OwnedSemaphorePermit) {
        if !cfg!(target_os = "linux") && stream.set_nodelay(true).is_err() {
            return;
        }
        let entry = self.table.enter(permit);
        Arc::clone(&self.protocols).serve(stream, address, entry);
    }
}

/// The kernel's queue of connections that are not accepted yet.
const BACKLOG: u32 = 4096;
const SHORTEST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
