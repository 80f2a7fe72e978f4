//! One request to the admin listener of a running server, for the commands that use it. It blocks,
//! needs no runtime, trusts no certificate by default, and ends within seconds.

mod trust;

use crate::config::{Config, TlsFiles};
use crate::keys::{CommandRequest, PemError, RequestError, request_once};
use crate::url::WebUrl;
use bytes::Bytes;
use hyper::Method;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, USER_AGENT};
use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;
use trust::Trust;

/// The address of the admin listener and its certificate, as configured.
pub(super) type Configured<'c> = Option<(SocketAddr, Option<&'c TlsFiles>)>;

/// The admin listener of a configuration.
pub(super) fn configured(config: Option<&Config>) -> Configured<'_> {
    config.map(|own| (own.admin_listen, own.admin_tls.as_ref()))
}

/// Where the admin listener is, and which certificate to trust.
#[derive(Clone, Copy)]
pub(super) struct AdminEndpoint<'a> {
    /// `--url`.
    pub(super) url: Option<&'a str>,
    /// `--ca-file`.
    pub(super) ca_file: Option<&'a Path>,
    pub(super) configured: Configured<'a>,
}

/// A request.
pub(super) struct AdminRequest<'q> {
    pub(super) method: Method,
    /// A secret for `Authorization: Bearer`.
    pub(super) secret: Option<&'q [u8]>,
    /// JSON; empty for none.
    pub(super) body: &'q str,
    /// Bytes of the response body that are read.
    pub(super) body_limit: usize,
}

/// A response.
#[derive(Debug)]
pub(super) struct AdminResponse {
    pub(super) status: u16,
    pub(super) body: String,
}

impl AdminEndpoint<'_> {
    /// The URL of `path` on the server; a `--url` that has a path is used unchanged.
    pub(super) fn url(&self, path: &str) -> String {
        match (self.url, self.configured) {
            (Some(url), _) => {
                let host = url.split_once("://").map_or("", |(_, rest)| rest);
                let bare = !host.trim_end_matches('/').contains(['/', '?', '#']);
                if bare { format!("{}{path}", url.trim_end_matches('/')) } else { url.to_owned() }
            }
            (None, None) => format!("{DEFAULT}{path}"),
            (None, Some((address, files))) => {
                let scheme = if files.is_some() { "https" } else { "http" };
                let address = SocketAddr::new(reachable(address.ip()), address.port());
                format!("{scheme}://{address}{path}")
            }
        }
    }

    /// Sends one request.
    ///
    /// # Errors
    /// There is no response.
    pub(super) fn send(
        &self,
        path: &str,
        request: &AdminRequest<'_>,
    ) -> Result<AdminResponse, AdminError> {
        let pinned = self.configured.and_then(|(_, files)| files).filter(|_| self.url.is_none());
        let url = parse(&self.url(path)).ok_or(AdminError::Url)?;
        let trust = match (url.is_secure(), self.ca_file, pinned) {
            (false, ..) => Trust::Nothing,
            (true, Some(file), _) => Trust::Authorities(file.to_owned()),
            (true, None, Some(files)) => Trust::Exactly(files.cert_file.clone()),
            (true, None, None) => return Err(AdminError::NoTrustedCertificate),
        };
        let request = CommandRequest {
            url: &url,
            tls: trust.client()?,
            method: request.method.clone(),
            headers: request.headers()?,
            body: Bytes::copy_from_slice(request.body.as_bytes()),
            time: TIME_LIMIT,
            body_limit: request.body_limit,
        };
        let response = request_once(request).map_err(|error| match error {
            RequestError::Name => AdminError::Name(url.host().to_owned()),
            RequestError::Unreachable(error) => AdminError::Unreachable(error),
            RequestError::NotHttp => AdminError::NotHttp,
        })?;
        let body = String::from_utf8_lossy(&response.body).into_owned();
        Ok(AdminResponse { status: response.status, body })
    }
}

impl AdminRequest<'_> {
    fn headers(&self) -> Result<HeaderMap, AdminError> {
        let mut headers = HeaderMap::new();
        headers.insert(USER_AGENT, HeaderValue::from_static("doorward"));
        if let Some(secret) = self.secret {
            let value = HeaderValue::from_bytes(&[b"Bearer ", secret].concat());
            let mut value = value.map_err(|_| AdminError::Secret)?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        if !self.body.is_empty() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        Ok(headers)
    }
}

/// Why there is no response.
#[derive(Debug)]
pub(crate) enum AdminError {
    /// The URL is not `http://host[:port]/path` or the same with https.
    Url,
    /// The URL is https, and no certificate is trusted.
    NoTrustedCertificate,
    /// The trusted certificates cannot be used.
    Trust {
        /// Their file.
        file: PathBuf,
        /// Why.
        error: PemError,
    },
    /// The host in the URL is not a name that a certificate can have.
    Name(String),
    /// TLS cannot be set up.
    Tls(tokio_rustls::rustls::Error),
    /// No connection, or no response in time.
    Unreachable(io::Error),
    /// The secret has characters that a header cannot have.
    Secret,
    /// The response is not HTTP.
    NotHttp,
}

impl fmt::Display for AdminError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url => f.write_str("not a valid URL"),
            Self::NoTrustedCertificate => {
                f.write_str("no certificate is trusted for this https URL")
            }
            Self::Trust { file, error } => write!(f, "{}: {error}", file.display()),
            Self::Name(name) => write!(f, "{name:?} is not a valid server name"),
            Self::Tls(error) => write!(f, "{error}"),
            Self::Unreachable(error) => write!(f, "no response: {error}"),
            Self::Secret => f.write_str("the secret cannot be sent in a header"),
            Self::NotHttp => f.write_str("the response is not HTTP"),
        }
    }
}

impl std::error::Error for AdminError {}

impl AdminError {
    /// Whether the arguments are invalid.
    pub(crate) fn is_usage(&self) -> bool {
        matches!(self, Self::Url | Self::NoTrustedCertificate | Self::Name(_))
    }

    /// A suggested fix.
    pub(crate) fn remedy(&self) -> &'static str {
        match self {
            Self::Url => "write --url as http://host:port, or the same with https",
            Self::NoTrustedCertificate => "pass the CA certificate with --ca-file",
            Self::Trust { error, .. } => error.remedy(),
            Self::Name(_) => "write the host as a DNS name or an IP address",
            Self::Tls(_) | Self::Unreachable(_) => {
                "check that the server is running, that `admin_listen` is this address, and that \
                 http or https matches `admin_tls`"
            }
            Self::Secret => "use printable ASCII characters in revocation.secret_file",
            Self::NotHttp => {
                "check that `admin_listen` is this address and whether `admin_tls` makes it https"
            }
        }
    }
}

/// The URL, without a fragment: that stays with the client, as in a browser.
fn parse(url: &str) -> Option<WebUrl> {
    let (url, _fragment) = url.split_once('#').unwrap_or((url, ""));
    WebUrl::parse(url).ok()
}

/// The unspecified address is reached over loopback.
fn reachable(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        other => other,
    }
}

const DEFAULT: &str = "http://127.0.0.1:4182";
/// For name lookup, connection, handshake and response together.
const TIME_LIMIT: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests;
