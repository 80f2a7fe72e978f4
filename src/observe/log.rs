//! Destination and format of the log: one event per line on stderr.

use super::field;
use super::queue::{FlushGuard, Queue};
use schemars::JsonSchema;
use serde::Deserialize;
use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::{DefaultFields, Format, JsonFields};
use tracing_subscriber::fmt::{MakeWriter, layer};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry;

/// The log's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// Its format.
    pub format: LogFormat,
    /// The least severe level that is written.
    pub level: Level,
    /// Whether usernames are written next to labels.
    pub usernames: bool,
}

/// Form of the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Text on a terminal, JSON otherwise.
    #[default]
    Auto,
    /// One JSON object in each line.
    Json,
    /// Readable text.
    Text,
}

/// Sets up the log of the process: JSON, or text on a terminal. `dropped` counts the lines that did
/// not fit the queue (`doorward_log_dropped_total`).
///
/// The returned value belongs to `main`: dropping it, at the very end, writes the queued lines.
///
/// # Errors
/// The writer thread cannot be started, or the log was set up before.
pub fn start(log: &Log, dropped: Arc<AtomicU64>) -> io::Result<FlushGuard> {
    let watched = io::stdout().is_terminal() && io::stderr().is_terminal();
    let (queue, flush) = Queue::start(io::stderr(), LINES, dropped)?;
    let subscriber = subscriber(log, watched, queue);
    tracing::subscriber::set_global_default(subscriber).map_err(io::Error::other)?;
    report_panics();
    Ok(flush)
}

/// Logs a panic's location only: its message may quote the data being processed, such as a token.
fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let location = panic.location().map(ToString::to_string).unwrap_or_default();
        if tracing::event_enabled!(Level::ERROR) {
            tracing::error!({ field::LOCATION } = location, "panic");
        } else {
            // A panic must be visible before the log is set up and when the log is off.
            drop(writeln!(io::stderr(), "doorward: panic at {location}"));
        }
    }));
}

fn subscriber<W>(log: &Log, watched: bool, writer: W) -> Box<dyn tracing::Subscriber + Send + Sync>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let json = match log.format {
        LogFormat::Json => true,
        LogFormat::Text => false,
        LogFormat::Auto => !watched,
    };
    let subscriber = registry().with(levels(log.level));
    if json {
        // Flat, so that the names of `field` are top-level JSON members.
        let format = Format::default()
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_span_list(false);
        let lines = layer().event_format(format).fmt_fields(JsonFields::new()).with_writer(writer);
        Box::new(subscriber.with(lines))
    } else {
        let format = Format::default().compact().with_ansi(watched).with_target(false);
        let lines = layer()
            .with_ansi(watched)
            .event_format(format)
            .fmt_fields(DefaultFields::new())
            .with_writer(writer);
        Box::new(subscriber.with(lines))
    }
}

/// `log.level` applies to doorward's own events. Libraries log from `warn` on: their frames and
/// handshakes at `debug` would bury the decisions and may contain unchecked input.
fn levels(own: Level) -> Targets {
    Targets::new().with_default(own.min(Level::WARN)).with_target("doorward", own)
}

/// A few megabytes at most.
const LINES: usize = 8192;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::queue::tests::Sink;
    use tracing::Level;

    fn lines(format: LogFormat, watched: bool) -> Vec<String> {
        let sink = Sink::default();
        let to = sink.clone();
        let log = Log { format, level: Level::INFO, usernames: false };
        tracing::subscriber::with_default(subscriber(&log, watched, move || to.clone()), || {
            tracing::info!({ field::REASON } = "no-token", { field::STATUS } = 401, "denied");
            tracing::debug!("not at this level");
            tracing::warn!({ field::ERROR } = "a\nb\u{1b}[31m\"", "broken");
        });
        sink.text().lines().map(str::to_owned).collect()
    }

    #[test]
    fn json_is_one_flat_object_a_line() {
        for lines in [lines(LogFormat::Json, true), lines(LogFormat::Auto, false)] {
            assert_eq!(lines.len(), 2, "{lines:?}");
            let denied: serde_json::Value = serde_json::from_str(&lines[0]).unwrap();
            assert_eq!(denied[field::REASON], "no-token");
            assert_eq!(denied[field::STATUS], 401);
            assert_eq!(denied["message"], "denied");
            assert_eq!(denied["level"], "INFO");
            let broken: serde_json::Value = serde_json::from_str(&lines[1]).unwrap();
            assert_eq!(broken[field::ERROR], "a\nb\u{1b}[31m\"");
        }
    }

    #[test]
    fn text_is_for_people() {
        let plain = lines(LogFormat::Text, false);
        assert!(plain[0].contains("reason=\"no-token\" status=401"), "{plain:?}");
        assert!(!plain[0].contains('\u{1b}'), "no colours in a file");
        let watched = lines(LogFormat::Auto, true);
        assert!(watched[0].contains('\u{1b}') && !watched[0].starts_with('{'), "{watched:?}");
    }

    /// For every level, how many of doorward's and of a library's events are written.
    #[test]
    fn only_our_own_lines_follow_the_level() {
        for (level, ours, theirs) in [
            (Level::ERROR, 1, 1),
            (Level::WARN, 2, 2),
            (Level::INFO, 3, 2),
            (Level::DEBUG, 4, 2),
            (Level::TRACE, 5, 2),
        ] {
            let sink = Sink::default();
            let to = sink.clone();
            let log = Log { format: LogFormat::Json, level, usernames: false };
            tracing::subscriber::with_default(subscriber(&log, false, move || to.clone()), || {
                tracing::error!(target: "doorward::server", "ours");
                tracing::warn!(target: "doorward::server", "ours");
                tracing::info!(target: "doorward", "ours");
                tracing::debug!(target: "doorward::decision", "ours");
                tracing::trace!(target: "doorward::http::record", "ours");
                tracing::error!(target: "h2::codec", "theirs");
                tracing::warn!(target: "hyper::proto", "theirs");
                tracing::info!(target: "rustls", "theirs");
                tracing::debug!(target: "h2::codec::framed_read", "theirs");
                tracing::trace!(target: "hyper::proto", "theirs");
            });
            let text = sink.text();
            assert_eq!(text.matches("\"ours\"").count(), ours, "{level}: {text}");
            assert_eq!(text.matches("\"theirs\"").count(), theirs, "{level}: {text}");
        }
    }

    #[test]
    fn a_value_cannot_forge_a_line_of_text() {
        let lines = lines(LogFormat::Text, false);
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(!lines.concat().contains("\u{1b}[31m"), "{lines:?}");
    }
}
