//! A request before the gate: what the browser sent, what the gate said, whether it went on.

use super::scene::Scene;
use super::variant::Variant;
use crate::support::desktop::Seen;
use crate::support::log::field;
use serde_json::Value;
use std::time::{Duration, Instant};

/// A request before the gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Knock {
    /// Method.
    pub method: String,
    /// `Origin`: a host of the scene, `null`, or nothing.
    pub origin: String,
    /// `Sec-Fetch-Site`.
    pub site: String,
    /// `Sec-Fetch-Mode`.
    pub mode: String,
    /// `Sec-Fetch-Dest`.
    pub dest: String,
    /// Whether the session cookie came.
    pub session: bool,
    /// `Sec-Purpose`.
    pub purpose: String,
    /// What the gate answered, and why.
    pub answer: String,
    /// Whether it went on to the desktop.
    pub reached: bool,
}

impl Knock {
    /// A link followed: the one thing that any page may cause.
    pub fn is_document_navigation(&self) -> bool {
        (self.method.as_str(), self.mode.as_str(), self.dest.as_str())
            == ("GET", "navigate", "document")
    }
}

/// All that has come to paths that `such` holds for, in order, when the gate has judged it and what it
/// let pass is at the desktop: path, knock.
pub async fn knocks(
    scene: &Scene,
    variant: Variant,
    such: impl Fn(&str) -> bool,
) -> Vec<(String, Knock)> {
    let mut knocks = Vec::new();
    for (trace, seen) in scene.witness.records(|seen| such(path_of(seen))) {
        let at_desktop = |seen: &Seen| once(seen, "Traceparent").contains(&trace);
        let mut judged = decision(scene, &trace);
        let deadline = Instant::now() + WAY;
        while judged.is_none() && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(20)).await;
            judged = decision(scene, &trace);
        }
        // A browser may think better of it before the gate, or the desktop, has heard of it.
        if judged.is_none() && !scene.alice.has_seen(at_desktop) {
            continue;
        }
        let (status, reason) = judged.unwrap_or((0, "not judged".to_owned()));
        while status == 200 && !scene.alice.has_seen(at_desktop) && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let origin = once(&seen, "Origin");
        let host = scene.host_of(origin).map(|host| format!("{host:?}").to_lowercase());
        let ours = |pair: &str| pair.trim().split('=').next() == Some(variant.cookie_name());
        let knock = Knock {
            method: once(&seen, "X-Forwarded-Method").to_owned(),
            origin: host.unwrap_or_else(|| origin.to_owned()),
            site: once(&seen, "Sec-Fetch-Site").to_owned(),
            mode: once(&seen, "Sec-Fetch-Mode").to_owned(),
            dest: once(&seen, "Sec-Fetch-Dest").to_owned(),
            purpose: once(&seen, "Sec-Purpose").to_owned(),
            session: once(&seen, "Cookie").split(';').any(ours),
            answer: format!("{status} {reason}"),
            reached: scene.alice.has_seen(at_desktop),
        };
        knocks.push((path_of(&seen).to_owned(), knock));
    }
    knocks
}

/// How many requests have come to paths that `such` holds for.
pub fn count(scene: &Scene, such: impl Fn(&str) -> bool) -> usize {
    scene.witness.records(|seen| such(path_of(seen))).len()
}

/// Status and reason, as the gate has logged them.
fn decision(scene: &Scene, trace: &str) -> Option<(u64, String)> {
    let output = scene.gate.process.output();
    let at = output.find(&format!("\"trace_id\":\"{trace}\""))?;
    let start = output[..at].rfind('\n').map_or(0, |end| end + 1);
    // The last line may be half written.
    let end = at + output[at..].find('\n')?;
    let line: Value = serde_json::from_str(&output[start..end]).expect("a line of the log");
    let reason = field(&line, "reason")?.as_str()?.to_owned();
    Some((field(&line, "status")?.as_u64()?, reason))
}

fn path_of(seen: &Seen) -> &str {
    once(seen, "X-Forwarded-Uri").split('?').next().unwrap_or_default()
}

fn once<'s>(seen: &'s Seen, name: &str) -> &'s str {
    seen.all(name).first().copied().unwrap_or_default()
}

/// A busy machine has many pages to serve.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// From the witness to the desktop, in the same machine.
const WAY: Duration = Duration::from_secs(10);
