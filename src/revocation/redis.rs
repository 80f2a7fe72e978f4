//! `revocation.store: redis`: shared by all replicas, and survives their restarts.
//!
//! Lookups are answered from [`Memory`], so a request never waits for Redis. A change is one entry
//! at the end of a stream (`stream`), which each replica reads over a connection of its own
//! (`replica`): no change can be missed, and a replica that was disconnected continues where it
//! stopped. A single-use token is a key of its own, set by the first replica that uses it.
//!
//! Without Redis nothing can be revoked. The configuration decides whether the gate then continues
//! with its last known state or rejects all requests; a gate that has never read Redis rejects them
//! (`health`).

mod connection;
mod health;
mod replica;
mod stream;

use super::Memory;
use crate::observe::field;
use crate::revocation::{
    KeyHash, KeyHashes, Revocation, RevocationKey, Revocations, StoreError, StoreFuture,
};
use crate::unix_time::UnixTime;
use connection::{ANSWER_TIMEOUT, RedisError, StreamWriter};
use health::Health;
use redis::Client;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use stream::{Change, Id};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// The store.
pub struct Redis {
    shared: Arc<Shared>,
    reader: JoinHandle<()>,
}

/// The state shared by the store and its replica task.
struct Shared {
    client: Client,
    memory: Memory,
    health: Health,
    clock: fn() -> UnixTime,
    /// The stream position up to which changes are applied.
    position: watch::Sender<Id>,
    /// `None` while Redis is unreachable or the stream is not read to its end.
    writer: Mutex<Option<StreamWriter>>,
    /// The error of a writer that lost its connection.
    loss: Mutex<Option<RedisError>>,
    losses: Notify,
    /// Notified when the first connection attempt has succeeded or failed.
    first_attempt: Notify,
}

impl Redis {
    /// Opens the store at this URL, `redis://` or `rediss://`. Returns when the stream is read to
    /// its end, or at once when Redis is unreachable: then connecting is retried, and the log says
    /// so.
    ///
    /// # Errors
    /// The URL cannot be used.
    pub async fn open(url: &[u8], refuses: bool, clock: fn() -> UnixTime) -> Result<Self, BadUrl> {
        let url = std::str::from_utf8(url).map_err(|_| BadUrl)?;
        let shared = Arc::new(Shared {
            client: Client::open(url).map_err(|_| BadUrl)?,
            memory: Memory::default(),
            health: Health::new(refuses),
            clock,
            position: watch::Sender::new(Id::default()),
            writer: Mutex::default(),
            loss: Mutex::default(),
            losses: Notify::new(),
            first_attempt: Notify::new(),
        });
        let own = Arc::clone(&shared);
        let reader = tokio::spawn(async move { match own.replicate().await {} });
        // If Redis takes longer, reading continues in the background.
        let _ = timeout(START, shared.first_attempt.notified()).await;
        Ok(Self { shared, reader })
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

impl Revocations for Redis {
    fn store(&self) -> &'static str {
        "redis"
    }

    fn is_revoked(&self, keys: &KeyHashes, issued_at: Option<UnixTime>) -> bool {
        self.shared.memory.is_revoked(keys, issued_at)
    }

    fn is_local(&self) -> bool {
        false
    }

    fn is_fresh(&self) -> bool {
        self.shared.health.is_fresh()
    }

    fn problem(&self) -> Option<String> {
        self.shared.health.problem()
    }

    fn mark_used(
        &self,
        once: KeyHash,
        until: UnixTime,
        now: UnixTime,
    ) -> StoreFuture<'_, Result<bool, StoreError>> {
        Box::pin(self.shared.mark_used(once, until, now))
    }

    fn revoke(
        &self,
        revocation: Revocation,
        now: UnixTime,
    ) -> StoreFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            // Repeated revocations would fill the stream.
            if self.shared.current_writer().is_some() && self.shared.knows(&revocation) {
                return Ok(());
            }
            self.shared.append(Change::Revoke(revocation), now).await
        })
    }

    fn restore(
        &self,
        key: RevocationKey,
        now: UnixTime,
    ) -> StoreFuture<'_, Result<bool, StoreError>> {
        Box::pin(async move {
            let was_revoked = self.shared.memory.get(key.hash()).is_some();
            self.shared.append(Change::Restore(key), now).await?;
            Ok(was_revoked)
        })
    }

    fn list(&self, now: UnixTime) -> Vec<Revocation> {
        self.shared.memory.list(now)
    }

    fn count(&self) -> usize {
        self.shared.memory.count()
    }
}

impl Shared {
    /// Stores a change in Redis and puts it into force here before it returns.
    async fn append(&self, change: Change, now: UnixTime) -> Result<(), StoreError> {
        let Some(mut writer) = self.current_writer() else {
            tracing::error!("a revocation was not stored: the store is unreachable");
            return Err(StoreError);
        };
        let id = match writer.append(&change).await {
            Ok(id) => id,
            Err(error) => {
                self.report_loss(&error);
                tracing::error!(
                    { field::ERROR } = %error,
                    { field::REMEDY } = error.remedy(),
                    "a revocation was not stored"
                );
                return Err(StoreError);
            }
        };
        // The replica task applies it, in stream order, after one round trip. On a time-out apply
        // it here early, and read the stream again: Redis may have lost the change.
        let mut position = self.position.subscribe();
        let followed = timeout(ANSWER_TIMEOUT, position.wait_for(|position| *position >= id)).await;
        if !matches!(followed, Ok(Ok(_))) {
            self.apply(change, now);
            self.report_loss(&RedisError::Timeout);
        } else if let Change::Revoke(revocation) = &change
            && revocation.is_active(now)
            && !self.knows(revocation)
        {
            // Another primary has taken over without the change, and other replicas have written
            // since.
            tracing::error!("a revocation was not stored: Redis has lost it, or it was undone");
            return Err(StoreError);
        }
        Ok(())
    }

    /// Whether the known state already includes this revocation.
    fn knows(&self, revocation: &Revocation) -> bool {
        let known = self.memory.get(revocation.key.hash());
        known.is_some_and(|known| revocation.clone().merge(&known) == known)
    }

    /// Once across all replicas; during an outage, once in this replica, if the configuration
    /// allows that.
    async fn mark_used(
        &self,
        once: KeyHash,
        until: UnixTime,
        now: UnixTime,
    ) -> Result<bool, StoreError> {
        if let Some(mut writer) = self.current_writer() {
            match writer.mark_used(once, until.0.saturating_sub(now.0)).await {
                // Recorded here as well, by the first user only: Redis may lose the key, or may not
                // have been reachable when the token was used here.
                Ok(is_first) => return Ok(is_first && self.memory.insert_used(once, until, now)),
                Err(error) => {
                    self.report_loss(&error);
                    tracing::warn!({ field::ERROR } = %error, "the use of a hand-off was not stored in Redis");
                }
            }
        }
        if self.health.refuses() {
            return Err(StoreError);
        }
        Ok(self.memory.insert_used(once, until, now))
    }

    fn apply(&self, change: Change, now: UnixTime) {
        match change {
            Change::Revoke(revocation) if revocation.is_active(now) => {
                self.memory.insert(revocation, now);
            }
            Change::Revoke(_) => {}
            Change::Restore(key) => {
                self.memory.remove(key.hash());
            }
        }
    }

    fn current_writer(&self) -> Option<StreamWriter> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_writer(&self, writer: Option<StreamWriter>) {
        *self.writer.lock().unwrap_or_else(PoisonError::into_inner) = writer;
    }

    /// A broken connection is not used again; the replica task opens a new one.
    fn report_loss(&self, error: &RedisError) {
        if error.is_loss() {
            self.set_writer(None);
            *self.loss.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.clone());
            self.losses.notify_one();
        }
    }

    /// Completes when a writer has lost its connection.
    async fn connection_lost(&self) -> RedisError {
        loop {
            self.losses.notified().await;
            let loss = self.loss.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(error) = loss {
                return error;
            }
        }
    }
}

/// A URL that cannot be used. It is never shown, because it may hold a password.
#[derive(Clone, Copy, Debug)]
pub struct BadUrl;

impl fmt::Display for BadUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the URL in the file of revocation.url_file cannot be used")
    }
}

impl std::error::Error for BadUrl {}

impl BadUrl {
    /// What the operator can do about it.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        "write redis://:PASSWORD@HOST:6379/0, or rediss:// for TLS; percent-encode all \
         characters of the password except letters and digits"
    }
}

/// How long the start waits for the stream to be read.
const START: Duration = Duration::from_secs(5);
