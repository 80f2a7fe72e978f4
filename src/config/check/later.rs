//! Keys that belong to a later version. They are known, so that nobody looks for a typing
//! mistake, and refused, so that nobody believes in a protection that is not there.

use crate::config::field::{Field, Later};
use crate::config::problem::Findings;
use crate::config::raw::{RawConfig, RawLayout, RawStore};

pub(in crate::config) fn check(raw: &RawConfig, found: &mut Findings<'_>) {
    let remove = "leave it out";
    if raw.render.some().is_some_and(|render| render.layout.or(RawLayout::Flat) != RawLayout::Flat)
    {
        complain("render.layout", "write `flat`", found);
    }
    let Some(revocation) = raw.revocation.good() else {
        return;
    };
    if revocation.store.good() == Some(&RawStore::Redis) {
        complain("revocation.store", "write `file`, `memory` or `none`", found);
    }
    refuse("revocation.url_file", &revocation.url_file, remove, found);
    refuse("revocation.on_outage", &revocation.on_outage, remove, found);
}

fn refuse(path: &str, field: &Field<Later>, remedy: &str, found: &mut Findings<'_>) {
    if field.good().is_some_and(|later| later.0) {
        complain(path, remedy, found);
    }
}

fn complain(path: &str, remedy: &str, found: &mut Findings<'_>) {
    found.problem(path, "comes with a later version and is not available in this one", remedy);
}
