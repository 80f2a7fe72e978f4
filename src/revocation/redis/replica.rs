//! The task of a replica that keeps its memory and the stream in Redis the same. It reads the
//! stream from the beginning, follows it, and starts again when the connection breaks or the data
//! was replaced.
//!
//! Redis may have lost data: all of it in a restart without persistence, or the last second of it
//! in a crash. So after reading the stream, the replica writes back every revocation that it knows
//! and that was not undone. Two replicas that write back the same do no harm.

use super::Shared;
use super::connection::{BATCH, RedisError, StreamReader, connect};
use super::stream::{Change, Entry, Id};
use crate::random;
use crate::revocation::{KeyHash, Revocation, Revocations as _};
use crate::unix_time::UnixTime;
use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::time::Duration;
use tokio::time::{Instant, sleep};

impl Shared {
    /// Runs until the task is aborted.
    pub(super) async fn replicate(&self) -> Infallible {
        let mut pause = SHORTEST_PAUSE;
        loop {
            let Err(error) = self.run_connected(&mut pause).await;
            self.set_writer(None);
            self.health.mark_down(&error);
            self.first_attempt.notify_one();
            sleep(jittered(pause)).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Runs as long as a connection holds.
    async fn run_connected(&self, pause: &mut Duration) -> Result<Infallible, RedisError> {
        let (mut reader, writer) = connect(&self.client).await?;
        loop {
            let epoch = reader.epoch(&random_mark()).await?;
            self.catch_up(&mut reader).await?;
            self.set_writer(Some(writer.clone()));
            self.health.mark_up(self.memory.count());
            self.first_attempt.notify_one();
            *pause = SHORTEST_PAUSE;
            self.follow(&mut reader, &epoch).await?;
            tracing::warn!("Redis has lost its data; writing the known revocations back");
        }
    }

    /// Follows the stream until the data is no longer that of `epoch`.
    async fn follow(&self, reader: &mut StreamReader, epoch: &str) -> Result<(), RedisError> {
        let mut next_trim = Instant::now();
        loop {
            if Instant::now() >= next_trim {
                self.trim(reader).await?;
                next_trim = Instant::now() + TRIM_EVERY;
            }
            let after = *self.position.borrow();
            let entries = tokio::select! {
                entries = reader.read_new(after) => entries?,
                error = self.connection_lost() => return Err(error),
            };
            if !reader.is_of(epoch).await? {
                // The entries may belong to either data; they are read again.
                return Ok(());
            }
            self.health.record_answer();
            let now = (self.clock)();
            let unread = entries.iter().filter(|entry| entry.change.is_none()).count();
            for Entry { id, change } in entries {
                if let Some(change) = change {
                    self.apply(change, now);
                }
                self.position.send_replace(id);
            }
            warn_of(unread);
        }
    }

    /// Brings memory and stream to the same state after a disconnection.
    async fn catch_up(&self, reader: &mut StreamReader) -> Result<(), RedisError> {
        let now = (self.clock)();
        let mut scan = StreamScan::since(*self.position.borrow());
        scan.read_to_end(reader).await?;
        warn_of(scan.unread);
        for _ in 0..MAX_ROUNDS {
            if self.missing(&scan, now).is_empty() {
                self.adopt(scan, now);
                return Ok(());
            }
            // Append only if the stream has not changed meanwhile: another replica might undo a
            // revocation that this one is about to write back.
            reader.watch().await?;
            scan.read_to_end(reader).await?;
            let lost = self.missing(&scan, now);
            if lost.is_empty() {
                reader.unwatch().await?;
            } else {
                tracing::warn!(count = lost.len(), "writing revocations back to Redis");
                reader.append(lost.get(..BATCH).unwrap_or(&lost)).await?;
            }
            scan.read_to_end(reader).await?;
        }
        Err(RedisError::Contended)
    }

    /// The known revocations that Redis lacks and that were not undone.
    fn missing(&self, scan: &StreamScan, now: UnixTime) -> Vec<Change> {
        let lost = self.memory.list(now).into_iter().filter_map(|known| {
            let key = known.key.hash();
            if scan.restored.contains(&key) {
                return None;
            }
            let Some(kept) = scan.revoked.get(&key) else { return Some(known) };
            let whole = known.merge(kept);
            (whole != *kept).then_some(whole)
        });
        lost.map(Change::Revoke).collect()
    }

    /// Replaces the state in memory by that of the stream.
    fn adopt(&self, scan: StreamScan, now: UnixTime) {
        for known in self.memory.list(now) {
            let key = known.key.hash();
            if !scan.revoked.contains_key(&key) {
                self.memory.remove(key);
            }
        }
        for revocation in scan.revoked.into_values().filter(|one| one.is_active(now)) {
            self.memory.replace(revocation);
        }
        self.position.send_replace(scan.position);
    }

    /// Removes from the stream the entries before the first one in force. Entries of the last day
    /// stay: a replica that was disconnected must learn what was undone.
    async fn trim(&self, reader: &mut StreamReader) -> Result<(), RedisError> {
        // By Redis' clock: a replica with a wrong clock must not remove entries in force.
        let now = reader.time().await?;
        let young = now.0.saturating_sub(MIN_ENTRY_AGE).saturating_mul(1000);
        let is_over = |entry: &Entry| {
            let in_force = match &entry.change {
                Some(Change::Revoke(one)) => {
                    one.is_active(now) && self.memory.get(one.key.hash()).is_some()
                }
                Some(Change::Restore(_)) | None => false,
            };
            entry.id.milliseconds < young && !in_force
        };
        let mut start = Id::default();
        loop {
            let entries = reader.oldest(start).await?;
            let over = entries.iter().take_while(|entry| is_over(entry)).count();
            if let Some(last) = over.checked_sub(1).and_then(|index| entries.get(index)) {
                start = last.id.next();
            }
            if over < BATCH {
                break;
            }
        }
        if start > Id::default() {
            reader.trim(start).await?;
        }
        Ok(())
    }
}

/// The state read from the stream.
struct StreamScan {
    /// The position of this replica before.
    before: Id,
    position: Id,
    revoked: HashMap<KeyHash, Revocation>,
    /// The keys undone since then. Keys undone before that, this replica has removed as well,
    /// unless they were revoked again.
    restored: HashSet<KeyHash>,
    unread: usize,
}

impl StreamScan {
    fn since(before: Id) -> Self {
        Self {
            before,
            position: Id::default(),
            revoked: HashMap::new(),
            restored: HashSet::new(),
            unread: 0,
        }
    }

    /// Reads to the end of the stream.
    async fn read_to_end(&mut self, reader: &mut StreamReader) -> Result<(), RedisError> {
        loop {
            let entries = reader.read_after(self.position).await?;
            let is_end = entries.len() < BATCH;
            for entry in entries {
                self.take(entry);
            }
            if is_end {
                return Ok(());
            }
        }
    }

    fn take(&mut self, Entry { id, change }: Entry) {
        self.position = id;
        match change {
            Some(Change::Revoke(revocation)) => {
                let key = revocation.key.hash();
                let whole = match self.revoked.get(&key) {
                    Some(known) => revocation.merge(known),
                    None => revocation,
                };
                self.revoked.insert(key, whole);
            }
            Some(Change::Restore(key)) => {
                let key = key.hash();
                self.revoked.remove(&key);
                if id > self.before {
                    self.restored.insert(key);
                }
            }
            None => self.unread += 1,
        }
    }
}

fn warn_of(unread: usize) {
    if unread > 0 {
        tracing::warn!(
            count = unread,
            "ignored stream entries of doorward:revocations with an unknown format"
        );
    }
}

/// A random mark.
fn random_mark() -> String {
    // Without randomness two marks could be equal, and a data loss would go unnoticed until the
    // next connection: no reason to stop.
    let bytes = random::bytes().unwrap_or_default();
    format!("{:032x}", u128::from_be_bytes(bytes))
}

/// Between three and five quarters of the pause, so that replicas do not reconnect in step.
fn jittered(pause: Duration) -> Duration {
    let [byte] = random::bytes().unwrap_or([128]);
    pause * 3 / 4 + pause * u32::from(byte) / 512
}

const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
const TRIM_EVERY: Duration = Duration::from_secs(600);
/// Seconds.
const MIN_ENTRY_AGE: u64 = 24 * 3600;
/// Half a million revocations written back, or this many lost races against other writers.
const MAX_ROUNDS: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::revocation::{KeyKind, RevocationKey};

    fn key(user: &str) -> RevocationKey {
        RevocationKey { issuer: "i".into(), kind: KeyKind::User, value: user.into() }
    }

    fn entry(milliseconds: u64, change: impl Into<Option<Change>>) -> Entry {
        let change = change.into();
        Entry { id: Id { milliseconds, number: 0 }, change }
    }

    fn revoke(user: &str, until: u64) -> Change {
        let (issued_before, until) = (Some(UnixTime(9)), Some(UnixTime(until)));
        Change::Revoke(Revocation { key: key(user), issued_before, until })
    }

    #[test]
    fn the_order_of_the_stream_applies() {
        let mut scan = StreamScan::since(Id { milliseconds: 4, number: 0 });
        for one in [
            entry(1, revoke("alice", 50)),
            entry(2, Change::Restore(key("alice"))),
            entry(3, revoke("alice", 60)),
            entry(4, revoke("bob", 50)),
            entry(5, revoke("bob", 40)),
            entry(6, None),
            entry(7, revoke("carol", 50)),
            entry(8, Change::Restore(key("carol"))),
        ] {
            scan.take(one);
        }
        let until = |user: &str| scan.revoked.get(&key(user).hash()).map(|one| one.until);
        assert_eq!(until("alice"), Some(Some(UnixTime(60))));
        assert_eq!(until("bob"), Some(Some(UnixTime(50))), "the later one");
        assert_eq!(until("carol"), None);
        assert_eq!(scan.unread, 1);
        assert_eq!(scan.position.milliseconds, 8);
        assert!(scan.restored.contains(&key("carol").hash()));
        assert!(!scan.restored.contains(&key("alice").hash()), "undone before");
    }

    #[test]
    fn pauses_differ_and_stay_near() {
        for _ in 0..100 {
            let pause = jittered(Duration::from_secs(4));
            assert!((3.0..=5.0).contains(&pause.as_secs_f64()), "{pause:?}");
        }
    }
}
