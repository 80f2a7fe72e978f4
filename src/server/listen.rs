//! Binding, and accepting until told to stop.

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

/// Binds `address` with a long queue: Traefik keeps two idle connections only, so under load most
/// checks open a new one, and a burst of them must not be dropped by the kernel. The kernel cuts
/// the length to its own limit (`net.core.somaxconn`).
///
/// # Errors
/// What the operating system says: the address is taken, is not ours, or needs a privilege.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv6() { TcpSocket::new_v6()? } else { TcpSocket::new_v4()? };
    // A restart must not wait for connections of the last run that linger in TIME_WAIT. On Windows
    // the option means something else and is not for servers.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    // Linux hands the option down to what is accepted, which saves a system call for each
    // connection; elsewhere `Acceptor` sets it.
    socket.set_nodelay(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// One listener at work.
pub(super) struct Acceptor {
    pub(super) listener: TcpListener,
    pub(super) table: Arc<ConnectionTable>,
    pub(super) protocols: Arc<Protocols>,
    pub(super) counters: Arc<Connections>,
}

impl Acceptor {
    /// Accepts until `stop`, then takes what the kernel has queued already, and closes the
    /// listener: who came before it closed is served.
    pub(super) async fn run(self, stop: impl Future<Output = ()>) {
        tokio::select! {
            // Accepting first: `stop` is looked at only when nobody is waiting.
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
                // The peer was faster; the next one waits already.
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                // Mostly "too many open files", which stays true for a while: trying again at once
                // would burn a core, giving up would be an outage.
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

/// The length of the kernel's queue of connections that are not accepted yet.
const BACKLOG: u32 = 4096;
const SHORTEST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
