//! Step 2 of the decision: one pass over the header map collects what the gate judges, and refuses
//! whatever could be read in two ways. Never falls back to `Host`, never folds names.

use super::credential::{GateCookies, bearer, pairs};
use super::headers::is_forwarded_alias;
use crate::cross_site::{Presented, Provenance, PublicScheme, forwarded_scheme};
use crate::gate::{
    Candidate, Credentials, Denial, Forwarded, ForwardedHeader, ForwardedProblem, Source,
};
use hyper::header::{HeaderMap, HeaderName, HeaderValue};

/// What reading depends on besides the request.
#[derive(Clone, Debug)]
pub struct ForwardedReader {
    /// `limits.header_bytes`: names and values together, cookies included.
    pub header_bytes: usize,
    /// `limits.headers`: lines other than `Cookie`.
    pub headers: usize,
    /// Which protocols are admitted.
    pub public_scheme: PublicScheme,
    /// `tokens.cookies` and the gate's own names.
    pub cookies: GateCookies,
    /// `tokens.authorization`.
    pub authorization: bool,
    /// `tokens.headers`.
    pub token_headers: Vec<HeaderName>,
}

impl ForwardedReader {
    /// Reads the request that Traefik asks about. `query` is that of the gate's own address.
    ///
    /// # Errors
    /// [`Denial::TooManyHeaders`], [`Denial::HeadersTooLarge`] or [`Denial::Forwarded`].
    pub fn read<'r>(
        &self,
        headers: &'r HeaderMap,
        query: Option<&'r str>,
    ) -> Result<(Forwarded<'r>, Credentials<'r>), Denial> {
        let mut seen = Seen::default();
        for (name, value) in headers {
            self.collect(name, value, &mut seen);
        }
        if seen.lines > self.headers {
            return Err(Denial::TooManyHeaders);
        }
        if seen.bytes > self.header_bytes {
            return Err(Denial::HeadersTooLarge);
        }
        if let Some(header) = seen.alias {
            return Err(Denial::Forwarded(ForwardedProblem::Alias(header)));
        }
        let forwarded = self.judge(&seen, query).map_err(Denial::Forwarded)?;
        seen.credentials.sort();
        Ok((forwarded, seen.credentials))
    }

    #[inline]
    fn collect<'r>(&self, name: &'r HeaderName, value: &'r HeaderValue, seen: &mut Seen<'r>) {
        let (text, bytes) = (name.as_str(), value.as_bytes());
        seen.bytes += text.len() + bytes.len();
        seen.lines += 1;
        // By length first: most headers are none of these, and learn it from one comparison.
        match text.len() {
            6 if text == "cookie" => {
                seen.lines -= 1;
                self.collect_cookies(bytes, seen);
            }
            6 if text == "origin" => seen.provenance.origin = seen.provenance.origin.and(bytes),
            7 if text == "referer" => seen.provenance.referer = seen.provenance.referer.and(bytes),
            11 if text == "sec-purpose" => seen.provenance.ahead = true,
            13 if text == "authorization" && self.authorization => match bearer(bytes) {
                Some(token) => {
                    seen.credentials.push(Candidate { token, source: Source::Authorization });
                }
                None => seen.credentials.pass_over_authorization(),
            },
            14 if text.starts_with("sec-fetch-") => collect_metadata(text, bytes, seen),
            15 if text == "x-forwarded-uri" => seen.uri = seen.uri.and(bytes),
            16 if text == "x-forwarded-host" => seen.host = seen.host.and(bytes),
            17 if text == "x-forwarded-proto" => seen.proto = seen.proto.and(bytes),
            17 if text == "sec-websocket-key" => seen.provenance.websocket = true,
            18 if text == "x-forwarded-method" => seen.method = seen.method.and(bytes),
            29 if text == "access-control-request-method" => seen.requests_method = true,
            15..=18 if is_forwarded_alias(text) => seen.alias = ForwardedHeader::read_into(text),
            _ if text.starts_with("sec-fetch-") => seen.provenance.fetch_metadata = true,
            _ => {}
        }
        if let Some(index) = self.token_headers.iter().position(|own| own == name) {
            let token = std::str::from_utf8(bytes).unwrap_or_default().trim_matches([' ', '\t']);
            if !token.is_empty() {
                seen.credentials.push(Candidate { token, source: Source::Header(index) });
            }
        }
    }

    fn collect_cookies<'r>(&self, line: &'r [u8], seen: &mut Seen<'r>) {
        for pair in pairs(line) {
            if !self.cookies.include(pair.name) {
                continue;
            }
            seen.provenance.own_cookie = true;
            // An empty cookie is how some portals clear one: it is absence, not a bad token.
            if let Some(source) = self.cookies.session(pair.name)
                && !pair.value.is_empty()
            {
                // Bytes that are no UTF-8 are no token, and rejected as the empty one is.
                let token = std::str::from_utf8(pair.value).unwrap_or_default();
                seen.credentials.push(Candidate { token, source });
            }
        }
    }

    fn judge<'r>(
        &self,
        seen: &Seen<'r>,
        query: Option<&'r str>,
    ) -> Result<Forwarded<'r>, ForwardedProblem> {
        let host = seen.host.single(ForwardedHeader::Host)?;
        let method = seen.method.single(ForwardedHeader::Method)?;
        let uri = seen.uri.once(ForwardedHeader::Uri)?;
        let proto = seen.proto.single(ForwardedHeader::Proto)?;
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
            preflight: method == "OPTIONS" && seen.requests_method,
            provenance: Provenance { method, ..seen.provenance },
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

fn collect_metadata<'r>(name: &str, value: &'r [u8], seen: &mut Seen<'r>) {
    let provenance = &mut seen.provenance;
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

/// What one pass has collected.
#[derive(Default)]
struct Seen<'r> {
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

/// One of the four headers that must come exactly once.
#[derive(Clone, Copy, Default)]
struct Line<'r>(Presented<'r>, bool);

impl<'r> Line<'r> {
    fn and(self, value: &'r [u8]) -> Self {
        Self(self.0.and(value), self.0.came())
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

    /// Likewise, and no list.
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
