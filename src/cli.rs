//! The command line, with one file for each command. It parses arguments and prints results; it
//! decides nothing about a request. Exit codes: 0 success; 1 failure, denial or findings; 64 invalid
//! usage or configuration.

mod admin;
mod check;
mod completions;
#[cfg(feature = "demo")]
mod demo;
mod explain;
mod healthcheck;
mod keygen;
mod label;
mod render;
mod revocations;
mod serve;
mod token;

use crate::config::{Config, Mistakes, ProcessEnvironment};
use clap::{Arg, Parser, Subcommand, value_parser};
use std::ffi::OsString;
use std::fmt::Display;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

/// ForwardAuth service for Traefik: only alice's token gives access to alice's subdomain
#[derive(Debug, Parser)]
#[command(name = "doorward", version, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 success · 1 failure, denial or findings · 64 invalid \
                        usage or configuration.\nStart with `doorward demo`, or with `doorward \
                        check --sample > config.yaml`.")]
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
    /// Run the server that Traefik's ForwardAuth calls
    Serve(serve::ServeArgs),
    /// Try everything on this machine: Traefik, gate, two desktops, and bob's attack on alice
    #[cfg(feature = "demo")]
    #[command(arg = no_configuration())]
    Demo(demo::DemoArgs),
    /// Validate the configuration and report all mistakes at once
    Check(check::CheckArgs),
    /// Show each step of a decision: what was read, what it was compared with, and what to change
    Explain(explain::ExplainArgs),
    /// Print the DNS label of each username
    Label(label::LabelArgs),
    /// Render routes from sessions, each with the gate in front, and the objects beside them
    Render(Box<render::RenderArgs>),
    /// Issue a token for tests and scripts
    Token(token::TokenArgs),
    /// Generate a signing key, and with --tls certificates
    #[command(arg = no_configuration())]
    Keygen(keygen::KeygenArgs),
    /// Exit 0 if a running server is ready
    Healthcheck(healthcheck::HealthcheckArgs),
    /// Revoke sessions: all sessions of a user, of a sign-in, or of one token
    Revoke(revocations::RevokeArgs),
    /// List the revocations of a running server
    Revocations(revocations::RevocationsArgs),
    /// Print a completion script for a shell
    #[command(arg = no_configuration())]
    Completions(completions::CompletionsArgs),
    /// Print the manual page
    #[command(arg = no_configuration())]
    Man,
}

/// `--config` of a command that reads no configuration: accepted, because it is a global option, but
/// not shown in the help.
fn no_configuration() -> Arg {
    Arg::new("config").long("config").value_parser(value_parser!(PathBuf)).hide(true)
}

/// Parses the arguments and runs the command.
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
        #[cfg(feature = "demo")]
        Command::Demo(args) => args.run(),
        Command::Check(args) => file.check(&args),
        Command::Explain(args) => explain::run(&args, &file),
        Command::Label(args) => label::run(&args, &file),
        Command::Render(args) => render::run(&args, &file),
        Command::Token(args) => file.token(&args),
        Command::Keygen(args) => report(keygen::run(&args), keygen::KeygenError::is_usage),
        Command::Healthcheck(args) => file.healthcheck(&args),
        Command::Revoke(args) => file.call_admin(|config| args.run(config)),
        Command::Revocations(args) => file.call_admin(|config| args.run(config)),
        Command::Completions(args) => completions::run(&args),
        Command::Man => completions::man(),
    }
}

/// The value of `--config` or `$DOORWARD_CONFIG`, if given.
struct ConfigFile(Option<PathBuf>);

impl ConfigFile {
    fn path(&self) -> PathBuf {
        self.0.clone().unwrap_or_else(|| PathBuf::from(DEFAULT_CONFIG))
    }

    /// Loads the configuration; `flags` override the environment, which overrides the file.
    fn load(&self, flags: &[(String, String)]) -> Result<Config, Mistakes> {
        Config::load(&self.path(), &ProcessEnvironment, flags)
    }

    /// For commands that do not need a configuration: `None` if no file was named and the default
    /// file does not exist.
    fn load_if_any(&self) -> Result<Option<Config>, Mistakes> {
        if self.0.is_none() && !self.path().exists() {
            return Ok(None);
        }
        self.load(&[]).map(Some)
    }

    fn check(&self, args: &check::CheckArgs) -> ExitCode {
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
            Ok(config) => {
                let outcome = token::run(args, config.as_ref());
                report(outcome, token::TokenCommandError::is_usage)
            }
            Err(mistakes) => self.refuse(&mistakes),
        }
    }

    fn healthcheck(&self, args: &healthcheck::HealthcheckArgs) -> ExitCode {
        // Without a URL, the configuration has the address of the admin listener.
        let config = if args.url.is_some() { Ok(None) } else { self.load_if_any() };
        let config = match config {
            Ok(config) => config,
            Err(mistakes) => return self.refuse(&mistakes),
        };
        let admin = admin::configured(config.as_ref());
        match args.run(admin) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                complain(format_args!("{}: {error}; {}", args.url(admin), error.remedy()));
                if error.is_usage() { usage() } else { failed() }
            }
        }
    }

    /// Runs a command that calls the admin listener, whose address is in the configuration, if there
    /// is one.
    fn call_admin(
        &self,
        call: impl Fn(Option<&Config>) -> Result<String, revocations::RevocationsError>,
    ) -> ExitCode {
        match self.load_if_any() {
            Ok(config) => report(call(config.as_ref()), revocations::RevocationsError::is_usage),
            Err(mistakes) => self.refuse(&mistakes),
        }
    }

    /// Prints all mistakes and returns the exit code for them.
    fn refuse(&self, mistakes: &Mistakes) -> ExitCode {
        complain(check::listed(&self.path(), mistakes).trim_end());
        usage()
    }
}

/// Prints the result of a command, or why it failed; `is_usage` says whether the arguments were
/// invalid.
fn report<E: Display>(outcome: Result<String, E>, is_usage: impl Fn(&E) -> bool) -> ExitCode {
    match outcome {
        Ok(text) => say(text),
        Err(error) => {
            complain(&error);
            if is_usage(&error) { usage() } else { failed() }
        }
    }
}

/// Writes to standard output. A closed pipe is not a failure.
fn say(text: impl Display) -> ExitCode {
    // Standard output alone would make one system call for each line.
    let mut out = std::io::BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
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

/// `1 mistake`, `2 mistakes`.
fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
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
