//! Child processes of the demo, each with its output in a log file of the run's folder.
//!
//! A process lives as long as the future of [`run`]: dropping it (another child failed, the
//! visitor pressed Ctrl-C) ends the process by its own id. The future itself only ever resolves
//! to a failure, since none of the children ends by itself.

use super::DemoError;
use std::{
    ffi::OsString,
    fs::{self, File},
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};
use tokio::process::{Child, Command};

/// What to start.
pub(super) struct Program {
    /// How messages call it.
    pub(super) name: &'static str,
    pub(super) path: PathBuf,
    pub(super) arguments: Vec<OsString>,
    /// Receives standard output and standard error.
    pub(super) log: PathBuf,
}

/// Runs `program` until the future is dropped; resolves when it could not start or ended.
pub(super) async fn run(program: &Program) -> DemoError {
    let started = || {
        let log = File::create(&program.log)?;
        let mut command = Command::new(&program.path);
        command
            .args(&program.arguments)
            // The environment may configure both children (`DOORWARD__…`, `TRAEFIK_…`, proxies),
            // and the demo must show what it says it shows. They need nothing of it.
            .env_clear()
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        // A group of its own: Ctrl-C in the terminal must reach us alone, or the children would
        // end first and look as if they had failed.
        #[cfg(unix)]
        command.process_group(0);
        command.spawn()
    };
    let ended = match started().map(Running) {
        Ok(mut running) => running.0.wait().await,
        Err(error) => {
            return DemoError::NotStarted { name: program.name, path: program.path.clone(), error };
        }
    };
    let status = ended.map_or_else(|error| error.to_string(), |status| status.to_string());
    DemoError::Ended { name: program.name, status, log: last_lines(&program.log) }
}

/// A process that ends with its owner.
struct Running(Child);

impl Drop for Running {
    /// Ends the process and waits until it is gone, so that its port is free again and its folder
    /// can be removed. None of the children keeps anything that a gentler end would save.
    #[expect(
        clippy::disallowed_methods,
        reason = "the end of a child: waited for, and only so long"
    )]
    fn drop(&mut self) {
        let began = Instant::now();
        // An error means that it has ended already.
        let _ = self.0.start_kill();
        while matches!(self.0.try_wait(), Ok(None)) && began.elapsed() < LAST_BREATH {
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

/// The end of a log, for a message: enough to see the reason, short enough to read.
pub(super) fn last_lines(log: &Path) -> String {
    let bytes = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<_> = text.lines().collect();
    lines.get(lines.len().saturating_sub(SHOWN_LINES)..).unwrap_or_default().join("\n")
}

const SHOWN_LINES: usize = 20;

/// A killed process is gone within milliseconds; what takes longer is not waited for.
const LAST_BREATH: Duration = Duration::from_secs(2);

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str, log: PathBuf) -> Program {
        let arguments = vec!["-c".into(), script.into()];
        Program { name: "shell", path: "/bin/sh".into(), arguments, log }
    }

    #[tokio::test]
    async fn program_that_ends_is_a_failure_with_its_last_words() {
        let folder = tempfile::tempdir().unwrap();
        let program = shell("echo one; echo two >&2; exit 3", folder.path().join("log"));
        let DemoError::Ended { status, log, .. } = run(&program).await else { panic!() };
        assert!(status.contains('3'), "{status}");
        assert_eq!(log, "one\ntwo");
    }

    #[tokio::test]
    async fn program_that_is_missing_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let mut program = shell("", folder.path().join("log"));
        program.path = "/nonexistent/traefik".into();
        assert!(matches!(run(&program).await, DemoError::NotStarted { .. }));
    }

    #[tokio::test]
    async fn environment_of_the_visitor_does_not_reach_the_program() {
        let folder = tempfile::tempdir().unwrap();
        let program = shell("echo \"[$HOME]\"", folder.path().join("log"));
        let DemoError::Ended { log, .. } = run(&program).await else { panic!() };
        assert_eq!(log, "[]");
    }

    #[tokio::test]
    async fn dropped_run_ends_the_program() {
        use std::io::{BufRead, BufReader, Read};
        let folder = tempfile::tempdir().unwrap();
        // The program holds the write end of a pipe: its end of file means that the program is gone.
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let script = format!("exec 3> '{}'; echo up >&3; exec sleep 600", pipe.display());
        let program = shell(&script, folder.path().join("log"));
        let (started, up) = tokio::sync::oneshot::channel();
        let reader = tokio::task::spawn_blocking(move || {
            let mut lines = BufReader::new(File::open(pipe).unwrap());
            let mut line = String::new();
            lines.read_line(&mut line).unwrap();
            started.send(line).unwrap();
            lines.read_to_end(&mut Vec::new()).unwrap()
        });
        tokio::select! {
            failure = run(&program) => panic!("{failure}"),
            line = up => assert_eq!(line.unwrap(), "up\n"),
        }
        assert_eq!(reader.await.unwrap(), 0, "nothing follows but the end of the file");
    }
}
