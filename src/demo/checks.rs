//! The demo's test of itself: requests as browsers, attackers and `curl` send them, through
//! the real Traefik, each with the answer it must get.
//!
//! A denial counts only when the status is right *and* alice's desktop has no record of the request.
//! [`way_in`] signs alice and bob in and, at the end, out, as their browsers do. In between,
//! [`SelfTest::examine`] sends the requests of [`catalogue`] and compares the answers.

mod browser;
mod catalogue;
mod way_in;

use super::{
    client::{Client, Reply},
    hosts::{Account, Hosts, SIGN_IN_LABEL},
    issuer::Issuer,
    record::Record,
};
use browser::Browser;
use std::{fmt::Write, io};
use way_in::Walk;

/// What the checks need to know about the running demo.
pub(super) struct SelfTest<'a> {
    pub(super) hosts: Hosts,
    pub(super) client: &'a Client,
    pub(super) issuer: &'a Issuer,
    pub(super) record: &'a Record,
    /// Whether this Traefik can drop `X_Doorward_User` beside `X-Doorward-User`.
    pub(super) drops_aliases: bool,
    /// Seconds since 1970.
    pub(super) now: u64,
}

/// One row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) name: &'static str,
    pub(super) expected: String,
    pub(super) actual: String,
    pub(super) passed: bool,
}

/// One request and the answer it must get.
struct Check {
    name: &'static str,
    method: &'static str,
    /// The label that TLS asks for.
    label: &'static str,
    /// The `Host` header.
    host: String,
    path: &'static str,
    headers: Vec<(&'static str, String)>,
    expected: Expected,
}

enum Expected {
    /// 200 from the desktop of `owner`, whose request carried these headers and none of these
    /// texts.
    Inside { owner: Account, shown: Vec<(&'static str, String)>, hidden: Vec<String> },
    /// 101, and a message comes back.
    Socket,
    /// 302 to the sign-in page with the address to return to and the state of this sign-in.
    SignIn,
    /// This status, and nothing reached alice's desktop.
    Refused(u16),
}

impl SelfTest<'_> {
    /// Sends everything, in order.
    pub(super) async fn examine(&self) -> Result<Vec<Finding>, super::DemoError> {
        let mut walk = Walk::new(self);
        let sessions = walk.enter().await;
        for (number, check) in self.catalogue(&sessions)?.into_iter().enumerate() {
            let attempt = format!("check-{number}");
            let reply = self.client.send(check.label, &check.text(&attempt)).await;
            walk.findings.push(self.judge(&check, reply, self.record.has(&attempt)));
        }
        walk.leave().await;
        Ok(walk.findings)
    }

    fn browser(&self) -> Browser<'_> {
        Browser::new(self.client, self.hosts)
    }

    fn judge(&self, check: &Check, reply: io::Result<Reply>, reached: bool) -> Finding {
        let reply = match reply {
            Ok(reply) => reply,
            Err(error) => {
                let actual = format!("no answer: {error}");
                let expected = check.expected.to_string();
                return Finding { name: check.name, expected, actual, passed: false };
            }
        };
        let mut actual = reply.status.to_string();
        let fits = match &check.expected {
            Expected::Inside { owner, shown, hidden } => {
                let seen = seen_by_desktop(&reply.body, *owner);
                let mut complaints = Vec::new();
                if seen.is_none() {
                    complaints.push(format!("not {}'s desktop", owner.name()));
                }
                let seen = seen.unwrap_or_default();
                for (name, value) in shown {
                    let values: Vec<_> =
                        seen.iter().filter(|(other, _)| other == name).map(|(_, v)| v).collect();
                    if values != [value] {
                        complaints.push(format!("{name}: {values:?} instead of {value:?}"));
                    }
                }
                if hidden.iter().any(|text| reply.body.contains(text.as_str())) {
                    complaints.push("the desktop saw what it must not see".to_owned());
                }
                for complaint in &complaints {
                    actual = format!("{actual}, {complaint}");
                }
                reply.status == 200 && complaints.is_empty()
            }
            Expected::Socket => {
                if reply.status == 101 {
                    actual = format!("{actual}, echo {:?}", reply.body);
                }
                reply.status == 101 && reply.body == super::client::MESSAGE
            }
            Expected::SignIn => {
                let target = reply.header("location").unwrap_or_default();
                let fits = self.leads_to_sign_in(target, check.label);
                if !fits {
                    actual = format!("{actual} to {target:?}");
                }
                reply.status == 302 && fits && !reached
            }
            Expected::Refused(status) => {
                if reached {
                    actual = format!("{actual}, but it reached the desktop");
                }
                reply.status == *status && !reached
            }
        };
        let expected = check.expected.to_string();
        Finding { name: check.name, expected, actual, passed: fits }
    }

    /// The sign-in page with an absolute address on the host that was asked for.
    fn leads_to_sign_in(&self, target: &str, label: &str) -> bool {
        let Some((page, query)) = target.split_once('?') else {
            return false;
        };
        let back = super::query::value(query, "rd").unwrap_or_default();
        page == format!("{}/", self.hosts.origin(SIGN_IN_LABEL))
            && super::query::value(query, "st").is_some()
            && back.starts_with(&format!("{}/", self.hosts.origin(label)))
    }
}

impl Check {
    fn text(&self, attempt: &str) -> String {
        let Self { method, path, host, .. } = self;
        let mut text = format!("{method} {path}?attempt={attempt} HTTP/1.1\r\nHost: {host}\r\n");
        for (name, value) in &self.headers {
            // Writing to a String cannot fail.
            let _ = write!(text, "{name}: {value}\r\n");
        }
        if !self.headers.iter().any(|(name, _)| *name == "Connection") {
            text.push_str("Connection: close\r\n");
        }
        if *method == "POST" {
            text.push_str("Content-Length: 0\r\n");
        }
        text.push_str("\r\n");
        text
    }
}

impl std::fmt::Display for Expected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Inside { .. } => f.write_str("200"),
            Self::Socket => f.write_str("101, echo"),
            Self::SignIn => f.write_str("302 to sign-in"),
            Self::Refused(status) => write!(f, "{status}"),
        }
    }
}

/// The headers that the desktop received; `None` when another server sent the answer.
fn seen_by_desktop(body: &str, owner: Account) -> Option<Vec<(String, String)>> {
    let body: serde_json::Value = serde_json::from_str(body).ok()?;
    if body.get("desktop")?.as_str()? != owner.name() {
        return None;
    }
    serde_json::from_value(body.get("headers")?.clone()).ok()
}

#[cfg(test)]
mod tests;
