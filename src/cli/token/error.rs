//! Errors of `doorward token`, and which of them mean that the arguments are invalid.

use crate::config::NoSuchIssuer;
use crate::keys::FileError;
use crate::token::{ClaimPath, SigningKeyError};
use std::{fmt, path::PathBuf, time::Duration};

/// Why no token was issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TokenCommandError {
    /// The key file could not be read.
    File {
        /// The file.
        path: PathBuf,
        /// The cause.
        error: FileError,
    },
    /// The key file contains no key that can sign.
    Key {
        /// The file.
        path: PathBuf,
        /// The cause.
        error: SigningKeyError,
    },
    /// The key did not sign.
    Signing(SigningKeyError),
    /// Neither an option nor the configuration names an issuer.
    NoIssuer,
    /// Several issuers are configured and none is selected.
    SeveralIssuers(NoSuchIssuer),
    /// No option gives the audience, and the issuer is not configured.
    NoAudience(Option<NoSuchIssuer>),
    /// No option gives the user claim, and the issuer is not configured.
    NoUserClaim(Option<NoSuchIssuer>),
    /// The key file is a set of public keys.
    KeySet(PathBuf),
    /// Two values for one claim, or one inside another that is not an object.
    ClaimTwice(ClaimPath),
    /// The lifetime of a hand-off token is too long for the gate.
    HandoffTooLong(Duration),
    /// A hand-off token without an audience.
    NoHandoffAudience,
    /// A hand-off token with this many audiences.
    SeveralOrigins(usize),
    /// The audience of a hand-off token is not an origin.
    NoOrigin {
        /// The value.
        audience: String,
        /// The origin that it resembles, if any.
        origin: Option<String>,
    },
    /// A hand-off token without a nonce.
    NoNonce,
    /// The clock is before 1970.
    Clock,
    /// The system returned no random bytes.
    Randomness,
}

impl TokenCommandError {
    /// Whether the arguments are invalid or incomplete.
    pub(crate) fn is_usage(&self) -> bool {
        match self {
            Self::NoIssuer
            | Self::SeveralIssuers(_)
            | Self::NoAudience(_)
            | Self::NoUserClaim(_)
            | Self::KeySet(_)
            | Self::HandoffTooLong(_)
            | Self::NoHandoffAudience
            | Self::SeveralOrigins(_)
            | Self::NoOrigin { .. }
            | Self::NoNonce
            | Self::ClaimTwice(_) => true,
            Self::File { .. }
            | Self::Key { .. }
            | Self::Signing(_)
            | Self::Clock
            | Self::Randomness => false,
        }
    }
}

/// Lists the configured issuers, and names the option that any other issuer needs.
fn not_configured(
    formatter: &mut fmt::Formatter<'_>,
    unknown: Option<&NoSuchIssuer>,
    missing: &str,
) -> fmt::Result {
    match unknown {
        Some(unknown) => write!(formatter, "{unknown}; use one of them, or set its {missing}"),
        None => write!(formatter, "this issuer is not configured; set its {missing}"),
    }
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
                "no issuer is configured; set --issuer, --audience and --user-claim, or load a \
                 configuration with --config",
            ),
            Self::SeveralIssuers(several) => write!(formatter, "{several}"),
            Self::NoAudience(unknown) => {
                not_configured(formatter, unknown.as_ref(), "audience with --audience")
            }
            Self::NoUserClaim(unknown) => {
                not_configured(formatter, unknown.as_ref(), "user claim with --user-claim")
            }
            Self::KeySet(path) => write!(
                formatter,
                "{} is a key set with public keys; use the private key, such as private.jwk in the \
                 same directory",
                path.display()
            ),
            Self::ClaimTwice(path) => write!(
                formatter,
                "the claim {} is set twice, or inside a value that is not an object; remove one of \
                 them",
                path.as_str()
            ),
            Self::HandoffTooLong(ttl) => write!(
                formatter,
                "--ttl: {}s is too long for a hand-off token, the gate accepts at most 60s; omit it \
                 for 30s",
                ttl.as_secs()
            ),
            Self::NoHandoffAudience => formatter.write_str(
                "--handoff needs --audience with the origin of the workspace, such as \
                 https://alice.vdi.example.com; the configured audiences are for other tokens",
            ),
            Self::SeveralOrigins(number) => write!(
                formatter,
                "--audience is set {number} times, but a hand-off token is for one workspace; set it \
                 once"
            ),
            Self::NoOrigin { audience, origin: Some(origin) } => write!(
                formatter,
                "--audience: {audience:?} is not an origin as browsers write it; write {origin}"
            ),
            Self::NoOrigin { audience, origin: None } => write!(
                formatter,
                "--audience: {audience:?} is not an origin; with --handoff, use the origin of the \
                 workspace, such as https://alice.vdi.example.com"
            ),
            Self::NoNonce => formatter.write_str(
                "--handoff needs --nonce with the value of `st` from the gate's redirect to the \
                 sign-in page: the token is valid only in the browser that was redirected",
            ),
            Self::Clock => formatter.write_str("the clock is before 1970; set it"),
            Self::Randomness => {
                formatter.write_str("the system returned no random bytes; try again")
            }
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
