//! Connections to Redis, the commands sent over them, and their errors for the operator. The URL,
//! and the password in it, is passed to the client and to nothing else.

use super::stream::{Change, Entry, Id, STREAM, range_reply, read_reply};
use crate::revocation::KeyHash;
use crate::unix_time::UnixTime;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, ErrorKind, FromRedisValue, Value};
use std::fmt;
use std::time::Duration;
use tokio::time::timeout;

/// The connection that reads the stream. Its reads block, so no other task uses it.
pub(super) struct StreamReader(MultiplexedConnection);

/// The connection for changes; clones share it.
#[derive(Clone)]
pub(super) struct StreamWriter(MultiplexedConnection);

/// Opens both connections.
pub(super) async fn connect(client: &Client) -> Result<(StreamReader, StreamWriter), RedisError> {
    let connection = async |patience| {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(ANSWER_TIMEOUT))
            .set_response_timeout(Some(patience));
        // An overall limit: name resolution may take longer than the connection time-out.
        let connection = client.get_multiplexed_async_connection_with_config(&config);
        timeout(2 * ANSWER_TIMEOUT, connection)
            .await
            .map_err(|_| RedisError::Timeout)?
            .map_err(|error| RedisError::of(&error))
    };
    let reader = connection(ANSWER_TIMEOUT + BLOCK).await?;
    Ok((StreamReader(reader), StreamWriter(connection(ANSWER_TIMEOUT).await?)))
}

impl StreamReader {
    /// The mark of the data in this Redis, created if there is none. Another mark means that the
    /// data was lost.
    pub(super) async fn epoch(&mut self, fresh: &str) -> Result<String, RedisError> {
        // If several replicas create one, the first wins. This also writes: a Redis that accepts no
        // writes cannot be used.
        let made = redis::cmd("SET").arg(EPOCH).arg(fresh).arg("NX").to_owned();
        let _: Value = self.query(&made).await?;
        self.query(redis::cmd("GET").arg(EPOCH)).await
    }

    /// Whether the data still has this mark.
    pub(super) async fn is_of(&mut self, epoch: &str) -> Result<bool, RedisError> {
        let now: Option<String> = self.query(redis::cmd("GET").arg(EPOCH)).await?;
        Ok(now.as_deref() == Some(epoch))
    }

    /// The entries after `after`, without waiting.
    pub(super) async fn read_after(&mut self, after: Id) -> Result<Vec<Entry>, RedisError> {
        let mut command = redis::cmd("XREAD");
        command.arg("COUNT").arg(BATCH).arg("STREAMS").arg(STREAM).arg(after.to_string());
        read_reply(&self.query(&command).await?).ok_or(RedisError::Unexpected)
    }

    /// The entries after `after`, as soon as there are any, or none after a second.
    pub(super) async fn read_new(&mut self, after: Id) -> Result<Vec<Entry>, RedisError> {
        let mut command = redis::cmd("XREAD");
        command.arg("COUNT").arg(BATCH).arg("BLOCK").arg(BLOCK.as_millis().to_string());
        command.arg("STREAMS").arg(STREAM).arg(after.to_string());
        read_reply(&self.query(&command).await?).ok_or(RedisError::Unexpected)
    }

    /// From here on [`append`](Self::append) only succeeds if no other client has appended.
    pub(super) async fn watch(&mut self) -> Result<(), RedisError> {
        self.query(redis::cmd("WATCH").arg(STREAM)).await
    }

    /// Ends [`watch`](Self::watch).
    pub(super) async fn unwatch(&mut self) -> Result<(), RedisError> {
        self.query(&redis::cmd("UNWATCH")).await
    }

    /// Appends all changes, or none of them if another client has appended.
    pub(super) async fn append(&mut self, changes: &[Change]) -> Result<(), RedisError> {
        let mut transaction = redis::pipe();
        transaction.atomic();
        for change in changes {
            transaction.add_command(change.command());
        }
        let _: Value =
            transaction.query_async(&mut self.0).await.map_err(|error| RedisError::of(&error))?;
        Ok(())
    }

    /// The time by Redis' clock, which is the same for all replicas.
    pub(super) async fn time(&mut self) -> Result<UnixTime, RedisError> {
        let (seconds, _): (u64, u64) = self.query(&redis::cmd("TIME")).await?;
        Ok(UnixTime(seconds))
    }

    /// The oldest entries from `start` on.
    pub(super) async fn oldest(&mut self, start: Id) -> Result<Vec<Entry>, RedisError> {
        let mut command = redis::cmd("XRANGE");
        command.arg(STREAM).arg(start.to_string()).arg("+").arg("COUNT").arg(BATCH);
        range_reply(&self.query(&command).await?).ok_or(RedisError::Unexpected)
    }

    /// Removes the entries before `id`.
    pub(super) async fn trim(&mut self, id: Id) -> Result<(), RedisError> {
        let mut command = redis::cmd("XTRIM");
        command.arg(STREAM).arg("MINID").arg(id.to_string());
        let _: u64 = self.query(&command).await?;
        Ok(())
    }

    async fn query<T: FromRedisValue>(&mut self, command: &redis::Cmd) -> Result<T, RedisError> {
        command.query_async(&mut self.0).await.map_err(|error| RedisError::of(&error))
    }
}

impl StreamWriter {
    /// Appends a change to the stream; returns its id.
    pub(super) async fn append(&mut self, change: &Change) -> Result<Id, RedisError> {
        let command = change.command();
        let id: String = self.query(&command).await?;
        id.parse().map_err(|()| RedisError::Unexpected)
    }

    /// Records the use of a single-use token; `false` when it was used before. The duration is
    /// relative, so that clocks need not agree.
    pub(super) async fn mark_used(
        &mut self,
        once: KeyHash,
        seconds: u64,
    ) -> Result<bool, RedisError> {
        let mut command = redis::cmd("SET");
        command.arg(format!("{ONCE}{:032x}", once.bits())).arg(1).arg("NX");
        let noted: Value = self.query(command.arg("EX").arg(seconds.max(1))).await?;
        match noted {
            Value::Nil => Ok(false),
            Value::Okay => Ok(true),
            _ => Err(RedisError::Unexpected),
        }
    }

    async fn query<T: FromRedisValue>(&mut self, command: &redis::Cmd) -> Result<T, RedisError> {
        let answer = timeout(ANSWER_TIMEOUT, command.query_async(&mut self.0));
        answer.await.map_err(|_| RedisError::Timeout)?.map_err(|error| RedisError::of(&error))
    }
}

/// Why Redis cannot be used.
#[derive(Clone, Debug)]
pub(super) enum RedisError {
    /// No reply in time.
    Timeout,
    /// A reply that Redis does not give to this command.
    Unexpected,
    /// Other replicas kept writing while this one had revocations to write back.
    Contended,
    /// An error reply, or a connection that failed.
    Failed {
        /// The error.
        error: String,
        /// What the operator can do about it.
        remedy: &'static str,
        /// Whether the connection must be replaced.
        is_loss: bool,
    },
}

impl RedisError {
    fn of(error: &redis::RedisError) -> Self {
        // A transaction reports the errors of its parts.
        let parts = error.clone().into_server_errors();
        let part = parts.as_deref().and_then(|parts| parts.first()).map(|(_, part)| part.code());
        let text = error.to_string();
        let (remedy, is_loss) = match error.code().or(part) {
            Some("WRONGPASS" | "NOAUTH") => (PASSWORD, true),
            _ if error.kind() == ErrorKind::AuthenticationFailed => (PASSWORD, true),
            Some("NOPERM") => (RIGHTS, false),
            Some("WRONGTYPE") => (KEYS, false),
            // Treated as a lost connection: after a failover the name resolves to another machine.
            Some("MISCONF" | "OOM" | "READONLY" | "CLUSTERDOWN" | "MASTERDOWN") => (STATE, true),
            Some("LOADING") => (LOADING, true),
            Some(_) => (VERSION, false),
            None if text.contains("certificate") => (TRUST, true),
            None => (REACH, true),
        };
        Self::Failed { error: text, remedy, is_loss }
    }

    /// Whether the connection must be replaced.
    pub(super) fn is_loss(&self) -> bool {
        match self {
            Self::Timeout | Self::Unexpected | Self::Contended => true,
            Self::Failed { is_loss, .. } => *is_loss,
        }
    }

    /// What the operator can do about it.
    pub(super) fn remedy(&self) -> &'static str {
        match self {
            Self::Timeout => REACH,
            Self::Unexpected => KEYS,
            Self::Contended => "nothing: it is retried",
            Self::Failed { remedy, .. } => remedy,
        }
    }
}

impl fmt::Display for RedisError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Timeout => "no reply within 2s",
            Self::Unexpected => "a reply that Redis does not give",
            Self::Contended => "other replicas write faster than this one can write back",
            Self::Failed { error, .. } => error,
        })
    }
}

/// The time limit of a reply.
pub(super) const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);
/// How long a blocking read waits.
const BLOCK: Duration = Duration::from_secs(1);
/// The most entries in one reply: with values of 1 KiB some hundred KiB.
pub(super) const BATCH: usize = 500;
const EPOCH: &str = "doorward:epoch";
const ONCE: &str = "doorward:once:";

const REACH: &str = "check that Redis runs, and that host, port and scheme in the file of \
                     revocation.url_file are right and reachable from here";
const TRUST: &str = "add the authority of its certificate to the system's trust store, or to a file \
                     named in SSL_CERT_FILE; the certificate must name the host in revocation.url_file";
const PASSWORD: &str = "correct user and password in the file of revocation.url_file, and restart";
const RIGHTS: &str = "allow the user in revocation.url_file to use on doorward:*: XADD, XREAD, \
                      XRANGE, XTRIM, GET, SET, TIME, WATCH, UNWATCH, MULTI and EXEC";
const KEYS: &str =
    "another program uses doorward:* in this database: give doorward a database of its own";
const STATE: &str = "this Redis accepts no changes: check its log, and that it is the primary";
const LOADING: &str = "nothing: Redis is loading its data";
const VERSION: &str = "use Redis 6.2 or newer";
