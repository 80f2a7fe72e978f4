//! `doorward healthcheck`: requests `/readyz` once and turns the response into an exit code.
//!
//! For container health checks in an image that has neither a shell nor curl.

use super::admin::{AdminEndpoint, AdminError, AdminRequest, Configured};
use clap::Args;
use hyper::Method;
use std::fmt;
use std::path::PathBuf;

/// Exit 0 if the server is ready.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct HealthcheckArgs {
    /// URL to request [default: /readyz on `admin_listen` of the configuration, or
    /// `http://127.0.0.1:4182/readyz`]
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
    /// CA certificates for an https URL [default: if the URL comes from the configuration, trust
    /// the certificate in the configuration]
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
}

impl HealthcheckArgs {
    /// The URL of the request.
    pub(super) fn url(&self, configured: Configured<'_>) -> String {
        self.access(configured).url(PATH)
    }

    /// Sends the request.
    ///
    /// # Errors
    /// The server is not ready, or there is no response.
    pub(super) fn run(&self, configured: Configured<'_>) -> Result<(), HealthError> {
        let request =
            AdminRequest { method: Method::GET, secret: None, body: "", body_limit: BODY_LIMIT };
        let answer = self.access(configured).send(PATH, &request).map_err(HealthError::Admin)?;
        if answer.status == 200 {
            return Ok(());
        }
        let printable = |character: &char| !character.is_control();
        let body = answer.body.chars().filter(printable).take(500).collect();
        Err(HealthError::NotReady { status: answer.status, body })
    }

    fn access<'a>(&'a self, configured: Configured<'a>) -> AdminEndpoint<'a> {
        AdminEndpoint { url: self.url.as_deref(), ca_file: self.ca_file.as_deref(), configured }
    }
}

/// Why the server is not ready.
#[derive(Debug)]
pub(crate) enum HealthError {
    /// There is no response.
    Admin(AdminError),
    /// A status other than 200.
    NotReady {
        /// The status.
        status: u16,
        /// The beginning of the body.
        body: String,
    },
}

impl fmt::Display for HealthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Admin(error) => write!(f, "{error}"),
            Self::NotReady { status, body } => write!(f, "not ready: {status} {body}"),
        }
    }
}

impl std::error::Error for HealthError {}

impl HealthError {
    /// Whether the arguments are invalid.
    pub(crate) fn is_usage(&self) -> bool {
        matches!(self, Self::Admin(error) if error.is_usage())
    }

    /// A suggested fix.
    pub(crate) fn remedy(&self) -> &'static str {
        match self {
            Self::Admin(error) => error.remedy(),
            Self::NotReady { .. } => "see the server's log and the response body",
        }
    }
}

const PATH: &str = "/readyz";
/// More than any response of `/readyz`.
const BODY_LIMIT: usize = 64 * 1024;

#[cfg(test)]
mod tests;
