//! What a request says, once steps 1 and 2 have accepted how it says it.

use crate::cross_site::{Provenance, Scheme};
use aws_lc_rs::digest::{SHA256, digest};
use std::fmt::{self, Write as _};

/// The request that Traefik asks about. Each value came exactly once and is visible ASCII.
#[derive(Clone, Copy, Debug)]
pub struct Forwarded<'r> {
    /// `X-Forwarded-Host`, as sent: Traefik routes canonical hosts and reports raw ones.
    pub host: &'r str,
    /// `X-Forwarded-Uri`: path and query, beginning with `/`.
    pub uri: &'r str,
    /// Scheme of the workspace's origin.
    pub scheme: Scheme,
    /// `owner` of the route's own address, when the route is bound to one.
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

/// The five headers that speak of the visitor's request, of which none may be spelt in two ways.
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
    /// `X-Forwarded-For`: logged, and decides nothing.
    For,
}

impl ForwardedHeader {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Host, Self::Method, Self::Uri, Self::Proto, Self::For];

    /// The name as people write it.
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

    /// The header that software which reads `_` and `.` as `-` takes `name` for, in any case; also
    /// the header that `name` is.
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

/// Names a token without telling it: what it shows is computed only when it is shown, and a permit
/// that nobody logs never pays for it.
#[derive(Clone, Copy)]
pub struct TokenName<'r>(&'r str);

impl<'r> TokenName<'r> {
    /// The name of one candidate.
    #[must_use]
    pub fn of(candidate: &Candidate<'r>) -> Self {
        Self(candidate.token)
    }
}

/// 64 bits of SHA-256 in hexadecimal: enough to tell tokens apart, nothing to find one by.
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

/// As `Display`: the token itself never shows.
impl fmt::Debug for TokenName<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "TokenName({self})")
    }
}

/// The candidates of one request in the order in which they are tried. One is the rule, and costs
/// no allocation.
#[derive(Default)]
pub struct Credentials<'r> {
    first: Option<Candidate<'r>>,
    more: Vec<Candidate<'r>>,
    cookies: usize,
    headers: usize,
    /// One came that has not two dots.
    shapeless: bool,
    /// Some were left out that might have been tokens.
    cut: bool,
    other_scheme: bool,
}

impl<'r> Credentials<'r> {
    /// Adds one behind the others. Behind the first, one of those that are no token by their very
    /// look is kept, to be told of: bob can plant thousands of cookies, and even a glance at each
    /// would add up. Of the rest up to `MAX_CANDIDATES` of a kind are.
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

    /// Whether more came than are tried.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.cut
    }

    /// An `Authorization` came that is no `Bearer` with one token. Decides nothing; `explain` says
    /// so where a candidate is missed.
    pub fn pass_over_authorization(&mut self) {
        self.other_scheme = true;
    }

    /// Whether such an `Authorization` came.
    #[must_use]
    pub fn passed_over_authorization(&self) -> bool {
        self.other_scheme
    }

    /// In the order of trial.
    pub fn iter(&self) -> impl Iterator<Item = &Candidate<'r>> {
        self.first.iter().chain(&self.more)
    }

    /// Whether nothing came that could be a token.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    /// Sorts by source: cookies in the order of their names, then `Authorization`, then headers;
    /// equals keep the order in which they came.
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

/// Cookies tried for one request at most, and as many header tokens.
pub(super) const MAX_CANDIDATES: usize = 1024;
