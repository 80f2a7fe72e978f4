//! Who may say who a visitor is: the list of issuers, and what must hold among them.

use super::{CheckContext, issuer};
use crate::config::field::{Field, Text, each, good_ones};
use crate::config::mistake::{Findings, shown};
use crate::config::raw::RawConfig;
use crate::keys::Remote;
use crate::token::Issuer;

pub(super) fn check(
    raw: &RawConfig,
    context: &CheckContext<'_>,
    found: &mut Findings<'_>,
) -> (Vec<Issuer>, Vec<(usize, Remote)>) {
    let Some(list) = raw.issuers.good() else {
        if raw.issuers.is_missing() {
            found.mistake("issuers", "is missing", EXAMPLE);
        }
        return (Vec::new(), Vec::new());
    };
    if list.is_empty() {
        found.mistake("issuers", "is an empty list, so no token could be accepted", EXAMPLE);
    }
    one_bare(raw, found);
    let alone = list.len() == 1;
    let mut names: Vec<&str> = Vec::new();
    let (mut issuers, mut fetched) = (Vec::new(), Vec::new());
    for (path, raw) in good_ones(list, "issuers") {
        if let Some(name) = raw.issuer.good().map(Text::as_str) {
            if names.contains(&name) {
                found.mistake(
                    &format!("{path}.issuer"),
                    format!("{} already has an entry", shown(name)),
                    "use one entry for each issuer; it may have several keys",
                );
            }
            names.push(name);
        }
        if let Some((issuer, remote)) = issuer::check(&path, raw, alone, context, found) {
            fetched.extend(remote.map(|remote| (issuers.len(), remote)));
            issuers.push(issuer);
        }
    }
    (issuers, fetched)
}

/// The names as they stand, `None` where one is missing or wrong.
pub(super) fn names(raw: &RawConfig) -> Vec<Option<&str>> {
    let list = raw.issuers.good().map(Vec::as_slice).unwrap_or_default();
    list.iter().map(|issuer| issuer.good()?.issuer.good().map(Text::as_str)).collect()
}

/// Two issuers with bare labels could each have an alice, and both would own `alice`.
fn one_bare(raw: &RawConfig, found: &mut Findings<'_>) {
    let list = raw.issuers.good().map(Vec::as_slice).unwrap_or_default();
    let mut first = None;
    for (path, issuer) in each(list, "issuers") {
        let Some(issuer) = issuer.good() else {
            continue;
        };
        let path = format!("{path}.bare_labels");
        match &issuer.bare_labels {
            Field::Missing if list.len() > 1 => found.mistake(
                &path,
                "is missing; with several issuers, each must set it",
                "write true for the one whose usernames are labels as they are, false for all \
                 others",
            ),
            Field::Good(true) => match &first {
                Some(other) => found.mistake(
                    &path,
                    format!("is also `true` at {other}, so two users could share a label"),
                    "write true for at most one issuer",
                ),
                None => first = Some(path),
            },
            Field::Good(false) | Field::Missing | Field::Bad => {}
        }
    }
}

const EXAMPLE: &str = "write at least one entry with issuer, audiences, algorithms, keys and \
                       user_claim; `doorward check --sample` shows one";
