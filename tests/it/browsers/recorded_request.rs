//! A request as the gate received it: what the browser sent, the gate's answer, and whether the
//! request reached the desktop.

use super::setup::Setup;
use super::variant::Variant;
use crate::support::desktop::Seen;
use crate::support::log::field;
use serde_json::Value;
use std::time::{Duration, Instant};

/// A request as the gate received it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedRequest {
    /// Method.
    pub method: String,
    /// `Origin`: a host of the setup, `null`, or nothing.
    pub origin: String,
    /// `Sec-Fetch-Site`.
    pub site: String,
    /// `Sec-Fetch-Mode`.
    pub mode: String,
    /// `Sec-Fetch-Dest`.
    pub dest: String,
    /// Whether the request had the session cookie.
    pub session: bool,
    /// `Sec-Purpose`.
    pub purpose: String,
    /// Status and reason of the gate's answer.
    pub answer: String,
    /// Whether it reached the desktop.
    pub reached: bool,
}

impl RecordedRequest {
    /// A followed link: the only request that any page may cause.
    pub fn is_document_navigation(&self) -> bool {
        (self.method.as_str(), self.mode.as_str(), self.dest.as_str())
            == ("GET", "navigate", "document")
    }
}

/// All requests for paths for which `such` is true, in order, once the gate has answered them and the
/// permitted ones have reached the desktop: path, request.
pub async fn recorded_requests(
    setup: &Setup,
    variant: Variant,
    such: impl Fn(&str) -> bool,
) -> Vec<(String, RecordedRequest)> {
    let mut recorded_requests = Vec::new();
    for (trace, seen) in setup.recorder.records(|seen| such(path_of(seen))) {
        let at_desktop = |seen: &Seen| once(seen, "Traceparent").contains(&trace);
        let mut judged = decision(setup, &trace);
        let deadline = Instant::now() + WAY;
        while judged.is_none() && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(20)).await;
            judged = decision(setup, &trace);
        }
        // A browser may cancel a request before it reaches the gate or the desktop.
        if judged.is_none() && !setup.alice.has_seen(at_desktop) {
            continue;
        }
        let (status, reason) = judged.unwrap_or((0, "not judged".to_owned()));
        while status == 200 && !setup.alice.has_seen(at_desktop) && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let origin = once(&seen, "Origin");
        let host = setup.host_of(origin).map(|host| format!("{host:?}").to_lowercase());
        let ours = |pair: &str| pair.trim().split('=').next() == Some(variant.cookie_name());
        let recorded = RecordedRequest {
            method: once(&seen, "X-Forwarded-Method").to_owned(),
            origin: host.unwrap_or_else(|| origin.to_owned()),
            site: once(&seen, "Sec-Fetch-Site").to_owned(),
            mode: once(&seen, "Sec-Fetch-Mode").to_owned(),
            dest: once(&seen, "Sec-Fetch-Dest").to_owned(),
            purpose: once(&seen, "Sec-Purpose").to_owned(),
            session: once(&seen, "Cookie").split(';').any(ours),
            answer: format!("{status} {reason}"),
            reached: setup.alice.has_seen(at_desktop),
        };
        recorded_requests.push((path_of(&seen).to_owned(), recorded));
    }
    recorded_requests
}

/// The number of requests for paths for which `such` is true.
pub fn count(setup: &Setup, such: impl Fn(&str) -> bool) -> usize {
    setup.recorder.records(|seen| such(path_of(seen))).len()
}

/// Status and reason, as the gate has logged them.
fn decision(setup: &Setup, trace: &str) -> Option<(u64, String)> {
    let output = setup.gate.process.output();
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

/// Long enough for a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// From the recorder to the desktop, on the same machine.
const WAY: Duration = Duration::from_secs(10);
