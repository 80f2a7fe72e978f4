//! All open connections of a server, and the one task that enforces their time-outs.

use super::activity::{
    Activity, Cause, Clock, Lifetime, Order, ServerState, TICK, Tick, Timeouts, Verdict, judge,
    ticks,
};
use crate::observe::Connections;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::MissedTickBehavior;

/// The open connections.
#[derive(Debug)]
pub(super) struct ConnectionTable {
    clock: Arc<Clock>,
    timeouts: Timeouts,
    age: Tick,
    /// One permit for each connection that may still be opened. It is the limit; no permit left
    /// means that the limit is reached, and all permits back means that no connection is open.
    room: Arc<Semaphore>,
    limit: u32,
    draining: AtomicBool,
    counters: Arc<Connections>,
    rows: Mutex<Rows>,
}

impl ConnectionTable {
    /// A table for at most `limit` connections.
    pub(super) fn new(
        limit: usize,
        timeouts: Timeouts,
        age: Duration,
        counters: Arc<Connections>,
    ) -> Self {
        let limit = limit.clamp(1, Semaphore::MAX_PERMITS.min(MOST));
        Self {
            clock: Arc::new(Clock::new()),
            timeouts,
            age: ticks(age),
            room: Arc::new(Semaphore::new(limit)),
            limit: u32::try_from(limit).unwrap_or(u32::MAX),
            draining: AtomicBool::new(false),
            counters,
            rows: Mutex::default(),
        }
    }

    /// A permit for one more connection. At the limit it waits until a connection ends: new
    /// connections wait in the kernel's queue and are served late. Closing them would show the user
    /// a 500. Meanwhile idle connections get a shorter time-out.
    pub(super) async fn room(&self) -> Option<OwnedSemaphorePermit> {
        if let Ok(permit) = Arc::clone(&self.room).try_acquire_owned() {
            return Some(permit);
        }
        self.counters.deferred();
        Arc::clone(&self.room).acquire_owned().await.ok()
    }

    /// Registers a connection. It stays registered until the [`Entry`] is dropped.
    pub(super) fn enter(self: &Arc<Self>, permit: OwnedSemaphorePermit) -> Entry {
        let activity = Arc::new(Activity::new(Arc::clone(&self.clock)));
        let accepted_at = self.clock.now();
        let mut rows = self.rows();
        let number = rows.next;
        rows.next += 1;
        let lifetime = Lifetime {
            accepted_at,
            due: accepted_at.saturating_add(spread(self.age, number)),
            renewed: None,
        };
        rows.connections.insert(number, (Arc::clone(&activity), lifetime));
        drop(rows);
        self.counters.opened();
        Entry { table: Arc::clone(self), activity, number, _permit: permit }
    }

    /// Runs the sweeper for as long as it is polled.
    pub(super) async fn run_sweeper(&self) {
        let mut interval = tokio::time::interval(TICK);
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            interval.tick().await;
            self.clock.advance();
            self.sweep();
        }
    }

    /// Renews every open connection: the TLS settings it began with no longer apply.
    pub(super) fn renew_all(&self) {
        let now = self.clock.now();
        for (activity, lifetime) in self.rows().connections.values_mut() {
            if lifetime.renewed.is_none() {
                lifetime.renewed = Some(now);
                self.counters.renewed();
                activity.command(Order::Renew);
            }
        }
    }

    /// From now on connections close as soon as they are idle.
    pub(super) fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
        self.sweep();
    }

    /// The number of open connections.
    pub(super) fn open(&self) -> usize {
        self.rows().connections.len()
    }

    /// Drops every connection at once.
    pub(super) fn end(&self) {
        for (activity, _) in self.rows().connections.values() {
            activity.command(Order::End);
        }
    }

    /// Waits until no connection is open. No connection may be registered after this call.
    pub(super) async fn wait_until_empty(&self) {
        // The error case is a closed semaphore; this one is never closed.
        let _all = self.room.acquire_many(self.limit).await;
    }

    /// Judges every connection while holding the lock: for ten thousand connections that takes some
    /// tens of microseconds, four times a second.
    fn sweep(&self) {
        let now = self.clock.now();
        let state = ServerState {
            full: self.room.available_permits() == 0,
            draining: self.draining.load(Ordering::Relaxed),
        };
        for (activity, lifetime) in self.rows().connections.values_mut() {
            match judge(activity.snapshot(), *lifetime, now, self.timeouts, state) {
                Verdict::Stay => {}
                Verdict::Renew => {
                    if lifetime.renewed.is_none() {
                        lifetime.renewed = Some(now);
                        self.counters.renewed();
                        activity.command(Order::Renew);
                    }
                }
                Verdict::Drain => {
                    if activity.order() < Order::Drain {
                        activity.command(Order::Drain);
                    }
                }
                Verdict::End(cause) => {
                    if activity.order() < Order::End {
                        self.count(cause);
                        activity.command(Order::End);
                    }
                }
            }
        }
    }

    fn count(&self, cause: Cause) {
        match cause {
            Cause::Head => self.counters.head_timed_out(),
            Cause::Write => self.counters.stalled(),
            Cause::Idle => self.counters.idle_timed_out(),
        }
    }

    fn rows(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One connection's registration; dropping it removes the connection.
#[derive(Debug)]
pub(super) struct Entry {
    table: Arc<ConnectionTable>,
    pub(super) activity: Arc<Activity>,
    number: u64,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.table.rows().connections.remove(&self.number);
        self.table.counters.closed();
    }
}

#[derive(Debug, Default)]
struct Rows {
    next: u64,
    connections: HashMap<u64, (Arc<Activity>, Lifetime), foldhash::fast::RandomState>,
}

/// The age ± 10 %, so that connections opened together do not end together. Multiples of the golden
/// ratio are spread evenly without random numbers.
fn spread(age: Tick, number: u64) -> Tick {
    let share = number.wrapping_mul(GOLDEN) >> 32;
    let width = u64::from(age) / 5;
    let offset = (share * width) >> 32;
    let youngest = u64::from(age) - width / 2;
    Tick::try_from(youngest + offset).unwrap_or(Tick::MAX)
}

/// 2^64 divided by the golden ratio.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// Above the number of connections that a machine can have, and within the range of `acquire_many`.
const MOST: usize = 1 << 24;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_spread_over_ten_percent_either_way() {
        let ages: Vec<Tick> = (0..1_000).map(|number| spread(1_200, number)).collect();
        assert!(ages.iter().all(|age| (1_080..=1_320).contains(age)));
        assert!(ages.iter().any(|age| *age < 1_100) && ages.iter().any(|age| *age > 1_300));
        assert!(spread(Tick::MAX, 7) > Tick::MAX / 10 * 8, "no wrap");
    }
}
