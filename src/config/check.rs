//! From raw to checked: every rule about values and about how keys go together.
//!
//! One file for each group of keys. A check does not stop at a mistake: it records the mistake
//! and continues with the default, and no mistake of one key hides those of another. At the end, an
//! empty list makes a [`Config`].

mod bounds;
mod domains;
mod fetched;
mod grants;
mod handoff;
mod headers;
mod issuer;
mod issuers;
mod keys;
mod login;
mod network;
mod origins;
pub(super) mod render;
mod revocation;
mod tls;
mod tokens;

use super::field::{Field, good_ones};
use super::mistake::{Findings, Mistakes, shown};
use super::raw::{RawConfig, RawLevel};
use super::{Config, Limits, RevocationStore};
use crate::cross_site::PublicScheme;
use crate::name::{Domain, Domains, Host, Label, ReservedLabels};
use crate::observe::log::Log;
use crate::url::WebUrl;
use std::sync::Arc;
use std::time::Duration;

/// Checks everything; `findings` brings the mistakes of shape that were found on the way here.
pub(super) fn check(raw: &RawConfig, findings: Findings<'_>) -> Result<Config, Mistakes> {
    let mut findings = findings;
    let found = &mut findings;
    let listeners = network::listeners(raw, found);
    let state_dir = network::state_dir(raw, found);
    let tls = tls::check(raw, state_dir.is_some() || raw.state_dir.is_bad(), found);
    let admin_tls = tls::admin(raw, found);
    let trusted_proxies = network::trusted_proxies(raw, &listeners.listen, found);
    network::warn_plain(&listeners, tls.is_some() || raw.tls.is_bad(), found);

    let reserved = Arc::new(reserved(raw, found));
    let public_scheme = raw.public_scheme.or(PublicScheme::default());
    let domains = domains::check(raw, public_scheme, found);
    let revocation = revocation::check(raw, state_dir.is_some() || raw.state_dir.is_bad(), found);
    revocation::guard(raw, listeners.admin, admin_tls.is_some() || raw.admin_tls.is_bad(), found);
    let store = revocation.store;
    let context =
        CheckContext { domains: domains.as_ref(), reserved: &reserved, public_scheme, store };
    let (issuers, fetched) = issuers::check(raw, &context, found);
    let names = issuers::names(raw);
    let tokens = tokens::check(raw, found);
    let zones = domains::zones(raw, &names, &context, &tokens, found);
    let cross_site = origins::mode(raw, found);
    let trusted_origins = origins::check(raw, &context, found);
    let identity_headers = headers::identity(raw, &tokens.headers, found);
    let grants = grants::check(raw, &names, cross_site, found);
    if handoff::is_wanted(raw) {
        handoff::claims(raw, found);
    }
    let cache_bytes = cache(raw, found);
    let limits = limits(raw, tokens.max_bytes, found);
    if tls.is_some() && limits.header_bytes > HTTP2_HEADER_BYTES {
        found.warn(
            "limits.header_bytes",
            "over HTTP/2 no request has more than 65,535 bytes of headers: a user with more gets \
             Traefik's 500 instead of the 431 page; set 60KiB",
        );
    }
    let log = log(raw);
    let render = render::check(raw, found);

    let (warnings, watched) = findings.finish()?;
    // With no mistake on the list there are domains; `else` cannot be reached.
    let Some(domains) = domains else {
        return Err(Mistakes::default());
    };
    Ok(Config {
        listen: listeners.listen,
        admin_listen: listeners.admin,
        pages_listen: listeners.pages,
        backchannel_listen: listeners.backchannel,
        tls,
        admin_tls,
        state_dir,
        trusted_proxies,
        domains,
        zones,
        public_scheme,
        issuers,
        fetched,
        tokens,
        cache_bytes,
        limits,
        cross_site,
        service_workers: raw.service_workers.or_default(),
        trusted_origins,
        identity_headers,
        reserved,
        grants,
        revocation: store.unwrap_or_default(),
        revocation_secret: revocation.secret,
        redis: revocation.redis,
        render,
        log,
        watched,
        warnings,
    })
}

/// What several checks are based on: the domains and what decides about URLs.
struct CheckContext<'c> {
    domains: Option<&'c Domains>,
    reserved: &'c Arc<ReservedLabels>,
    public_scheme: PublicScheme,
    /// `revocation.store`; `None` while that is wrong itself.
    store: Option<RevocationStore>,
}

impl CheckContext<'_> {
    /// Whether this host is, or could become, a workspace, where a user controls what runs.
    fn is_workspace(&self, host: &str) -> bool {
        self.domains
            .and_then(|domains| Host::parse(host, domains).ok())
            .is_some_and(|host| !self.reserved.contains(host.label()))
    }

    /// A URL, with the mistakes that any URL may have put on the list.
    fn url(&self, path: &str, text: &str, found: &mut Findings<'_>) -> Option<WebUrl> {
        match WebUrl::parse(text) {
            Err(error) => {
                // Never with the value: it may hold a password.
                found.mistake(path, error.wrong(), error.remedy());
                None
            }
            Ok(url) if !url.is_secure() && self.public_scheme != PublicScheme::Http => {
                found.mistake(
                    path,
                    format!("{} is not https", shown(text)),
                    "write an https address; http is for development with `public_scheme: http`",
                );
                None
            }
            Ok(url) if self.is_workspace(url.host()) => {
                found.mistake(
                    path,
                    format!("{} is on a workspace host, which a user controls", shown(text)),
                    "use a host outside `domains`, or add its first label to `reserved_labels`",
                );
                None
            }
            Ok(url) => Some(url),
        }
    }

    /// Whether every domain is `localhost` or below it, where plain http does not leave the machine.
    fn is_local(domains: &Domains) -> bool {
        domains
            .iter()
            .all(|domain: &Domain| domain.as_str().rsplit('.').next() == Some("localhost"))
    }
}

fn reserved(raw: &RawConfig, found: &mut Findings<'_>) -> ReservedLabels {
    let mut labels = Vec::new();
    for (path, text) in
        raw.reserved_labels.good().iter().flat_map(|list| good_ones(list, "reserved_labels"))
    {
        labels.extend(label(&path, text.as_str(), found));
    }
    ReservedLabels::new(labels)
}

fn label(path: &str, text: &str, found: &mut Findings<'_>) -> Option<Label> {
    match Label::new(text) {
        Ok(label) => Some(label),
        Err(error) => {
            found.mistake(
                path,
                format!("{} is not a label: {error}", shown(text)),
                "write lower-case letters, digits and single hyphens, beginning with a letter",
            );
            None
        }
    }
}

fn cache(raw: &RawConfig, found: &mut Findings<'_>) -> u64 {
    let bounds = 64 << 10..=64 << 30;
    let field = raw.cache.good().map_or(&Field::Missing, |cache| &cache.max_bytes);
    bounds::size("cache.max_bytes", field, 64 << 20, bounds, found)
}

fn limits(raw: &RawConfig, token_bytes: usize, found: &mut Findings<'_>) -> Limits {
    let empty = super::raw::RawLimits::default();
    let limits = raw.limits.good().unwrap_or(&empty);
    let (millis, secs) = (Duration::from_millis, Duration::from_secs);
    let bytes = bounds::size(
        "limits.header_bytes",
        &limits.header_bytes,
        60 << 10,
        8 << 10..=1 << 20,
        found,
    );
    let header_bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
    if header_bytes <= token_bytes {
        found.mistake(
            "limits.header_bytes",
            format!("{bytes} is too small for a token of `tokens.max_bytes` ({token_bytes})"),
            "raise it to tokens.max_bytes plus about 16KiB for the other headers",
        );
    }
    Limits {
        header_bytes,
        headers: bounds::count("limits.headers", &limits.headers, 128, 16..=1_024, found),
        connections: bounds::count(
            "limits.connections",
            &limits.connections,
            10_000,
            1..=1_000_000,
            found,
        ),
        header_timeout: bounds::duration(
            "limits.header_timeout",
            &limits.header_timeout,
            secs(10),
            millis(100)..=secs(300),
            found,
        ),
        idle_timeout: bounds::duration(
            "limits.idle_timeout",
            &limits.idle_timeout,
            secs(120),
            secs(1)..=secs(3_600),
            found,
        ),
        connection_age: bounds::duration(
            "limits.connection_age",
            &limits.connection_age,
            secs(300),
            secs(1)..=secs(86_400),
            found,
        ),
    }
}

fn log(raw: &RawConfig) -> Log {
    let empty = super::raw::RawLog::default();
    let log = raw.log.good().unwrap_or(&empty);
    let level = match log.level.or(RawLevel::Info) {
        RawLevel::Error => tracing::Level::ERROR,
        RawLevel::Warn => tracing::Level::WARN,
        RawLevel::Info => tracing::Level::INFO,
        RawLevel::Debug => tracing::Level::DEBUG,
        RawLevel::Trace => tracing::Level::TRACE,
    };
    Log { format: log.format.or_default(), level, usernames: log.usernames.or(false) }
}

/// With room for the names of the fields and 32 bytes each, this fits into the 65,535 bytes that the
/// server accepts over HTTP/2.
const HTTP2_HEADER_BYTES: usize = 60 << 10;
