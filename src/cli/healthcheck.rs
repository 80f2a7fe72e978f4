//! `doorward healthcheck`: asks `/readyz` once and exits with the answer.
//!
//! For container health checks in an image that has neither a shell nor curl. It blocks, needs no
//! runtime, trusts nobody by default and is done within five seconds, whatever the other side does.

mod trust;

use crate::config::TlsFiles;
use crate::keys::PemError;
use clap::Args;
use std::fmt;
use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use trust::Trust;

/// Exit 0 when the gate is ready.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct HealthcheckArgs {
    /// What to ask [default: /readyz on the configuration's `admin_listen`, else
    /// <http://127.0.0.1:4182/readyz>]
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
    /// Certificates to trust when the URL is https; without it, an https URL that comes from the
    /// configuration is trusted by the certificate that the configuration names
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
}

impl HealthcheckArgs {
    /// What is asked; `configured` as in [`run`](Self::run).
    pub(crate) fn url(&self, configured: Option<(SocketAddr, Option<&TlsFiles>)>) -> String {
        match (&self.url, configured) {
            (Some(url), _) => url.clone(),
            (None, None) => DEFAULT.to_owned(),
            (None, Some((address, files))) => {
                let scheme = if files.is_some() { "https" } else { "http" };
                let address = SocketAddr::new(reachable(address.ip()), address.port());
                format!("{scheme}://{address}/readyz")
            }
        }
    }

    /// Asks. `configured` is what the configuration says of the admin listener, when there is one.
    ///
    /// # Errors
    /// Why the gate cannot be called ready.
    #[expect(
        clippy::disallowed_methods,
        reason = "a deadline over blocking calls; nothing is decided by it"
    )]
    pub(crate) fn run(
        &self,
        configured: Option<(SocketAddr, Option<&TlsFiles>)>,
    ) -> Result<(), Unwell> {
        let pinned = configured.and_then(|(_, files)| files).filter(|_| self.url.is_none());
        let target = Target::parse(&self.url(configured)).ok_or(Unwell::Url)?;
        let trust = match (target.encrypted, &self.ca_file, pinned) {
            (false, ..) => None,
            (true, Some(file), _) => Some(Trust::Authorities(file.clone())),
            (true, None, Some(files)) => Some(Trust::Exactly(files.cert_file.clone())),
            (true, None, None) => return Err(Unwell::NobodyToTrust),
        };
        let deadline = Instant::now() + PATIENCE;
        let stream = target.connect(deadline)?;
        let answer = match trust {
            None => target.ask(stream, deadline)?,
            Some(trust) => target.ask(trust.encrypt(stream, &target.host)?, deadline)?,
        };
        judge(&answer)
    }
}

/// Why the gate cannot be called ready.
#[derive(Debug)]
pub(crate) enum Unwell {
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
    /// An answer other than 200.
    NotReady {
        /// The status.
        status: u16,
        /// The beginning of the body.
        body: String,
    },
}

impl fmt::Display for Unwell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url => f.write_str("this is no URL to ask"),
            Self::NobodyToTrust => f.write_str("nothing says which certificate is the right one"),
            Self::Trust { file, error } => write!(f, "{}: {error}", file.display()),
            Self::Name(name) => write!(f, "{name:?} cannot be the name of a server"),
            Self::Tls(error) => write!(f, "{error}"),
            Self::Unreachable(error) => write!(f, "no answer: {error}"),
            Self::NotHttp => f.write_str("what answered is no HTTP server"),
            Self::NotReady { status, body } => write!(f, "not ready: {status} {body}"),
        }
    }
}

impl std::error::Error for Unwell {}

impl Unwell {
    /// Whether what was typed is wrong, whatever the gate would say.
    pub(crate) fn is_usage(&self) -> bool {
        matches!(self, Self::Url | Self::NobodyToTrust | Self::Name(_))
    }

    /// What to look at.
    pub(crate) fn remedy(&self) -> &'static str {
        match self {
            Self::Url => "write --url as http://host:port/readyz, or the same with https",
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
            Self::NotReady { .. } => "the gate's log and the body of its answer say why",
        }
    }
}

/// A URL in the parts that are needed.
struct Target {
    encrypted: bool,
    /// Host and port, as they stand in the URL.
    authority: String,
    /// The host without brackets.
    host: String,
    port: u16,
    path: String,
}

impl Target {
    fn parse(url: &str) -> Option<Self> {
        // What goes into a request line must not end it.
        if !url.bytes().all(|byte| byte.is_ascii_graphic()) {
            return None;
        }
        let (encrypted, rest) = match url.strip_prefix("https://") {
            Some(rest) => (true, rest),
            None => (false, url.strip_prefix("http://")?),
        };
        let cut = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(cut);
        let (path, _fragment) = path.split_once('#').unwrap_or((path, ""));
        let (host, port) = match authority.strip_prefix('[') {
            Some(bracketed) => bracketed.split_once(']')?,
            None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
        };
        let port = match port.strip_prefix(':') {
            Some(port) => port.parse().ok()?,
            None if !port.is_empty() => return None,
            None if encrypted => 443,
            None => 80,
        };
        if host.is_empty() || authority.contains('@') {
            return None;
        }
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        Some(Self { encrypted, authority: authority.to_owned(), host: host.to_owned(), port, path })
    }

    /// The first address that takes the connection.
    fn connect(&self, deadline: Instant) -> Result<TcpStream, Unwell> {
        let addresses =
            (self.host.as_str(), self.port).to_socket_addrs().map_err(Unwell::Unreachable)?;
        let mut last = io::Error::from(io::ErrorKind::NotFound);
        for address in addresses {
            let outcome =
                left(deadline).and_then(|left| TcpStream::connect_timeout(&address, left));
            match outcome {
                Ok(stream) => {
                    let step = Some(STEP);
                    stream.set_read_timeout(step).map_err(Unwell::Unreachable)?;
                    stream.set_write_timeout(step).map_err(Unwell::Unreachable)?;
                    return Ok(stream);
                }
                Err(error) => last = error,
            }
        }
        Err(Unwell::Unreachable(last))
    }

    /// One request, and what comes back until the other side closes or it is enough.
    fn ask(&self, mut stream: impl Read + Write, deadline: Instant) -> Result<Vec<u8>, Unwell> {
        let request = format!(
            "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: doorward-healthcheck\r\n\
             Connection: close\r\n\r\n",
            self.path, self.authority
        );
        stream.write_all(request.as_bytes()).map_err(Unwell::Unreachable)?;
        stream.flush().map_err(Unwell::Unreachable)?;
        let mut answer = Vec::new();
        let mut piece = [0; 4096];
        while answer.len() < ENOUGH {
            left(deadline).map_err(Unwell::Unreachable)?;
            match stream.read(&mut piece) {
                Ok(0) => break,
                Ok(length) => answer.extend_from_slice(piece.get(..length).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // A TLS server may close without saying so; what came is judged as it is.
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => break,
                Err(error) => return Err(Unwell::Unreachable(error)),
            }
        }
        Ok(answer)
    }
}

/// 200 is ready; all else is not.
fn judge(answer: &[u8]) -> Result<(), Unwell> {
    let text = String::from_utf8_lossy(answer);
    let status = text.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.split([' ', '\r']).next());
    let status: u16 = status.and_then(|status| status.parse().ok()).ok_or(Unwell::NotHttp)?;
    if status == 200 {
        return Ok(());
    }
    let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let printable = |character: &char| !character.is_control();
    Err(Unwell::NotReady { status, body: body.chars().filter(printable).take(500).collect() })
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

const DEFAULT: &str = "http://127.0.0.1:4182/readyz";
const PATIENCE: Duration = Duration::from_secs(5);
/// For a single read or write.
const STEP: Duration = Duration::from_secs(2);
/// No answer of `/readyz` that says "ready" needs more.
const ENOUGH: usize = 64 * 1024;

#[cfg(test)]
mod tests;
