//! `doorward label`: prints labels with the function that the gate and the renderer use.

use super::{ConfigFile, complain, failed, say, usage};
use crate::config::Config;
use crate::name::{Case, LabelRules, ReservedLabels};
use std::fmt::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

/// Arguments of `doorward label`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: doorward label --issuer https://portal.example.com --bare-labels \
                        alice jane.doe@corp.io"
)]
pub(crate) struct LabelArgs {
    /// Issuer of the usernames, which is part of each hashed label [default: the only configured
    /// issuer]
    #[arg(long, value_name = "URL")]
    issuer: Option<String>,
    /// Use usernames that are valid labels unchanged
    #[arg(long, overrides_with = "no_bare_labels")]
    bare_labels: bool,
    /// Hash all labels
    #[arg(long)]
    no_bare_labels: bool,
    /// Usernames
    #[arg(required = true, value_name = "USER")]
    users: Vec<String>,
}

/// Prints one line `user<TAB>label` for each username; errors go to standard error.
pub(super) fn run(args: &LabelArgs, file: &ConfigFile) -> ExitCode {
    let config = match file.load_if_any() {
        Ok(config) => config,
        Err(problems) => return file.refuse(&problems),
    };
    let rules = match args.rules(config.as_ref()) {
        Ok(rules) => rules,
        Err(problem) => {
            complain(problem);
            return usage();
        }
    };
    let mut lines = String::new();
    let mut all_labelled = true;
    for user in &args.users {
        match rules.label(user) {
            Ok((_, label)) => {
                let _ = writeln!(lines, "{user}\t{}", label.as_str());
            }
            Err(error) => {
                all_labelled = false;
                complain(format_args!("{user:?} has no label: {error}"));
            }
        }
    }
    let said = say(lines);
    if all_labelled { said } else { failed() }
}

impl LabelArgs {
    fn rules(&self, config: Option<&Config>) -> Result<LabelRules, String> {
        let bare = match (self.bare_labels, self.no_bare_labels) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        };
        let Some(config) = config else {
            let (Some(issuer), Some(bare)) = (&self.issuer, bare) else {
                return Err("without a configuration, --issuer and --bare-labels or \
                            --no-bare-labels are required, because the label depends on them"
                    .to_owned());
            };
            let reserved = Arc::new(ReservedLabels::default());
            return Ok(LabelRules::new(issuer, bare, Case::Sensitive, reserved));
        };
        let issuer = config.issuer(self.issuer.as_deref()).map_err(|error| error.to_string())?;
        Ok(bare.map_or_else(|| issuer.labels.clone(), |bare| issuer.labels.with_bare_labels(bare)))
    }
}
