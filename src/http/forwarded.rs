//! Step 2 of the decision: one pass over the headers collects what the gate judges, and refuses
//! ambiguous input. It never falls back to `Host` and never folds header names.

use super::credential::{GateCookies, bearer, pairs};
use super::headers::is_forwarded_alias;
use crate::cross_site::{Presented, Provenance, PublicScheme, forwarded_scheme};
use crate::gate::{
    Candidate, Credentials, Denial, Forwarded, ForwardedHeader, ForwardedProblem, Source,
};
use hyper::header::{HeaderMap, HeaderName, HeaderValue};

/// The settings of step 2.
#[derive(Clone, Debug)]
pub struct ForwardedReader {
    /// `limits.header_bytes`: names and values together, cookies included.
    pub header_bytes: usize,
    /// `limits.headers`: lines other than `Cookie`.
    pub headers: usize,
    /// The protocols that are admitted.
    pub public_scheme: PublicScheme,
    /// `tokens.cookies` and the gate's own names.
    pub cookies: GateCookies,
    /// `tokens.authorization`.
    pub authorization: bool,
    /// `tokens.headers`.
    pub token_headers: Vec<HeaderName>,
}

impl ForwardedReader {
    /// Reads the forwarded request. `query` is the query of the gate's own address.
    ///
    /// # Errors
    /// [`Denial::TooManyHeaders`], [`Denial::HeadersTooLarge`] or [`Denial::Forwarded`].
    pub fn read<'r>(
        &self,
        headers: &'r HeaderMap,
        query: Option<&'r str>,
    ) -> Result<(Forwarded<'r>, Credentials<'r>), Denial> {
        let mut scan = HeaderScan::default();
        for (name, value) in headers {
            self.collect(name, value, &mut scan);
        }
        if scan.lines > self.headers {
            return Err(Denial::TooManyHeaders);
        }
        if scan.bytes > self.header_bytes {
            return Err(Denial::HeadersTooLarge);
        }
        if let Some(header) = scan.alias {
            return Err(Denial::Forwarded(ForwardedProblem::Alias(header)));
        }
        let forwarded = self.judge(&scan, query).map_err(Denial::Forwarded)?;
        scan.credentials.sort();
        Ok((forwarded, scan.credentials))
    }

    #[inline]
    fn collect<'r>(&self, name: &'r HeaderName, value: &'r HeaderValue, scan: &mut HeaderScan<'r>) {
        let (text, bytes) = (name.as_str(), value.as_bytes());
        scan.bytes += text.len() + bytes.len();
        scan.lines += 1;
        // By length first: for most headers, one comparison shows that they are none of these.
        match text.len() {
            6 if text == "cookie" => {
                scan.lines -= 1;
                self.collect_cookies(bytes, scan);
            }
            6 if text == "origin" => scan.provenance.origin = scan.provenance.origin.and(bytes),
            7 if text == "referer" => scan.provenance.referer = scan.provenance.referer.and(bytes),
            11 if text == "sec-purpose" => scan.provenance.ahead = true,
            13 if text == "authorization" && self.authorization => match bearer(bytes) {
                Some(token) => {
                    scan.credentials.push(Candidate { token, source: Source::Authorization });
                }
                None => scan.credentials.pass_over_authorization(),
            },
            14 if text == "service-worker" => scan.provenance.service_worker = true,
            14 if text.starts_with("sec-fetch-") => collect_metadata(text, bytes, scan),
            15 if text == "x-forwarded-uri" => scan.uri = scan.uri.and(bytes),
            16 if text == "x-forwarded-host" => scan.host = scan.host.and(bytes),
            17 if text == "x-forwarded-proto" => scan.proto = scan.proto.and(bytes),
            17 if text == "sec-websocket-key" => scan.provenance.websocket = true,
            18 if text == "x-forwarded-method" => scan.method = scan.method.and(bytes),
            25 if text == "upgrade-insecure-requests" => scan.provenance.upgrade_insecure = true,
            29 if text == "access-control-request-method" => scan.requests_method = true,
            33 if text == "service-worker-navigation-preload" => {
                scan.provenance.navigation_preload = true;
            }
            15..=18 if is_forwarded_alias(text) => scan.alias = ForwardedHeader::read_into(text),
            _ if text.starts_with("sec-fetch-") => scan.provenance.fetch_metadata = true,
            _ => {}
        }
        if let Some(index) = self.token_headers.iter().position(|own| own == name) {
            let token = std::str::from_utf8(bytes).unwrap_or_default().trim_matches([' ', '\t']);
            if !token.is_empty() {
                scan.credentials.push(Candidate { token, source: Source::Header(index) });
            }
        }
    }

    fn collect_cookies<'r>(&self, line: &'r [u8], scan: &mut HeaderScan<'r>) {
        for pair in pairs(line) {
            if !self.cookies.include(pair.name) {
                continue;
            }
            scan.provenance.own_cookie = true;
            // Some portals clear a cookie by setting it to the empty string: this is no bad token.
            if let Some(source) = self.cookies.session(pair.name)
                && !pair.value.is_empty()
            {
                // Bytes that are not UTF-8 are rejected like an empty token.
                let token = std::str::from_utf8(pair.value).unwrap_or_default();
                scan.credentials.push(Candidate { token, source });
            }
        }
    }

    fn judge<'r>(
        &self,
        scan: &HeaderScan<'r>,
        query: Option<&'r str>,
    ) -> Result<Forwarded<'r>, ForwardedProblem> {
        let host = scan.host.single(ForwardedHeader::Host)?;
        let method = scan.method.single(ForwardedHeader::Method)?;
        let uri = scan.uri.once(ForwardedHeader::Uri)?;
        let proto = scan.proto.single(ForwardedHeader::Proto)?;
        if matches!(method, "TRACE" | "CONNECT") || !method.bytes().all(is_token_byte) {
            return Err(ForwardedProblem::Method);
        }
        if !uri.starts_with('/') {
            return Err(ForwardedProblem::Uri);
        }
        let forwarded = forwarded_scheme(proto);
        let admitted = match self.public_scheme {
            PublicScheme::Forwarded => matches!(proto, "https" | "wss"),
            PublicScheme::Http => forwarded.is_some(),
            PublicScheme::Https => true,
        };
        if !admitted {
            return Err(ForwardedProblem::Proto);
        }
        Ok(Forwarded {
            host,
            uri,
            scheme: self.public_scheme.scheme(forwarded),
            owner: query.map(owner).transpose()?,
            preflight: method == "OPTIONS" && scan.requests_method,
            provenance: Provenance { method, ..scan.provenance },
        })
    }
}

/// The only query that the gate's address may carry: `owner=LABEL`, once.
fn owner(query: &str) -> Result<&str, ForwardedProblem> {
    match query.strip_prefix("owner=") {
        Some(label) if !label.is_empty() && !label.contains(['&', '=', '%', '+', ';']) => Ok(label),
        _ => Err(ForwardedProblem::Query),
    }
}

fn collect_metadata<'r>(name: &str, value: &'r [u8], scan: &mut HeaderScan<'r>) {
    let provenance = &mut scan.provenance;
    provenance.fetch_metadata = true;
    match name {
        "sec-fetch-site" => provenance.site = provenance.site.and(value),
        "sec-fetch-mode" => provenance.mode = provenance.mode.and(value),
        "sec-fetch-dest" => provenance.dest = provenance.dest.and(value),
        _ => {}
    }
}

/// RFC 9110 §5.6.2.
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// What the pass over the headers has collected.
#[derive(Default)]
struct HeaderScan<'r> {
    lines: usize,
    bytes: usize,
    host: Line<'r>,
    method: Line<'r>,
    uri: Line<'r>,
    proto: Line<'r>,
    alias: Option<ForwardedHeader>,
    requests_method: bool,
    provenance: Provenance<'r>,
    credentials: Credentials<'r>,
}

/// One of the four headers that must occur exactly once; the flag is set if it is repeated.
#[derive(Clone, Copy, Default)]
struct Line<'r>(Presented<'r>, bool);

impl<'r> Line<'r> {
    fn and(self, value: &'r [u8]) -> Self {
        Self(self.0.and(value), self.0.is_present())
    }

    /// The value: one line, visible ASCII without white space.
    fn once(self, header: ForwardedHeader) -> Result<&'r str, ForwardedProblem> {
        if self.1 {
            return Err(ForwardedProblem::Repeated(header));
        }
        match self.0 {
            Presented::Absent | Presented::Once("") => Err(ForwardedProblem::Missing(header)),
            Presented::Once(value) if value.bytes().all(|byte| byte.is_ascii_graphic()) => {
                Ok(value)
            }
            Presented::Once(_) | Presented::Unusable => Err(ForwardedProblem::Bytes(header)),
        }
    }

    /// The value, which must not be a list either.
    fn single(self, header: ForwardedHeader) -> Result<&'r str, ForwardedProblem> {
        let value = self.once(header)?;
        if value.bytes().any(|byte| byte == b',') {
            return Err(ForwardedProblem::Repeated(header));
        }
        Ok(value)
    }
}

#[cfg(test)]
mod tests;
