//! All processes that the tests start end with them.

use crate::support::process::leashed;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

fn start(seconds: &str) -> Child {
    let mut command: Command = leashed(Path::new("/bin/sleep"));
    command.arg(seconds).stdin(Stdio::piped()).spawn().unwrap()
}

async fn ends(child: &mut Child, within: Duration) -> bool {
    let deadline = Instant::now() + within;
    while Instant::now() < deadline {
        if child.try_wait().unwrap().is_some() {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    false
}

/// The pipe closes when the test process ends, for any reason.
#[tokio::test]
async fn a_program_ends_when_its_input_closes() {
    let mut child = start("600");
    assert!(!ends(&mut child, Duration::from_millis(300)).await, "the input is still open");
    drop(child.stdin.take());
    assert!(ends(&mut child, Duration::from_secs(20)).await, "the program outlives its tests");
}

/// The process id of a program that has ended can be reused, so it must not be killed again.
#[tokio::test]
async fn a_released_program_outlives_its_input() {
    let mut child = start("600");
    child.stdin.take().unwrap().write_all(b"\n").unwrap();
    assert!(!ends(&mut child, Duration::from_secs(1)).await, "a released program was killed");
    child.kill().unwrap();
    child.wait().unwrap();
}
