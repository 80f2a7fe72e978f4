//! The way to Redis: connections, the commands that are sent over them, and what can go wrong there
//! in words for its operator. The URL, and with it the password, goes into the client and nowhere
//! else.

use super::stream::{Change, Entry, Id, STREAM, range_reply, read_reply};
use crate::revocation::KeyHash;
use crate::unix_time::UnixTime;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, ErrorKind, FromRedisValue, Value};
use std::fmt;
use std::time::Duration;
use tokio::time::timeout;

/// A connection to follow the stream by: it waits for read_reply, so nothing else goes over it.
pub(super) struct StreamReader(MultiplexedConnection);

/// A connection to tell Redis something; a copy is the same connection.
#[derive(Clone)]
pub(super) struct StreamWriter(MultiplexedConnection);

/// Both.
pub(super) async fn connect(client: &Client) -> Result<(StreamReader, StreamWriter), RedisError> {
    let connection = async |patience| {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(ANSWER_TIMEOUT))
            .set_response_timeout(Some(patience));
        // Around everything: a name that does not resolve may take longer.
        let connection = client.get_multiplexed_async_connection_with_config(&config);
        timeout(2 * ANSWER_TIMEOUT, connection)
            .await
            .map_err(|_| RedisError::late())?
            .map_err(|error| RedisError::of(&error))
    };
    let reader = connection(ANSWER_TIMEOUT + BLOCK).await?;
    Ok((StreamReader(reader), StreamWriter(connection(ANSWER_TIMEOUT).await?)))
}

impl StreamReader {
    /// The mark of this Redis's data, made if there is none: another mark means that what was kept
    /// is lost.
    pub(super) async fn epoch(&mut self, fresh: &str) -> Result<String, RedisError> {
        // Of several that make one the first wins. It is a change, too: a Redis that takes none is
        // no place to keep anything.
        let made = redis::cmd("SET").arg(EPOCH).arg(fresh).arg("NX").to_owned();
        let _: Value = self.query(&made).await?;
        self.query(redis::cmd("GET").arg(EPOCH)).await
    }

    /// Whether the data is still that of this mark.
    pub(super) async fn is_of(&mut self, epoch: &str) -> Result<bool, RedisError> {
        let now: Option<String> = self.query(redis::cmd("GET").arg(EPOCH)).await?;
        Ok(now.as_deref() == Some(epoch))
    }

    /// What follows `after`, without waiting.
    pub(super) async fn read_after(&mut self, after: Id) -> Result<Vec<Entry>, RedisError> {
        let mut command = redis::cmd("XREAD");
        command.arg("COUNT").arg(BATCH).arg("STREAMS").arg(STREAM).arg(after.to_string());
        read_reply(&self.query(&command).await?).ok_or_else(RedisError::strange)
    }

    /// What follows `after`, once there is something, or nothing within a second.
    pub(super) async fn read_new(&mut self, after: Id) -> Result<Vec<Entry>, RedisError> {
        let mut command = redis::cmd("XREAD");
        command.arg("COUNT").arg(BATCH).arg("BLOCK").arg(BLOCK.as_millis().to_string());
        command.arg("STREAMS").arg(STREAM).arg(after.to_string());
        read_reply(&self.query(&command).await?).ok_or_else(RedisError::strange)
    }

    /// From here on [`append`](Self::append) appends only if nobody else has.
    pub(super) async fn watch(&mut self) -> Result<(), RedisError> {
        self.query(redis::cmd("WATCH").arg(STREAM)).await
    }

    /// Ends [`watch`](Self::watch).
    pub(super) async fn unwatch(&mut self) -> Result<(), RedisError> {
        self.query(&redis::cmd("UNWATCH")).await
    }

    /// Puts these at the end, or none of them when somebody was faster.
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

    /// The time by the clock of Redis: one for all replicas.
    pub(super) async fn time(&mut self) -> Result<UnixTime, RedisError> {
        let (seconds, _): (u64, u64) = self.query(&redis::cmd("TIME")).await?;
        Ok(UnixTime(seconds))
    }

    /// The oldest entries from `start` on.
    pub(super) async fn oldest(&mut self, start: Id) -> Result<Vec<Entry>, RedisError> {
        let mut command = redis::cmd("XRANGE");
        command.arg(STREAM).arg(start.to_string()).arg("+").arg("COUNT").arg(BATCH);
        range_reply(&self.query(&command).await?).ok_or_else(RedisError::strange)
    }

    /// Takes out whatever stands before `id`.
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
    /// Puts a change at the end of the stream; gives its place.
    pub(super) async fn append(&mut self, change: &Change) -> Result<Id, RedisError> {
        let command = change.command();
        let id: String = self.query(&command).await?;
        id.parse().map_err(|()| RedisError::strange())
    }

    /// Takes note of what may be used once; `false` when it has been. For so many seconds from now,
    /// so that the clocks need not agree.
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
            _ => Err(RedisError::strange()),
        }
    }

    async fn query<T: FromRedisValue>(&mut self, command: &redis::Cmd) -> Result<T, RedisError> {
        let answer = timeout(ANSWER_TIMEOUT, command.query_async(&mut self.0));
        answer.await.map_err(|_| RedisError::late())?.map_err(|error| RedisError::of(&error))
    }
}

/// What is wrong with Redis or the way to it.
#[derive(Clone, Debug)]
pub(super) struct RedisError {
    what: String,
    remedy: &'static str,
    /// Whether the connection is worth nothing any more.
    pub(super) is_loss: bool,
}

impl RedisError {
    fn of(error: &redis::RedisError) -> Self {
        // A transaction has the errors of its parts.
        let parts = error.clone().into_server_errors();
        let part = parts.as_deref().and_then(|parts| parts.first()).map(|(_, part)| part.code());
        let what = error.to_string();
        let (remedy, is_loss) = match error.code().or(part) {
            Some("WRONGPASS" | "NOAUTH") => (PASSWORD, true),
            _ if error.kind() == ErrorKind::AuthenticationFailed => (PASSWORD, true),
            Some("NOPERM") => (RIGHTS, false),
            Some("WRONGTYPE") => (KEYS, false),
            // As good as gone; after a failover its name leads to another machine.
            Some("MISCONF" | "OOM" | "READONLY" | "CLUSTERDOWN" | "MASTERDOWN") => (STATE, true),
            Some("LOADING") => (LOADING, true),
            Some(_) => (VERSION, false),
            None if what.contains("certificate") => (TRUST, true),
            None => (REACH, true),
        };
        Self { what, remedy, is_loss }
    }

    /// No answer in time.
    pub(super) fn late() -> Self {
        Self { what: "no answer within 2s".to_owned(), remedy: REACH, is_loss: true }
    }

    fn strange() -> Self {
        let what = "an answer that Redis would not give".to_owned();
        Self { what, remedy: KEYS, is_loss: true }
    }

    /// Others kept writing while this replica had something to write back.
    pub(super) fn crowd() -> Self {
        let what = "others write faster than this replica can write back".to_owned();
        Self { what, remedy: "nothing: it is tried again", is_loss: true }
    }

    /// What to do about it.
    pub(super) fn remedy(&self) -> &'static str {
        self.remedy
    }
}

impl fmt::Display for RedisError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.what)
    }
}

/// How long an answer may take.
pub(super) const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);
/// How long a question for news waits.
const BLOCK: Duration = Duration::from_secs(1);
/// Entries in one answer at most: with its values' 1 KiB some hundred KiB.
pub(super) const BATCH: usize = 500;
const EPOCH: &str = "doorward:epoch";
const ONCE: &str = "doorward:once:";

const REACH: &str = "see that Redis runs, and that host, port and scheme in the file of \
                     revocation.url_file are right and reached from here";
const TRUST: &str = "let the system trust the authority of its certificate, or name a file with it \
                     in SSL_CERT_FILE; the host in revocation.url_file must be one that it names";
const PASSWORD: &str =
    "put the right user and password into the file of revocation.url_file, and restart";
const RIGHTS: &str = "let the user in revocation.url_file read and write doorward:*: XADD, XREAD, \
                      XRANGE, XTRIM, GET, SET, TIME, WATCH, UNWATCH, MULTI and EXEC";
const KEYS: &str = "something else uses doorward:* in this database: give doorward one of its own";
const STATE: &str = "this Redis takes no changes: see its log, and that it is the primary";
const LOADING: &str = "nothing: Redis reads its data and will answer";
const VERSION: &str = "Redis 6.2 or newer is needed";
