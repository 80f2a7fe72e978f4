//! The gate without Traefik: every step of the decision, both answer tables, and the headers of a
//! permit. The tests send ForwardAuth requests themselves, also such as Traefik would not send.

mod answers;
mod credentials;
mod cross_site;
mod forwarded;
mod gate_paths;
mod grants;
mod host;
mod information_leaks;
mod issuers;
mod keys;
mod label;
mod limits;
mod loop_guard;
mod permit;
mod random_requests;
mod return_address;
mod service_workers;
mod token;
mod trust;
mod trusted_origins;

use crate::support::portal::{ALICE, Portal};
use crate::support::request::Request;

/// A valid request of alice to her own host, from a program; each row changes one thing in it.
fn alice(portal: &Portal) -> Request {
    Request::question(ALICE).session(&portal.token("alice"))
}

/// The same as a script of her own page sends it, which the cross-site rules admit.
fn alice_fetches(portal: &Portal) -> Request {
    alice(portal).fetch()
}
