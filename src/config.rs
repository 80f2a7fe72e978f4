//! The configuration: file, environment variables and flags become one [`Config`], or a list of all
//! mistakes.
//!
//! The text becomes a `tree` (values with their places); `read` turns it into the `raw` types (the
//! one list of keys), and `check` turns these into the types here. A `Config` has no mistake. The
//! module binds no port and knows no runtime. It reads the files that the configuration names, so
//! that a bad key is found at the start.
//!
//! Called by every command at its start and by `serve` at each reload.

mod check;
mod environment;
mod field;
mod key_path;
mod mistake;
mod place;
mod raw;
mod read;
mod reference;
mod restart;
mod sample;
mod schema;
mod settings;
mod tree;
pub(crate) mod units;

pub use environment::{Environment, ProcessEnvironment};
pub use mistake::{Mistake, Mistakes, Warning};
pub use place::Place;
pub use reference::reference;
pub use sample::SAMPLE;
pub use schema::schema;
pub(crate) use settings::LONGEST_SESSION;
pub use settings::{Limits, Redis, RevocationStore, Tls, TlsFiles, Tokens, Zone};

use crate::cross_site::PublicScheme;
use crate::cross_site::{self, TrustedOrigin};
use crate::keys::{self, Remote};
use crate::manifest::Settings;
use crate::name::{Domains, ReservedLabels};
use crate::observe::log::Log;
use crate::token::{Grant, IdentityValue, Issuer};
use hyper::header::HeaderName;
use std::cell::RefCell;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Everything checked; keys are loaded. Made by [`Config::load`] and [`Config::from_yaml`] only.
pub struct Config {
    /// Addresses that Traefik calls; at least one, none twice.
    pub listen: Vec<SocketAddr>,
    /// Health and metrics.
    pub admin_listen: SocketAddr,
    /// Answers everything with the 404 page.
    pub pages_listen: Option<SocketAddr>,
    /// Takes logout tokens; with a revocation store.
    pub backchannel_listen: Option<SocketAddr>,
    /// Certificate of `listen`; `None` is plain HTTP.
    pub tls: Option<Tls>,
    /// Certificate of `admin_listen`; `None` is plain HTTP.
    pub admin_tls: Option<TlsFiles>,
    /// An existing folder.
    pub state_dir: Option<PathBuf>,
    /// Peers that are trusted, host bits cleared, IPv4-mapped networks as IPv4, never a `/0`, not even
    /// several that are one together. Empty only with a `client_ca_file`.
    pub trusted_proxies: Vec<ipnet::IpNet>,
    /// Domains of the workspaces.
    pub domains: Domains,
    /// Settings of each domain, in the order of `domains`.
    pub zones: Vec<Zone>,
    /// How browsers reach Traefik.
    pub public_scheme: PublicScheme,
    /// In the order of the file; no name twice.
    pub issuers: Vec<Issuer>,
    /// The issuers whose keys are fetched, by their index; they have no keys until `serve` adds them.
    pub fetched: Vec<(usize, Remote)>,
    /// Where a request carries its token.
    pub tokens: Tokens,
    /// Memory for verified tokens, in bytes.
    pub cache_bytes: u64,
    /// Bounds on callers.
    pub limits: Limits,
    /// Whether one workspace's pages may use another.
    pub cross_site: cross_site::Mode,
    /// Whether desktops may register service workers.
    pub service_workers: cross_site::ServiceWorkers,
    /// Origins that may use workspaces; none twice, none a workspace's.
    pub trusted_origins: Vec<TrustedOrigin>,
    /// Lower-case header names, sorted, and what each carries.
    pub identity_headers: Vec<(HeaderName, IdentityValue)>,
    /// Labels that are never a user's own name: the list of the algorithm and the configured ones.
    pub reserved: Arc<ReservedLabels>,
    /// Users who may enter the workspaces of others.
    pub grants: Vec<Grant>,
    /// Where revocations are stored.
    pub revocation: RevocationStore,
    /// Secret of the interface that revokes, at least 32 visible characters; `None`: there is none.
    pub revocation_secret: Option<keys::Secret>,
    /// Of `revocation.store: redis`, which has it.
    pub redis: Option<Redis>,
    /// How routes are written.
    pub render: Settings,
    /// The log.
    pub log: Log,
    /// Files the configuration names, and itself: a change of any content means reload. Sorted.
    pub watched: Vec<PathBuf>,
    /// Allowed settings with a risk; for the log at start and for `check`.
    pub warnings: Vec<Warning>,
}

impl Config {
    /// Reads the configuration: `file` (it must exist), over it the environment, over that the
    /// flags (key path and YAML text), then every file they name. Relative paths start at the
    /// folder of `file`.
    ///
    /// # Errors
    /// Every mistake, in the order of the file, and the files that were named.
    pub fn load(
        file: &Path,
        environment: &(impl Environment + ?Sized),
        flags: &[(String, String)],
    ) -> Result<Self, Mistakes> {
        let mut outcome = Self::read(file, environment, flags);
        let watched = match &mut outcome {
            Ok(config) => &mut config.watched,
            Err(mistakes) => &mut mistakes.watched,
        };
        watched.push(file.to_owned());
        watched.sort_unstable();
        outcome
    }

    fn read(
        file: &Path,
        environment: &(impl Environment + ?Sized),
        flags: &[(String, String)],
    ) -> Result<Self, Mistakes> {
        let whole = |wrong: String, remedy: &str| {
            let path = file.display().to_string();
            Mistakes::from(Mistake { path, wrong, remedy: remedy.to_owned(), place: None })
        };
        let content = keys::read_public(file).map_err(|error| {
            let remedy = match error {
                keys::FileError::Missing => {
                    "name the file with --config or DOORWARD_CONFIG; `doorward check --sample` \
                     prints one to start from"
                }
                _ => error.remedy(),
            };
            whole(error.to_string(), remedy)
        })?;
        let text = String::from_utf8(content)
            .map_err(|_| whole("is not UTF-8 text".to_owned(), "save it as UTF-8"))?;
        let folder = file.parent().unwrap_or(Path::new(""));
        Self::layered(&text, file, folder, environment, flags)
    }

    /// A configuration from its text alone; relative paths start at `folder`.
    ///
    /// # Errors
    /// Every mistake, in the order of the text.
    pub fn from_yaml(text: &str, folder: &Path) -> Result<Self, Vec<Mistake>> {
        Self::layered(text, Path::new("(configuration)"), folder, &[][..], &[])
            .map_err(|mistakes| mistakes.list)
    }

    /// The section `render` from flags alone (key path and YAML text), without a configuration.
    ///
    /// # Errors
    /// Every mistake in the flags.
    pub fn render_settings(
        flags: &[(String, String)],
    ) -> Result<(Settings, Vec<Warning>), Mistakes> {
        let mut mistakes = Vec::new();
        let mut root = tree::Node { place: None, value: tree::Value::Null };
        overlay(&mut root, overlays(flags, &mut mistakes), &mut mistakes);
        if matches!(root.value, tree::Value::Null) {
            return Ok((Settings::default(), Vec::new()));
        }
        let found = RefCell::new(mistakes);
        let raw = read::read::<raw::RawConfig>(&root, &found).unwrap_or_default();
        let mut findings = mistake::Findings::new(&root, Path::new(""), found.take());
        let settings = check::render::check(&raw, &mut findings);
        findings.finish().map(|(warnings, _)| (settings, warnings))
    }

    /// The issuer of this name, else the only one. Without a name there must be exactly one.
    ///
    /// # Errors
    /// A message with the names of the configured issuers.
    pub fn issuer(&self, name: Option<&str>) -> Result<&Issuer, NoSuchIssuer> {
        NoSuchIssuer::or(name, &self.issuers)
    }

    fn layered(
        text: &str,
        file: &Path,
        folder: &Path,
        environment: &(impl Environment + ?Sized),
        flags: &[(String, String)],
    ) -> Result<Self, Mistakes> {
        let mut mistakes = Vec::new();
        let from_flags = overlays(flags, &mut mistakes);
        let overlays = environment::overlays(environment, &mut mistakes);
        let mut root = match tree::Node::parse(text) {
            Ok(root) => root,
            Err(error) => {
                mistakes.insert(
                    0,
                    Mistake {
                        path: file.display().to_string(),
                        wrong: format!("is not a YAML document: {}", error.message),
                        remedy: "check indentation, quotes and brackets on that line".to_owned(),
                        place: error.line.map(Place::Line),
                    },
                );
                return Err(Mistakes { list: mistakes, watched: Vec::new() });
            }
        };
        overlay(&mut root, overlays.into_iter().chain(from_flags), &mut mistakes);
        if matches!(root.value, tree::Value::Null) {
            mistakes.push(Mistake {
                path: file.display().to_string(),
                wrong: "is empty".to_owned(),
                remedy: "`doorward check --sample` prints a file to start from".to_owned(),
                place: None,
            });
            return Err(Mistakes { list: mistakes, watched: Vec::new() });
        }
        let found = RefCell::new(mistakes);
        let raw = read::read::<raw::RawConfig>(&root, &found);
        let findings = mistake::Findings::new(&root, folder, found.take());
        let Some(raw) = raw else {
            return findings.finish().and(Err(Mistakes::default()));
        };
        check::check(&raw, findings)
    }
}

/// What the flags lay over the tree.
fn overlays(flags: &[(String, String)], mistakes: &mut Vec<Mistake>) -> Vec<environment::Overlay> {
    flags
        .iter()
        .filter_map(|(path, yaml)| {
            environment::parse(key_path::steps(path), yaml, Place::Flag, mistakes)
        })
        .collect()
}

fn overlay(
    root: &mut tree::Node,
    overlays: impl IntoIterator<Item = environment::Overlay>,
    mistakes: &mut Vec<Mistake>,
) {
    for overlay in overlays {
        if let Err(blocked) = root.overlay(&overlay.steps, overlay.node) {
            mistakes.push(Mistake {
                path: key_path::join(&overlay.steps),
                wrong: format!(
                    "cannot be set, because `{}` is neither a section nor a list with that element",
                    blocked.path
                ),
                remedy: "set the whole value, or add the element in the file".to_owned(),
                place: Some(overlay.place),
            });
        }
    }
}

/// The named issuer is not configured, or none is named and there are several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoSuchIssuer {
    asked: Option<Box<str>>,
    configured: Vec<Box<str>>,
}

impl NoSuchIssuer {
    /// As [`Config::issuer`], for a list.
    pub(crate) fn or<'i>(name: Option<&str>, issuers: &'i [Issuer]) -> Result<&'i Issuer, Self> {
        let found = match (name, issuers) {
            (None, [only]) => Some(only),
            (None, _) => None,
            (Some(name), issuers) => issuers.iter().find(|issuer| *issuer.name == *name),
        };
        found.ok_or_else(|| Self {
            asked: name.map(Box::from),
            configured: issuers.iter().map(|issuer| issuer.name.clone()).collect(),
        })
    }
}

impl fmt::Display for NoSuchIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.asked {
            Some(name) => write!(f, "no issuer {name} is configured; there are: ")?,
            None => f.write_str("several issuers are configured; name one with --issuer: ")?,
        }
        f.write_str(&self.configured.join(", "))
    }
}

impl std::error::Error for NoSuchIssuer {}

#[cfg(test)]
mod tests;
