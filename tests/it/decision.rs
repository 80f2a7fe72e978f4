//! The gate alone, asked in Traefik's words: every step of the decision, both answer tables, and
//! what a permit carries. No Traefik here, so that a row can say what no Traefik would forward.

mod answers;
mod anything;
mod credentials;
mod cross_site;
mod discretion;
mod forwarded;
mod grants;
mod host;
mod issuers;
mod keys;
mod label;
mod limits;
mod loop_guard;
mod own_paths;
mod permit;
mod return_address;
mod token;
mod trust;
mod trusted_origins;

use crate::support::portal::{ALICE, Portal};
use crate::support::request::Request;

/// Alice at her own door, as a program that is no browser: the question that every row spoils.
fn alice(portal: &Portal) -> Request {
    Request::question(ALICE).session(&portal.token("alice"))
}

/// The same as her own page's script would fetch, which no cross-site rule minds.
fn alice_fetches(portal: &Portal) -> Request {
    alice(portal).fetch()
}
