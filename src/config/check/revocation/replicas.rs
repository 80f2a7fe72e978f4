//! `revocation.store: redis`: where it is, and what happens while it is not there. The URL may hold
//! a password, so no message shows a part of it.

use crate::config::check::tls::unreadable;
use crate::config::mistake::{Findings, shown};
use crate::config::raw::{RawOutage, RawRevocation};
use crate::config::{Redis, RevocationStore};
use crate::keys;

/// What is good of it; `None` while something is wrong, and with another store. The file is read
/// even while `store` is wrong.
pub(super) fn check(
    section: &RawRevocation,
    store: Option<RevocationStore>,
    found: &mut Findings<'_>,
) -> Option<Redis> {
    if let Some(store) = store.filter(|store| *store != RevocationStore::Redis) {
        refuse(section, store, found);
        return None;
    }
    let refuses = section.on_outage.some() == Some(&RawOutage::Refuse);
    let Some(text) = section.url_file.some() else {
        if store == Some(RevocationStore::Redis) && !section.url_file.is_bad() {
            found.mistake(
                URL_FILE,
                "is missing, and `revocation.store` is redis",
                format!("set it to a file that contains only {EXAMPLE}"),
            );
        }
        return None;
    };
    let text = text.as_str();
    let file = found.file(text);
    let url = match keys::read_secret(&file) {
        Ok(url) => url,
        Err(error) => {
            unreadable(URL_FILE, text, error, found);
            return None;
        }
    };
    if let Err(wrong) = judge(url.trimmed()) {
        found.mistake(
            URL_FILE,
            format!("{} {wrong}", shown(text)),
            format!(
                "write {EXAMPLE}, or rediss:// for TLS; in a password, percent-encode \
                     everything except letters and digits"
            ),
        );
        return None;
    }
    (store == Some(RevocationStore::Redis)).then_some(Redis { url, refuses })
}

/// Keys that mean nothing with another store.
fn refuse(section: &RawRevocation, store: RevocationStore, found: &mut Findings<'_>) {
    let word = match store {
        RevocationStore::None => "none",
        RevocationStore::Memory => "memory",
        RevocationStore::File => "file",
        RevocationStore::Redis => return,
    };
    let given = [
        (URL_FILE, section.url_file.some().is_some()),
        ("revocation.on_outage", section.on_outage.some().is_some()),
    ];
    for (path, _) in given.into_iter().filter(|(_, given)| *given) {
        found.mistake(
            path,
            format!("has no effect with `revocation.store: {word}`"),
            "set revocation.store to redis, or remove this key",
        );
    }
}

/// One reading only: `redis[s]://[[user]:password@]host[:port][/number]`.
fn judge(url: &[u8]) -> Result<(), &'static str> {
    let text = std::str::from_utf8(url).unwrap_or_default();
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("contains white space or a character that is not ASCII");
    }
    let rest = text.strip_prefix("redis://").or_else(|| text.strip_prefix("rediss://"));
    let rest = rest.ok_or("begins with neither redis:// nor rediss://")?;
    if rest.contains(['?', '#']) {
        return Err("contains a query or a fragment, which are not supported");
    }
    let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
    if !database.is_empty() && database.parse::<u32>().is_err() {
        return Err("has a path that is not a database number");
    }
    let address = authority.rsplit_once('@').map_or(authority, |(_, address)| address);
    let end = address.rfind(']').map_or(0, |bracket| bracket + 1);
    let (host, port) = match address.get(end..).and_then(|tail| tail.rfind(':')) {
        Some(colon) => address.split_at_checked(end + colon).unwrap_or((address, "")),
        None => (address, ""),
    };
    if host.is_empty() {
        return Err("has no host");
    }
    let port = port.strip_prefix(':').map(str::parse::<u16>);
    if port.is_some_and(|port| !port.is_ok_and(|port| port > 0)) {
        return Err("has a port that is not a number from 1 to 65535");
    }
    Ok(())
}

const URL_FILE: &str = "revocation.url_file";
const EXAMPLE: &str = "redis://:PASSWORD@redis.internal:6379/0";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        for good in [
            "redis://localhost",
            "redis://127.0.0.1:6379",
            "redis://127.0.0.1:6379/",
            "rediss://redis.internal:6380/3",
            "redis://:p%40ss@redis.internal",
            "redis://user:pa@ss@redis.internal:1",
            "redis://[::1]:6379/0",
            "redis://[::1]",
        ] {
            assert_eq!(judge(good.as_bytes()), Ok(()), "{good}");
        }
        for (bad, part) in [
            ("", "neither"),
            ("http://localhost", "neither"),
            ("localhost:6379", "neither"),
            ("redis+unix:///run/redis.sock", "neither"),
            ("REDIS://localhost", "neither"),
            ("redis://", "no host"),
            ("redis://:secret@", "no host"),
            ("redis://:secret@:6379", "no host"),
            ("redis://localhost:0", "port"),
            ("redis://localhost:65536", "port"),
            ("redis://localhost:", "port"),
            ("redis://localhost/x", "database"),
            ("redis://localhost/0/1", "database"),
            ("redis://localhost/0?protocol=resp3", "query"),
            ("rediss://localhost/#insecure", "fragment"),
            ("redis://localhost\nredis://other", "white space"),
            ("redis://lo cal", "white space"),
        ] {
            let wrong = judge(bad.as_bytes()).unwrap_err();
            assert!(wrong.contains(part), "{bad}: {wrong}");
        }
    }
}
