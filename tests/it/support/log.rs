//! What a gate has logged, read as its operator's tools would.

use super::gate::Gate;
use super::process::eventually;
use serde_json::Value;
use std::time::Duration;

impl Gate {
    /// Every log line so far, parsed.
    ///
    /// # Panics
    ///
    /// When a line is no JSON object: the tests configure `format: json`.
    pub fn log(&self) -> Vec<Value> {
        let output = self.process.output();
        // The last line may be half written.
        let complete = output.rfind('\n').map_or("", |end| &output[..end]);
        let lines = complete.lines().filter(|line| !line.is_empty());
        lines
            .map(|line| {
                let value: Option<Value> = serde_json::from_str(line).ok();
                value.filter(Value::is_object).unwrap_or_else(|| panic!("no JSON log line: {line}"))
            })
            .collect()
    }

    /// The log lines that are decisions: those that carry a request id.
    pub fn decisions(&self) -> Vec<Value> {
        let lines = self.log().into_iter();
        lines.filter(|line| field(line, "request_id").is_some()).collect()
    }

    /// Waits until at least `count` decisions are in the log and gives them all.
    pub async fn decisions_at_least(&self, count: usize) -> Vec<Value> {
        let enough = || async { self.decisions().len() >= count };
        eventually("the decisions in the log", Duration::from_secs(10), enough).await;
        self.decisions()
    }
}

/// A field of a log line, at the top or inside `fields` and `span`, wherever the format puts it.
pub fn field<'v>(line: &'v Value, name: &str) -> Option<&'v Value> {
    ["", "/fields", "/span"].iter().find_map(|place| line.pointer(&format!("{place}/{name}")))
}
