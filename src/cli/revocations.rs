//! `doorward revoke` and `doorward revocations`: change and list the revocations of a running
//! server through its admin listener.

use super::admin::{AdminEndpoint, AdminError, AdminRequest, AdminResponse, configured};
use crate::config::{Config, RevocationStore};
use crate::http::admin::NO_SUCH_PATH;
use crate::keys::{self, FileError, Secret};
use crate::revocation::Revocations;
use crate::revocation::{Memory, Nothing};
use hyper::Method;
use serde_json::{Map, Value};
use std::fmt::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// An empty store for `explain`, which neither reads nor changes the revocations of a server.
pub(super) fn empty_store(config: &Config) -> Arc<dyn Revocations> {
    match config.revocation {
        RevocationStore::None => Arc::new(Nothing),
        RevocationStore::Memory | RevocationStore::File | RevocationStore::Redis => {
            Arc::new(Memory::default())
        }
    }
}

/// How to reach the admin listener.
#[derive(clap::Args, Clone, Debug)]
struct AdminOptions {
    /// URL of the admin listener [default: `admin_listen` of the configuration, or
    /// `http://127.0.0.1:4182`]
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// CA certificates for an https URL [default: trust the certificate in the configuration]
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// File with the secret [default: `revocation.secret_file` of the configuration]
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
    /// Print the server's JSON response
    #[arg(long)]
    json: bool,
}

/// Arguments of `doorward revoke`.
#[derive(clap::Args, Clone, Debug)]
#[command(
    after_help = "All sessions issued so far stop working on their next request. The user can sign \
                        in again.\nExample: doorward revoke --user alice"
)]
pub(crate) struct RevokeArgs {
    #[command(flatten)]
    subject: Subject,
    /// Issuer of the token [default: the only configured issuer]
    #[arg(long, value_name = "ISS")]
    issuer: Option<String>,
    /// Revoke only tokens issued before this time: seconds since 1970 or `2026-11-23T03:00:00Z`
    /// [default: now; with --jti, any time]
    #[arg(long, value_name = "TIME", value_parser = super::explain::timestamp)]
    issued_before: Option<crate::token::UnixTime>,
    /// Keep the revocation until this time [default: as long as such a token can be valid]
    #[arg(long, value_name = "TIME", value_parser = super::explain::timestamp)]
    expires: Option<crate::token::UnixTime>,
    /// Remove a revocation
    #[arg(long, conflicts_with_all = ["issued_before", "expires"])]
    undo: bool,
    #[command(flatten)]
    admin: AdminOptions,
}

#[derive(clap::Args, Clone, Debug)]
#[group(required = true, multiple = false)]
struct Subject {
    /// All tokens of this user
    #[arg(long, value_name = "USERNAME")]
    user: Option<String>,
    /// All tokens of one sign-in, by the claim `sid`
    #[arg(long)]
    sid: Option<String>,
    /// All tokens of one subject, by the claim `sub`
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
    admin: AdminOptions,
}

impl RevokeArgs {
    /// Adds or removes a revocation.
    ///
    /// # Errors
    /// The request could not be sent, or the server refused it.
    pub(super) fn run(&self, config: Option<&Config>) -> Result<String, RevocationsError> {
        let mut form = Map::new();
        let Subject { user, sid, sub, jti } = &self.subject;
        let texts =
            [("user", user), ("sid", sid), ("sub", sub), ("jti", jti), ("issuer", &self.issuer)];
        for (name, text) in texts {
            form.extend(text.as_ref().map(|text| (name.to_owned(), text.as_str().into())));
        }
        for (name, time) in [("issued_before", self.issued_before), ("expires", self.expires)] {
            form.extend(time.map(|time| (name.to_owned(), time.0.into())));
        }
        let method = if self.undo { Method::DELETE } else { Method::POST };
        let answer = self.admin.send(method, &Value::Object(form).to_string(), config)?;
        if self.admin.json {
            return Ok(answer.body);
        }
        let done: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        let what = describe(&done);
        Ok(match (self.undo, number(&done, "expires")) {
            (true, _) => format!("{what}: no longer revoked\n"),
            (false, Some(time)) => format!("{what}: revoked, kept until {time}\n"),
            (false, None) => format!("{what}: revoked permanently\n"),
        })
    }
}

impl RevocationsArgs {
    /// Lists the revocations.
    ///
    /// # Errors
    /// The request could not be sent, or the server refused it.
    pub(super) fn run(&self, config: Option<&Config>) -> Result<String, RevocationsError> {
        let answer = self.admin.send(Method::GET, "", config)?;
        if self.admin.json {
            return Ok(answer.body);
        }
        let list: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        let all = list
            .get("revocations")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let mut text_of_all = String::new();
        for one in all {
            let time = |name: &str| number(one, name).map_or("-".to_owned(), |t| t.to_string());
            // Writing to a String cannot fail.
            let _ = writeln!(
                text_of_all,
                "{}\tissued before {}\tkept until {}",
                describe(one),
                time("issued_before"),
                time("expires")
            );
        }
        let count = number(&list, "count").unwrap_or_default();
        let store = text(&list, "store").unwrap_or("?");
        let _ = writeln!(text_of_all, "{count} in store `{store}`, {} shown", all.len());
        Ok(text_of_all)
    }
}

impl AdminOptions {
    fn send(
        &self,
        method: Method,
        body: &str,
        config: Option<&Config>,
    ) -> Result<AdminResponse, RevocationsError> {
        let secret = match (&self.secret_file, config.and_then(|own| own.revocation_secret.clone()))
        {
            (Some(file), _) => read(file)?,
            (None, Some(secret)) => secret,
            (None, None) => return Err(RevocationsError::NoSecret),
        };
        let access = AdminEndpoint {
            url: self.url.as_deref(),
            ca_file: self.ca_file.as_deref(),
            configured: configured(config),
        };
        let request =
            AdminRequest { method, secret: Some(secret.trimmed()), body, body_limit: BODY_LIMIT };
        let answer = access
            .send("/revocations", &request)
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
fn describe(one: &Value) -> String {
    let named = ["user", "sid", "sub", "jti"]
        .into_iter()
        .find_map(|kind| Some(format!("{kind} {}", text(one, kind)?)));
    let issuer = text(one, "issuer").unwrap_or("?");
    let line = format!("{} of {issuer}", named.unwrap_or_default());
    // A claim must not move the cursor of the terminal.
    line.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// Why the command failed.
#[derive(Debug)]
pub(crate) enum RevocationsError {
    /// No secret was given.
    NoSecret,
    /// The secret cannot be read.
    Secret {
        /// Its file.
        file: PathBuf,
        /// Why.
        error: FileError,
    },
    /// There is no response.
    Admin {
        /// The URL of the request.
        url: String,
        /// Why.
        error: AdminError,
    },
    /// The server refused the request.
    Refused(AdminResponse),
}

impl fmt::Display for RevocationsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSecret => f.write_str(
                "no secret: set revocation.secret_file in the configuration, or pass \
                 --secret-file",
            ),
            Self::Secret { file, error } => {
                write!(f, "{}: {error}; {}", file.display(), error.remedy())
            }
            Self::Admin { url, error } => write!(f, "{url}: {error}; {}", error.remedy()),
            Self::Refused(answer) => {
                let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
                let why = text(&body, "error").unwrap_or_default();
                write!(f, "the server answered {}: {why}", answer.status)?;
                if answer.status == 404 && why == NO_SUCH_PATH {
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

/// Enough for a thousand revocations with names of the greatest length.
const BODY_LIMIT: usize = 8 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_404_of_a_server_without_a_secret_states_the_cause() {
        for (row, status, error, expected) in [
            ("no_secret", 404, NO_SUCH_PATH, true),
            ("no_revocation", 404, "there is no such revocation", false),
            ("other_secret", 401, NO_SUCH_PATH, false),
        ] {
            let body = serde_json::json!({ "error": error }).to_string();
            let text = RevocationsError::Refused(AdminResponse { status, body }).to_string();
            assert!(text.contains(error), "{row}: {text}");
            assert_eq!(text.contains("set revocation.secret_file"), expected, "{row}: {text}");
        }
    }
}
