//! Why `doorward token` minted nothing, and whether what was typed is to blame.

use crate::config::NoSuchIssuer;
use crate::keys::FileError;
use crate::token::{ClaimPath, SigningKeyError};
use std::{fmt, path::PathBuf, time::Duration};

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
    SeveralIssuers(NoSuchIssuer),
    /// No audience by option, and the issuer is not configured.
    NoAudience(Option<NoSuchIssuer>),
    /// No user claim by option, and the issuer is not configured.
    NoUserClaim(Option<NoSuchIssuer>),
    /// The key file is a set of public keys.
    KeySet(PathBuf),
    /// Two values for one claim, or one within another that is no object.
    ClaimTwice(ClaimPath),
    /// A hand-off token that the gate would not take for its long life.
    HandoffTooLong(Duration),
    /// A hand-off token for no host.
    NoHandoffAudience,
    /// A hand-off token for several hosts; how many.
    SeveralOrigins(usize),
    /// A hand-off token for what is no origin.
    NoOrigin {
        /// What was given.
        audience: String,
        /// The origin that was meant, where one can be told.
        origin: Option<String>,
    },
    /// A hand-off token that answers no sign-in.
    NoNonce,
    /// The clock stands before 1970.
    Clock,
    /// The system gave no random bytes.
    Randomness,
}

impl TokenCommandError {
    /// Whether what was typed is wrong or not enough.
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

/// Which issuers there are, and what must be said of any other.
fn not_configured(
    formatter: &mut fmt::Formatter<'_>,
    unknown: Option<&NoSuchIssuer>,
    missing: &str,
) -> fmt::Result {
    match unknown {
        Some(unknown) => write!(formatter, "{unknown}; name one of them, or give its {missing}"),
        None => write!(formatter, "this issuer is not configured, so give its {missing}"),
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
                "no issuer is configured; name one with --issuer, and give --audience and \
                 --user-claim, or a configuration with --config",
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
                "{} is a key set, which holds public keys; give the private key, such as the \
                 private.jwk beside it",
                path.display()
            ),
            Self::ClaimTwice(path) => write!(
                formatter,
                "there are two values for the claim {}, or one within a value that is no object; \
                 leave one out",
                path.as_str()
            ),
            Self::HandoffTooLong(ttl) => write!(
                formatter,
                "--ttl: {}s is too long for a hand-off token, of which the gate takes 60s at most; \
                 leave it out for 30s",
                ttl.as_secs()
            ),
            Self::NoHandoffAudience => formatter.write_str(
                "--handoff needs --audience with the origin of the workspace, such as \
                 https://alice.vdi.example.com; what is configured as audiences is for other tokens",
            ),
            Self::SeveralOrigins(number) => write!(
                formatter,
                "--audience is there {number} times, and a hand-off token is for one workspace; \
                 give it once"
            ),
            Self::NoOrigin { audience, origin: Some(origin) } => write!(
                formatter,
                "--audience: {audience:?} is not an origin as browsers write it; write {origin}"
            ),
            Self::NoOrigin { audience, origin: None } => write!(
                formatter,
                "--audience: {audience:?} is no origin; with --handoff give the workspace's, such \
                 as https://alice.vdi.example.com"
            ),
            Self::NoNonce => formatter.write_str(
                "--handoff needs --nonce with the value of `st` from the gate's redirect to the \
                 sign-in page: the token is good in the browser alone that was sent there",
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
