//! The stream of changes in Redis, which has one order for all replicas. Each entry has two fields,
//! `op` (`revoke` or `restore`) and `record`, the JSON of a revocation.
//!
//! Other clients can write to the stream: entries of another format are counted and ignored, and
//! never stop the reading.

use crate::revocation::record::{decode, encode};
use crate::revocation::{Revocation, RevocationKey};
use redis::{Cmd, Value};
use std::fmt;
use std::str::FromStr;

/// The id of an entry in the stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Id {
    /// Since 1970, by Redis' clock.
    pub(super) milliseconds: u64,
    pub(super) number: u64,
}

impl Id {
    /// The smallest id that is greater.
    pub(super) fn next(self) -> Self {
        match self.number.checked_add(1) {
            Some(number) => Self { number, ..self },
            None => Self { milliseconds: self.milliseconds.saturating_add(1), number: 0 },
        }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}", self.milliseconds, self.number)
    }
}

impl FromStr for Id {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (milliseconds, number) = text.split_once('-').ok_or(())?;
        let read = |digits: &str| digits.parse().map_err(|_| ());
        Ok(Self { milliseconds: read(milliseconds)?, number: read(number)? })
    }
}

/// The change that an entry describes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// Adds a revocation.
    Revoke(Revocation),
    /// Removes a revocation.
    Restore(RevocationKey),
}

impl Change {
    /// The command that appends it to the stream.
    pub(super) fn command(&self) -> Cmd {
        let (op, record) = match self {
            Self::Revoke(revocation) => (REVOKE, encode(revocation)),
            Self::Restore(key) => {
                let key = key.clone();
                (RESTORE, encode(&Revocation { key, issued_before: None, until: None }))
            }
        };
        let mut command = redis::cmd("XADD");
        command.arg(STREAM).arg("*").arg("op").arg(op).arg("record").arg(record);
        command
    }

    fn read(fields: &[Value]) -> Option<Self> {
        let field = |name: &[u8]| {
            let mut pairs = fields.chunks_exact(2).filter_map(|pair| match pair {
                [key, value] if bytes(key) == Some(name) => bytes(value),
                _ => None,
            });
            // A repeated field is treated like a missing one.
            let value = pairs.next()?;
            pairs.next().is_none().then_some(value)
        };
        let record = field(b"record").filter(|record| record.len() <= MAX_RECORD);
        let revocation = decode(record?)?;
        match field(b"op")? {
            op if op == REVOKE.as_bytes() => Some(Self::Revoke(revocation)),
            op if op == RESTORE.as_bytes() => Some(Self::Restore(revocation.key)),
            _ => None,
        }
    }
}

/// One entry; `change` is `None` for another format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) id: Id,
    pub(super) change: Option<Change>,
}

/// The entries in a reply to XRANGE; `None` for any other reply.
pub(super) fn range_reply(answer: &Value) -> Option<Vec<Entry>> {
    let entry = |value: &Value| {
        let [id, fields] = value.as_sequence()? else { return None };
        let id = std::str::from_utf8(bytes(id)?).ok()?.parse().ok()?;
        let change = fields.as_sequence().and_then(Change::read);
        Some(Entry { id, change })
    };
    answer.as_sequence()?.iter().map(entry).collect()
}

/// The entries in a reply to XREAD of this stream; the reply may be empty.
pub(super) fn read_reply(answer: &Value) -> Option<Vec<Entry>> {
    if *answer == Value::Nil {
        return Some(Vec::new());
    }
    let [only] = answer.as_sequence()? else { return None };
    let [_, entries] = only.as_sequence()? else { return None };
    range_reply(entries)
}

fn bytes(value: &Value) -> Option<&[u8]> {
    match value {
        Value::BulkString(bytes) => Some(bytes),
        Value::SimpleString(text) => Some(text.as_bytes()),
        _ => None,
    }
}

/// The stream's key.
pub(super) const STREAM: &str = "doorward:revocations";
const REVOKE: &str = "revoke";
const RESTORE: &str = "restore";
/// A value has at most 1 KiB and an issuer is a URL; JSON escapes need up to six bytes for one.
const MAX_RECORD: usize = 32 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::revocation::KeyKind;
    use crate::unix_time::UnixTime;

    fn revocation() -> Revocation {
        let issuer = "https://portal.example.com".into();
        let key = RevocationKey { issuer, kind: KeyKind::Session, value: "s \"1\" é\r\n".into() };
        Revocation { key, issued_before: Some(UnixTime(5)), until: None }
    }

    fn bulk(text: impl Into<Vec<u8>>) -> Value {
        Value::BulkString(text.into())
    }

    fn entry(id: &str, fields: &[(&str, &str)]) -> Value {
        let fields = fields.iter().flat_map(|(name, value)| [bulk(*name), bulk(*value)]).collect();
        Value::Array(vec![bulk(id), Value::Array(fields)])
    }

    fn only(entry: Value) -> Option<Change> {
        let mut entries = range_reply(&Value::Array(vec![entry])).unwrap();
        entries.pop().unwrap().change
    }

    #[test]
    fn a_written_file_reads_back() {
        let record = String::from_utf8(encode(&revocation())).unwrap();
        for (op, change) in
            [(REVOKE, Change::Revoke(revocation())), (RESTORE, Change::Restore(revocation().key))]
        {
            let read = only(entry("5-0", &[("op", op), ("record", &record)]));
            assert_eq!(read.as_ref(), Some(&change));
            let packed = change.command().get_packed_command();
            let packed = String::from_utf8_lossy(&packed).into_owned();
            assert!(packed.contains("XADD") && packed.contains(op) && packed.contains(STREAM));
        }
    }

    #[test]
    fn other_changes_are_no_change() {
        let good = String::from_utf8(encode(&revocation())).unwrap();
        let long = good.replace("\"until\"", &format!("\"until\"{}", " ".repeat(MAX_RECORD)));
        for (row, fields) in [
            ("nothing", vec![]),
            ("no_record", vec![("op", "revoke")]),
            ("no_op", vec![("record", &*good)]),
            ("other_op", vec![("op", "forget"), ("record", &*good)]),
            ("op_in_capitals", vec![("op", "REVOKE"), ("record", &*good)]),
            ("op_twice", vec![("op", "revoke"), ("op", "revoke"), ("record", &*good)]),
            ("no_json", vec![("op", "revoke"), ("record", "alice")]),
            ("empty", vec![("op", "revoke"), ("record", "")]),
            ("half", vec![("op", "revoke"), ("record", "{\"issuer\":\"i\",\"kind\":\"sid\"}")]),
            ("too_long", vec![("op", "revoke"), ("record", &*long)]),
            (
                "other_kind",
                vec![
                    ("op", "revoke"),
                    ("record", "{\"issuer\":\"i\",\"kind\":\"once\",\"value\":\"v\"}"),
                ],
            ),
        ] {
            assert_eq!(only(entry("5-0", &fields)), None, "{row}");
        }
        let odd = Value::Array(vec![bulk("1-1"), Value::Array(vec![bulk("op")])]);
        assert_eq!(only(odd), None);
        let binary = Value::Array(vec![bulk("1-1"), Value::Array(vec![bulk([255]), Value::Nil])]);
        assert_eq!(only(binary), None);
    }

    #[test]
    fn answers() {
        let one = || entry("7-2", &[("x", "y")]);
        let stream = |entries| Value::Array(vec![bulk(STREAM), Value::Array(entries)]);
        assert_eq!(read_reply(&Value::Nil), Some(Vec::new()));
        let read = read_reply(&Value::Array(vec![stream(vec![one(), one()])])).unwrap();
        assert_eq!(read.len(), 2);
        assert_eq!(read[0].id, Id { milliseconds: 7, number: 2 });
        for wrong in [
            Value::Okay,
            Value::Int(3),
            Value::Array(vec![]),
            Value::Array(vec![stream(vec![]), stream(vec![])]),
            Value::Array(vec![stream(vec![entry("x", &[])])]),
            Value::Array(vec![stream(vec![Value::Nil])]),
        ] {
            assert_eq!(read_reply(&wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn places_are_ordered_by_number() {
        let id = |text: &str| text.parse::<Id>();
        assert!(id("9-1").unwrap() < id("10-0").unwrap());
        assert!(id("10-9").unwrap() < id("10-10").unwrap());
        assert_eq!(id("10-9").unwrap().next(), id("10-10").unwrap());
        assert_eq!(id(&format!("1-{}", u64::MAX)).unwrap().next(), id("2-0").unwrap());
        assert_eq!(id("10-9").unwrap().to_string(), "10-9");
        for bad in ["", "5", "-", "5-", "-5", "a-b", "1-2-3", "99999999999999999999-0"] {
            assert_eq!(id(bad), Err(()), "{bad}");
        }
    }
}
