//! Whether Redis is reachable, and since when not. This decides whether lookups are reliable,
//! whether changes are accepted, and what the operator sees.

use super::connection::RedisError;
use crate::observe::field;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// The state of one replica's connection.
pub(super) struct Health {
    /// Whether all requests are rejected during an outage.
    refuses: bool,
    up: AtomicBool,
    since: Instant,
    /// When Redis last answered, in milliseconds after `since`; [`NEVER`] before the first time.
    last_answer: AtomicU64,
    problem: Mutex<Option<Problem>>,
}

struct Problem {
    text: String,
    remedy: &'static str,
}

impl Health {
    /// Not connected yet.
    pub(super) fn new(refuses: bool) -> Self {
        Self {
            refuses,
            up: AtomicBool::new(false),
            since: Instant::now(),
            last_answer: AtomicU64::new(NEVER),
            problem: Mutex::new(Some(Problem {
                text: "not connected yet".to_owned(),
                remedy: "wait",
            })),
        }
    }

    pub(super) fn refuses(&self) -> bool {
        self.refuses
    }

    /// Whether the known state is recent enough to decide by.
    pub(super) fn is_fresh(&self) -> bool {
        // The clock is read during an outage only. A replica that has never read Redis has no
        // state, regardless of the configuration.
        self.up.load(Ordering::Acquire)
            || if self.refuses { self.answered_recently() } else { self.has_answered() }
    }

    fn has_answered(&self) -> bool {
        self.last_answer.load(Ordering::Acquire) != NEVER
    }

    fn answered_recently(&self) -> bool {
        let last_answer = self.last_answer.load(Ordering::Acquire);
        last_answer != NEVER
            && self.milliseconds().saturating_sub(last_answer) < milliseconds(GRACE)
    }

    /// Redis has answered.
    pub(super) fn record_answer(&self) {
        self.last_answer.store(self.milliseconds(), Ordering::Release);
    }

    /// Redis is reachable, and the stream is read to its end.
    pub(super) fn mark_up(&self, count: usize) {
        self.record_answer();
        self.set(None);
        if !self.up.swap(true, Ordering::AcqRel) {
            tracing::info!(count, "the revocation store is connected");
        }
    }

    /// Redis is unreachable. Logged once for all retries, and again when the remedy changes.
    pub(super) fn mark_down(&self, error: &RedisError) {
        let remedy = error.remedy();
        let was_up = self.up.swap(false, Ordering::AcqRel);
        let before = self.set(Some(Problem { text: error.to_string(), remedy }));
        if was_up || before.is_none_or(|before| before.remedy != remedy) {
            let consequence = if !self.has_answered() {
                "the revocation store is unreachable and was never read: all requests are rejected until \
                 it is"
            } else if self.refuses {
                "the revocation store is unreachable: nothing can be revoked, and after 5s all \
                 requests are rejected"
            } else {
                "the revocation store is unreachable: nothing can be revoked, and the gate continues \
                 with its last known state"
            };
            tracing::error!(
                { field::ERROR } = %error,
                { field::REMEDY } = remedy,
                "{consequence}"
            );
        }
    }

    /// The error and its remedy.
    pub(super) fn problem(&self) -> Option<String> {
        let problem = self.problem.lock().unwrap_or_else(PoisonError::into_inner);
        problem.as_ref().map(|Problem { text, remedy }| format!("redis: {text}; {remedy}"))
    }

    fn set(&self, problem: Option<Problem>) -> Option<Problem> {
        let mut place = self.problem.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut place, problem)
    }

    fn milliseconds(&self) -> u64 {
        milliseconds(self.since.elapsed())
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(NEVER - 1)
}

const NEVER: u64 = u64::MAX;
/// How long an outage may last before requests are rejected: a restart of Redis takes less.
const GRACE: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn on_outage_refuse_applies_five_seconds_after_the_last_answer() {
        let (serves, refuses) = (Health::new(false), Health::new(true));
        for health in [&serves, &refuses] {
            assert!(!health.is_fresh() && health.problem().is_some(), "nothing is known yet");
        }
        for health in [&serves, &refuses] {
            health.mark_up(0);
            assert!(health.is_fresh() && health.problem().is_none());
        }
        tokio::time::advance(Duration::from_secs(60)).await;
        assert!(refuses.is_fresh(), "while it is reachable");
        refuses.record_answer();
        tokio::time::advance(Duration::from_secs(1)).await;
        for health in [&serves, &refuses] {
            health.mark_down(&RedisError::Contended);
        }
        tokio::time::advance(Duration::from_millis(3999)).await;
        assert!(refuses.is_fresh());
        tokio::time::advance(Duration::from_millis(1)).await;
        assert!(!refuses.is_fresh() && serves.is_fresh());
        refuses.mark_up(0);
        assert!(refuses.is_fresh());
    }
}
