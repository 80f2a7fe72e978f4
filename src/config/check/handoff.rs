//! How the gate makes sessions of what a sign-in page sends back: its secrets, how long a session
//! lives, and what else has to be set for it.

use super::{CheckContext, bounds, tls::unreadable};
use crate::config::LONGEST_SESSION;
use crate::config::field::{Field, OneOrMany, Text, each};
use crate::config::mistake::{Findings, shown};
use crate::config::raw::{RawConfig, RawDomain, RawHandoff, RawLogin};
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
            "requires a store, so that a hand-off is used only once and a sign-out ends the \
             session",
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
            "requires a cookie that only the workspace host can set as the first name in \
             tokens.cookies",
            "put a name with the prefix `__Host-` first, such as __Host-doorward",
        );
    }
    let cookies = SessionCookies { name: name?.clone(), partitioned: raw.partitioned.or(false) };
    let sessions = GateSessions { keys: keys?, lifetime: lifetime.as_secs() };
    Some(Handoff { sessions, cookies })
}

/// Whether the hand-off is configured for any domain, rightly or not.
pub(super) fn is_wanted(raw: &RawConfig) -> bool {
    let is_written = |login: &RawLogin| login.handoff.is_bad() || login.handoff.some().is_some();
    let general = raw.login.good().is_some_and(is_written);
    let domains = raw.domains.good().map(Vec::as_slice).unwrap_or_default();
    let own = |domain: &Field<RawDomain>| match domain.good() {
        Some(RawDomain::Section(section)) => section.login.some().map(is_written),
        Some(RawDomain::Name(_)) | None => None,
    };
    let mut wanted = domains.iter().map(|domain| own(domain).unwrap_or(general));
    if domains.is_empty() { general } else { wanted.any(|wanted| wanted) }
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
                    "{} has another meaning in the sessions that the gate issues after a hand-off",
                    shown(text)
                ),
                "have the sign-in page put the value into a claim of another name, and use that \
                 name here",
            );
        }
    }
}

fn keys(path: &str, raw: &RawHandoff, found: &mut Findings<'_>) -> Option<SessionKeys> {
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
        // A bad name is on the list already; the files beside it are judged all the same.
        let Some(text) = text.map(Text::as_str) else {
            continue;
        };
        let secret = match keys::read_secret(&found.file(text)) {
            Ok(secret) => secret.trimmed().to_vec(),
            Err(error) => {
                unreadable(path, text, error, found);
                continue;
            }
        };
        match SessionKeys::new(std::slice::from_ref(&secret)) {
            Ok(_) => secrets.push(secret),
            Err(KeyError::Member { error, .. }) => refuse_key(path, text, *error, found),
            Err(error) => refuse_key(path, text, error, found),
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
            refuse_key(path, text.map_or("", |text| text.as_str()), error, found);
            None
        }
    }
}

fn refuse_key(path: &str, text: &str, error: KeyError, found: &mut Findings<'_>) {
    let name = shown(text);
    let (wrong, remedy) = match error {
        KeyError::SameKid { other } => (
            format!("{name} has the same content as file number {}", other + 1),
            "keep one of them",
        ),
        error => (format!("{name} is not a session key: {error}"), REMEDY),
    };
    found.mistake(path, wrong, remedy);
}

const REMEDY: &str = "write 32 random bytes or more to a file that others cannot read, the same \
                      file for every replica: `head -c 48 /dev/urandom | base64 > session.key; \
                      chmod \
                      0440 session.key`";
