//! The cost of the renderer: CPU time and memory for a list of sessions as `kubectl get -o json`
//! prints it, and whether the cost of one session stays the same when there are ten times as many.

use crate::failure::Failure;
use crate::report::Figures;
use crate::workspace::{Subject, Workspace};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Seconds of CPU time, and peak resident MiB, for `FEW` sessions.
pub fn cost(space: &Workspace) -> Result<(Figures, Figures), Failure> {
    let sessions = sessions(space, FEW)?;
    let runs = (0..RUNS).map(|_| run(space, &sessions)).collect::<Result<Vec<_>, _>>()?;
    let cpu = middle(runs.iter().map(|run| run.cpu.as_secs_f64()).collect());
    let peak = middle(runs.iter().map(|run| run.peak_mebibytes).collect());
    Ok((Figures::single(None, cpu, 3), Figures::single(None, peak, 1)))
}

/// Microseconds a session among `FEW` (as the floor) and among `MANY`.
pub fn growth(space: &Workspace) -> Result<Figures, Failure> {
    let each = |count: u32| {
        let sessions = sessions(space, count)?;
        let runs = (0..RUNS).map(|_| run(space, &sessions)).collect::<Result<Vec<_>, _>>()?;
        let cpu = middle(runs.iter().map(|run| run.cpu.as_secs_f64()).collect());
        Ok(cpu * 1e6 / f64::from(count))
    };
    let (few, many) = (each(FEW)?, each(MANY)?);
    Ok(Figures::single(Some(few), many, 1))
}

struct Run {
    cpu: Duration,
    peak_mebibytes: f64,
}

fn run(space: &Workspace, sessions: &Path) -> Result<Run, Failure> {
    let Subject::Doorward(program) = &space.subject else {
        return Err(Failure::SubjectDecidesNothing);
    };
    let out = space.folder().join("rendered.yaml");
    let out = File::create(out).map_err(Failure::io("creating a file for what is rendered"))?;
    let mut child = Command::new(program)
        .args(["render", "--quiet", "--domain", "vdi.example.com", "--bare-labels"])
        .args(["--issuer", "https://portal.example.com"])
        .arg(sessions)
        .env_remove("DOORWARD_CONFIG")
        .stdin(Stdio::null())
        .stdout(out)
        .stderr(Stdio::null())
        .spawn()
        .map_err(Failure::io("starting the renderer"))?;
    let process = PathBuf::from(format!("/proc/{}", child.id()));
    let read = |file: &str| fs::read_to_string(process.join(file)).unwrap_or_default();
    let started = Instant::now();
    let mut peak = 0;
    // An ended child keeps its books until it is waited for, but not its memory.
    loop {
        let status = read("status");
        let field = |name: &str| {
            let mut lines = status.lines();
            lines.find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim()
        };
        let high = field("VmHWM:").trim_end_matches(" kB").parse().unwrap_or(0_u32);
        peak = peak.max(high);
        if field("State:").starts_with('Z') {
            break;
        }
        if started.elapsed() > WITHIN {
            drop(child.kill());
            drop(child.wait());
            return Err(Failure::TimedOut { seconds: WITHIN.as_secs() });
        }
        std::thread::sleep(Duration::from_micros(500));
    }
    let nanoseconds = read("schedstat").split(' ').next().and_then(|first| first.parse().ok());
    let status = child.wait().map_err(Failure::io("waiting for the renderer"))?;
    if !status.success() {
        return Err(Failure::Protocol("the renderer refused the sessions"));
    }
    let cpu = Duration::from_nanos(
        nanoseconds.ok_or(Failure::Protocol("/proc/PID/schedstat holds no number"))?,
    );
    Ok(Run { cpu, peak_mebibytes: f64::from(peak) / 1024.0 })
}

/// A list of sessions, every third user's name one that has to be hashed.
fn sessions(space: &Workspace, count: u32) -> Result<PathBuf, Failure> {
    let mut text = String::from(r#"{"apiVersion":"v1","kind":"List","items":["#);
    for index in 0..count {
        let user = if index % 3 == 0 {
            format!("User.{index}@corp.example")
        } else {
            format!("user-{index}")
        };
        let comma = if index == 0 { "" } else { "," };
        let uid = format!("66fe8fe4-b6bf-4458-84d7-{index:012}");
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            r#"{comma}{{"apiVersion":"doorward.dev/v1alpha1","kind":"VDISession","metadata":{{"name":"kasm-{index}","namespace":"vdi-sessions","uid":"{uid}","resourceVersion":"{index}"}},"spec":{{"sessionId":"{uid}","user":{{"username":"{user}"}}}},"status":{{"phase":"Ready"}}}}"#
        );
    }
    text.push_str("]}");
    let path = space.folder().join(format!("sessions-{count}.json"));
    fs::write(&path, text).map_err(Failure::io("writing sessions"))?;
    Ok(path)
}

fn middle(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}

const FEW: u32 = 10_000;
const MANY: u32 = 100_000;
/// An odd number has a middle.
const RUNS: usize = 5;
const WITHIN: Duration = Duration::from_secs(120);
