//! `http` and `https` URLs: what an operator writes (sign-in pages, issuers, key sets, origins, the
//! gate's own address) and what a discovery document names.
//!
//! Far stricter than a browser, so that every accepted URL means the same to each program that
//! reads it. Knows nothing of the keys that URLs are written for, and resolves no name.

use std::borrow::Cow;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

/// The two schemes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// `http` (and `ws`): port 80.
    Http,
    /// `https` (and `wss`): port 443.
    Https,
}

impl Scheme {
    /// `"http"` or `"https"`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    /// The port that a URL of this scheme leaves out.
    #[must_use]
    pub fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }

    /// The scheme before `://` in either case, and the text after it.
    fn split(text: &str) -> Option<(Self, &str)> {
        let (scheme, after) = text.split_once("://")?;
        if scheme.eq_ignore_ascii_case("https") {
            Some((Self::Https, after))
        } else if scheme.eq_ignore_ascii_case("http") {
            Some((Self::Http, after))
        } else {
            None
        }
    }
}

/// An absolute `http` or `https` URL without user, fragment or ambiguous characters.
#[derive(Clone, PartialEq, Eq)]
pub struct WebUrl {
    scheme: Scheme,
    host: Box<str>,
    port: u16,
    rest: Box<str>,
}

/// Why a text is not such a URL. Carries no part of the text, which may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UrlError {
    /// No `http://` or `https://` in front.
    Scheme,
    /// `user@` or `user:password@`.
    User,
    /// No host, or one that is neither a DNS name nor an IP address.
    Host,
    /// Not a port number from 1 to 65535.
    Port,
    /// `#…`, which browsers never send.
    Fragment,
    /// White space, a backslash, a quote, a bracket, or a character that is not ASCII.
    Character,
    /// More bytes than HTTP libraries take.
    Length,
}

impl WebUrl {
    /// Takes a URL apart.
    ///
    /// # Errors
    /// The first part that is missing, invalid or ambiguous.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        let (scheme, after) = Scheme::split(text).ok_or(UrlError::Scheme)?;
        if text.len() > MAX_BYTES {
            return Err(UrlError::Length);
        }
        if text.contains('#') {
            return Err(UrlError::Fragment);
        }
        let end = after.find(['/', '?']).unwrap_or(after.len());
        let (authority, rest) = after.split_at_checked(end).ok_or(UrlError::Host)?;
        if authority.contains('@') {
            return Err(UrlError::User);
        }
        if !rest.bytes().all(|byte| byte.is_ascii_graphic() && !AMBIGUOUS.contains(&byte)) {
            return Err(UrlError::Character);
        }
        let (host, port) = split_port(authority)?;
        let host = host.to_ascii_lowercase();
        if !is_host(&host) {
            return Err(UrlError::Host);
        }
        let port = match port {
            Some(0) => return Err(UrlError::Port),
            Some(port) => port,
            None => scheme.default_port(),
        };
        let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(&host);
        Ok(Self { scheme, host: bare.into(), port, rest: rest.into() })
    }

    /// Whether it is `https`.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.scheme == Scheme::Https
    }

    /// Lower case; an IPv6 address without its brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, written or by default.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Path and query as written; empty or beginning with `/` or `?`.
    #[must_use]
    pub fn rest(&self) -> &str {
        &self.rest
    }

    /// Path and query as a request line has them: beginning with `/`.
    #[must_use]
    pub fn target(&self) -> Cow<'_, str> {
        if self.rest.starts_with('/') {
            Cow::Borrowed(&self.rest)
        } else {
            Cow::Owned(format!("/{}", self.rest))
        }
    }

    /// The value of `Host`: without the scheme's own port.
    #[must_use]
    pub fn authority(&self) -> String {
        let (open, close) = if self.host.contains(':') { ("[", "]") } else { ("", "") };
        if self.port == self.scheme.default_port() {
            return format!("{open}{}{close}", self.host);
        }
        format!("{open}{}{close}:{}", self.host, self.port)
    }

    /// `scheme://host[:port]`, canonical.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("{}://{}", self.scheme.as_str(), self.authority())
    }

    /// Whether the query has a parameter of this name.
    #[must_use]
    pub fn has_parameter(&self, name: &str) -> bool {
        let query = self.rest.split_once('?').map_or("", |(_, query)| query);
        query.split('&').any(|pair| pair.split('=').next() == Some(name))
    }
}

/// Canonical, always with a path.
impl fmt::Display for WebUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin(), self.target())
    }
}

impl fmt::Debug for WebUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl UrlError {
    /// As the rest of a sentence about the text.
    #[must_use]
    pub fn wrong(self) -> &'static str {
        match self {
            Self::Scheme => "is not an absolute http or https URL",
            Self::User => "contains a user name or password",
            Self::Host => "has no valid host",
            Self::Port => "has no valid port",
            Self::Fragment => "has a fragment (`#…`)",
            Self::Character => "contains a character that is not allowed in a URL",
            Self::Length => "is longer than a URL may be",
        }
    }

    /// What to write instead.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Scheme => "write it in full, such as https://portal.example.com/login",
            Self::User => "remove everything up to the `@`",
            Self::Host => {
                "write a DNS name (an international one in its xn-- form) or an IP address"
            }
            Self::Port => "write a number from 1 to 65535 after the colon, or remove the colon",
            Self::Fragment => "remove it; browsers do not send it",
            Self::Character => "percent-encode it",
            Self::Length => "shorten it",
        }
    }
}

/// Scheme, host as written (IPv6 in brackets) and port of `scheme://host[:port]`, borrowed: for the
/// headers of each request, which are compared without an allocation. The host is not checked.
#[must_use]
pub fn split_origin(text: &str) -> Option<(Scheme, &str, u16)> {
    let (scheme, authority) = Scheme::split(text)?;
    let (host, port) = split_port(authority).ok()?;
    Some((scheme, host, port.unwrap_or(scheme.default_port())))
}

fn split_port(authority: &str) -> Result<(&str, Option<u16>), UrlError> {
    // The colons of `[::1]` do not begin a port.
    let after_bracket = match authority.rfind(']') {
        Some(bracket) => bracket + 1,
        None if authority.starts_with('[') => return Err(UrlError::Host),
        None => 0,
    };
    let colon = authority
        .get(after_bracket..)
        .and_then(|rest| rest.find(':'))
        .map(|colon| colon + after_bracket);
    let Some((host, port)) = colon.and_then(|colon| authority.split_at_checked(colon)) else {
        return Ok((authority, None));
    };
    let digits = port.strip_prefix(':').unwrap_or(port);
    // `u16::from_str` would take a plus sign.
    if !(1..=5).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(UrlError::Port);
    }
    digits.parse().map(|port| (host, Some(port))).map_err(|_| UrlError::Port)
}

/// A DNS name or an IP address in the form in which browsers write it.
fn is_host(host: &str) -> bool {
    if let Some(inner) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return inner.parse::<Ipv6Addr>().is_ok_and(|address| address.to_string() == inner);
    }
    let labels_are_good = host.len() <= 253
        && host.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        });
    // A last label of digits makes browsers read the whole as an IPv4 address (WHATWG URL, host
    // parser), so it must be one.
    let last = host.rsplit('.').next().unwrap_or_default();
    let numeric = last.bytes().all(|byte| byte.is_ascii_digit()) || last.starts_with("0x");
    labels_are_good && (!numeric || host.parse::<Ipv4Addr>().is_ok())
}

/// What the `http` crate takes, which writes the requests.
const MAX_BYTES: usize = 65_534;
/// Printable, but read differently by different programs (RFC 3986 allows none of them).
const AMBIGUOUS: &[u8] = b"\\\"<>^`{|}";

#[cfg(test)]
mod tests;
