//! How the gate makes sessions of what a sign-in page sends back: its secrets, how long a session
//! lives, and what else has to be set for it.

use super::{CheckContext, bounds, tls::unreadable};
use crate::config::LONGEST_SESSION;
use crate::config::field::{OneOrMany, each};
use crate::config::mistake::{Findings, shown};
use crate::config::raw::{RawConfig, RawHandoff};
use crate::config::{RevocationStore, Tokens};
use crate::handoff::Handoff;
use crate::handoff::SessionCookies;
use crate::keys;
use crate::token::{ClaimPath, GateSessions, KeyError, SessionKeys};
use std::time::Duration;

pub(super) fn check(
    path: &str,
    raw: &RawHandoff,
    context: &CheckContext<'_>,
    tokens: &Tokens,
    found: &mut Findings<'_>,
) -> Option<Handoff> {
    if context.store == Some(RevocationStore::None) {
        found.mistake(
            path,
            "needs a store, so that a hand-off is used once and a sign-out ends the session",
            "set revocation.store to memory, or to redis for several replicas",
        );
    }
    let keys = keys(&format!("{path}.session_key_file"), raw, found);
    let hours = |hours: u64| Duration::from_secs(hours * 3600);
    let lifetime = bounds::duration(
        &format!("{path}.session_lifetime"),
        &raw.session_lifetime,
        hours(8),
        Duration::from_secs(60)..=Duration::from_secs(LONGEST_SESSION),
        found,
    );
    let name = tokens.cookies.first().filter(|name| name.starts_with("__Host-"));
    if name.is_none() {
        found.mistake(
            path,
            "needs a cookie that only the workspace's own host can set, as the first name of \
             tokens.cookies",
            "put a name with `__Host-` first there, such as __Host-doorward",
        );
    }
    let cookies = SessionCookies { name: name?.clone(), partitioned: raw.partitioned.or(false) };
    let sessions = GateSessions { keys: keys?, lifetime: lifetime.as_secs() };
    Some(Handoff { sessions, cookies })
}

/// Claims that decide who may enter, in sessions of the gate's own as well, where some have another
/// meaning.
pub(super) fn claims(raw: &RawConfig, found: &mut Findings<'_>) {
    let issuers = raw.issuers.good().into_iter().flat_map(|list| each(list, "issuers"));
    let users = issuers.filter_map(|(path, issuer)| {
        Some((format!("{path}.user_claim"), issuer.good()?.user_claim.good()?.as_str()))
    });
    let grants = raw.grants.good().into_iter().flat_map(|list| each(list, "grants"));
    let guests = grants.filter_map(|(path, grant)| {
        Some((format!("{path}.claim"), grant.good()?.claim.good()?.as_str()))
    });
    for (path, text) in users.chain(guests) {
        if ClaimPath::new(text).is_some_and(|claim| claim.is_of_the_gate()) {
            found.mistake(
                &path,
                format!(
                    "{} says something else in the sessions that the gate makes of hand-offs",
                    shown(text)
                ),
                "have the sign-in page put it into a claim of another name, and write that here",
            );
        }
    }
}

fn keys(path: &str, raw: &RawHandoff, found: &mut Findings<'_>) -> Option<SessionKeys> {
    const REMEDY: &str = "write 32 random bytes or more into a file that others cannot read, the \
                          same for every replica: `head -c 48 /dev/urandom | base64 > session.key; \
                          chmod 0440 session.key`";
    let Some(files) = raw.session_key_file.good() else {
        if raw.session_key_file.is_missing() {
            found.mistake(path, "is missing", REMEDY);
        }
        return None;
    };
    let named = OneOrMany::each(files, path);
    if named.is_empty() {
        found.mistake(path, "is an empty list", REMEDY);
        return None;
    }
    let mut secrets = Vec::with_capacity(named.len());
    for (path, text) in &named {
        let text = text.as_ref()?.as_str();
        let file = found.file(text);
        match keys::read_secret(&file) {
            Ok(secret) => secrets.push(secret.trimmed().to_vec()),
            Err(error) => unreadable(path, text, error, found),
        }
    }
    if secrets.len() < named.len() {
        return None;
    }
    match SessionKeys::new(&secrets) {
        Ok(keys) => Some(keys),
        Err(error) => {
            let (position, error) = match error {
                KeyError::Member { position, error } => (position, *error),
                whole => (0, whole),
            };
            let (path, text) = named.get(position)?;
            let name = shown(text.as_ref().map_or("", |text| text.as_str()));
            let (wrong, remedy) = match error {
                KeyError::SameKid { other } => (
                    format!("{name} holds the same secret as number {}", other + 1),
                    "keep one of the two",
                ),
                error => (format!("{name} is no session key: {error}"), REMEDY),
            };
            found.mistake(path, wrong, remedy);
            None
        }
    }
}
