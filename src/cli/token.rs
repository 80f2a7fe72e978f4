//! `doorward token`: mints a token for tests and scripts.
//!
//! Decides which claims a token gets; how it is signed, `token` knows. What the gate would say to
//! the result is not judged: a token that must be refused is as useful a test as one that passes.

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

/// Mint a token for tests and scripts
#[derive(Clone, Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  doorward token --key private.jwk --user alice > alice.jwt\n\n  As the \
                  sign-in page answers a redirect of the gate's with st=ID.CHALLENGE:\n  doorward \
                  token --handoff --key private.jwk --user alice \\\n      --audience \
                  https://alice.vdi.example.com --nonce ID.CHALLENGE\n  The browser that has the \
                  gate's cookie then opens\n  \
                  https://alice.vdi.example.com/.doorward/enter?st=ID&t=TOKEN"
)]
pub(crate) struct TokenArgs {
    /// Private key: a JWK such as keygen's private.jwk, PEM, or the secret of an HS algorithm
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// Username; goes into the claim by which the issuer names its users
    #[arg(long)]
    pub(crate) user: String,
    /// Mint what a sign-in page sends a browser back with, and the gate makes a session of
    /// (login.handoff). Needs one --audience, the workspace's origin, and --nonce
    #[arg(long)]
    pub(crate) handoff: bool,
    /// The sign-in that the hand-off answers: `st` as the gate gave it to the sign-in page, or its
    /// part behind the dot
    #[arg(long, value_name = "ST", requires = "handoff", value_parser = handoff::parse_nonce)]
    pub(crate) nonce: Option<String>,
    /// How long the token lives, such as 90s, 15m, 8h or 7d [default: 8h, or 30s with --handoff;
    /// then 60s at most]
    #[arg(long, value_parser = parse_ttl)]
    pub(crate) ttl: Option<Duration>,
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
    if arguments.handoff {
        handoff::check(arguments)?;
    }
    let issuers = config.map_or(&[][..], |config| &config.issuers);
    let chosen = choose(arguments.issuer.as_deref(), issuers)?;
    let issuer = chosen.as_ref().ok().copied();
    let file = |error| {
        let path = arguments.key.clone();
        // A key set is open to others by right; that it is no private key is the better answer.
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

/// The configured issuer that is meant: the named one, else the only one. Where the configuration
/// has none of that name the options must say everything, and what they leave out is asked for with
/// the names that there are.
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

/// A set of public keys, which keygen puts beside the private one.
fn is_key_set(bytes: &[u8]) -> bool {
    serde_json::from_slice::<Map<String, Value>>(bytes).is_ok_and(|set| set.contains_key("keys"))
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

/// None only where the issuer is configured to need none.
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

/// How long a token lives when nobody says it.
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
