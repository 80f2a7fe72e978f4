//! The forwarded request and its credentials, as steps 1 and 2 hand them to the decision.

use crate::cross_site::{Provenance, Scheme};
use aws_lc_rs::digest::{SHA256, digest};
use std::fmt::{self, Write as _};

/// The request that Traefik forwards. Each value occurred exactly once and is visible ASCII.
#[derive(Clone, Copy, Debug)]
pub struct Forwarded<'r> {
    /// `X-Forwarded-Host`, as sent: Traefik routes canonical hosts and reports raw ones.
    pub host: &'r str,
    /// `X-Forwarded-Uri`: path and query, beginning with `/`.
    pub uri: &'r str,
    /// Scheme of the workspace's origin.
    pub scheme: Scheme,
    /// `owner` in the URL of the route's middleware, if the route has one.
    pub owner: Option<&'r str>,
    /// OPTIONS with `Access-Control-Request-Method`.
    pub preflight: bool,
    /// Method and what the request says about the page behind it.
    pub provenance: Provenance<'r>,
}

impl<'r> Forwarded<'r> {
    /// `X-Forwarded-Method`.
    #[must_use]
    pub fn method(&self) -> &'r str {
        self.provenance.method
    }

    /// The path: `uri` up to `?`.
    #[must_use]
    pub fn path(&self) -> &'r str {
        self.uri.split_once('?').map_or(self.uri, |(path, _)| path)
    }
}

/// The five headers that describe the client's request. None may occur in two spellings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForwardedHeader {
    /// `X-Forwarded-Host`
    Host,
    /// `X-Forwarded-Method`
    Method,
    /// `X-Forwarded-Uri`
    Uri,
    /// `X-Forwarded-Proto`
    Proto,
    /// `X-Forwarded-For`: only logged.
    For,
}

impl ForwardedHeader {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Host, Self::Method, Self::Uri, Self::Proto, Self::For];

    /// The name in its usual spelling.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Host => "X-Forwarded-Host",
            Self::Method => "X-Forwarded-Method",
            Self::Uri => "X-Forwarded-Uri",
            Self::Proto => "X-Forwarded-Proto",
            Self::For => "X-Forwarded-For",
        }
    }

    /// The header that `name` is, in any case, also for software that treats `_` and `.` as `-`.
    #[must_use]
    pub fn read_into(name: &str) -> Option<Self> {
        let folded = |byte: u8| if matches!(byte, b'_' | b'.') { b'-' } else { byte };
        Self::ALL.into_iter().find(|header| {
            let real = header.name().bytes();
            real.len() == name.len()
                && real
                    .zip(name.bytes())
                    .all(|(real, byte)| real.eq_ignore_ascii_case(&folded(byte)))
        })
    }
}

/// Where a token was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A cookie, by its place in `tokens.cookies`.
    Cookie(usize),
    /// The session cookie of a hand-off under its partitioned name.
    Partitioned,
    /// `Authorization: Bearer`.
    Authorization,
    /// A header, by its place in `tokens.headers`.
    Header(usize),
}

impl Source {
    /// Whether a page on another host can make a browser send it.
    #[must_use]
    pub fn is_cookie(self) -> bool {
        matches!(self, Self::Cookie(_) | Self::Partitioned)
    }
}

/// One token to try. Not `Debug`: it holds the token.
#[derive(Clone, Copy)]
pub struct Candidate<'r> {
    /// The token as sent.
    pub token: &'r str,
    /// Where it was.
    pub source: Source,
}

/// A name for a token that does not reveal it. The digest is computed only when it is displayed, so a
/// permit that is not logged does not pay for it.
#[derive(Clone, Copy)]
pub struct TokenName<'r>(&'r str);

impl<'r> TokenName<'r> {
    /// The name of one candidate.
    #[must_use]
    pub fn of(candidate: &Candidate<'r>) -> Self {
        Self(candidate.token)
    }
}

/// 64 bits of SHA-256 in hexadecimal: enough to tell tokens apart, too few to recover one.
impl fmt::Display for TokenName<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hash = digest(&SHA256, self.0.as_bytes());
        let mut text = String::with_capacity(16);
        for byte in hash.as_ref().iter().take(8) {
            write!(text, "{byte:02x}")?;
        }
        formatter.write_str(&text)
    }
}

/// As `Display`: never the token itself.
impl fmt::Debug for TokenName<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "TokenName({self})")
    }
}

/// The candidates of one request in the order in which they are tried. A single one, the usual case,
/// needs no allocation.
#[derive(Default)]
pub struct Credentials<'r> {
    first: Option<Candidate<'r>>,
    more: Vec<Candidate<'r>>,
    cookies: usize,
    headers: usize,
    /// A candidate without exactly two dots was added.
    shapeless: bool,
    /// Candidates that may be tokens were left out.
    cut: bool,
    other_scheme: bool,
}

impl<'r> Credentials<'r> {
    /// Adds a candidate at the end. After the first, only one candidate without exactly two dots is
    /// kept, for the log: bob can plant thousands of cookies, and even the cheapest check of each
    /// would add up. Of the others, up to `MAX_CANDIDATES` of each kind are kept.
    pub fn push(&mut self, candidate: Candidate<'r>) {
        if self.first.is_some()
            && candidate.token.split('.').take(4).count() != 3
            && std::mem::replace(&mut self.shapeless, true)
        {
            return;
        }
        let kind = if candidate.source.is_cookie() { &mut self.cookies } else { &mut self.headers };
        if *kind == MAX_CANDIDATES {
            self.cut = true;
            return;
        }
        *kind += 1;
        if self.first.is_none() {
            self.first = Some(candidate);
        } else {
            self.more.push(candidate);
        }
    }

    /// Whether candidates were left out.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.cut
    }

    /// Records an `Authorization` header that is not `Bearer` with a single token. It decides nothing;
    /// `explain` shows it.
    pub fn pass_over_authorization(&mut self) {
        self.other_scheme = true;
    }

    /// Whether the request has such a header.
    #[must_use]
    pub fn passed_over_authorization(&self) -> bool {
        self.other_scheme
    }

    /// In the order in which they are tried.
    pub fn iter(&self) -> impl Iterator<Item = &Candidate<'r>> {
        self.first.iter().chain(&self.more)
    }

    /// Whether the request has no candidate.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    /// Sorts by source: cookies in the order of their names, then `Authorization`, then headers;
    /// equal ones keep their order.
    pub fn sort(&mut self) {
        if self.more.is_empty() {
            return;
        }
        self.more.extend(self.first.take());
        self.more.rotate_right(1);
        self.more.sort_by_key(|candidate| match candidate.source {
            Source::Cookie(index) => (0, index),
            Source::Partitioned => (0, usize::MAX),
            Source::Authorization => (1, 0),
            Source::Header(index) => (2, index),
        });
        self.first = Some(self.more.remove(0));
    }
}

/// The most cookies tried for one request, and the most header tokens.
pub(super) const MAX_CANDIDATES: usize = 1024;
