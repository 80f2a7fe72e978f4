//! `cargo bench`: the cost of a decision, as a ratio to a bare server that decides nothing.
//!
//! One run measures both alternately, under the same load and on the same core, and prints one
//! Markdown table with the goals beside the figures. CPU time counts, not throughput: it comes from
//! the kernel's accounting, on which other load of the machine has little influence.
//!
//! The parts: `goals` is the table of rows; `request` and `token` are what is sent; `load` and
//! `http2` send it; `floor` is the bare server; `process` starts servers and reads their cost;
//! `rounds` takes turns; `requests`, `revoked`, `revoked_file`, `footprint`, `callgrind`,
//! `cache_key`, `rendering` and `traefik` measure rows; `report` prints. Linux only, loopback only.
//! A missed goal fails the run only with `--strict`, because a slow machine is not a bug.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a benchmark reads clocks, divides large numbers and prints"
)]

mod cache_key;
mod callgrind;
mod cores;
mod failure;
mod floor;
mod footprint;
mod goals;
mod http2;
mod load;
mod process;
mod rendering;
mod report;
mod request;
mod requests;
mod revoked;
mod revoked_file;
mod rounds;
mod tls;
mod token;
mod traefik;
mod workspace;

use failure::Failure;
use floor::{Floor, Work};
use goals::{Goal, Measure, ROWS, Row};
use report::Line;
use rounds::Effort;
use std::ffi::OsString;
use std::process::ExitCode;
use workspace::{Subject, Workspace};

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    if arguments.first().is_some_and(|first| first == FLOOR_ARGUMENT) {
        return run_floor(&arguments);
    }
    match Options::parse(&arguments) {
        Ok(Some(options)) => run(&options),
        Ok(None) => {
            println!("{USAGE}");
            ExitCode::SUCCESS
        }
        Err(wrong) => {
            eprintln!("{wrong}\n\n{USAGE}");
            ExitCode::from(64)
        }
    }
}

fn run(options: &Options) -> ExitCode {
    let space = match Workspace::new(options.subject.clone()) {
        Ok(space) => space,
        Err(failure) => {
            eprintln!("the benchmark cannot start: {failure}");
            return ExitCode::FAILURE;
        }
    };
    println!("{}\n", report::machine(space.cores));
    let subject = match options.subject {
        Subject::Doorward(_) => "doorward",
        Subject::Floor(Work::Nothing) => "second floor",
        Subject::Floor(Work::Hash) => "hashing floor",
    };
    println!("{}", report::head(subject));
    let mut missed = false;
    for row in ROWS.iter().filter(|row| options.wants(row)) {
        for line in measure(row, &space, options.effort) {
            println!("{}", line.to_markdown());
            missed |=
                line.met() == Some(false) || (line.outcome.is_err() && line.goal != Goal::None);
        }
    }
    if missed && options.strict { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// One row of the table of goals gives one line of the report, or some.
fn measure(row: &Row, space: &Workspace, effort: Effort) -> Vec<Line> {
    let one = |outcome| vec![Line::new(row.title, row.goal, outcome)];
    match row.measure {
        Measure::Requests(traffic) => one(requests::http1(traffic, space, effort)),
        Measure::Http2 { count } => one(requests::http2(count, space, effort)),
        Measure::Revoked { revocations, count } => {
            one(revoked::measure(revocations, count, space, effort))
        }
        Measure::RevokedFile { revocations, count } => {
            match revoked_file::measure(revocations, count, space, effort) {
                Err(failure) => one(Err(failure)),
                Ok(figures) => vec![
                    Line::new(row.title, row.goal, Ok(figures.request)),
                    Line::new("the same gates, resident MiB", Goal::None, Ok(figures.resident)),
                    Line::new("their start, ready after ms", Goal::None, Ok(figures.start)),
                    Line::new("their start after SIGKILL, ms", Goal::None, Ok(figures.restart)),
                ],
            }
        }
        Measure::Resident => one(footprint::resident(space)),
        Measure::Start => one(footprint::start(space)),
        Measure::Size => one(footprint::size(space)),
        Measure::CacheKey => one(cache_key::measure(effort)),
        Measure::Instructions => match callgrind::measure(space) {
            Err(failure) => one(Err(failure)),
            Ok((apart, included)) => {
                let title = "instructions a cached request, SHA-256 included";
                vec![
                    Line::new(row.title, row.goal, Ok(apart)),
                    Line::new(title, Goal::None, Ok(included)),
                ]
            }
        },
        Measure::RenderGrowth => one(rendering::growth(space)),
        Measure::Render => match rendering::cost(space) {
            Err(failure) => one(Err(failure)),
            Ok((cpu, peak)) => {
                let title = "10,000 sessions rendered, peak MiB";
                vec![
                    Line::new(row.title, row.goal, Ok(cpu)),
                    Line::new(title, Goal::AtMost(100.0), Ok(peak)),
                ]
            }
        },
        Measure::Traefik { count } => match traefik::measure(count, space, effort) {
            Err(failure) => one(Err(failure)),
            Ok(lines) => lines
                .into_iter()
                .map(|(title, figures)| Line::new(title, row.goal, Ok(figures)))
                .collect(),
        },
    }
}

struct Options {
    effort: Effort,
    only: Vec<String>,
    strict: bool,
    subject: Subject,
}

impl Options {
    /// `None` when there is nothing to measure: help was asked for, or cargo runs this as a test.
    fn parse(arguments: &[OsString]) -> Result<Option<Self>, String> {
        let mut options = Self {
            effort: Effort::FULL,
            only: Vec::new(),
            strict: false,
            subject: Subject::Doorward(env!("CARGO_BIN_EXE_doorward").into()),
        };
        let mut is_benchmark = false;
        let mut arguments = arguments.iter().map(|argument| argument.to_string_lossy());
        while let Some(argument) = arguments.next() {
            match argument.as_ref() {
                // What cargo adds for `cargo bench` and not for `cargo test`.
                "--bench" => is_benchmark = true,
                "--help" | "-h" => return Ok(None),
                "--quick" => options.effort = Effort::QUICK,
                "--strict" => options.strict = true,
                "--only" => {
                    let name = arguments.next().ok_or("--only needs a row's name")?;
                    if !ROWS.iter().any(|row| row.name.starts_with(name.as_ref())) {
                        return Err(format!("no row is named {name}"));
                    }
                    options.only.push(name.into_owned());
                }
                "--subject" => {
                    let subject = arguments.next().ok_or("--subject needs a value")?;
                    options.subject = match subject.as_ref() {
                        "floor" => Subject::Floor(Work::Nothing),
                        "hashing-floor" => Subject::Floor(Work::Hash),
                        path => Subject::Doorward(path.into()),
                    };
                }
                unknown => return Err(format!("unknown argument {unknown}")),
            }
        }
        Ok(is_benchmark.then_some(options))
    }

    fn wants(&self, row: &Row) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| row.name.starts_with(name.as_str()))
    }
}

/// `ratio floor ADDRESS HEADERS-FILE nothing|hash [TLS-FOLDER]`: started by this program only.
fn run_floor(arguments: &[OsString]) -> ExitCode {
    let floor = match arguments {
        [_, address, headers, work, tls @ ..] => address
            .to_str()
            .and_then(|address| address.parse().ok())
            .map(|listen| Floor {
                listen,
                headers: headers.into(),
                tls: tls.first().map(Into::into),
                work: if work == "hash" { Work::Hash } else { Work::Nothing },
            })
            .ok_or(Failure::Protocol("the floor's address is malformed")),
        _ => Err(Failure::Protocol("the floor needs address, headers and work")),
    };
    match floor.and_then(Floor::run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

/// First argument of a floor process.
const FLOOR_ARGUMENT: &str = "floor";

const USAGE: &str = "\
Measures doorward against a bare hyper server and prints a Markdown table. Linux only.

cargo bench [-- OPTIONS]
  --quick          few rounds instead of many
  --only NAME      only rows whose name begins so; may be repeated
  --strict         exit 1 when a goal is missed or could not be measured
  --subject WHAT   measure another executable (its path); `floor` or `hashing-floor` check the
                   harness itself: a second floor (ratio 1.00), or one that hashes the cookies";
