//! Fetches key sets: one request to an issuer's server, from its configured address to a [`KeySet`]
//! or an error.
//!
//! Time, size, header lines, redirects, content types and plain HTTP are limited or rejected, and
//! so is an internal address in a public issuer's document. `refresh` decides when to fetch and
//! handles the result; `token` decides what a key set may hold.

mod connect;
mod discovery;
mod error;
mod exchange;
pub(super) mod freshness;
mod reach;
mod request;

pub use discovery::DiscoveryError;
pub use error::FetchError;
pub use request::{CommandRequest, CommandResponse, RequestError, request_once};

use crate::token::{Algorithm, KeySet, UnusableKey};
use crate::url::WebUrl;
use bytes::Bytes;
use exchange::get;
use reach::{Reach, is_private};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio_rustls::rustls::pki_types::CertificateDer;

/// Certificates of the authorities that are trusted in place of the system's.
pub type Authorities = Arc<[CertificateDer<'static>]>;

/// The keys of one issuer on its server.
#[derive(Clone)]
pub struct Remote {
    /// `iss` of its tokens.
    pub issuer: Box<str>,
    /// Where the keys are.
    pub source: Source,
    /// The algorithms it signs with; never HMAC.
    pub algorithms: Vec<Algorithm>,
    /// Certificate authorities for its server, in place of the system's.
    pub authorities: Option<Authorities>,
    /// How long keys stay in use when they cannot be fetched again.
    pub max_stale: Duration,
    /// Whether discovery may name an `http` address.
    pub plain: bool,
    /// Hosts of workspaces, which users control: no keys may come from there.
    pub is_workspace: Arc<dyn Fn(&str) -> bool + Send + Sync>,
}

/// Where an issuer's keys are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The key set itself (`jwks_url`).
    Url(WebUrl),
    /// The OpenID Connect Discovery 1.0 document, which names the key set (`discovery`).
    Discovery(WebUrl),
}

impl Remote {
    /// The address of this issuer's discovery document: the issuer without one trailing slash, and
    /// the well-known path. `None` if the issuer is not a web address.
    #[must_use]
    pub fn discovery(issuer: &str) -> Option<Source> {
        let issuer = issuer.strip_suffix('/').unwrap_or(issuer);
        WebUrl::parse(&format!("{issuer}{WELL_KNOWN}")).ok().map(Source::Discovery)
    }
}

impl Source {
    /// The address that is requested first.
    #[must_use]
    pub fn endpoint(&self) -> &WebUrl {
        match self {
            Self::Url(endpoint) | Self::Discovery(endpoint) => endpoint,
        }
    }
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remote")
            .field("issuer", &self.issuer)
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

/// A key set as fetched.
#[derive(Clone, Debug)]
pub struct FetchedKeySet {
    /// The document, unchanged.
    pub body: Bytes,
    /// The keys in it.
    pub keys: KeySet,
    /// The keys in it that are not used.
    pub unused: Vec<UnusableKey>,
    /// How long the server declares it fresh.
    pub max_age: Option<Duration>,
}

/// Fetches once, within [`LIMIT`].
///
/// # Errors
/// The reason, without any part of the server's response.
pub async fn fetch(remote: &Remote) -> Result<FetchedKeySet, FetchError> {
    tokio::time::timeout(LIMIT, attempt(remote)).await.unwrap_or(Err(FetchError::TooSlow))
}

/// Fetches once, for a command without a runtime.
///
/// # Errors
/// As [`fetch`], and when no runtime can be started.
pub fn fetch_once(remote: &Remote) -> Result<FetchedKeySet, FetchError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| FetchError::Connect(error.kind()))?;
    let fetched = runtime.block_on(fetch(remote));
    // Do not wait for a pending name lookup.
    runtime.shutdown_background();
    fetched
}

async fn attempt(remote: &Remote) -> Result<FetchedKeySet, FetchError> {
    let authorities = remote.authorities.as_deref();
    let answer = match &remote.source {
        Source::Url(endpoint) => get(endpoint, Reach::Anywhere, authorities).await?,
        Source::Discovery(endpoint) => {
            let document = get(endpoint, Reach::Anywhere, authorities).await?;
            let keys = discovery::read(&document.body, remote)?;
            // A public issuer must not send the gate to an internal address (A7).
            let inside = is_private(document.peer);
            let reach = if inside { Reach::Anywhere } else { Reach::Public };
            get(&keys, reach, authorities).await?
        }
    };
    let (keys, unused) = KeySet::from_jwks(&answer.body, &remote.algorithms)?;
    Ok(FetchedKeySet { body: answer.body, keys, unused, max_age: answer.max_age })
}

/// The time limit for name lookup, connection, handshake and both responses together.
pub const LIMIT: Duration = Duration::from_secs(10);
/// OpenID Connect Discovery 1.0, section 4.
const WELL_KNOWN: &str = "/.well-known/openid-configuration";
