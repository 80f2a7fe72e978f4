//! Keys that belong to a later version. They are known, so that nobody looks for a typing
//! mistake, and refused, so that nobody believes in a protection that is not there.

use crate::config::field::{Field, Later, each};
use crate::config::problem::Findings;
use crate::config::raw::{RawConfig, RawLayout};

pub(in crate::config) fn check(raw: &RawConfig, found: &mut Findings<'_>) {
    if raw.render.some().is_some_and(|render| render.layout.or(RawLayout::Flat) != RawLayout::Flat)
    {
        complain("render.layout", "write `flat`", found);
    }
    for (path, issuer) in raw.issuers.good().iter().flat_map(|list| each(list, "issuers")) {
        let Some(issuer) = issuer.good() else {
            continue;
        };
        let fetched = "it goes with keys that are fetched; leave it out";
        refuse(&format!("{path}.ca_file"), &issuer.ca_file, fetched, found);
        refuse(&format!("{path}.max_stale"), &issuer.max_stale, fetched, found);
        if let Some(keys) = issuer.keys.good() {
            let use_file = "use jwks_file";
            refuse(&format!("{path}.keys.jwks_url"), &keys.jwks_url, use_file, found);
            refuse(&format!("{path}.keys.discovery"), &keys.discovery, use_file, found);
        }
    }
}

fn refuse(path: &str, field: &Field<Later>, remedy: &str, found: &mut Findings<'_>) {
    if field.good().is_some_and(|later| later.0) {
        complain(path, remedy, found);
    }
}

fn complain(path: &str, remedy: &str, found: &mut Findings<'_>) {
    found.problem(path, "comes with a later version and is not available in this one", remedy);
}
