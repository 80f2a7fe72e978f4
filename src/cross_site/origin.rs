//! Web origins (RFC 6454 §4): parsed once, compared as scheme, host and port, never as text.

use crate::url::{Scheme, split_origin};
use schemars::JsonSchema;
use serde::Deserialize;

/// Which scheme clients use (key `public_scheme`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PublicScheme {
    /// `X-Forwarded-Proto` must be `https` or `wss`.
    #[default]
    Forwarded,
    /// TLS ends before Traefik; `X-Forwarded-Proto` is ignored.
    Https,
    /// For development; `http` and `ws` are accepted too.
    Http,
}

impl PublicScheme {
    /// The scheme that browsers use for the origin of a workspace: `https`, unless the forwarded
    /// protocol is used and is another one.
    #[must_use]
    pub fn scheme(self, forwarded: Option<Scheme>) -> Scheme {
        match self {
            Self::Forwarded | Self::Http => forwarded.unwrap_or(Scheme::Https),
            Self::Https => Scheme::Https,
        }
    }
}

/// The scheme that an `X-Forwarded-Proto` value stands for. Traefik names a WebSocket handshake
/// `ws`/`wss` when it trusts forwarded headers, else `http`/`https`.
#[must_use]
pub fn forwarded_scheme(proto: &str) -> Option<Scheme> {
    match proto {
        "https" | "wss" => Some(Scheme::Https),
        "http" | "ws" => Some(Scheme::Http),
        _ => None,
    }
}

/// An origin in canonical form: lower-case host without trailing dot, explicit port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    scheme: Scheme,
    host: Box<str>,
    port: u16,
}

impl Origin {
    /// Parses `scheme "://" host [ ":" port ]`. `None` for `null`, another scheme, user information,
    /// a path, a wildcard, an IPv6 literal, and anything else that is not the origin of a named host.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, host, port) = split(text)?;
        Some(Self { scheme, host: host.to_ascii_lowercase().into(), port })
    }

    /// The origin of an absolute URL such as a `Referer`.
    #[must_use]
    pub fn of_url(url: &str) -> Option<Self> {
        Self::parse(authority_of(url)?)
    }

    /// `http` or `https`.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Lower case, no trailing dot.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port; the default port if the origin has none.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}://{}", self.scheme.as_str(), self.host)?;
        if self.port != self.scheme.default_port() {
            write!(f, ":{}", self.port)?;
        }
        Ok(())
    }
}

/// The origin of the workspace host that a request is for, as the browser names it.
#[derive(Clone, Copy, Debug)]
pub struct OwnOrigin<'r> {
    scheme: Scheme,
    host: &'r str,
    port: u16,
}

impl<'r> OwnOrigin<'r> {
    /// `host`: canonical; `port`: as in `X-Forwarded-Host`, `None` for the default port.
    #[must_use]
    pub fn new(scheme: Scheme, host: &'r str, port: Option<u16>) -> Self {
        Self { scheme, host, port: port.unwrap_or(scheme.default_port()) }
    }

    /// Whether `text`, an `Origin` header's value, names this origin.
    #[must_use]
    pub fn is(self, text: &str) -> bool {
        split(text).is_some_and(|(scheme, host, port)| {
            scheme == self.scheme && port == self.port && host.eq_ignore_ascii_case(self.host)
        })
    }

    /// Whether `url`, a `Referer` header's value, lies in this origin.
    #[must_use]
    pub fn is_of(self, url: &str) -> bool {
        self.is_written_in(url) || authority_of(url).is_some_and(|origin| self.is(origin))
    }

    /// Whether `url` begins with this origin as browsers write it: the usual case, without parsing.
    fn is_written_in(self, url: &str) -> bool {
        let rest = url.strip_prefix(self.scheme.as_str());
        let rest = rest.and_then(|rest| rest.strip_prefix("://")?.strip_prefix(self.host));
        self.port == self.scheme.default_port()
            && rest.is_some_and(|rest| matches!(rest.as_bytes(), [] | [b'/' | b'?' | b'#', ..]))
    }

    /// Canonical host name.
    #[must_use]
    pub fn host(self) -> &'r str {
        self.host
    }

    /// The start page of another workspace, with the same scheme and port.
    #[must_use]
    pub fn sibling(self, label: &str, domain: &str) -> String {
        let host = format!("{label}.{domain}");
        format!("{}/", OwnOrigin { host: &host, ..self })
    }
}

impl std::fmt::Display for OwnOrigin<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}://{}", self.scheme.as_str(), self.host)?;
        if self.port != self.scheme.default_port() {
            write!(f, ":{}", self.port)?;
        }
        Ok(())
    }
}

/// Scheme, host as written without one trailing dot, and port.
fn split(text: &str) -> Option<(Scheme, &str, u16)> {
    let (scheme, host, port) = split_origin(text)?;
    let host = host.strip_suffix('.').unwrap_or(host);
    let named = !host.is_empty()
        && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_'));
    named.then_some((scheme, host, port))
}

/// `scheme://authority` of an absolute URL, without what follows it.
fn authority_of(url: &str) -> Option<&str> {
    let start = url.find("://")? + 3;
    let rest = url.get(start..)?;
    let length = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    url.get(..start + length)
}

/// The path of an absolute URL, without query and fragment; `/` if it has none.
pub(super) fn path_of_url(url: &str) -> &str {
    let rest = authority_of(url).and_then(|origin| url.get(origin.len()..)).unwrap_or_default();
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    if path.is_empty() { "/" } else { path }
}
