//! Web addresses that an operator writes: sign-in pages, issuers, trusted origins. Far stricter
//! than a browser, so that what is accepted here has one reading everywhere.

use std::net::{Ipv4Addr, Ipv6Addr};

/// An absolute `http` or `https` URL without user, fragment or doubtful characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct WebUrl<'u> {
    pub(super) secure: bool,
    /// Lower case; IPv6 in brackets.
    pub(super) host: String,
    /// `None` for the scheme's own port, also when it was written.
    pub(super) port: Option<u16>,
    /// Path and query as written; empty or beginning with `/` or `?`.
    pub(super) rest: &'u str,
}

/// Why a text is no such URL. Carries no part of it, for the text may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UrlError {
    /// No `http://` or `https://` in front.
    Scheme,
    /// `user@` or `user:password@`.
    User,
    /// No host, or one that is no DNS name and no IP address.
    Host,
    /// A port that is no number from 1 to 65535.
    Port,
    /// `#…`, which browsers never send.
    Fragment,
    /// White space, a backslash, a quote, a bracket, or something that is not ASCII.
    Character,
}

impl<'u> WebUrl<'u> {
    pub(super) fn parse(text: &'u str) -> Result<Self, UrlError> {
        let (scheme, after) = text.split_once("://").ok_or(UrlError::Scheme)?;
        let secure = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return Err(UrlError::Scheme),
        };
        if text.contains('#') {
            return Err(UrlError::Fragment);
        }
        let end = after.find(['/', '?']).unwrap_or(after.len());
        let (authority, rest) = after.split_at_checked(end).ok_or(UrlError::Host)?;
        if authority.contains('@') {
            return Err(UrlError::User);
        }
        if !rest.bytes().all(|byte| byte.is_ascii_graphic() && !DOUBTFUL.contains(&byte)) {
            return Err(UrlError::Character);
        }
        let (host, port) = split_port(authority)?;
        let host = host.to_ascii_lowercase();
        if !is_host(&host) {
            return Err(UrlError::Host);
        }
        let port = port.filter(|port| *port != if secure { 443 } else { 80 });
        Ok(Self { secure, host, port, rest })
    }

    /// `scheme://host[:port]`, canonical.
    pub(super) fn origin(&self) -> String {
        let scheme = if self.secure { "https" } else { "http" };
        match self.port {
            Some(port) => format!("{scheme}://{}:{port}", self.host),
            None => format!("{scheme}://{}", self.host),
        }
    }

    /// Whether the query has a parameter of this name.
    pub(super) fn has_parameter(&self, name: &str) -> bool {
        let query = self.rest.split_once('?').map_or("", |(_, query)| query);
        query.split('&').any(|pair| pair.split('=').next() == Some(name))
    }
}

impl UrlError {
    pub(super) fn wrong(self) -> &'static str {
        match self {
            Self::Scheme => "is no absolute web address",
            Self::User => "holds a user name or password",
            Self::Host => "has no valid host",
            Self::Port => "has no valid port",
            Self::Fragment => "has a fragment (`#…`)",
            Self::Character => "holds a character that a URL may not have",
        }
    }

    pub(super) fn remedy(self) -> &'static str {
        match self {
            Self::Scheme => "write it in full, such as https://portal.example.com/login",
            Self::User => "leave out everything up to the `@`",
            Self::Host => {
                "write a DNS name (an international one in its xn-- form) or an IP address"
            }
            Self::Port => "write a number from 1 to 65535 after the colon, or leave it out",
            Self::Fragment => "leave it out; browsers keep it to themselves",
            Self::Character => "percent-encode it",
        }
    }
}

fn split_port(authority: &str) -> Result<(&str, Option<u16>), UrlError> {
    // The colons of `[::1]` are no port.
    let after_bracket = authority.rfind(']').map_or(0, |bracket| bracket + 1);
    let colon = authority
        .get(after_bracket..)
        .and_then(|rest| rest.find(':'))
        .map(|colon| colon + after_bracket);
    let Some((host, port)) = colon.and_then(|colon| authority.split_at_checked(colon)) else {
        return Ok((authority, None));
    };
    let digits = port.strip_prefix(':').unwrap_or(port);
    // `u16::from_str` would take a plus sign.
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(UrlError::Port);
    }
    match digits.parse() {
        Ok(0) | Err(_) => Err(UrlError::Port),
        Ok(port) => Ok((host, Some(port))),
    }
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

/// Printable, and yet read differently by different programs (RFC 3986 allows none of them).
const DOUBTFUL: &[u8] = b"\\\"<>^`{|}";

#[cfg(test)]
mod tests;
