//! `revocation.store: redis`: shared by all replicas, and outlives each of them.
//!
//! Every question is answered from [`Memory`], so a request never waits for Redis. What changes is
//! one entry at the end of a stream there (`stream`), and each replica follows that stream on a
//! connection of its own (`follow`): nothing can be missed, and whoever was cut off reads on where
//! all others have read. What may be used once is a key of its own, set by whoever is first.
//!
//! Without Redis nothing can be revoked. Whether the gate then goes on with what it knows or lets
//! nobody in, the operator has said; one that has never read Redis lets nobody in (`health`).

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

/// What the store and its reader share.
struct Shared {
    client: Client,
    memory: Memory,
    health: Health,
    clock: fn() -> UnixTime,
    /// How far the stream has been read and applied.
    position: watch::Sender<Id>,
    /// `None` while Redis is out of reach or not read to its end.
    writer: Mutex<Option<StreamWriter>>,
    /// A writer scan its connection broken, and how.
    loss: Mutex<Option<RedisError>>,
    losses: Notify,
    /// The first attempt has succeeded or failed.
    first_attempt: Notify,
}

impl Redis {
    /// The store at this URL, `redis://` or `rediss://`. Returns once it is read to its end, or at
    /// once when it cannot be reached: then it is tried again and again, and the log says so.
    ///
    /// # Errors
    /// The URL is none that a client can use.
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
        // A Redis that takes longer than this is followed all the same.
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
            // Told again and again, it would fill the stream.
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
    /// StoreFuture by Redis, and in force here, before this returns.
    async fn append(&self, change: Change, now: UnixTime) -> Result<(), StoreError> {
        let Some(mut writer) = self.current_writer() else {
            tracing::error!("a revocation was not kept: the store is out of reach");
            return Err(StoreError);
        };
        let id = match writer.append(&change).await {
            Ok(id) => id,
            Err(error) => {
                self.report_loss(&error);
                tracing::error!(
                    { field::ERROR } = %error,
                    { field::REMEDY } = error.remedy(),
                    "a revocation was not kept"
                );
                return Err(StoreError);
            }
        };
        // The reader applies it, in the order of the stream; that takes one round trip. Should it
        // be late, this replica is early with this one, and reads anew: Redis may have lost it.
        let mut position = self.position.subscribe();
        let followed = timeout(ANSWER_TIMEOUT, position.wait_for(|position| *position >= id)).await;
        if !matches!(followed, Ok(Ok(_))) {
            self.apply(change, now);
            self.report_loss(&RedisError::late());
        } else if let Change::Revoke(revocation) = &change
            && revocation.is_active(now)
            && !self.knows(revocation)
        {
            // Another primary has taken over without it, and others have written since.
            tracing::error!("a revocation was not kept: Redis has lost it, or it was taken back");
            return Err(StoreError);
        }
        Ok(())
    }

    /// Whether this adds nothing to what is known.
    fn knows(&self, revocation: &Revocation) -> bool {
        let known = self.memory.get(revocation.key.hash());
        known.is_some_and(|known| revocation.clone().merge(&known) == known)
    }

    /// Once across all replicas; during an outage, once in this one, where that is allowed.
    async fn mark_used(
        &self,
        once: KeyHash,
        until: UnixTime,
        now: UnixTime,
    ) -> Result<bool, StoreError> {
        if let Some(mut writer) = self.current_writer() {
            match writer.mark_used(once, until.0.saturating_sub(now.0)).await {
                // The first notes it here as well, and only the first: Redis may forget, or not have
                // been asked when it was used here.
                Ok(is_first) => return Ok(is_first && self.memory.insert_used(once, until, now)),
                Err(error) => {
                    self.report_loss(&error);
                    tracing::warn!({ field::ERROR } = %error, "Redis has not noted a hand-off");
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

    /// A broken connection is not used again; the reader makes a new one.
    fn report_loss(&self, error: &RedisError) {
        if error.is_loss {
            self.set_writer(None);
            *self.loss.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.clone());
            self.losses.notify_one();
        }
    }

    /// Once a writer has scan its connection broken.
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

/// A URL that no client can use. It is never shown: it may hold a password.
#[derive(Clone, Copy, Debug)]
pub struct BadUrl;

impl fmt::Display for BadUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the URL in the file of revocation.url_file cannot be used")
    }
}

impl std::error::Error for BadUrl {}

impl BadUrl {
    /// What to write instead.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        "write redis://:PASSWORD@HOST:6379/0, or rediss:// for TLS; percent-encode what a password \
         has beside letters and digits"
    }
}

/// How long the start waits to know what is revoked.
const START: Duration = Duration::from_secs(5);
