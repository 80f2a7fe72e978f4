//! `doorward healthcheck`: asks `/readyz` once and exits with the answer.
//!
//! For container health checks in an image that has neither a shell nor curl.

use super::admin::{Access, AdminError, Configured, Question};
use clap::Args;
use hyper::Method;
use std::fmt;
use std::path::PathBuf;

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
    /// What is asked.
    pub(super) fn url(&self, configured: Configured<'_>) -> String {
        self.access(configured).url(PATH)
    }

    /// Asks.
    ///
    /// # Errors
    /// Why the gate cannot be called ready.
    pub(super) fn run(&self, configured: Configured<'_>) -> Result<(), HealthError> {
        let question = Question { method: Method::GET, secret: None, body: "", enough: ENOUGH };
        let answer = self.access(configured).ask(PATH, &question).map_err(HealthError::Admin)?;
        if answer.status == 200 {
            return Ok(());
        }
        let printable = |character: &char| !character.is_control();
        let body = answer.body.chars().filter(printable).take(500).collect();
        Err(HealthError::NotReady { status: answer.status, body })
    }

    fn access<'a>(&'a self, configured: Configured<'a>) -> Access<'a> {
        Access { url: self.url.as_deref(), ca_file: self.ca_file.as_deref(), configured }
    }
}

/// Why the gate cannot be called ready.
#[derive(Debug)]
pub(crate) enum HealthError {
    /// There is no answer.
    Admin(AdminError),
    /// An answer other than 200.
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
    /// Whether what was typed is wrong, whatever the gate would say.
    pub(crate) fn is_usage(&self) -> bool {
        matches!(self, Self::Admin(error) if error.is_usage())
    }

    /// What to look at.
    pub(crate) fn remedy(&self) -> &'static str {
        match self {
            Self::Admin(error) => error.remedy(),
            Self::NotReady { .. } => "the gate's log and the body of its answer say why",
        }
    }
}

const PATH: &str = "/readyz";
/// No answer of `/readyz` that says "ready" needs more.
const ENOUGH: usize = 64 * 1024;

#[cfg(test)]
mod tests;
