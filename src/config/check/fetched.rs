//! Keys that are fetched: from where, by whose certificate, and for how long they may be used. No
//! address is asked here.

use super::tls::read;
use super::{CheckContext, bounds};
use crate::config::mistake::{Findings, shown};
use crate::config::raw::RawIssuer;
use crate::cross_site::PublicScheme;
use crate::keys::{self, Remote, Source};
use crate::name::Host;
use crate::token::Algorithm;
use std::sync::Arc;
use std::time::Duration;

/// The key set at this address.
pub(super) fn url(
    path: &str,
    text: &str,
    algorithms: &[Algorithm],
    context: &CheckContext<'_>,
    found: &mut Findings<'_>,
) -> Option<Source> {
    let public = is_public(path, algorithms, found);
    context.url(path, text, found).filter(|_| public).map(Source::Url)
}

/// The document of this issuer.
pub(super) fn discovery(
    path: &str,
    issuer: &str,
    algorithms: &[Algorithm],
    context: &CheckContext<'_>,
    found: &mut Findings<'_>,
) -> Option<Source> {
    const REMEDY: &str =
        "use jwks_url: the document is looked for at `issuer`, below /.well-known/";
    let public = is_public(path, algorithms, found);
    if !issuer.contains("://") {
        let wrong = format!("needs an issuer that is a web address, and {} is none", shown(issuer));
        found.mistake(path, wrong, REMEDY);
        return None;
    }
    let url = context.url(path, issuer, found)?;
    let source = Remote::discovery(issuer).filter(|_| !url.rest().contains('?'));
    if source.is_none() {
        let wrong = format!("has no document to find below {}", shown(issuer));
        found.mistake(path, wrong, REMEDY);
    }
    source.filter(|_| public)
}

/// Whoever can read a published secret can sign with it.
fn is_public(path: &str, algorithms: &[Algorithm], found: &mut Findings<'_>) -> bool {
    let public = !algorithms.iter().any(|algorithm| algorithm.is_hmac());
    if !public {
        found.mistake(
            path,
            "is for public keys, while `algorithms` has shared-secret ones (HS…)",
            "use secret_file, or have the issuer sign with public-key algorithms",
        );
    }
    public
}

/// Everything about keys that are fetched.
pub(super) fn remote(
    path: &str,
    raw: &RawIssuer,
    name: &str,
    algorithms: &[Algorithm],
    source: &Source,
    context: &CheckContext<'_>,
    found: &mut Findings<'_>,
) -> Option<Remote> {
    let ca_path = format!("{path}.ca_file");
    let authorities = match raw.ca_file.some() {
        None => None,
        Some(text) => {
            read(&ca_path, text, keys::authorities, found)?;
            let (_, certificates) = read(&ca_path, text, keys::certificates, found)?;
            Some(Arc::from(certificates))
        }
    };
    let max_stale = match raw.max_stale.some() {
        None => DAY,
        Some(text) => {
            let bounds = Duration::from_secs(60)..=DAY * 30;
            bounds::span(&format!("{path}.max_stale"), text.as_str(), bounds, found)?
        }
    };
    let (domains, reserved) = (context.domains?.clone(), Arc::clone(context.reserved));
    let is_workspace = move |host: &str| {
        Host::parse(host, &domains).is_ok_and(|host| !reserved.contains(host.label()))
    };
    Some(Remote {
        issuer: name.into(),
        source: source.clone(),
        algorithms: algorithms.to_vec(),
        authorities,
        max_stale,
        plain: context.public_scheme == PublicScheme::Http,
        is_workspace: Arc::new(is_workspace),
    })
}

const DAY: Duration = Duration::from_secs(86_400);
