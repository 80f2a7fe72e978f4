//! A web address that keys come from.

use hyper::Uri;
use std::fmt;
use std::net::Ipv6Addr;

/// An absolute `http` or `https` address without a user, a fragment or doubtful characters.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    secure: bool,
    host: Box<str>,
    port: u16,
    target: Box<str>,
}

impl Endpoint {
    /// Takes an address apart; `None` when it is none, or could be read in two ways.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let doubtful = |byte: u8| !byte.is_ascii_graphic() || b"\\\"<>^`{|}#".contains(&byte);
        if text.bytes().any(doubtful) {
            return None;
        }
        let uri: Uri = text.parse().ok()?;
        let secure = match uri.scheme_str()? {
            scheme if scheme.eq_ignore_ascii_case("https") => true,
            scheme if scheme.eq_ignore_ascii_case("http") => false,
            _ => return None,
        };
        let authority = uri.authority()?;
        if authority.as_str().contains('@') {
            return None;
        }
        let host = host(authority.host())?;
        // What is behind the host is a port or nothing: `host:` and `host:x` are neither.
        let port = match authority.as_str().strip_prefix(authority.host())? {
            "" if secure => 443,
            "" => 80,
            _ => authority.port_u16().filter(|port| *port > 0)?,
        };
        let target = uri.path_and_query().map_or("/", |target| target.as_str());
        Some(Self { secure, host: host.into(), port, target: target.into() })
    }

    /// By TLS.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// Lower case; an IPv6 address without its brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Path and query.
    pub(super) fn target(&self) -> &str {
        &self.target
    }

    /// The value of `Host`.
    pub(super) fn authority(&self) -> String {
        let host = if self.host.contains(':') {
            format!("[{}]", self.host)
        } else {
            self.host.to_string()
        };
        if self.port == if self.secure { 443 } else { 80 } {
            return host;
        }
        format!("{host}:{}", self.port)
    }
}

/// As it stands, canonical. Whether such a name exists is for the name server.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.secure { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.authority(), self.target)
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

fn host(text: &str) -> Option<String> {
    if let Some(inner) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return inner.parse::<Ipv6Addr>().ok().map(|address| address.to_string());
    }
    let good = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.split('.').all(good).then(|| text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_one_way_or_not_at_all() {
        let rows = [
            ("plain", "https://p.example.com/keys", Some("https://p.example.com/keys")),
            ("no_path", "https://p.example.com", Some("https://p.example.com/")),
            ("query", "https://p.example.com/k?v=1", Some("https://p.example.com/k?v=1")),
            ("case", "HTTPS://P.Example.com/Keys", Some("https://p.example.com/Keys")),
            ("own_port", "https://p.example.com:443/", Some("https://p.example.com/")),
            ("other_port", "https://p.example.com:8443/", Some("https://p.example.com:8443/")),
            ("http", "http://127.0.0.1:80/", Some("http://127.0.0.1/")),
            ("ipv6", "https://[::1]:8443/", Some("https://[::1]:8443/")),
            ("user", "https://me@p.example.com/", None),
            ("password", "https://me:secret@p.example.com/", None),
            ("fragment", "https://p.example.com/#a", None),
            ("no_scheme", "p.example.com/keys", None),
            ("other_scheme", "ftp://p.example.com/", None),
            ("file", "file:///etc/passwd", None),
            ("white_space", "https://p.example.com/a b", None),
            ("line_break", "https://p.example.com/\r\nHost: x", None),
            ("backslash", "https://p.example.com\\@evil.test/", None),
            ("empty_host", "https:///keys", None),
            ("empty_label", "https://p..example.com/", None),
            ("port_0", "https://p.example.com:0/", None),
            ("port_missing", "https://p.example.com:/", None),
            ("port_too_large", "https://p.example.com:65536/", None),
            ("not_ascii", "https://pörtal.example.com/", None),
        ];
        for (row, text, expected) in rows {
            let parsed = Endpoint::parse(text).map(|endpoint| endpoint.to_string());
            assert_eq!(parsed.as_deref(), expected, "{row}");
        }
    }
}
