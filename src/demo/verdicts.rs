//! The gate's decisions about requests for alice's desktop, read from its log.
//!
//! Neither the browser nor the gate tells bob's page the reason of a denial; only the operator has the
//! log. The demo acts as the operator, so that its user sees what bob cannot. The log has no request
//! address, so the page makes one attempt at a time and reads the decisions after each.

use super::hosts::Account;
use serde_json::Value;
use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

/// The gate's log, and how far it was read.
pub(super) struct Verdicts {
    log: PathBuf,
    read: Mutex<u64>,
}

impl Verdicts {
    pub(super) fn new(log: PathBuf) -> Self {
        Self { log, read: Mutex::new(0) }
    }

    /// The decisions since the last question, such as `403 cross-site-origin`, each once.
    pub(super) fn news(&self) -> Vec<String> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let mut bytes = Vec::new();
        let whole = File::open(&self.log).and_then(|mut log| {
            log.seek(SeekFrom::Start(*read))?;
            log.take(MOST).read_to_end(&mut bytes)
        });
        // A line that is still being written is left for the next call.
        let end =
            bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at.saturating_add(1));
        let (Ok(_), Some(lines)) = (whole, bytes.get(..end)) else { return Vec::new() };
        *read = read.saturating_add(end as u64);
        let mut news = Vec::new();
        for verdict in String::from_utf8_lossy(lines).lines().filter_map(verdict) {
            if !news.contains(&verdict) {
                news.push(verdict);
            }
        }
        news
    }
}

fn verdict(line: &str) -> Option<String> {
    let line: Value = serde_json::from_str(line).ok()?;
    let text = |name: &str| line.get(name).and_then(Value::as_str);
    if text("event") != Some("decision") || text("host_label") != Some(Account::Alice.name()) {
        return None;
    }
    Some(format!("{} {}", line.get("status")?.as_u64()?, text("reason")?))
}

/// Bytes that are read for one question.
const MOST: u64 = 4 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn each_decision_about_alices_host_is_reported_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gate.log");
        let verdicts = Verdicts::new(path.clone());
        assert!(verdicts.news().is_empty(), "no log yet");
        let mut log = File::create(path).unwrap();
        let decision = |label: &str, reason: &str| {
            format!(
                r#"{{"event":"decision","status":403,"host_label":"{label}","reason":"{reason}"}}"#
            )
        };
        let alice = decision("alice", "cross-site-origin");
        write!(log, "{alice}\nno json\n{}\n{alice}\n", decision("bob", "wrong-host")).unwrap();
        assert_eq!(verdicts.news(), ["403 cross-site-origin"]);
        assert!(verdicts.news().is_empty());
        let next = decision("alice", "preflight");
        let (start, rest) = next.split_at(20);
        write!(log, "{start}").unwrap();
        assert!(verdicts.news().is_empty(), "half a line");
        writeln!(log, "{rest}").unwrap();
        assert_eq!(verdicts.news(), ["403 preflight"]);
    }
}
