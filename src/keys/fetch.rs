//! Key sets that are fetched: one look at an issuer's server, from its configured address to a
//! [`KeySet`] or a reason.
//!
//! Everything the other side could do is bounded or refused: time, bytes, header lines, redirects,
//! other kinds of content, plain HTTP, and an address behind our own walls that a public document
//! names. When a look is due, and what becomes of its outcome, `keeper` knows; what a key set may
//! hold, `token`.

mod connect;
mod discovery;
mod error;
mod exchange;
pub(super) mod freshness;
mod reach;

pub use discovery::DiscoveryError;
pub use error::FetchError;

use crate::token::{Algorithm, KeyProblem, KeySet};
use crate::url::WebUrl;
use bytes::Bytes;
use exchange::get;
use reach::{Reach, is_private};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio_rustls::rustls::pki_types::CertificateDer;

/// The keys of one issuer, as they are to be had from its server.
#[derive(Clone)]
pub struct Remote {
    /// `iss` of its tokens.
    pub issuer: Box<str>,
    /// Where its keys are.
    pub source: Source,
    /// What it signs with; never an HMAC.
    pub algorithms: Vec<Algorithm>,
    /// Authorities of its server in place of the system's.
    pub authorities: Option<Arc<[CertificateDer<'static>]>>,
    /// How long keys stay in use that could not be fetched again.
    pub max_stale: Duration,
    /// Whether `http` will do for an address that discovery names.
    pub plain: bool,
    /// Hosts in the hands of users, where no keys may come from.
    pub is_workspace: Arc<dyn Fn(&str) -> bool + Send + Sync>,
}

/// Where an issuer's keys are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The key set itself (`jwks_url`).
    Url(WebUrl),
    /// The document of OpenID Connect Discovery 1.0, which names the key set (`discovery`).
    Discovery(WebUrl),
}

impl Remote {
    /// Where the document of this issuer's is: its name without one final slash, and the path that
    /// every issuer has it at. `None`: the name is no web address.
    #[must_use]
    pub fn discovery(issuer: &str) -> Option<Source> {
        let issuer = issuer.strip_suffix('/').unwrap_or(issuer);
        WebUrl::parse(&format!("{issuer}{WELL_KNOWN}")).ok().map(Source::Discovery)
    }
}

impl Source {
    /// The address that is asked first.
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

/// A key set as it came.
#[derive(Clone, Debug)]
pub struct FetchedKeySet {
    /// The document, unchanged.
    pub body: Bytes,
    /// What is in it.
    pub keys: KeySet,
    /// What is in it and not used.
    pub unused: Vec<KeyProblem>,
    /// How long its server says that it stays so.
    pub max_age: Option<Duration>,
}

/// One look at the issuer's server: [`LIMIT`] at most.
///
/// # Errors
/// What stood against it. No part of what was sent is in there.
pub async fn fetch(remote: &Remote) -> Result<FetchedKeySet, FetchError> {
    tokio::time::timeout(LIMIT, attempt(remote)).await.unwrap_or(Err(FetchError::TooSlow))
}

/// The same for a command, which has no runtime.
///
/// # Errors
/// As there, and when the system gives no runtime.
pub fn fetch_once(remote: &Remote) -> Result<FetchedKeySet, FetchError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| FetchError::Connect(error.kind()))?;
    let fetched = runtime.block_on(fetch(remote));
    // A name server that does not answer would otherwise keep the command waiting.
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
            // An issuer outside must not send us to what only we can reach (A7).
            let inside = is_private(document.peer);
            let reach = if inside { Reach::Anywhere } else { Reach::Public };
            get(&keys, reach, authorities).await?
        }
    };
    let (keys, unused) = KeySet::from_jwks(&answer.body, &remote.algorithms)?;
    Ok(FetchedKeySet { body: answer.body, keys, unused, max_age: answer.max_age })
}

/// For name server, connection, handshake and both answers together.
pub const LIMIT: Duration = Duration::from_secs(10);
/// OpenID Connect Discovery 1.0, section 4.
const WELL_KNOWN: &str = "/.well-known/openid-configuration";
