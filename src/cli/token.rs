//! `doorward token`: mints a token for tests and scripts.
//!
//! Decides which claims a token gets; how it is signed, `token` knows. What the gate would say to
//! the result is not judged: a token that must be refused is as useful a test as one that passes.

use crate::config::{Config, units};
use crate::keys::{self, FileError};
use crate::token::{Algorithm, ClaimPath, Issuer, SigningKey, SigningKeyError};
use aws_lc_rs::rand;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};
use std::{
    fmt,
    path::PathBuf,
    time::{Duration, SystemTime},
};

/// Mint a token for tests and scripts
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct TokenArgs {
    /// Private key: a JWK such as keygen's private.jwk, PEM, or the secret of an HS algorithm
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// Username; goes into the claim by which the issuer names its users
    #[arg(long)]
    pub(crate) user: String,
    /// How long the token lives, such as 90s, 15m, 8h or 7d
    #[arg(long, default_value = "8h", value_parser = parse_ttl)]
    pub(crate) ttl: Duration,
    /// One more claim by name or JSON pointer; V is JSON when it parses, else a string. Wins over
    /// what the token would have otherwise
    #[arg(long = "claim", value_name = "K=V", value_parser = parse_claim)]
    pub(crate) claims: Vec<(ClaimPath, Value)>,
    /// `iss`, and which configured issuer is meant when there are several
    #[arg(long)]
    pub(crate) issuer: Option<String>,
    /// `aud`, any number of times [default: as configured]
    #[arg(long)]
    pub(crate) audience: Vec<String>,
    /// Claim that names the user, by name or JSON pointer [default: as configured]
    #[arg(long, value_name = "CLAIM", value_parser = parse_claim_path)]
    pub(crate) user_claim: Option<ClaimPath>,
    /// Algorithm, where the key does not say it
    #[arg(long, value_parser = parse_algorithm)]
    pub(crate) alg: Option<Algorithm>,
}

/// Mints the token; a line for stdout.
///
/// # Errors
/// A key that cannot be read or cannot sign, and what neither options nor configuration say.
pub(crate) fn run(
    arguments: &TokenArgs,
    config: Option<&Config>,
) -> Result<String, TokenCommandError> {
    let issuers = config.map_or(&[][..], |config| &config.issuers);
    let issuer = choose(arguments.issuer.as_deref(), issuers)?;
    let file = |error| TokenCommandError::File { path: arguments.key.clone(), error };
    let key = keys::read_secret(&arguments.key).map_err(file)?;
    let key = signing_key(key.bytes(), key.trimmed(), arguments.alg, issuer)
        .map_err(|error| TokenCommandError::Key { path: arguments.key.clone(), error })?;
    let now = SystemTime::UNIX_EPOCH.elapsed().map_err(|_| TokenCommandError::Clock)?.as_secs();
    let mut id = [0; 16];
    rand::fill(&mut id).map_err(|_| TokenCommandError::Randomness)?;
    let claims = claims(arguments, issuer, now, &URL_SAFE_NO_PAD.encode(id))?;
    let token = key.sign(&claims).map_err(TokenCommandError::Signing)?;
    Ok(format!("{token}\n"))
}

/// The configured issuer that is meant: the named one, else the only one. None where the
/// configuration has none of that name; then the options must say everything.
fn choose<'config>(
    name: Option<&str>,
    issuers: &'config [Issuer],
) -> Result<Option<&'config Issuer>, TokenCommandError> {
    match (name, issuers) {
        (Some(name), _) => Ok(issuers.iter().find(|issuer| *issuer.name == *name)),
        (None, []) => Err(TokenCommandError::NoIssuer),
        (None, [only]) => Ok(Some(only)),
        (None, several) => {
            let names = several.iter().map(|issuer| issuer.name.clone()).collect();
            Err(TokenCommandError::SeveralIssuers(names))
        }
    }
}

/// Reads the key in whichever form it comes. What the key says of its algorithm stands; where it
/// says nothing, the option, then the issuer's only algorithm.
fn signing_key(
    bytes: &[u8],
    trimmed: &[u8],
    chosen: Option<Algorithm>,
    issuer: Option<&Issuer>,
) -> Result<SigningKey, SigningKeyError> {
    let read = |algorithm: Option<Algorithm>| {
        if bytes.trim_ascii_start().starts_with(b"{") {
            SigningKey::from_jwk(bytes, algorithm)
        } else if bytes.windows(11).any(|window| window == b"-----BEGIN ") {
            SigningKey::from_pem(bytes, algorithm)
        } else {
            let algorithm = algorithm.ok_or(SigningKeyError::AlgorithmNeeded)?;
            SigningKey::from_secret(trimmed, algorithm)
        }
    };
    match (read(chosen), issuer.map(|issuer| issuer.algorithms.as_slice())) {
        (Err(SigningKeyError::AlgorithmNeeded), Some([only])) => read(Some(*only)),
        (key, _) => key,
    }
}

fn claims(
    arguments: &TokenArgs,
    issuer: Option<&Issuer>,
    now: u64,
    id: &str,
) -> Result<Map<String, Value>, TokenCommandError> {
    let mut claims = Map::new();
    for (path, value) in &arguments.claims {
        if !path.put(&mut claims, value.clone()) {
            return Err(TokenCommandError::ClaimTwice(path.clone()));
        }
    }
    let user_claim = arguments.user_claim.as_ref().or(issuer.map(|issuer| &issuer.user_claim));
    let user_claim = user_claim.ok_or(TokenCommandError::NoUserClaim)?;
    // --user and --claim may not both name the user: one of the two would be lost unseen.
    if !user_claim.put(&mut claims, Value::from(&*arguments.user)) {
        return Err(TokenCommandError::ClaimTwice(user_claim.clone()));
    }
    let mut default = |name: &str, value: Value| {
        claims.entry(name).or_insert(value);
    };
    if let Some(name) = arguments.issuer.as_deref().or(issuer.map(|issuer| &*issuer.name)) {
        default("iss", name.into());
    }
    match audiences(arguments, issuer)?.as_slice() {
        [] => {}
        [one] => default("aud", Value::from(*one)),
        several => default("aud", Value::from(several)),
    }
    default("iat", now.into());
    default("exp", now.saturating_add(arguments.ttl.as_secs()).into());
    default("jti", id.into());
    Ok(claims)
}

/// None only where the issuer is configured to need none.
fn audiences<'arguments>(
    arguments: &'arguments TokenArgs,
    issuer: Option<&'arguments Issuer>,
) -> Result<Vec<&'arguments str>, TokenCommandError> {
    if !arguments.audience.is_empty() {
        return Ok(arguments.audience.iter().map(String::as_str).collect());
    }
    let named = arguments.claims.iter().any(|(path, _)| path.as_str() == "aud");
    match issuer {
        Some(issuer) => Ok(issuer.audiences.iter().map(|name| &**name).collect()),
        None if named => Ok(Vec::new()),
        None => Err(TokenCommandError::NoAudience),
    }
}

/// A duration as in the configuration, but whole seconds: `exp` would lose the rest unseen.
fn parse_ttl(text: &str) -> Result<Duration, String> {
    let whole = |ttl: &Duration| ttl.subsec_nanos() == 0;
    let ttl = units::duration(text).ok().filter(whole);
    ttl.ok_or_else(|| "give a whole number and one of s, m, h, d, such as 8h".to_owned())
}

fn parse_claim(text: &str) -> Result<(ClaimPath, Value), String> {
    let (name, value) = text.split_once('=').ok_or("give a claim as NAME=VALUE")?;
    let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
    Ok((parse_claim_path(name)?, value))
}

fn parse_claim_path(text: &str) -> Result<ClaimPath, String> {
    ClaimPath::new(text)
        .ok_or_else(|| "this is neither a claim's name nor a JSON pointer such as /a/b".to_owned())
}

/// Also for `keygen`.
pub(super) fn parse_algorithm(name: &str) -> Result<Algorithm, String> {
    Algorithm::from_name(name).ok_or_else(|| {
        let names = Algorithm::ALL.map(Algorithm::name);
        format!("choose one of {}", names.join(", "))
    })
}

/// Why no token was minted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TokenCommandError {
    /// The key file could not be read.
    File {
        /// The file.
        path: PathBuf,
        /// What stood against it.
        error: FileError,
    },
    /// The key file holds no key that can sign.
    Key {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: SigningKeyError,
    },
    /// The key did not sign.
    Signing(SigningKeyError),
    /// No issuer, neither by option nor configured.
    NoIssuer,
    /// Several configured issuers and no choice.
    SeveralIssuers(Vec<Box<str>>),
    /// No audience, neither by option nor configured.
    NoAudience,
    /// No user claim, neither by option nor configured.
    NoUserClaim,
    /// Two values for one claim, or one within another that is no object.
    ClaimTwice(ClaimPath),
    /// The clock stands before 1970.
    Clock,
    /// The system gave no random bytes.
    Randomness,
}

impl fmt::Display for TokenCommandError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, error } => {
                write!(formatter, "{}: {error}; {}", path.display(), error.remedy())
            }
            Self::Key { path, error } => write!(formatter, "{}: {error}", path.display()),
            Self::Signing(error) => write!(formatter, "the token cannot be signed: {error}"),
            Self::NoIssuer => formatter.write_str(
                "no issuer is configured; name one with --issuer, and give --audience and \
                 --user-claim, or a configuration with --config",
            ),
            Self::SeveralIssuers(names) => write!(
                formatter,
                "several issuers are configured; name one with --issuer: {}",
                names.join(", ")
            ),
            Self::NoAudience => formatter
                .write_str("this issuer is not configured, so name its audience with --audience"),
            Self::NoUserClaim => formatter.write_str(
                "this issuer is not configured, so name its user claim with --user-claim",
            ),
            Self::ClaimTwice(path) => write!(
                formatter,
                "there are two values for the claim {}, or one within a value that is no object; \
                 leave one out",
                path.as_str()
            ),
            Self::Clock => formatter.write_str("the clock stands before 1970; set it"),
            Self::Randomness => formatter.write_str("the system gives no random bytes; try again"),
        }
    }
}

impl std::error::Error for TokenCommandError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::File { error, .. } => Some(error),
            Self::Key { error, .. } | Self::Signing(error) => Some(error),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
