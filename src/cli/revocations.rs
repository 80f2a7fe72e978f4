//! `doorward revoke` and `doorward revocations`: a running gate's list of what ended early, for
//! people; and the store of an explanation.

use super::admin::{Access, AdminError, Answer, Question, configured};
use crate::config::{Config, RevocationStore};
use crate::keys::{self, FileError, Secret};
use crate::revocation::Revocations;
use crate::revocation::{Memory, Nothing};
use hyper::Method;
use serde_json::{Map, Value};
use std::fmt::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One for an explanation, which changes nothing and knows nothing of a running gate.
pub(super) fn pretended(config: &Config) -> Arc<dyn Revocations> {
    match config.revocation {
        RevocationStore::None => Arc::new(Nothing),
        RevocationStore::Memory | RevocationStore::File | RevocationStore::Redis => {
            Arc::new(Memory::default())
        }
    }
}

/// Where a running gate is asked.
#[derive(clap::Args, Clone, Debug)]
struct Gate {
    /// The gate's admin listener [default: the configuration's `admin_listen`, else
    /// <http://127.0.0.1:4182>]
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Certificates to trust when it is https [default: the one of the configuration]
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// The secret [default: the configuration's `revocation.secret_file`]
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
    /// Print what the gate answers, JSON
    #[arg(long)]
    json: bool,
}

/// Arguments of `doorward revoke`.
#[derive(clap::Args, Clone, Debug)]
#[command(
    after_help = "Sessions that were issued until now end at once; whoever signs in afterwards \
                        is in again.\nExample: doorward revoke --user alice"
)]
pub(crate) struct RevokeArgs {
    #[command(flatten)]
    what: What,
    /// Whose token it is [default: the only issuer]
    #[arg(long, value_name = "ISS")]
    issuer: Option<String>,
    /// End only what was issued before: seconds since 1970 or `2026-11-23T03:00:00Z` [default:
    /// now; for --jti whatever it is]
    #[arg(long, value_name = "TIME", value_parser = super::explain::timestamp)]
    issued_before: Option<crate::token::UnixTime>,
    /// Keep it until then [default: as long as there can be something to end]
    #[arg(long, value_name = "TIME", value_parser = super::explain::timestamp)]
    expires: Option<crate::token::UnixTime>,
    /// Take a revocation back
    #[arg(long, conflicts_with_all = ["issued_before", "expires"])]
    undo: bool,
    #[command(flatten)]
    gate: Gate,
}

#[derive(clap::Args, Clone, Debug)]
#[group(required = true, multiple = false)]
struct What {
    /// Everything of this user
    #[arg(long, value_name = "USERNAME")]
    user: Option<String>,
    /// Everything of one sign-in, by the claim `sid`
    #[arg(long)]
    sid: Option<String>,
    /// Everything of one subject, by the claim `sub`
    #[arg(long)]
    sub: Option<String>,
    /// One token, by the claim `jti`
    #[arg(long)]
    jti: Option<String>,
}

/// Arguments of `doorward revocations`.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct RevocationsArgs {
    #[command(flatten)]
    gate: Gate,
}

impl RevokeArgs {
    /// Revokes, or takes back.
    ///
    /// # Errors
    /// Why the gate did not.
    pub(super) fn run(&self, config: Option<&Config>) -> Result<String, RevocationsError> {
        let mut form = Map::new();
        let What { user, sid, sub, jti } = &self.what;
        let texts =
            [("user", user), ("sid", sid), ("sub", sub), ("jti", jti), ("issuer", &self.issuer)];
        for (name, text) in texts {
            form.extend(text.as_ref().map(|text| (name.to_owned(), text.as_str().into())));
        }
        for (name, time) in [("issued_before", self.issued_before), ("expires", self.expires)] {
            form.extend(time.map(|time| (name.to_owned(), time.0.into())));
        }
        let method = if self.undo { Method::DELETE } else { Method::POST };
        let answer = self.gate.ask(method, &Value::Object(form).to_string(), config)?;
        if self.gate.json {
            return Ok(answer.body);
        }
        let done: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        let what = told(&done);
        Ok(match (self.undo, number(&done, "expires")) {
            (true, _) => format!("{what}: not revoked any more\n"),
            (false, Some(time)) => format!("{what}: revoked, kept until {time}\n"),
            (false, None) => format!("{what}: revoked for good\n"),
        })
    }
}

impl RevocationsArgs {
    /// Lists what is revoked.
    ///
    /// # Errors
    /// Why the gate did not tell.
    pub(super) fn run(&self, config: Option<&Config>) -> Result<String, RevocationsError> {
        let answer = self.gate.ask(Method::GET, "", config)?;
        if self.gate.json {
            return Ok(answer.body);
        }
        let list: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        let all = list
            .get("revocations")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let mut told_all = String::new();
        for one in all {
            let time = |name: &str| number(one, name).map_or("-".to_owned(), |t| t.to_string());
            // Writing to a String cannot fail.
            let _ = writeln!(
                told_all,
                "{}\tissued before {}\tkept until {}",
                told(one),
                time("issued_before"),
                time("expires")
            );
        }
        let count = number(&list, "count").unwrap_or_default();
        let store = text(&list, "store").unwrap_or("?");
        let _ = writeln!(told_all, "{count} in the store `{store}`, {} shown", all.len());
        Ok(told_all)
    }
}

impl Gate {
    fn ask(
        &self,
        method: Method,
        body: &str,
        config: Option<&Config>,
    ) -> Result<Answer, RevocationsError> {
        let secret = match (&self.secret_file, config.and_then(|own| own.revocation_secret.clone()))
        {
            (Some(file), _) => read(file)?,
            (None, Some(secret)) => secret,
            (None, None) => return Err(RevocationsError::NoSecret),
        };
        let access = Access {
            url: self.url.as_deref(),
            ca_file: self.ca_file.as_deref(),
            configured: configured(config),
        };
        let question = Question { method, secret: Some(secret.trimmed()), body, enough: ENOUGH };
        let answer = access
            .ask("/revocations", &question)
            .map_err(|error| RevocationsError::Admin { url: access.url("/revocations"), error })?;
        if answer.status == 200 { Ok(answer) } else { Err(RevocationsError::Refused(answer)) }
    }
}

fn read(file: &Path) -> Result<Secret, RevocationsError> {
    keys::read_secret(file)
        .map_err(|error| RevocationsError::Secret { file: file.to_owned(), error })
}

fn text<'v>(one: &'v Value, name: &str) -> Option<&'v str> {
    one.get(name).and_then(Value::as_str)
}

fn number(one: &Value, name: &str) -> Option<u64> {
    one.get(name).and_then(Value::as_u64)
}

/// `user alice of https://portal.example.com`.
fn told(one: &Value) -> String {
    let named = ["user", "sid", "sub", "jti"]
        .into_iter()
        .find_map(|kind| Some(format!("{kind} {}", text(one, kind)?)));
    let issuer = text(one, "issuer").unwrap_or("?");
    let line = format!("{} of {issuer}", named.unwrap_or_default());
    // What an issuer puts into a claim must not move the cursor.
    line.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// Why nothing was revoked or told.
#[derive(Debug)]
pub(crate) enum RevocationsError {
    /// Nobody has said which secret to send.
    NoSecret,
    /// The secret cannot be read.
    Secret {
        /// Its file.
        file: PathBuf,
        /// Why.
        error: FileError,
    },
    /// There is no answer.
    Admin {
        /// Who was asked.
        url: String,
        /// Why.
        error: AdminError,
    },
    /// The gate would not.
    Refused(Answer),
}

impl fmt::Display for RevocationsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSecret => f.write_str(
                "nothing says which secret to send; set revocation.secret_file in the \
                 configuration, or name the file with --secret-file",
            ),
            Self::Secret { file, error } => {
                write!(f, "{}: {error}; {}", file.display(), error.remedy())
            }
            Self::Admin { url, error } => write!(f, "{url}: {error}; {}", error.remedy()),
            Self::Refused(answer) => {
                let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
                let why = text(&body, "error").unwrap_or_default();
                write!(f, "the gate answered {}: {why}", answer.status)?;
                if answer.status == 404 && why == "there is nothing here" {
                    f.write_str("; set revocation.secret_file in its configuration")?;
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for RevocationsError {}

impl RevocationsError {
    pub(crate) fn is_usage(&self) -> bool {
        match self {
            Self::NoSecret => true,
            Self::Admin { error, .. } => error.is_usage(),
            Self::Secret { .. } | Self::Refused(_) => false,
        }
    }
}

/// A thousand revocations of the longest names.
const ENOUGH: usize = 8 * 1024 * 1024;
