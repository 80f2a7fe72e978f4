//! The fields that a decision has in the log, in one list for all results. A field that does not
//! apply is left out.

use crate::cross_site::Origin;
use crate::gate::TokenName;
use crate::observe::{PRIORITY_EVENT, field};
use std::net::IpAddr;
use tracing::Level;

/// One decision. The fields have the names of the constants in [`field`].
#[derive(Default)]
pub(super) struct Event<'e> {
    pub(super) result: &'static str,
    pub(super) reason: &'static str,
    pub(super) answer: &'static str,
    pub(super) status: u16,
    pub(super) class: Option<&'static str>,
    pub(super) host_label: Option<&'e str>,
    pub(super) host: Option<&'e str>,
    pub(super) label: Option<&'e str>,
    pub(super) issuer: Option<&'e str>,
    pub(super) username: Option<&'e str>,
    pub(super) token_digest: Option<TokenName<'e>>,
    pub(super) header: Option<&'static str>,
    pub(super) request_id: &'e str,
    pub(super) trace_id: Option<&'e str>,
    pub(super) client: Option<IpAddr>,
    pub(super) peer: Option<IpAddr>,
    pub(super) origin: Option<Origin>,
    pub(super) would_deny: Option<&'static str>,
    pub(super) grant: Option<usize>,
    pub(super) token_id: Option<&'e str>,
    pub(super) latency_us: Option<u64>,
}

/// Level and name are part of the static description of a log call, so each combination needs a call
/// of its own; the macro keeps the list of fields in one place.
macro_rules! write_at {
    ($level:expr, $name:expr, $event:expr) => {
        tracing::event!(name: $name, target: TARGET, $level, {
            { field::EVENT } = "decision",
            { field::RESULT } = $event.result,
            { field::REASON } = $event.reason,
            { field::ANSWER } = $event.answer,
            { field::STATUS } = $event.status,
            { field::CLASS } = $event.class,
            { field::HOST_LABEL } = $event.host_label,
            { field::HOST } = $event.host,
            { field::LABEL } = $event.label,
            { field::ISSUER } = $event.issuer,
            { field::USERNAME } = $event.username,
            { field::TOKEN_DIGEST } = $event.token_digest.map(tracing::field::display),
            { field::HEADER } = $event.header,
            { field::REQUEST_ID } = $event.request_id,
            { field::TRACE_ID } = $event.trace_id,
            { field::CLIENT } = $event.client.map(tracing::field::display),
            { field::PEER } = $event.peer.map(tracing::field::display),
            { field::ORIGIN } = $event.origin.as_ref().map(tracing::field::display),
            { field::WOULD_DENY } = $event.would_deny,
            { field::GRANT } = $event.grant,
            { field::TOKEN_ID } = $event.token_id,
            { field::LATENCY_US } = $event.latency_us,
        })
    };
}

impl Event<'_> {
    /// Writes the event at `level`, which is `info` or `debug`. Every use of a grant is logged with
    /// priority, so that many denials cannot displace it from the queue.
    pub(super) fn write(&self, level: Level) {
        if self.grant.is_some() {
            write_at!(Level::INFO, PRIORITY_EVENT, self);
        } else if level == Level::INFO {
            write_at!(Level::INFO, "decision", self);
        } else {
            write_at!(Level::DEBUG, "decision", self);
        }
    }
}

/// Whether an event of this level would be written.
pub(in crate::http) fn is_logged(level: Level) -> bool {
    if level == Level::INFO {
        tracing::enabled!(target: TARGET, Level::INFO)
    } else {
        tracing::enabled!(target: TARGET, Level::DEBUG)
    }
}

const TARGET: &str = "doorward::decision";
