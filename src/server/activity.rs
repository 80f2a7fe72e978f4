//! What one connection is doing, in a few atomics, and the rule for ending connections.
//!
//! hyper's own time-out boxes a timer for each request and cannot tell an idle keep-alive
//! connection from a peer that sends a head byte by byte. So the server keeps time itself: the
//! connection records in [`Activity`] since when it has been reading, blocked or idle, and the
//! sweeper calls [`judge`] for every connection once a tick. A request costs a few relaxed loads
//! and stores: no lock, no allocation, no timer.
//!
//! The clock counts sweeps, not seconds. If the process is paused, the clock pauses too, so a pause
//! never ends the connection of a well-behaved peer.

use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Waker};
use std::time::Duration;

/// The state that a connection's task writes and the sweeper reads.
#[derive(Debug)]
pub(super) struct Activity {
    clock: Arc<Clock>,
    /// When the incomplete head, frame or TLS handshake began; `NEVER` if there is none.
    reading: AtomicU32,
    /// When writing last blocked with bytes left to write; `NEVER` when all is written.
    blocked: AtomicU32,
    /// When the last request was answered; `NEVER` before the first answer.
    answered: AtomicU32,
    order: AtomicU8,
    /// The task that drives the connection. Locked once for each connection and by the sweeper,
    /// never for a request.
    waker: Mutex<Option<Waker>>,
}

impl Activity {
    /// A connection on which nothing has happened yet.
    pub(super) fn new(clock: Arc<Clock>) -> Self {
        Self {
            clock,
            reading: AtomicU32::new(NEVER),
            blocked: AtomicU32::new(NEVER),
            answered: AtomicU32::new(NEVER),
            order: AtomicU8::new(Order::Stay as u8),
            waker: Mutex::new(None),
        }
    }

    /// Bytes of something incomplete arrived; the first such call starts the clock.
    pub(super) fn start_reading(&self) {
        if self.reading.load(Ordering::Relaxed) == NEVER {
            self.restart_reading();
        }
    }

    /// Something new began in the bytes that arrived last: the clock starts again.
    pub(super) fn restart_reading(&self) {
        self.reading.store(self.clock.now(), Ordering::Relaxed);
    }

    /// The head, frame or handshake is complete.
    pub(super) fn finish_reading(&self) {
        self.reading.store(NEVER, Ordering::Relaxed);
    }

    /// A request was answered; the connection is idle from now on.
    pub(super) fn record_answer(&self) {
        self.answered.store(self.clock.now(), Ordering::Relaxed);
    }

    /// The peer accepts no more bytes for now.
    pub(super) fn mark_blocked(&self) {
        self.blocked.store(self.clock.now(), Ordering::Relaxed);
    }

    /// The peer has accepted everything.
    pub(super) fn mark_unblocked(&self) {
        self.blocked.store(NEVER, Ordering::Relaxed);
    }

    /// The sweeper's order for this connection.
    pub(super) fn order(&self) -> Order {
        match self.order.load(Ordering::Acquire) {
            0 => Order::Stay,
            1 => Order::Renew,
            2 => Order::Drain,
            _ => Order::End,
        }
    }

    /// Gives an order and wakes the connection's task. A weaker order never replaces a stronger
    /// one.
    pub(super) fn command(&self, order: Order) {
        self.order.fetch_max(order as u8, Ordering::AcqRel);
        let waker = self.waker.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(waker) = waker.as_ref() {
            waker.wake_by_ref();
        }
    }

    /// Registers the task to wake. Call it *before* reading [`order`](Self::order): because of the
    /// lock, either the task sees the order or the sweeper sees the waker.
    pub(super) fn register_waker(&self, context: &Context<'_>) {
        let mut waker = self.waker.lock().unwrap_or_else(PoisonError::into_inner);
        *waker = Some(context.waker().clone());
    }

    /// The values that the sweeper judges.
    pub(super) fn snapshot(&self) -> Snapshot {
        Snapshot {
            reading: known(self.reading.load(Ordering::Relaxed)),
            blocked: known(self.blocked.load(Ordering::Relaxed)),
            answered: known(self.answered.load(Ordering::Relaxed)),
        }
    }
}

/// What the sweeper orders a connection to do, in increasing strength.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Order {
    /// Carry on.
    Stay = 0,
    /// Too old: HTTP/1.1 sends `Connection: close` with its next response, HTTP/2 sends GOAWAY.
    Renew = 1,
    /// The server is shutting down: as `Renew`, and an idle HTTP/1.1 connection closes at once.
    Drain = 2,
    /// Drop the connection now.
    End = 3,
}

/// The values of an [`Activity`] at one moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Snapshot {
    reading: Option<Tick>,
    blocked: Option<Tick>,
    answered: Option<Tick>,
}

/// What the sweeper itself records about a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Lifetime {
    /// When it was accepted.
    pub(super) accepted_at: Tick,
    /// When it is old enough to be renewed.
    pub(super) due: Tick,
    /// When it was ordered to renew.
    pub(super) renewed: Option<Tick>,
}

/// How long a peer may take, in ticks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Timeouts {
    /// For a head, a frame, a TLS handshake, and for reading a response.
    pub(super) head: Tick,
    /// Between a response and the next request.
    pub(super) idle: Tick,
}

impl Timeouts {
    /// From durations, rounded up.
    pub(super) fn new(head: Duration, idle: Duration) -> Self {
        Self { head: ticks(head), idle: ticks(idle) }
    }
}

/// The state of the server.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct ServerState {
    /// The connection limit is reached: idle connections get the shorter time-out.
    pub(super) full: bool,
    /// The server is shutting down.
    pub(super) draining: bool,
}

/// Why the server ended a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Cause {
    /// A head, frame or handshake was not complete in time.
    Head,
    /// The peer did not read the response in time.
    Write,
    /// The connection was idle for too long.
    Idle,
}

/// What to do with a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Verdict {
    /// Nothing.
    Stay,
    /// See [`Order::Renew`].
    Renew,
    /// See [`Order::Drain`].
    Drain,
    /// See [`Order::End`].
    End(Cause),
}

/// The complete rule for ending and renewing connections.
pub(super) fn judge(
    snapshot: Snapshot,
    lifetime: Lifetime,
    now: Tick,
    timeouts: Timeouts,
    state: ServerState,
) -> Verdict {
    // A tick is an interval, and an event may have happened at its end. Only a difference strictly
    // above the limit proves that at least the limit has passed.
    let over = |since: Tick, limit: Tick| now.saturating_sub(since) > limit;

    if snapshot.reading.is_some_and(|since| over(since, timeouts.head)) {
        return Verdict::End(Cause::Head);
    }
    if snapshot.blocked.is_some_and(|since| over(since, timeouts.head)) {
        return Verdict::End(Cause::Write);
    }
    // Frames that request nothing (PING, SETTINGS) do not count as activity. A connection that was
    // renewed and is still open may not stay longer than an idle one.
    let rests_since = snapshot.answered.unwrap_or(lifetime.accepted_at);
    let idle = if state.full { timeouts.head.min(timeouts.idle) } else { timeouts.idle };
    // A request that is just arriving is not cut off. An endless series of partial frames does not
    // extend this.
    let grace = if snapshot.reading.is_some() { timeouts.head } else { 0 };
    if over(rests_since, idle.saturating_add(grace))
        || lifetime.renewed.is_some_and(|since| over(since, timeouts.idle))
    {
        return Verdict::End(Cause::Idle);
    }
    if state.draining {
        // A connection accepted a moment ago has its request on the way or already in the socket:
        // leave time to read it.
        let fresh = snapshot.answered.is_none() && !over(lifetime.accepted_at, FRESH);
        return if fresh { Verdict::Stay } else { Verdict::Drain };
    }
    if now >= lifetime.due { Verdict::Renew } else { Verdict::Stay }
}

/// The clock of one server, advanced by its sweeper.
#[derive(Debug)]
pub(super) struct Clock(AtomicU32);

impl Clock {
    /// A clock at its first tick.
    pub(super) fn new() -> Self {
        Self(AtomicU32::new(NEVER + 1))
    }

    /// The current tick.
    pub(super) fn now(&self) -> Tick {
        self.0.load(Ordering::Relaxed)
    }

    /// Begins the next tick. Only the sweeper calls this.
    pub(super) fn advance(&self) -> Tick {
        self.0.fetch_add(1, Ordering::Relaxed).saturating_add(1)
    }
}

/// The number of sweeps since the server started; at four a second it lasts for thirty years.
pub(super) type Tick = u32;

/// A duration in ticks, rounded up.
pub(super) fn ticks(duration: Duration) -> Tick {
    Tick::try_from(duration.as_millis().div_ceil(TICK.as_millis())).unwrap_or(Tick::MAX)
}

fn known(tick: Tick) -> Option<Tick> {
    (tick != NEVER).then_some(tick)
}

/// The sweeper's interval.
pub(super) const TICK: Duration = Duration::from_millis(250);

/// Stands for no tick: the clock starts after it.
const NEVER: Tick = 0;

/// For how many ticks a new connection is spared when the server shuts down.
const FRESH: Tick = 1;

#[cfg(test)]
mod tests;
