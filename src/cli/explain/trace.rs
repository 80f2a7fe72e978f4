//! Turns the facts of a decision into numbered lines, one for each fact, each with a sentence that
//! says what was read and what it was compared with. No line contains a token.

use super::redact::without_tokens;
use super::{forwarded, sentence};
use crate::gate::{Fact, Tracer, Verdict};
use crate::http::{Peer, State};
use crate::unix_time::UnixTime;
use hyper::header::HeaderMap;
use std::fmt::Write as _;

/// The lines so far, and what the sentences need beside the facts.
pub(super) struct Trace<'s> {
    pub(super) state: &'s State,
    pub(super) peer: Peer,
    /// The peer was not given on the command line.
    pub(super) is_peer_assumed: bool,
    pub(super) headers: &'s HeaderMap,
    pub(super) query: Option<&'s str>,
    pub(super) now: UnixTime,
    /// A store is configured. Only a running server knows what is in it.
    pub(super) has_store: bool,
    pub(super) lines: Vec<Line>,
}

/// One line.
pub(super) struct Line {
    pub(super) step: Step,
    pub(super) passed: bool,
    pub(super) text: String,
}

impl Tracer for Trace<'_> {
    fn record(&mut self, fact: Fact<'_>) {
        let (step, passed, text) = self.line(&fact);
        self.lines.push(Line { step, passed, text: without_tokens(&text) });
    }
}

impl Trace<'_> {
    fn line(&self, fact: &Fact<'_>) -> (Step, bool, String) {
        let gate = &self.state.gate;
        match *fact {
            Fact::Peer { is_trusted } => (Step::Peer, is_trusted, self.peer()),
            Fact::Forwarded(read) => {
                let text = match read {
                    Ok(request) => sentence::forwarded(request),
                    Err(denial) => {
                        forwarded::text(&self.state.reader, self.headers, self.query, denial)
                    }
                };
                (Step::Forwarded, read.is_ok(), text)
            }
            Fact::Host { raw, parsed } => {
                (Step::Host, parsed.is_ok(), sentence::host(raw, parsed, gate.domains.names()))
            }
            Fact::Route { request, host, denial } => {
                (Step::Route, denial.is_none(), sentence::route(request, host))
            }
            Fact::Candidates(credentials) => {
                (Step::Candidates, !credentials.is_empty(), sentence::candidates(credentials))
            }
            Fact::Token { candidate, verdict } => {
                let passed = matches!(verdict, Verdict::Session(_));
                let text = sentence::verdict(candidate, verdict, &gate.verifier, self.now);
                (Step::Token, passed, text)
            }
            Fact::Revocation { is_revoked, is_fresh } => {
                let text = if self.has_store {
                    "not checked here: `doorward revocations` lists what a running server knows"
                        .to_owned()
                } else {
                    sentence::revocation(gate.revocations.store(), is_revoked, is_fresh)
                };
                (Step::Revocation, !is_revoked && is_fresh, text)
            }
            Fact::Policy { session, site, entry } => {
                (Step::Policy, entry.is_ok(), sentence::policy(session, site, entry))
            }
            Fact::CrossSite { provenance, own, judged } => {
                let text = sentence::cross_site(provenance, own, gate.cross_site.mode, judged);
                (Step::CrossSite, judged.is_ok(), text)
            }
        }
    }

    fn peer(&self) -> String {
        let assumed = if self.is_peer_assumed { " (assumed; --peer)" } else { "" };
        if self.peer.client_certificate {
            return format!(
                "{} has a certificate of tls.client_ca_file{assumed}",
                self.peer.address
            );
        }
        let nets: Vec<_> = self.state.trusted_proxies.iter().map(ToString::to_string).collect();
        let address = self.peer.address.to_canonical();
        format!("{address} against trusted_proxies {}{assumed}", nets.join(", "))
    }

    /// All nine steps in order, those that the decision did not reach included.
    pub(super) fn text(&self) -> String {
        let mut text = self.lines.iter().fold(String::new(), |mut text, line| {
            let verdict = if line.passed { "pass" } else { "FAIL" };
            let _ = writeln!(text, "{verdict}  {:<18} {}", line.step.title(), line.text);
            text
        });
        let last = self.lines.iter().map(|line| line.step.number()).max().unwrap_or_default();
        for step in Step::ALL.into_iter().filter(|step| step.number() > last) {
            let _ = writeln!(text, "----  {:<18} not reached", step.title());
        }
        text
    }

    /// The same for `--json`, without the steps that were not reached.
    pub(super) fn json(&self) -> Vec<serde_json::Value> {
        let step = |line: &Line| {
            serde_json::json!({
                "step": line.step.number(),
                "name": line.step.name(),
                "passed": line.passed,
                "text": line.text,
            })
        };
        self.lines.iter().map(step).collect()
    }
}

/// The steps of the decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// 1: the peer is trusted.
    Peer,
    /// 2: the forwarded headers have one meaning.
    Forwarded,
    /// 3: the host is a workspace.
    Host,
    /// 4: preflight, reserved path, owner of the route.
    Route,
    /// 5: the request carries tokens.
    Candidates,
    /// 6: a candidate is a session.
    Token,
    /// 7: the session is not revoked.
    Revocation,
    /// 8: the session may enter this host.
    Policy,
    /// 9: the page behind the request may cause it.
    CrossSite,
}

impl Step {
    /// All of them, in order.
    const ALL: [Self; 9] = [
        Self::Peer,
        Self::Forwarded,
        Self::Host,
        Self::Route,
        Self::Candidates,
        Self::Token,
        Self::Revocation,
        Self::Policy,
        Self::CrossSite,
    ];

    /// Number in the order of the decision.
    fn number(self) -> u8 {
        match self {
            Self::Peer => 1,
            Self::Forwarded => 2,
            Self::Host => 3,
            Self::Route => 4,
            Self::Candidates => 5,
            Self::Token => 6,
            Self::Revocation => 7,
            Self::Policy => 8,
            Self::CrossSite => 9,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Peer => "peer",
            Self::Forwarded => "forwarded data",
            Self::Host => "host",
            Self::Route => "route",
            Self::Candidates => "candidates",
            Self::Token => "token",
            Self::Revocation => "revocation",
            Self::Policy => "host and user",
            Self::CrossSite => "cross-site",
        }
    }

    fn title(self) -> String {
        format!("{} {}", self.number(), self.name())
    }
}
