//! Where a request carries its token. A cookie that only its own host can have set is the safe
//! way; every other one has to be asked for.

use super::{bounds, headers};
use crate::config::Tokens;
use crate::config::field::good_ones;
use crate::config::mistake::{Findings, shown};
use crate::config::raw::{RawConfig, RawTokens};
use crate::handoff::{LOOP_COOKIE, PARTITIONED_COOKIE, STATE_COOKIES};
use crate::token::MAX_LEEWAY;
use std::time::Duration;

pub(super) fn check(raw: &RawConfig, found: &mut Findings<'_>) -> Tokens {
    let empty = RawTokens::default();
    let raw = raw.tokens.good().unwrap_or(&empty);
    let parent_domain = raw.parent_domain.or(false);
    let cookies = cookies(raw, parent_domain, found);
    let headers = raw
        .headers
        .good()
        .map(|list| headers::tokens(list, "tokens.headers", found))
        .unwrap_or_default();
    let authorization = raw.authorization.or(true);
    if raw.cookies.good().is_some_and(Vec::is_empty)
        && raw.headers.good().is_none_or(Vec::is_empty)
        && !raw.headers.is_bad()
        && !authorization
    {
        found.mistake(
            "tokens",
            "allow no way to send a token: no cookie, no header, authorization off",
            "allow at least one of cookies, authorization and headers",
        );
    }
    let leeway = bounds::duration(
        "tokens.leeway",
        &raw.leeway,
        Duration::from_secs(30),
        Duration::ZERO..=Duration::from_secs(MAX_LEEWAY),
        found,
    );
    if leeway.subsec_millis() > 0 {
        found.mistake("tokens.leeway", "has a fraction of a second", "write whole seconds");
    }
    let max_bytes =
        bounds::size("tokens.max_bytes", &raw.max_bytes, 8 << 10, 256..=64 << 10, found);
    Tokens {
        cookies,
        parent_domain,
        authorization,
        headers,
        leeway: leeway.as_secs(),
        max_bytes: usize::try_from(max_bytes).unwrap_or(usize::MAX),
    }
}

fn cookies(raw: &RawTokens, parent_domain: bool, found: &mut Findings<'_>) -> Vec<Box<str>> {
    const PATH: &str = "tokens.cookies";
    let list = raw.cookies.good().map(Vec::as_slice).unwrap_or_default();
    let mut cookies: Vec<Box<str>> = Vec::new();
    for (path, text) in good_ones(list, PATH) {
        let name = text.as_str();
        let wrong = if name.is_empty() || !name.bytes().all(headers::is_token_byte) {
            Some(("is not a cookie name", "write letters, digits, `-` and `_`"))
        } else if is_own(name) {
            Some(("is a cookie that doorward sets for its own purposes", "choose another name"))
        } else if cookies.iter().any(|earlier| **earlier == *name) {
            Some(("is repeated", "keep one of them"))
        } else if !name.starts_with(HOST_PREFIX) && has_prefix(name, HOST_PREFIX) {
            Some(("has the prefix in another case", "write exactly `__Host-`"))
        } else if !name.starts_with(HOST_PREFIX) && !parent_domain && !raw.parent_domain.is_bad() {
            Some((
                "lacks the prefix `__Host-`, so any workspace could set it for all others",
                "add the prefix __Host-, or set tokens.parent_domain: true if a parent domain \
                 must set it",
            ))
        } else {
            None
        };
        if let Some((wrong, remedy)) = wrong {
            found.mistake(&path, format!("{} {wrong}", shown(name)), remedy);
            continue;
        }
        if !name.starts_with(HOST_PREFIX) {
            found.warn(
                &path,
                format!(
                    "any workspace can set `{name}` for all workspaces and so sign other users in \
                     as its own user; only `__Host-` cookies prevent this"
                ),
            );
        }
        cookies.push(name.into());
    }
    if raw.cookies.good().is_none() {
        cookies.push(DEFAULT_COOKIE.into());
    }
    let useless = parent_domain && cookies.iter().all(|name| name.starts_with(HOST_PREFIX));
    if useless {
        found.warn(
            "tokens.parent_domain",
            "has no effect: every name in tokens.cookies has `__Host-`, which a parent domain \
             cannot set",
        );
    }
    cookies
}

/// The state and loop cookies of sign-in, and the session's other name; any case, because some
/// browsers compare so.
fn is_own(name: &str) -> bool {
    has_prefix(name, STATE_COOKIES)
        || name.eq_ignore_ascii_case(LOOP_COOKIE)
        || name.eq_ignore_ascii_case(PARTITIONED_COOKIE)
}

fn has_prefix(name: &str, prefix: &str) -> bool {
    name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

const DEFAULT_COOKIE: &str = "__Host-doorward";
/// Browsers take a cookie of this prefix only from its own host, for all paths, over https
/// (RFC 6265bis §4.1.3.2).
const HOST_PREFIX: &str = "__Host-";
