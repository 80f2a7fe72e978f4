//! Who else may enter a workspace: by a claim of their token, never by default.

use super::{domains, headers, label};
use crate::config::field::{Field, OneOrMany, Text, Words, each};
use crate::config::mistake::Findings;
use crate::config::raw::{RawConfig, RawGrant};
use crate::cross_site::Mode;
use crate::token::{Grant, GrantLabels, IssuerId};

pub(super) fn check(
    raw: &RawConfig,
    issuers: &[Option<&str>],
    cross_site: Mode,
    found: &mut Findings<'_>,
) -> Vec<Grant> {
    let Some(list) = raw.grants.good() else {
        return Vec::new();
    };
    // A guest visits with the rights of a guest; pages of one desktop must not borrow them.
    if !list.is_empty() && cross_site != Mode::Strict {
        found.mistake(
            "grants",
            "require `cross_site: strict`; otherwise any user's page could use a guest's rights",
            "set cross_site to strict, or remove the grants",
        );
    }
    each(list, "grants")
        .filter_map(|(path, raw)| grant(&path, raw.good()?, issuers, found))
        .collect()
}

fn grant(
    path: &str,
    raw: &RawGrant,
    issuers: &[Option<&str>],
    found: &mut Findings<'_>,
) -> Option<Grant> {
    let issuer_path = format!("{path}.issuer");
    let issuer = match &raw.issuer {
        Field::Good(name) => domains::issuer(&issuer_path, name.as_str(), issuers, found),
        Field::Missing if issuers.len() == 1 => Some(IssuerId::at(0)),
        Field::Missing => {
            found.mistake(&issuer_path, "is missing", "name one of the issuers");
            None
        }
        Field::Bad => None,
    };
    let claim_path = format!("{path}.claim");
    let claim = required(&claim_path, &raw.claim, "name the claim, such as groups", found)
        .and_then(|text| headers::claim_path(&claim_path, text, found));
    let contains = required(
        &format!("{path}.contains"),
        &raw.contains,
        "write the value that the claim must have, such as vdi-admins",
        found,
    );
    let labels = labels(&format!("{path}.labels"), &raw.labels, found);
    Some(Grant { issuer: issuer?, claim: claim?, contains: contains?.into(), labels: labels? })
}

fn labels(
    path: &str,
    raw: &Field<OneOrMany<Text<Words>>>,
    found: &mut Findings<'_>,
) -> Option<GrantLabels> {
    let missing = "write \"*\" for every workspace, or a list of labels";
    let Some(one_or_many) = raw.good() else {
        if raw.is_missing() {
            found.mistake(path, "is missing", missing);
        }
        return None;
    };
    let each = one_or_many.each(path);
    if each.is_empty() {
        found.mistake(path, "is an empty list, so the grant has no effect", missing);
        return None;
    }
    if let [(_, Some(text))] = each.as_slice()
        && text.as_str() == "*"
    {
        return Some(GrantLabels::All);
    }
    let count = each.len();
    let labels: Vec<_> =
        each.into_iter().filter_map(|(path, text)| label(&path, text?.as_str(), found)).collect();
    (labels.len() == count).then_some(GrantLabels::Only(labels))
}

/// Text that must be there and say something.
pub(super) fn required<'r>(
    path: &str,
    field: &'r Field<Text<Words>>,
    remedy: &str,
    found: &mut Findings<'_>,
) -> Option<&'r str> {
    match field {
        Field::Good(text) if text.as_str().is_empty() => {
            found.mistake(path, "is empty", remedy);
            None
        }
        Field::Good(text) => Some(text.as_str()),
        Field::Missing => {
            found.mistake(path, "is missing", remedy);
            None
        }
        Field::Bad => None,
    }
}
