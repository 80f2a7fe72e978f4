//! The settings of a run of `render`: from the configuration, or from flags if there is none.
//!
//! Refuses flags that contradict a configuration, because gate and renderer have to use the same
//! domains, issuers and label rules.

use super::flags::{InstallationFlags, LabelFlags};
use crate::cli::{ConfigFile, complain, usage};
use crate::config::{Config, RevocationStore, Warning};
use crate::manifest::{Installation, TrustedOrigin};
use crate::name::{Case, Domain, LabelRules, ReservedLabels};
use crate::token::IssuerId;
use hyper::Uri;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

/// Everything that a run depends on besides its inputs.
pub(super) struct RenderContext {
    pub(super) installation: Installation,
    /// Each domain with the indices of its issuers.
    pub(super) domains: Vec<(Domain, Vec<usize>)>,
    pub(super) issuers: Vec<(Box<str>, LabelRules)>,
    /// `pages_listen` as a URL.
    pub(super) pages_url: Option<String>,
    /// Whether there is a configuration.
    pub(super) configured: bool,
    /// The text of the configuration file.
    pub(super) text: Option<String>,
    /// `backchannel_listen`, and the hosts of the sign-in pages, none of which is a desktop's.
    pub(super) logout: Option<(SocketAddr, Vec<Domain>)>,
    /// `revocation.store`, if each replica has a store of its own.
    pub(super) unshared_store: Option<&'static str>,
}

impl RenderContext {
    /// Reads the configuration if there is one. `labels`: the flags of a command that renders
    /// sessions, which needs a domain and an issuer.
    pub(super) fn load(
        file: &ConfigFile,
        flags: &InstallationFlags,
        labels: Option<&LabelFlags>,
    ) -> Result<Self, ExitCode> {
        let overlays = flags.overlays();
        if file.0.is_none() && !file.path().exists() {
            let (settings, warnings) =
                Config::render_settings(&overlays).map_err(|mistakes| file.refuse(&mistakes))?;
            warn(&warnings);
            let installation = Installation { settings, ..Installation::default() };
            return match labels {
                None => Ok(Self::bare(installation)),
                Some(labels) => Self::flagged(installation, labels),
            };
        }
        let config = file.load(&overlays).map_err(|mistakes| file.refuse(&mistakes))?;
        let said = labels.is_some_and(|labels| {
            let LabelFlags { domain, issuer, bare_labels, no_bare_labels } = labels;
            domain.is_some() || issuer.is_some() || *bare_labels || *no_bare_labels
        });
        if said {
            complain(format_args!(
                "--domain, --issuer and --bare-labels cannot be combined with the configuration {}\n    remove them; the gate and the routes must use the same settings",
                file.path().display()
            ));
            return Err(usage());
        }
        warn(config.warnings.iter().filter(|warning| warning.path.starts_with("render")));
        let text = std::fs::read_to_string(file.path()).ok();
        Ok(Self { text, ..Self::configured(config) })
    }

    fn bare(installation: Installation) -> Self {
        Self {
            installation,
            domains: Vec::new(),
            issuers: Vec::new(),
            pages_url: None,
            configured: false,
            text: None,
            logout: None,
            unshared_store: None,
        }
    }

    fn flagged(installation: Installation, labels: &LabelFlags) -> Result<Self, ExitCode> {
        let bare = match (labels.bare_labels, labels.no_bare_labels) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        };
        let (Some(domain), Some(issuer), Some(bare)) = (&labels.domain, &labels.issuer, bare)
        else {
            complain(
                "without a configuration, --domain, --issuer and either --bare-labels or --no-bare-labels are required: every host is derived from them",
            );
            return Err(usage());
        };
        let domain = Domain::new(domain).map_err(|error| {
            complain(format_args!("--domain: {domain:?} {error}"));
            usage()
        })?;
        let reserved = Arc::new(ReservedLabels::default());
        let rules = LabelRules::new(issuer, bare, Case::Sensitive, reserved);
        Ok(Self {
            installation: Installation { domains: vec![domain.clone()], ..installation },
            domains: vec![(domain, vec![0])],
            issuers: vec![(issuer.as_str().into(), rules)],
            ..Self::bare(Installation::default())
        })
    }

    fn configured(config: Config) -> Self {
        let domains: Vec<Domain> = config.domains.iter().cloned().collect();
        let logout = config.backchannel_listen.map(|address| (address, sign_in_hosts(&config)));
        let zones = config
            .zones
            .into_iter()
            .map(|zone| zone.issuers.into_iter().map(IssuerId::position).collect());
        let origins = config.trusted_origins.into_iter().map(|trusted| TrustedOrigin {
            origin: trusted.origin.to_string().into(),
            frame: trusted.frame,
        });
        let issuers = config.issuers.into_iter().map(|issuer| (issuer.name, issuer.labels));
        let headers = config.identity_headers.into_iter().map(|(name, _)| name.as_str().into());
        Self {
            installation: Installation {
                settings: config.render,
                domains: domains.clone(),
                identity_headers: headers.collect(),
                token_headers: config
                    .tokens
                    .headers
                    .iter()
                    .map(|name| name.as_str().into())
                    .collect(),
                trusted_origins: origins.collect(),
            },
            domains: domains.into_iter().zip(zones).collect(),
            issuers: issuers.collect(),
            pages_url: config.pages_listen.map(|address| format!("http://{address}")),
            configured: true,
            text: None,
            logout,
            unshared_store: match config.revocation {
                RevocationStore::Memory => Some("memory"),
                RevocationStore::File => Some("file"),
                RevocationStore::None | RevocationStore::Redis => None,
            },
        }
    }
}

/// Each once.
fn sign_in_hosts(config: &Config) -> Vec<Domain> {
    let mut hosts = Vec::new();
    for sign_in in config.zones.iter().filter_map(|zone| zone.login.as_ref()) {
        let host = sign_in.url.parse::<Uri>().ok();
        let host = host.as_ref().and_then(Uri::host).and_then(|host| Domain::new(host).ok());
        hosts.extend(host.filter(|host| !hosts.contains(host)));
    }
    hosts
}

fn warn<'w>(warnings: impl IntoIterator<Item = &'w Warning>) {
    for warning in warnings {
        complain(format_args!("warning: {warning}"));
    }
}
