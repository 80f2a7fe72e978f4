//! The program: arguments in, exit code out. Everything else is the library's.

use std::process::ExitCode;

fn main() -> ExitCode {
    doorward::cli::run(std::env::args_os())
}
