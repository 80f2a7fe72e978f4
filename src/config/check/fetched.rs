//! Keys that are fetched: from where, by whose certificate, and for how long they may be used. No
//! address is asked here.

use super::tls::read;
use super::{CheckContext, bounds};
use crate::config::field::{FilePath, Text};
use crate::config::mistake::{Findings, shown};
use crate::config::raw::RawIssuer;
use crate::cross_site::PublicScheme;
use crate::keys::{self, Authorities, Remote, Source};
use crate::name::Host;
use crate::token::Algorithm;
use std::sync::Arc;
use std::time::Duration;

/// The key set at this address.
pub(super) fn url(
    path: &str,
    text: &str,
    algorithms: Option<&[Algorithm]>,
    context: &CheckContext<'_>,
    found: &mut Findings<'_>,
) -> Option<Source> {
    let public = is_public(path, algorithms, found);
    context.url(path, text, found).filter(|_| public).map(Source::Url)
}

/// The document of this issuer.
pub(super) fn discovery(
    path: &str,
    issuer: Option<&str>,
    algorithms: Option<&[Algorithm]>,
    context: &CheckContext<'_>,
    found: &mut Findings<'_>,
) -> Option<Source> {
    const REMEDY: &str = "use jwks_url; the discovery document is fetched from the issuer's URL, \
                          below /.well-known/";
    let public = is_public(path, algorithms, found);
    let issuer = issuer?;
    if !issuer.contains("://") {
        let wrong = format!(
            "requires an issuer that is an http or https URL, and {} is not",
            shown(issuer)
        );
        found.mistake(path, wrong, REMEDY);
        return None;
    }
    let url = context.url(path, issuer, found)?;
    let source = Remote::discovery(issuer).filter(|_| !url.rest().contains('?'));
    if source.is_none() {
        let wrong = format!("is set, but no discovery URL can be formed from {}", shown(issuer));
        found.mistake(path, wrong, REMEDY);
    }
    source.filter(|_| public)
}

/// Whether no algorithm is one of shared secrets: who can read a published secret can sign with it.
/// `false` without a mistake while the algorithms themselves are wrong.
fn is_public(path: &str, algorithms: Option<&[Algorithm]>, found: &mut Findings<'_>) -> bool {
    let Some(algorithms) = algorithms else {
        return false;
    };
    let public = !algorithms.iter().any(|algorithm| algorithm.is_hmac());
    if !public {
        found.mistake(
            path,
            "is for public keys, but `algorithms` lists shared-secret algorithms (HS…)",
            "use secret_file, or have the issuer sign with public-key algorithms",
        );
    }
    public
}

/// The settings of an issuer whose keys are fetched.
pub(super) struct FetchSettings {
    authorities: Option<Authorities>,
    max_stale: Duration,
}

pub(super) fn settings(
    path: &str,
    raw: &RawIssuer,
    found: &mut Findings<'_>,
) -> Option<FetchSettings> {
    let authorities = match raw.ca_file.some() {
        None => Some(None),
        Some(text) => authorities(&format!("{path}.ca_file"), text, found).map(Some),
    };
    let max_stale = match raw.max_stale.some() {
        None => Some(DAY),
        Some(text) => {
            let bounds = Duration::from_secs(60)..=DAY * 30;
            bounds::span(&format!("{path}.max_stale"), text.as_str(), bounds, found)
        }
    };
    Some(FetchSettings { authorities: authorities?, max_stale: max_stale? })
}

fn authorities(path: &str, text: &Text<FilePath>, found: &mut Findings<'_>) -> Option<Authorities> {
    read(path, text, keys::authorities, found)?;
    let (_, certificates) = read(path, text, keys::certificates, found)?;
    Some(Arc::from(certificates))
}

/// Everything about keys that are fetched; `None` without domains, which is a mistake of its own.
pub(super) fn remote(
    issuer: &str,
    algorithms: &[Algorithm],
    source: Source,
    settings: FetchSettings,
    context: &CheckContext<'_>,
) -> Option<Remote> {
    let (domains, reserved) = (context.domains?.clone(), Arc::clone(context.reserved));
    let is_workspace = move |host: &str| {
        Host::parse(host, &domains).is_ok_and(|host| !reserved.contains(host.label()))
    };
    Some(Remote {
        issuer: issuer.into(),
        source,
        algorithms: algorithms.to_vec(),
        authorities: settings.authorities,
        max_stale: settings.max_stale,
        plain: context.public_scheme == PublicScheme::Http,
        is_workspace: Arc::new(is_workspace),
    })
}

const DAY: Duration = Duration::from_secs(86_400);
