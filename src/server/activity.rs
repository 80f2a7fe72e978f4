//! What one connection is doing, in a few atomics, and the judgement that is passed on it.
//!
//! hyper's own time-out boxes a timer for each request and cannot tell a keep-alive connection
//! that rests from a peer that drips a head, so the server keeps time itself: the connection notes
//! down in [`Activity`] *since when* it has been reading, writing or resting, and the sweeper looks
//! at every connection once a tick and calls [`judge`]. A request costs some relaxed loads and
//! stores: no lock, no allocation, no timer.
//!
//! The clock counts sweeps, not seconds. When the machine stalls the clock stalls with it, so a
//! pause of our own process never cuts a peer that did nothing wrong.

use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Waker};
use std::time::Duration;

/// The state that a connection's task writes and the sweeper reads.
#[derive(Debug)]
pub(super) struct Activity {
    clock: Arc<Clock>,
    /// When the head, frame or TLS handshake that is not complete yet began; `NEVER` between them.
    reading: AtomicU32,
    /// When writing last came to a halt with bytes left to write; `NEVER` when all is written.
    blocked: AtomicU32,
    /// When the last request was answered; `NEVER` before the first.
    answered: AtomicU32,
    order: AtomicU8,
    /// The task that drives the connection. Taken once for each connection and by the sweeper, never
    /// for a request.
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

    /// Bytes arrived that belong to something incomplete; the first such call starts the clock.
    pub(super) fn start_reading(&self) {
        if self.reading.load(Ordering::Relaxed) == NEVER {
            self.restart_reading();
        }
    }

    /// Something new began in the bytes that arrived last: the clock starts again.
    pub(super) fn restart_reading(&self) {
        self.reading.store(self.clock.now(), Ordering::Relaxed);
    }

    /// Whatever was being read is complete.
    pub(super) fn finish_reading(&self) {
        self.reading.store(NEVER, Ordering::Relaxed);
    }

    /// A request was answered; from here on the connection rests.
    pub(super) fn record_answer(&self) {
        self.answered.store(self.clock.now(), Ordering::Relaxed);
    }

    /// The peer takes no more bytes for the moment.
    pub(super) fn mark_blocked(&self) {
        self.blocked.store(self.clock.now(), Ordering::Relaxed);
    }

    /// The peer has taken everything.
    pub(super) fn mark_unblocked(&self) {
        self.blocked.store(NEVER, Ordering::Relaxed);
    }

    /// What the sweeper wants of this connection.
    pub(super) fn order(&self) -> Order {
        match self.order.load(Ordering::Acquire) {
            0 => Order::Stay,
            1 => Order::Renew,
            2 => Order::Drain,
            _ => Order::End,
        }
    }

    /// Gives an order and wakes the connection's task to see it. A weaker order never undoes a
    /// stronger one.
    pub(super) fn command(&self, order: Order) {
        self.order.fetch_max(order as u8, Ordering::AcqRel);
        let waker = self.waker.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(waker) = waker.as_ref() {
            waker.wake_by_ref();
        }
    }

    /// Names the task to wake. It must be called *before* [`order`](Self::order) is looked at:
    /// through the lock, either the task sees the order or the sweeper sees the waker.
    pub(super) fn register_waker(&self, context: &Context<'_>) {
        let mut waker = self.waker.lock().unwrap_or_else(PoisonError::into_inner);
        *waker = Some(context.waker().clone());
    }

    /// What the sweeper sees.
    pub(super) fn snapshot(&self) -> Snapshot {
        Snapshot {
            reading: known(self.reading.load(Ordering::Relaxed)),
            blocked: known(self.blocked.load(Ordering::Relaxed)),
            answered: known(self.answered.load(Ordering::Relaxed)),
        }
    }
}

/// What the sweeper asks of a connection, from nothing to everything.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Order {
    /// Carry on.
    Stay = 0,
    /// Too old: HTTP/1.1 says `Connection: close` with its next answer, HTTP/2 sends GOAWAY.
    Renew = 1,
    /// The server goes down: as `Renew`, and a resting HTTP/1.1 connection closes at once.
    Drain = 2,
    /// Drop the connection now.
    End = 3,
}

/// One look at an [`Activity`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Snapshot {
    reading: Option<Tick>,
    blocked: Option<Tick>,
    answered: Option<Tick>,
}

/// What the sweeper itself remembers of a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Lifetime {
    /// When it was accepted.
    pub(super) accepted_at: Tick,
    /// When it is old enough to be renewed.
    pub(super) due: Tick,
    /// When it was told to renew itself.
    pub(super) renewed: Option<Tick>,
}

/// How long a peer may take, in ticks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Timeouts {
    /// For a head, a frame, a TLS handshake, and for taking an answer.
    pub(super) head: Tick,
    /// Between an answer and the next request.
    pub(super) idle: Tick,
}

impl Timeouts {
    /// From durations; never shorter than they say.
    pub(super) fn new(head: Duration, idle: Duration) -> Self {
        Self { head: ticks(head), idle: ticks(idle) }
    }
}

/// In what state the server is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct ServerState {
    /// The connection limit is reached: who only rests makes room after the shorter time-out.
    pub(super) full: bool,
    /// The server goes down.
    pub(super) draining: bool,
}

/// Why a connection was ended by us.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Cause {
    /// A head, frame or handshake was not complete in time.
    Head,
    /// The peer did not take the answer in time.
    Write,
    /// Nothing was asked for too long.
    Idle,
}

/// What is to be done with a connection.
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

/// The whole rule: who stays, who is renewed, who goes.
pub(super) fn judge(
    snapshot: Snapshot,
    lifetime: Lifetime,
    now: Tick,
    timeouts: Timeouts,
    state: ServerState,
) -> Verdict {
    // A tick names an interval, and what began within it may have begun at its end: only strictly
    // more ticks than the limit are surely at least the limit.
    let over = |since: Tick, limit: Tick| now.saturating_sub(since) > limit;

    if snapshot.reading.is_some_and(|since| over(since, timeouts.head)) {
        return Verdict::End(Cause::Head);
    }
    if snapshot.blocked.is_some_and(|since| over(since, timeouts.head)) {
        return Verdict::End(Cause::Write);
    }
    // FrameTracker that ask for nothing (PING, SETTINGS) do not count as lifetime. A connection that was told
    // to renew itself and is still here may not stay longer than a resting one could.
    let rests_since = snapshot.answered.unwrap_or(lifetime.accepted_at);
    let idle = if state.full { timeouts.head.min(timeouts.idle) } else { timeouts.idle };
    // A request that is just arriving is not cut off; half frames without end do not help.
    let grace = if snapshot.reading.is_some() { timeouts.head } else { 0 };
    if over(rests_since, idle.saturating_add(grace))
        || lifetime.renewed.is_some_and(|since| over(since, timeouts.idle))
    {
        return Verdict::End(Cause::Idle);
    }
    if state.draining {
        // What was accepted a moment ago has its request on the way, or in the socket already: it
        // gets the time to be read.
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

    /// The tick that runs.
    pub(super) fn now(&self) -> Tick {
        self.0.load(Ordering::Relaxed)
    }

    /// The next tick begins. Only the sweeper calls this.
    pub(super) fn advance(&self) -> Tick {
        self.0.fetch_add(1, Ordering::Relaxed).saturating_add(1)
    }
}

/// A count of sweeps since the server started; at four a second it lasts for thirty years.
pub(super) type Tick = u32;

/// A duration in ticks, rounded up.
pub(super) fn ticks(duration: Duration) -> Tick {
    Tick::try_from(duration.as_millis().div_ceil(TICK.as_millis())).unwrap_or(Tick::MAX)
}

fn known(tick: Tick) -> Option<Tick> {
    (tick != NEVER).then_some(tick)
}

/// How often the sweeper looks.
pub(super) const TICK: Duration = Duration::from_millis(250);

/// The tick that never was: the clock starts after it.
const NEVER: Tick = 0;

/// For how many ticks a new connection is spared when the server goes down.
const FRESH: Tick = 1;

#[cfg(test)]
mod tests;
