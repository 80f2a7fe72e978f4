//! `doorward check`: reports all mistakes of a configuration at once, without starting anything.
//!
//! Decides the output and the exit code; `config` decides what a mistake is.

use super::counted;
use crate::config::{Config, Environment, Mistakes, SAMPLE, Warning, reference, schema};
use crate::name::Domain;
use crate::token::Algorithm;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::Path;

/// Validate the configuration without binding a port
#[derive(Clone, Debug, Default, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(crate) struct CheckArgs {
    /// Print the JSON Schema of the configuration and do nothing else
    #[arg(long, conflicts_with_all = ["sample", "reference"])]
    pub(crate) schema: bool,
    /// Print the commented default configuration and do nothing else
    #[arg(long)]
    pub(crate) sample: bool,
    /// Print the reference of all keys as Markdown and do nothing else
    #[arg(long, conflicts_with = "sample")]
    pub(crate) reference: bool,
    /// Print the result as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Output and exit code of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// For stdout; ends with a newline unless empty.
    pub(crate) stdout: String,
    /// For stderr; ends with a newline unless empty.
    pub(crate) stderr: String,
    /// 0 fine, 64 wrong configuration.
    pub(crate) exit: u8,
}

/// Checks `file` with environment and flags laid over it. With `--schema` or `--sample` nothing
/// is read.
#[must_use]
pub(crate) fn run(
    arguments: &CheckArgs,
    file: &Path,
    environment: &(impl Environment + ?Sized),
    flags: &[(String, String)],
) -> Outcome {
    if arguments.schema {
        return Outcome { stdout: format!("{:#}\n", schema()), ..Outcome::default() };
    }
    if arguments.reference {
        return Outcome { stdout: reference(), ..Outcome::default() };
    }
    if arguments.sample {
        return Outcome { stdout: SAMPLE.to_owned(), ..Outcome::default() };
    }
    match (Config::load(file, environment, flags), arguments.json) {
        (Ok(config), false) => {
            Outcome { stdout: summary(&config), stderr: warnings(&config.warnings), exit: FINE }
        }
        (Ok(config), true) => {
            Outcome { stdout: format!("{:#}\n", fine(&config)), exit: FINE, ..Outcome::default() }
        }
        (Err(mistakes), false) => {
            Outcome { stderr: listed(file, &mistakes), exit: WRONG, ..Outcome::default() }
        }
        (Err(mistakes), true) => Outcome {
            stdout: format!("{:#}\n", wrong(&mistakes)),
            exit: WRONG,
            ..Outcome::default()
        },
    }
}

fn summary(config: &Config) -> String {
    let domains: Vec<&str> = config.domains.iter().map(Domain::as_str).collect();
    let mut text = format!("configuration is fine\n  domains: {}\n", domains.join(", "));
    for (position, issuer) in config.issuers.iter().enumerate() {
        let algorithms: Vec<&str> =
            issuer.algorithms.iter().map(|algorithm| Algorithm::name(*algorithm)).collect();
        let fetched = config.fetched.iter().find(|(index, _)| *index == position);
        let keys = match fetched {
            Some((_, remote)) => format!("keys fetched by {}", remote.source.endpoint()),
            None => counted(issuer.keys.count(), "key"),
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  issuer: {} ({}, {})", issuer.name, keys, algorithms.join(" "));
    }
    text
}

fn warnings(warnings: &[Warning]) -> String {
    warnings.iter().fold(String::new(), |text, warning| format!("{text}warning: {warning}\n"))
}

/// All mistakes, each with its remedy, under one line that counts them.
pub(super) fn listed(file: &Path, mistakes: &Mistakes) -> String {
    let count = counted(mistakes.list.len(), "mistake");
    let mut text = format!("{count} in the configuration {}\n", file.display());
    for mistake in &mistakes.list {
        let _ = writeln!(text, "\n{mistake}");
    }
    text
}

fn fine(config: &Config) -> Value {
    let issuers: Vec<Value> = config
        .issuers
        .iter()
        .map(|issuer| {
            let algorithms: Vec<&str> = issuer.algorithms.iter().map(|algorithm| Algorithm::name(*algorithm)).collect();
            json!({ "issuer": &*issuer.name, "keys": issuer.keys.count(), "algorithms": algorithms })
        })
        .collect();
    let warnings: Vec<Value> = config
        .warnings
        .iter()
        .map(|warning| json!({ "path": warning.path, "text": warning.text }))
        .collect();
    let domains: Vec<&str> = config.domains.iter().map(Domain::as_str).collect();
    json!({ "fine": true, "domains": domains, "issuers": issuers, "warnings": warnings })
}

fn wrong(mistakes: &Mistakes) -> Value {
    let problems: Vec<Value> = mistakes
        .list
        .iter()
        .map(|mistake| {
            json!({
                "path": mistake.path,
                "place": mistake.place.as_ref().map(ToString::to_string),
                "wrong": mistake.wrong,
                "remedy": mistake.remedy,
            })
        })
        .collect();
    json!({ "fine": false, "problems": problems })
}

const FINE: u8 = 0;
const WRONG: u8 = 64;

#[cfg(test)]
mod tests;
