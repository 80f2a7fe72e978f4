//! One question to the admin listener of a running gate, for the commands that ask it.
//!
//! It blocks, needs no runtime, trusts nobody by default and is done within seconds, whatever the
//! other side does.

mod trust;

use crate::config::{Config, TlsFiles};
use crate::keys::PemError;
use crate::url::WebUrl;
use std::fmt;
use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use trust::Trust;

/// What the configuration says of the admin listener: its address, and its certificate.
pub(super) type Configured<'c> = Option<(SocketAddr, Option<&'c TlsFiles>)>;

/// The admin listener of a configuration.
pub(super) fn configured(config: Option<&Config>) -> Configured<'_> {
    config.map(|own| (own.admin_listen, own.admin_tls.as_ref()))
}

/// Where the gate is asked, and whom to believe there.
#[derive(Clone, Copy)]
pub(super) struct Access<'a> {
    /// `--url`.
    pub(super) url: Option<&'a str>,
    /// `--ca-file`.
    pub(super) ca_file: Option<&'a Path>,
    pub(super) configured: Configured<'a>,
}

/// What is asked.
pub(super) struct Question<'q> {
    pub(super) method: &'q str,
    /// A secret for `Authorization: Bearer`.
    pub(super) secret: Option<&'q [u8]>,
    /// JSON; empty for none.
    pub(super) body: &'q str,
    /// Bytes of an answer that are read.
    pub(super) enough: usize,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: String,
}

impl Access<'_> {
    /// The address of `path` on the gate; a `--url` with a path of its own is taken as it is.
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

    /// Asks, once.
    ///
    /// # Errors
    /// Why there is no answer.
    #[expect(
        clippy::disallowed_methods,
        reason = "a deadline over blocking calls; nothing is decided by it"
    )]
    pub(super) fn ask(&self, path: &str, question: &Question<'_>) -> Result<Answer, AdminError> {
        let pinned = self.configured.and_then(|(_, files)| files).filter(|_| self.url.is_none());
        let target = Target::parse(&self.url(path)).ok_or(AdminError::Url)?;
        let trust = match (target.url.is_secure(), self.ca_file, pinned) {
            (false, ..) => None,
            (true, Some(file), _) => Some(Trust::Authorities(file.to_owned())),
            (true, None, Some(files)) => Some(Trust::Exactly(files.cert_file.clone())),
            (true, None, None) => return Err(AdminError::NobodyToTrust),
        };
        let deadline = Instant::now() + PATIENCE;
        let stream = target.connect(deadline)?;
        let answer = match trust {
            None => target.exchange(stream, question, deadline)?,
            Some(trust) => {
                target.exchange(trust.encrypt(stream, target.url.host())?, question, deadline)?
            }
        };
        Answer::read(&answer)
    }
}

impl Answer {
    /// Status and body of what an HTTP/1.1 server sent.
    pub(super) fn read(answer: &[u8]) -> Result<Self, AdminError> {
        let text = String::from_utf8_lossy(answer);
        let status = text.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.split([' ', '\r']).next());
        let status = status.and_then(|status| status.parse().ok()).ok_or(AdminError::NotHttp)?;
        let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body).to_owned();
        Ok(Self { status, body })
    }
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum AdminError {
    /// The URL is not `http://host[:port]/path` or the same with https.
    Url,
    /// https, and nothing says which certificate is the right one.
    NobodyToTrust,
    /// The certificates to trust cannot be used.
    Trust {
        /// Their file.
        file: PathBuf,
        /// Why.
        error: PemError,
    },
    /// The name in the URL cannot stand in a certificate.
    Name(String),
    /// TLS cannot be set up.
    Tls(tokio_rustls::rustls::Error),
    /// Nobody there, or not in time.
    Unreachable(io::Error),
    /// What came is not HTTP.
    NotHttp,
}

impl fmt::Display for AdminError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url => f.write_str("this is no URL to ask"),
            Self::NobodyToTrust => f.write_str("nothing says which certificate is the right one"),
            Self::Trust { file, error } => write!(f, "{}: {error}", file.display()),
            Self::Name(name) => write!(f, "{name:?} cannot be the name of a server"),
            Self::Tls(error) => write!(f, "{error}"),
            Self::Unreachable(error) => write!(f, "no answer: {error}"),
            Self::NotHttp => f.write_str("what answered is no HTTP server"),
        }
    }
}

impl std::error::Error for AdminError {}

impl AdminError {
    /// Whether what was typed is wrong, whatever the gate would say.
    pub(crate) fn is_usage(&self) -> bool {
        matches!(self, Self::Url | Self::NobodyToTrust | Self::Name(_))
    }

    /// What to look at.
    pub(crate) fn remedy(&self) -> &'static str {
        match self {
            Self::Url => "write --url as http://host:port, or the same with https",
            Self::NobodyToTrust => "name the authority's certificate with --ca-file",
            Self::Trust { error, .. } => error.remedy(),
            Self::Name(_) => "write the host as a DNS name or an IP address",
            Self::Tls(_) | Self::Unreachable(_) => {
                "check that the gate runs, that `admin_listen` is this address, and that http or \
                 https agrees with `admin_tls`"
            }
            Self::NotHttp => {
                "check that `admin_listen` is this address and whether `admin_tls` makes it https"
            }
        }
    }
}

/// The server of a URL.
struct Target {
    url: WebUrl,
}

impl Target {
    fn parse(url: &str) -> Option<Self> {
        // A fragment stays with the client, as in a browser.
        let (url, _fragment) = url.split_once('#').unwrap_or((url, ""));
        WebUrl::parse(url).ok().map(|url| Self { url })
    }

    /// The first address that takes the connection.
    fn connect(&self, deadline: Instant) -> Result<TcpStream, AdminError> {
        let addresses = (self.url.host(), self.url.port())
            .to_socket_addrs()
            .map_err(AdminError::Unreachable)?;
        let mut last = io::Error::from(io::ErrorKind::NotFound);
        for address in addresses {
            let outcome =
                left(deadline).and_then(|left| TcpStream::connect_timeout(&address, left));
            match outcome {
                Ok(stream) => {
                    let step = Some(STEP);
                    stream.set_read_timeout(step).map_err(AdminError::Unreachable)?;
                    stream.set_write_timeout(step).map_err(AdminError::Unreachable)?;
                    return Ok(stream);
                }
                Err(error) => last = error,
            }
        }
        Err(AdminError::Unreachable(last))
    }

    /// One request, and what comes back until the other side closes or it is enough.
    fn exchange(
        &self,
        mut stream: impl Read + Write,
        question: &Question<'_>,
        deadline: Instant,
    ) -> Result<Vec<u8>, AdminError> {
        let Question { method, secret, body, enough } = question;
        let mut request = format!(
            "{method} {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: doorward\r\nConnection: close\r\n",
            self.url.target(),
            self.url.authority()
        )
        .into_bytes();
        if let Some(secret) = secret {
            request.extend_from_slice(b"Authorization: Bearer ");
            request.extend_from_slice(secret);
            request.extend_from_slice(b"\r\n");
        }
        if !body.is_empty() {
            let length = body.len();
            let head = format!("Content-Type: application/json\r\nContent-Length: {length}\r\n");
            request.extend_from_slice(head.as_bytes());
        }
        request.extend_from_slice(b"\r\n");
        request.extend_from_slice(body.as_bytes());
        stream.write_all(&request).map_err(AdminError::Unreachable)?;
        stream.flush().map_err(AdminError::Unreachable)?;
        let mut answer = Vec::new();
        let mut piece = [0; 4096];
        while answer.len() < *enough {
            left(deadline).map_err(AdminError::Unreachable)?;
            match stream.read(&mut piece) {
                Ok(0) => break,
                Ok(length) => answer.extend_from_slice(piece.get(..length).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // A TLS server may close without saying so; what came is judged as it is.
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => break,
                Err(error) => return Err(AdminError::Unreachable(error)),
            }
        }
        Ok(answer)
    }
}

/// An address that everybody listens on is asked on loopback.
fn reachable(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        other => other,
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a deadline over blocking calls; nothing is decided by it"
)]
fn left(deadline: Instant) -> io::Result<Duration> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(left) }
}

const DEFAULT: &str = "http://127.0.0.1:4182";
const PATIENCE: Duration = Duration::from_secs(5);
/// For a single read or write.
const STEP: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests;
