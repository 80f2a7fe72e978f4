//! `doorward completions` and `doorward man`, generated from the same definitions as `--help`.

use super::{Cli, say};
use clap::CommandFactory as _;
use clap_complete::Shell;
use std::process::ExitCode;

/// Arguments of `doorward completions`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: doorward completions bash > \
                        /etc/bash_completion.d/doorward")]
pub(crate) struct CompletionsArgs {
    /// Shell
    shell: Shell,
}

/// Prints the completion script.
pub(super) fn run(args: &CompletionsArgs) -> ExitCode {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "doorward", &mut script);
    say(String::from_utf8_lossy(&script))
}

/// Prints the manual pages in roff: that of the program, then one for each command.
pub(super) fn man() -> ExitCode {
    let mut page = Vec::new();
    match pages(&Cli::command(), "doorward", &mut page) {
        Ok(()) => say(String::from_utf8_lossy(&page)),
        Err(error) => {
            super::complain(format_args!("cannot write the manual page: {error}"));
            super::failed()
        }
    }
}

/// The page of a command, then those of its subcommands.
fn pages(command: &clap::Command, name: &str, page: &mut Vec<u8>) -> std::io::Result<()> {
    clap_mangen::Man::new(command.clone()).title(name).render(page)?;
    for below in command.get_subcommands() {
        pages(below, &format!("{name}-{}", below.get_name()), page)?;
    }
    Ok(())
}
