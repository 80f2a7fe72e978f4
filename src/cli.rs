//! What the user typed, and one file for each command. Syntax only: nothing here decides about a
//! request. Every command ends in an exit code: 0 fine, 1 failed, denied or found, 64 bad usage or
//! configuration.

mod check;
mod completions;
mod demo;
mod explain;
mod healthcheck;
mod keygen;
mod label;
mod serve;
mod token;

use crate::config::{Config, Problem, ProcessEnvironment};
use clap::{Parser, Subcommand};
use std::ffi::OsString;
use std::fmt::Display;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

/// Keeps the door: behind Traefik, a request for alice's subdomain passes only with alice's token.
#[derive(Debug, Parser)]
#[command(name = "doorward", version, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 fine · 1 failed, denied, found · 64 bad usage or \
                        configuration.\nStart with `doorward demo`, or `doorward check --sample > \
                        config.yaml`.")]
pub struct Cli {
    /// Configuration file
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "DOORWARD_CONFIG",
        hide_env_values = true
    )]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the gate that Traefik's ForwardAuth asks
    Serve(serve::ServeArgs),
    /// Try everything on this machine: Traefik, gate, two desktops, and bob's attack on alice
    Demo(demo::DemoArguments),
    /// Validate the configuration: every mistake at once
    Check(check::Check),
    /// Show every step of a decision: what was read, what was compared, what to change
    Explain(explain::ExplainArgs),
    /// Print the DNS label of usernames
    Label(label::LabelArgs),
    /// Mint a token for tests and scripts
    Token(token::TokenArgs),
    /// Make a signing key, and with --tls certificates
    Keygen(keygen::KeygenArgs),
    /// Exit 0 when a running gate is ready
    Healthcheck(healthcheck::Healthcheck),
    /// Print a completion script for a shell
    Completions(completions::CompletionsArgs),
    /// Print the manual page
    Man,
}

/// Parses the arguments and runs the command they name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { usage() } else { ExitCode::SUCCESS };
        }
    };
    let file = ConfigFile(cli.config);
    match cli.command {
        Command::Serve(args) => serve::run(&args, &file),
        Command::Demo(args) => args.run(),
        Command::Check(args) => file.check(&args),
        Command::Explain(args) => explain::run(&args, &file),
        Command::Label(args) => label::run(&args, &file),
        Command::Token(args) => file.token(&args),
        Command::Keygen(args) => report(keygen::run(&args)),
        Command::Healthcheck(args) => file.healthcheck(&args),
        Command::Completions(args) => completions::run(&args),
        Command::Man => completions::man(),
    }
}

/// `--config` or `$DOORWARD_CONFIG`, when given.
struct ConfigFile(Option<PathBuf>);

impl ConfigFile {
    fn path(&self) -> PathBuf {
        self.0.clone().unwrap_or_else(|| PathBuf::from(DEFAULT_CONFIG))
    }

    /// The configuration, with `flags` over environment over file.
    fn load(&self, flags: &[(String, String)]) -> Result<Config, Vec<Problem>> {
        Config::load(&self.path(), &ProcessEnvironment, flags)
    }

    /// For commands that can do without: `None` when no file was named and the default one is not
    /// there.
    fn load_if_any(&self) -> Result<Option<Config>, Vec<Problem>> {
        if self.0.is_none() && !self.path().exists() {
            return Ok(None);
        }
        self.load(&[]).map(Some)
    }

    fn check(&self, args: &check::Check) -> ExitCode {
        let outcome = check::run(args, &self.path(), &ProcessEnvironment, &[]);
        if !outcome.stderr.is_empty() {
            complain(outcome.stderr.trim_end());
        }
        match say(outcome.stdout) {
            ExitCode::SUCCESS => ExitCode::from(outcome.exit),
            failed => failed,
        }
    }

    fn token(&self, args: &token::TokenArgs) -> ExitCode {
        match self.load_if_any() {
            Ok(config) => report(token::run(args, config.as_ref())),
            Err(problems) => self.refuse(&problems),
        }
    }

    fn healthcheck(&self, args: &healthcheck::Healthcheck) -> ExitCode {
        // A URL says it all; without one the configuration knows where the gate listens.
        let config = if args.url.is_some() { Ok(None) } else { self.load_if_any() };
        let config = match config {
            Ok(config) => config,
            Err(problems) => return self.refuse(&problems),
        };
        let admin = config.as_ref().map(|own| (own.admin_listen, own.admin_tls.as_ref()));
        match args.run(admin) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                complain(error);
                failed()
            }
        }
    }

    /// Prints every mistake; the exit code for them.
    fn refuse(&self, problems: &[Problem]) -> ExitCode {
        let path = self.path();
        let count = problems.len();
        let mistakes = if count == 1 { "mistake" } else { "mistakes" };
        complain(format_args!("{}: {count} {mistakes}", path.display()));
        for problem in problems {
            complain(format_args!("  {problem}"));
        }
        usage()
    }
}

/// Says what a command came to, or why it failed.
fn report(outcome: Result<String, impl Display>) -> ExitCode {
    match outcome {
        Ok(text) => say(text),
        Err(error) => {
            complain(error);
            failed()
        }
    }
}

/// Writes to standard output; a closed pipe is the reader's choice, no failure.
fn say(text: impl Display) -> ExitCode {
    let mut out = std::io::stdout().lock();
    match write!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            complain(format_args!("cannot write to standard output: {error}"));
            failed()
        }
        _ => ExitCode::SUCCESS,
    }
}

/// Writes one line to standard error.
fn complain(text: impl Display) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Bad usage or configuration: `EX_USAGE` of sysexits(3).
fn usage() -> ExitCode {
    ExitCode::from(64)
}

/// Failed, denied, found.
fn failed() -> ExitCode {
    ExitCode::from(1)
}

const DEFAULT_CONFIG: &str = "/etc/doorward/config.yaml";
