//! `doorward completions` and `doorward man`: both written from the same definitions as `--help`.

use super::{Cli, say};
use clap::CommandFactory as _;
use clap_complete::Shell;
use std::process::ExitCode;

/// Arguments of `doorward completions`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: doorward completions bash > \
                        /etc/bash_completion.d/doorward")]
pub(crate) struct CompletionsArgs {
    /// Which shell
    shell: Shell,
}

/// Prints the completion script.
pub(super) fn run(args: &CompletionsArgs) -> ExitCode {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "doorward", &mut script);
    say(String::from_utf8_lossy(&script))
}

/// Prints the manual page in roff: the program's, then every command's.
pub(super) fn man() -> ExitCode {
    let mut page = Vec::new();
    let command = Cli::command();
    let mut rendered = clap_mangen::Man::new(command.clone()).render(&mut page);
    for subcommand in command.get_subcommands() {
        let name = format!("doorward-{}", subcommand.get_name());
        let page_of = clap_mangen::Man::new(subcommand.clone()).title(name);
        rendered = rendered.and_then(|()| page_of.render(&mut page));
    }
    match rendered {
        Ok(()) => say(String::from_utf8_lossy(&page)),
        Err(error) => {
            super::complain(format_args!("cannot write the manual page: {error}"));
            super::failed()
        }
    }
}
