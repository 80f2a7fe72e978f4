//! `doorward demo`: a complete installation on one machine. No other setup is needed.
//!
//! It starts two desktops, a sign-in page, the gate over HTTP/2 and the real Traefik, on `https://{alice,bob}.vdi.localhost:8443`. It makes no
//! decision itself: the gate is the program that operators run, and the routes are those that the
//! renderer prints. All parts listen on loopback, and all files are in one private folder. Every
//! process, task and folder belongs to a value, and dropping [`run`]'s future drops them all. The
//! command line calls it (`cli/demo.rs`).

mod certificate;
mod checks;
mod client;
mod curl;
mod desktop;
mod environment;
mod error;
mod gate;
mod hosts;
mod issuer;
mod listener;
mod portal;
mod process;
mod query;
mod record;
mod report;
mod scratch;
mod traefik;
mod verdicts;

pub use error::DemoError;
pub use gate::{GateProcess, StartGate};
pub use traefik::{InstallError, TraefikError, TraefikSearch, cache_folder};

use environment::Environment;
use hosts::Hosts;
use std::{
    future::Future,
    io::{self, Write},
    net::{Ipv4Addr, Ipv6Addr, TcpListener},
};

/// The options of the command line.
#[derive(Clone, Debug)]
pub struct Options {
    /// The port that browsers use; 0 takes a free one.
    pub port: u16,
    /// Where Traefik may come from.
    pub traefik: TraefikSearch,
    /// Run the self-test and end, instead of serving until a signal.
    pub once: bool,
    /// Print JSON on standard output.
    pub json: bool,
}

/// How the demo ended, if it could run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A signal ended it: Ctrl-C, SIGTERM or a closed terminal.
    Stopped,
    /// The self-test is complete.
    Checked {
        /// Whether every check received the expected answer.
        passed: bool,
    },
}

/// Runs the demo until the self-test is complete, a signal ends it, or a part of it fails. Results go
/// to `output`, progress to standard error.
///
/// # Errors
/// A part cannot be installed, cannot start, or ends; the message has its last log lines.
pub async fn run(
    options: &Options,
    gate: &impl StartGate,
    output: &mut impl Write,
) -> Result<Outcome, DemoError> {
    let end = asked_to_end().map_err(DemoError::Signals)?;
    tokio::select! {
        () = end => Ok(Outcome::Stopped),
        outcome = perform(options, gate, output) => outcome,
    }
}

async fn perform(
    options: &Options,
    gate: &impl StartGate,
    output: &mut impl Write,
) -> Result<Outcome, DemoError> {
    let port = match options.port {
        0 => listener::free_address().await?.port(),
        port => port,
    };
    // Checked first, because a port in use is the most common reason to fail.
    let ipv6 = port_is_free(port)?;
    let traefik = options.traefik.obtain(&say).await?;
    say(&format!("Traefik {} ({})", traefik.version, traefik.program.display()));

    let environment = Environment::build(Hosts::new(port), ipv6, traefik).await?;
    let gate_running = gate.run(&environment.gate_configuration, &environment.gate_log);
    tokio::select! {
        failure = gate_running => Err(failure),
        outcome = environment.open(options, output) => outcome,
    }
}

/// Whether `[::1]` can be listened on beside `127.0.0.1`; an error when either is taken.
///
/// Browsers may try `[::1]` first for names below localhost, and would then reach another program.
fn port_is_free(port: u16) -> Result<bool, DemoError> {
    let refused = |error: io::Error| match error.kind() {
        io::ErrorKind::AddrInUse => DemoError::PortBusy { port },
        _ => DemoError::PortRefused { port, error },
    };
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(refused)?;
    match TcpListener::bind((Ipv6Addr::LOCALHOST, port)) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Err(refused(error)),
        Err(_) => Ok(false),
    }
}

/// Resolves when a signal asks the demo to end. The handlers are in place when this returns.
#[cfg(unix)]
fn asked_to_end() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn asked_to_end() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Without a handler the signal ends the process, which has the same effect.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

/// Progress goes to standard error, because standard output has the result.
fn say(line: &str) {
    // A closed terminal is no reason to fail.
    let _ = writeln!(io::stderr(), "demo: {line}");
}

#[cfg(test)]
mod tests;
