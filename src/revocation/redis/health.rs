//! Whether Redis is there, and since when not. Everything else is decided by this: what a question
//! is worth, what can be told, what the operator learns.

use super::connection::RedisError;
use crate::observe::field;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// The state of one replica's connection.
pub(super) struct Health {
    /// Whether nobody is judged during an outage.
    refuses: bool,
    up: AtomicBool,
    since: Instant,
    /// When Redis last answered, in milliseconds after `since`; [`NEVER`] before the first time.
    heard: AtomicU64,
    problem: Mutex<Option<Problem>>,
}

struct Problem {
    text: String,
    remedy: &'static str,
}

impl Health {
    /// Not there yet.
    pub(super) fn new(refuses: bool) -> Self {
        Self {
            refuses,
            up: AtomicBool::new(false),
            since: Instant::now(),
            heard: AtomicU64::new(NEVER),
            problem: Mutex::new(Some(Problem {
                text: "not reached yet".to_owned(),
                remedy: "wait",
            })),
        }
    }

    pub(super) fn refuses(&self) -> bool {
        self.refuses
    }

    /// Whether what is known is enough to judge by.
    pub(super) fn is_fresh(&self) -> bool {
        // The clock is read in an outage only. Who has never heard of anything has nothing to go on
        // with, whatever the operator has said.
        self.up.load(Ordering::Acquire)
            || if self.refuses { self.answered_recently() } else { self.has_answered() }
    }

    fn has_answered(&self) -> bool {
        self.heard.load(Ordering::Acquire) != NEVER
    }

    fn answered_recently(&self) -> bool {
        let heard = self.heard.load(Ordering::Acquire);
        heard != NEVER && self.milliseconds().saturating_sub(heard) < milliseconds(GRACE)
    }

    /// Redis has answered.
    pub(super) fn record_answer(&self) {
        self.heard.store(self.milliseconds(), Ordering::Release);
    }

    /// Redis is there, and all it holds is known.
    pub(super) fn mark_up(&self, count: usize) {
        self.record_answer();
        self.set(None);
        if !self.up.swap(true, Ordering::AcqRel) {
            tracing::info!(count, "the revocation store is reached");
        }
    }

    /// Redis is not there. Said once, however often it is tried, and again when something else has
    /// to be done about it.
    pub(super) fn mark_down(&self, error: &RedisError) {
        let remedy = error.remedy();
        let was_up = self.up.swap(false, Ordering::AcqRel);
        let before = self.set(Some(Problem { text: error.to_string(), remedy }));
        if was_up || before.is_none_or(|before| before.remedy != remedy) {
            let consequence = if !self.has_answered() {
                "the revocation store is out of reach and was never read: nobody is let in until it is"
            } else if self.refuses {
                "the revocation store is out of reach: nothing can be revoked, and after 5s nobody \
                 is let in"
            } else {
                "the revocation store is out of reach: nothing can be revoked, the gate goes on \
                 with what it knows"
            };
            tracing::error!(
                { field::ERROR } = %error,
                { field::REMEDY } = remedy,
                "{consequence}"
            );
        }
    }

    /// What is wrong, for people.
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
/// For how long an outage may go unanswered: a restart of Redis takes less.
const GRACE: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_refuses_does_so_five_seconds_after_the_last_answer() {
        let (serves, refuses) = (Health::new(false), Health::new(true));
        for health in [&serves, &refuses] {
            assert!(!health.is_fresh() && health.problem().is_some(), "nothing is known yet");
        }
        for health in [&serves, &refuses] {
            health.mark_up(0);
            assert!(health.is_fresh() && health.problem().is_none());
        }
        tokio::time::advance(Duration::from_secs(60)).await;
        assert!(refuses.is_fresh(), "while it is there");
        refuses.record_answer();
        tokio::time::advance(Duration::from_secs(1)).await;
        for health in [&serves, &refuses] {
            health.mark_down(&RedisError::crowd());
        }
        tokio::time::advance(Duration::from_millis(3999)).await;
        assert!(refuses.is_fresh());
        tokio::time::advance(Duration::from_millis(1)).await;
        assert!(!refuses.is_fresh() && serves.is_fresh());
        refuses.mark_up(0);
        assert!(refuses.is_fresh());
    }
}
