//! The serialised form of a revocation, for stores that survive a restart.

use crate::revocation::{KeyKind, Revocation, RevocationKey};
use crate::unix_time::UnixTime;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

#[derive(Serialize, Deserialize)]
struct Record<'k> {
    #[serde(borrow)]
    issuer: Cow<'k, str>,
    kind: Cow<'k, str>,
    value: Cow<'k, str>,
    issued_before: Option<u64>,
    until: Option<u64>,
}

/// JSON for [`decode`].
pub(super) fn encode(revocation: &Revocation) -> Vec<u8> {
    let RevocationKey { issuer, kind, value } = &revocation.key;
    let kept = Record {
        issuer: Cow::Borrowed(issuer),
        kind: Cow::Borrowed(kind.word()),
        value: Cow::Borrowed(value),
        issued_before: revocation.issued_before.map(|time| time.0),
        until: revocation.until.map(|time| time.0),
    };
    // Strings and numbers only: this does not fail.
    serde_json::to_vec(&kept).unwrap_or_default()
}

/// `None` for data that is not a revocation.
pub(super) fn decode(kept: &[u8]) -> Option<Revocation> {
    let kept: Record<'_> = serde_json::from_slice(kept).ok()?;
    let kind = KeyKind::ALL.into_iter().find(|kind| kind.word() == kept.kind)?;
    Some(Revocation {
        key: RevocationKey { issuer: kept.issuer.into(), kind, value: kept.value.into() },
        issued_before: kept.issued_before.map(UnixTime),
        until: kept.until.map(UnixTime),
    })
}
