//! `doorward token`: issues a token for tests and scripts.
//!
//! It decides which claims the token has; `token` signs it. It does not check whether the gate would
//! accept the token, because a test may need a token that is rejected.

mod error;
mod handoff;

pub(crate) use error::TokenCommandError;

use crate::clock;
use crate::config::{Config, NoSuchIssuer, units};
use crate::keys;
use crate::random;
use crate::token::{Algorithm, ClaimPath, Issuer, SigningKey, SigningKeyError};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};
use std::{
    path::PathBuf,
    time::{Duration, UNIX_EPOCH},
};

/// Issue a token for tests and scripts
#[derive(Clone, Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  doorward token --key private.jwk --user alice > alice.jwt\n\n  The \
                  hand-off token of a sign-in page, for a redirect with st=ID.CHALLENGE:\n  doorward \
                  token --handoff --key private.jwk --user alice \\\n      --audience \
                  https://alice.vdi.example.com --nonce ID.CHALLENGE\n  The browser that started \
                  the sign-in then opens\n  \
                  https://alice.vdi.example.com/.doorward/enter?st=ID&t=TOKEN"
)]
pub(crate) struct TokenArgs {
    /// Private key: a JWK such as private.jwk of keygen, PEM, or the secret of an HS algorithm
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// Username, set as the issuer's user claim
    #[arg(long)]
    pub(crate) user: String,
    /// Issue a hand-off token, which a sign-in page passes to the gate (login.handoff). Needs one
    /// --audience, the origin of the workspace, and --nonce
    #[arg(long)]
    pub(crate) handoff: bool,
    /// Sign-in that the hand-off token is for: the `st` parameter that the gate passed to the
    /// sign-in page, or its part after the dot
    #[arg(long, value_name = "ST", requires = "handoff", value_parser = handoff::parse_nonce)]
    pub(crate) nonce: Option<String>,
    /// Lifetime of the token, such as 90s, 15m, 8h or 7d [default: 8h; with --handoff 30s, at most
    /// 60s]
    #[arg(long, value_parser = parse_ttl)]
    pub(crate) ttl: Option<Duration>,
    /// Additional claim by name or JSON pointer; V is parsed as JSON, or else taken as a string.
    /// Replaces the default value of the claim
    #[arg(long = "claim", value_name = "K=V", value_parser = parse_claim)]
    pub(crate) claims: Vec<(ClaimPath, Value)>,
    /// `iss`; selects the issuer if several are configured
    #[arg(long)]
    pub(crate) issuer: Option<String>,
    /// `aud`; may be repeated [default: as configured]
    #[arg(long)]
    pub(crate) audience: Vec<String>,
    /// User claim, by name or JSON pointer [default: as configured]
    #[arg(long, value_name = "CLAIM", value_parser = parse_claim_path)]
    pub(crate) user_claim: Option<ClaimPath>,
    /// Algorithm, if the key does not name one
    #[arg(long, value_parser = parse_algorithm)]
    pub(crate) alg: Option<Algorithm>,
}

/// Issues the token; returns a line for standard output.
///
/// # Errors
/// The key cannot be read or cannot sign, or a value is in neither the options nor the
/// configuration.
pub(crate) fn run(
    arguments: &TokenArgs,
    config: Option<&Config>,
) -> Result<String, TokenCommandError> {
    if arguments.handoff {
        handoff::check(arguments)?;
    }
    let issuers = config.map_or(&[][..], |config| &config.issuers);
    let chosen = choose(arguments.issuer.as_deref(), issuers)?;
    let issuer = chosen.as_ref().ok().copied();
    let file = |error| {
        let path = arguments.key.clone();
        // A key set may be readable by others; the better message is that it is not a private key.
        if keys::read_public(&path).is_ok_and(|bytes| is_key_set(&bytes)) {
            return TokenCommandError::KeySet(path);
        }
        TokenCommandError::File { path, error }
    };
    let key = keys::read_secret(&arguments.key).map_err(file)?;
    if is_key_set(key.bytes()) {
        return Err(TokenCommandError::KeySet(arguments.key.clone()));
    }
    let key = signing_key(key.bytes(), key.trimmed(), arguments.alg, issuer)
        .map_err(|error| TokenCommandError::Key { path: arguments.key.clone(), error })?;
    let now = clock::system_time()
        .duration_since(UNIX_EPOCH)
        .map_err(|_| TokenCommandError::Clock)?
        .as_secs();
    let id: [u8; 16] = random::bytes().map_err(|_| TokenCommandError::Randomness)?;
    let claims = claims(arguments, chosen.as_ref().copied(), now, &URL_SAFE_NO_PAD.encode(id))?;
    let token = if arguments.handoff { key.sign_handoff(&claims) } else { key.sign(&claims) };
    let token = token.map_err(TokenCommandError::Signing)?;
    Ok(format!("{token}\n"))
}

/// The selected issuer: the named one, or the only one. If no configured issuer has that name, the
/// options must give all values; an error about a missing value lists the configured names.
fn choose<'config>(
    name: Option<&str>,
    issuers: &'config [Issuer],
) -> Result<Result<&'config Issuer, NoSuchIssuer>, TokenCommandError> {
    match (name, NoSuchIssuer::or(name, issuers)) {
        (None, Err(_)) if issuers.is_empty() => Err(TokenCommandError::NoIssuer),
        (None, Err(several)) => Err(TokenCommandError::SeveralIssuers(several)),
        (_, chosen) => Ok(chosen),
    }
}

/// A set of public keys, which keygen writes beside the private key.
fn is_key_set(bytes: &[u8]) -> bool {
    serde_json::from_slice::<Map<String, Value>>(bytes).is_ok_and(|set| set.contains_key("keys"))
}

/// Reads the key in any of its formats. The algorithm is that of the key, else that of the option,
/// else the issuer's only one.
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
    chosen: Result<&Issuer, &NoSuchIssuer>,
    now: u64,
    id: &str,
) -> Result<Map<String, Value>, TokenCommandError> {
    let issuer = chosen.ok();
    let unknown = || chosen.err().cloned();
    let mut claims = Map::new();
    for (path, value) in &arguments.claims {
        if !path.put(&mut claims, value.clone()) {
            return Err(TokenCommandError::ClaimTwice(path.clone()));
        }
    }
    let user_claim = arguments.user_claim.as_ref().or(issuer.map(|issuer| &issuer.user_claim));
    let user_claim = user_claim.ok_or_else(|| TokenCommandError::NoUserClaim(unknown()))?;
    // --user and --claim must not both name the user: one of the two would be lost silently.
    if !user_claim.put(&mut claims, Value::from(&*arguments.user)) {
        return Err(TokenCommandError::ClaimTwice(user_claim.clone()));
    }
    let mut default = |name: &str, value: Value| {
        claims.entry(name).or_insert(value);
    };
    if let Some(name) = arguments.issuer.as_deref().or(issuer.map(|issuer| &*issuer.name)) {
        default("iss", name.into());
    }
    match audiences(arguments, issuer, unknown)?.as_slice() {
        [] => {}
        [one] => default("aud", Value::from(*one)),
        several => default("aud", Value::from(several)),
    }
    default("iat", now.into());
    let usual = if arguments.handoff { handoff::LIFETIME } else { LIFETIME };
    default("exp", now.saturating_add(arguments.ttl.unwrap_or(usual).as_secs()).into());
    if let Some(nonce) = &arguments.nonce {
        default("nonce", Value::from(&**nonce));
    }
    default("jti", id.into());
    Ok(claims)
}

/// Empty only if the issuer is configured without audiences.
fn audiences<'arguments>(
    arguments: &'arguments TokenArgs,
    issuer: Option<&'arguments Issuer>,
    unknown: impl Fn() -> Option<NoSuchIssuer>,
) -> Result<Vec<&'arguments str>, TokenCommandError> {
    if !arguments.audience.is_empty() {
        return Ok(arguments.audience.iter().map(String::as_str).collect());
    }
    let named = arguments.claims.iter().any(|(path, _)| path.as_str() == "aud");
    match issuer {
        Some(issuer) => Ok(issuer.audiences.iter().map(|name| &**name).collect()),
        None if named => Ok(Vec::new()),
        None => Err(TokenCommandError::NoAudience(unknown())),
    }
}

/// A duration as in the configuration, in whole seconds: `exp` would silently drop a fraction.
fn parse_ttl(text: &str) -> Result<Duration, String> {
    let whole = |ttl: &Duration| ttl.subsec_nanos() == 0;
    let ttl = units::duration(text).ok().filter(whole);
    ttl.ok_or_else(|| "use a whole number and one of s, m, h, d, such as 8h".to_owned())
}

fn parse_claim(text: &str) -> Result<(ClaimPath, Value), String> {
    let (name, value) = text.split_once('=').ok_or("write a claim as NAME=VALUE")?;
    let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
    Ok((parse_claim_path(name)?, value))
}

fn parse_claim_path(text: &str) -> Result<ClaimPath, String> {
    ClaimPath::new(text).ok_or_else(|| "not a claim name or a JSON pointer such as /a/b".to_owned())
}

/// The default lifetime.
const LIFETIME: Duration = Duration::from_secs(8 * 3_600);

/// Also for `keygen`.
pub(super) fn parse_algorithm(name: &str) -> Result<Algorithm, String> {
    Algorithm::from_name(name).ok_or_else(|| {
        let names = Algorithm::ALL.map(Algorithm::name);
        format!("choose one of {}", names.join(", "))
    })
}

#[cfg(test)]
mod tests;
