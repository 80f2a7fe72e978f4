//! One core for the server, another for the load, so that neither waits for the other. On a
//! machine with one core, or without `taskset`, nothing is bound and the report says so.

use std::ffi::OsStr;
use std::fmt;
use std::process::{Command, Stdio};

/// Where server and load run.
#[derive(Clone, Copy, Debug)]
pub enum Cores {
    Bound { server: usize, load: usize },
    Unbound(Reason),
}

/// Why nothing is bound.
#[derive(Clone, Copy, Debug)]
pub enum Reason {
    OneCore,
    NoTaskset,
}

impl Cores {
    /// Picks from the cores that this process may use: the first for the server; for the load, one
    /// that is not the same core's other thread, when there is one.
    pub fn choose() -> Self {
        let allowed = allowed();
        let Some((&server, others)) = allowed.split_first() else {
            return Self::Unbound(Reason::OneCore);
        };
        let siblings = std::fs::read_to_string(format!(
            "/sys/devices/system/cpu/cpu{server}/topology/thread_siblings_list"
        ));
        let siblings = siblings.map(|list| cores_of(&list)).unwrap_or_default();
        let apart = others.iter().find(|core| !siblings.contains(core));
        let Some(&load) = apart.or_else(|| others.first()) else {
            return Self::Unbound(Reason::OneCore);
        };
        let tried = quiet(Command::new(TASKSET).arg("--version"));
        if tried { Self::Bound { server, load } } else { Self::Unbound(Reason::NoTaskset) }
    }

    /// A command for `program` that runs on the server's core. `taskset` replaces itself with the
    /// program, so the process id is the program's.
    pub fn on_server_core(self, program: impl AsRef<OsStr>) -> Command {
        self.command(program, |server, _| server)
    }

    /// A command for `program` that runs beside the load.
    pub fn on_load_core(self, program: impl AsRef<OsStr>) -> Command {
        self.command(program, |_, load| load)
    }

    fn command(self, program: impl AsRef<OsStr>, pick: fn(usize, usize) -> usize) -> Command {
        let Self::Bound { server, load } = self else {
            return Command::new(program);
        };
        let mut command = Command::new(TASKSET);
        command.args(["-c", &pick(server, load).to_string()]).arg(program);
        command
    }

    /// Binds the calling thread, and no other, to the load's core.
    pub fn bind_this_thread(self) {
        let Self::Bound { load, .. } = self else {
            return;
        };
        // The link reads `PID/task/TID`.
        let Ok(link) = std::fs::read_link("/proc/thread-self") else {
            return;
        };
        let Some(thread) = link.file_name() else {
            return;
        };
        quiet(Command::new(TASKSET).args(["-cp", &load.to_string()]).arg(thread));
    }
}

impl fmt::Display for Cores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bound { server, load } => write!(f, "server on core {server}, load on {load}"),
            Self::Unbound(Reason::OneCore) => f.write_str("not bound to cores: there is only one"),
            Self::Unbound(Reason::NoTaskset) => {
                f.write_str("not bound to cores: `taskset` (util-linux) is missing")
            }
        }
    }
}

/// Runs `command` without output; true when it succeeded.
fn quiet(command: &mut Command) -> bool {
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

fn allowed() -> Vec<usize> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
    list.map(cores_of).unwrap_or_default()
}

/// The kernel's list format: `0-3,8`.
fn cores_of(ranges: &str) -> Vec<usize> {
    let mut found = Vec::new();
    for range in ranges.trim().split(',') {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        if let (Ok(first), Ok(last)) = (first.parse::<usize>(), last.parse()) {
            found.extend(first..=last);
        }
    }
    found
}

const TASKSET: &str = "taskset";
