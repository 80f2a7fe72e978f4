//! Connection counters of a server.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// The counters of one listener.
#[derive(Debug, Default)]
pub struct Connections {
    pub(super) accepted: AtomicU64,
    pub(super) closed: AtomicU64,
    pub(super) deferred: AtomicU64,
    pub(super) renewed: AtomicU64,
    pub(super) head_timed_out: AtomicU64,
    pub(super) idle_timed_out: AtomicU64,
    pub(super) stalled: AtomicU64,
    pub(super) accept_failed: AtomicU64,
    pub(super) handshake_failed: AtomicU64,
    pub(super) panicked: AtomicU64,
}

impl Connections {
    /// A connection was accepted.
    pub fn opened(&self) {
        self.accepted.fetch_add(1, Relaxed);
    }

    /// A connection has ended.
    pub fn closed(&self) {
        self.closed.fetch_add(1, Relaxed);
    }

    /// The limit was reached, and accepting waited for a connection to end.
    pub fn deferred(&self) {
        self.deferred.fetch_add(1, Relaxed);
    }

    /// A connection was too old and was ordered to end with its next response.
    pub fn renewed(&self) {
        self.renewed.fetch_add(1, Relaxed);
    }

    /// A head, a frame or a TLS handshake was not complete in time.
    pub fn head_timed_out(&self) {
        self.head_timed_out.fetch_add(1, Relaxed);
    }

    /// A connection was idle for too long.
    pub fn idle_timed_out(&self) {
        self.idle_timed_out.fetch_add(1, Relaxed);
    }

    /// A response was not read in time.
    pub fn stalled(&self) {
        self.stalled.fetch_add(1, Relaxed);
    }

    /// The operating system failed to accept a connection.
    pub fn accept_failed(&self) {
        self.accept_failed.fetch_add(1, Relaxed);
    }

    /// A TLS handshake failed or took too long.
    pub fn handshake_failed(&self) {
        self.handshake_failed.fetch_add(1, Relaxed);
    }

    /// The handler panicked, and the answer was 500.
    pub fn panicked(&self) {
        self.panicked.fetch_add(1, Relaxed);
    }

    /// Connections that are open now.
    pub(super) fn open(&self) -> u64 {
        // Read `closed` first: in the other order, a connection that ends in between would count as
        // -1.
        let closed = self.closed.load(Relaxed);
        self.accepted.load(Relaxed).saturating_sub(closed)
    }
}

/// The listeners of one process.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Listener {
    /// `listen`: requests from Traefik.
    Verify,
    /// `admin_listen`.
    Admin,
    /// `pages_listen`.
    Pages,
    /// `backchannel_listen`
    BackChannel,
}

impl Listener {
    pub(super) const ALL: [Self; 4] = [Self::Verify, Self::Admin, Self::Pages, Self::BackChannel];

    /// The value of the metric label `listener` and of the log field.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Admin => "admin",
            Self::Pages => "pages",
            Self::BackChannel => "backchannel",
        }
    }
}
