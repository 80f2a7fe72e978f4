//! Instructions a cached request, counted by valgrind: steady to a percent where time is not, so a
//! change of the hot path shows even on a busy machine.
//!
//! Each server runs twice, with N and with 2N requests on one connection, and the difference is
//! divided by N: start, first verification and end cancel out. valgrind does not offer the
//! processor's SHA instructions, so that a hash costs some thirty times there what it costs in
//! truth; the functions of SHA-256 are therefore counted apart.

use crate::cores::Cores;
use crate::failure::Failure;
use crate::load::Load;
use crate::process::Launch;
use crate::report::Figures;
use crate::request::{Asker, PageFetch, Shape, VERIFY};
use crate::rounds::exact;
use crate::token::{Algorithm, Mint};
use crate::workspace::{Transport, Workspace};
use std::collections::{HashMap, HashSet};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

/// Instructions a request: without the functions of SHA-256, and with them.
pub fn measure(space: &Workspace) -> Result<(Figures, Figures), Failure> {
    let version = Command::new(VALGRIND).arg("--version").stdout(Stdio::null()).status();
    if !version.is_ok_and(|status| status.success()) {
        return Err(Failure::Missing { tool: VALGRIND, remedy: "install the package `valgrind`" });
    }
    let mut mint = Mint::new(Algorithm::Es256)?;
    let page = PageFetch::with_token(&mint.token()?);
    let floor = per_request(&page, space, || space.floor(Transport::Plain, &page))?;
    let subject = per_request(&page, space, || space.subject(Transport::Plain, &page, &mint))?;
    Ok((
        Figures::single(Some(floor.rest), subject.rest, 0),
        Figures::single(Some(floor.rest + floor.hash), subject.rest + subject.hash, 0),
    ))
}

/// Instructions, those of SHA-256 apart.
struct Instructions {
    hash: f64,
    rest: f64,
}

fn per_request(
    page: &PageFetch,
    space: &Workspace,
    launch: impl Fn() -> Result<Launch, Failure>,
) -> Result<Instructions, Failure> {
    let once = run(REQUESTS, page, &launch()?, space)?;
    let twice = run(2 * REQUESTS, page, &launch()?, space)?;
    Ok(Instructions {
        hash: (twice.hash - once.hash) / exact(REQUESTS),
        rest: (twice.rest - once.rest) / exact(REQUESTS),
    })
}

fn run(
    count: usize,
    page: &PageFetch,
    launch: &Launch,
    space: &Workspace,
) -> Result<Instructions, Failure> {
    let profile = space.folder().join(space.fresh("callgrind", "out"));
    let mut command = Command::new(VALGRIND);
    command
        .arg("--tool=callgrind")
        .arg(format!("--callgrind-out-file={}", profile.display()))
        .arg(&launch.program);
    let server = launch.start_with(command, Duration::from_secs(60))?;
    let host = launch.address.to_string();
    let request = page.to_http1(&host, VERIFY, Shape::KeepAlive, Asker::Traefik);
    // One at a time, so that every request is one wake-up of the server: under load the number of
    // requests for each wake-up varies, and with it the count.
    Load {
        address: launch.address,
        requests: Arc::new([request]),
        count,
        in_flight: 1,
        shape: Shape::KeepAlive,
        status: 200,
    }
    .run(Cores::Unbound(crate::cores::Reason::OneCore))?;
    server.stop()?;
    let profile =
        std::fs::read_to_string(profile).map_err(Failure::io("reading callgrind's profile"))?;
    Ok(count_instructions(&profile))
}

/// Adds up the self cost of every function in a profile of callgrind's format. A function's name
/// stands only where it is first mentioned, as caller or as callee; later its number alone does.
fn count_instructions(profile: &str) -> Instructions {
    let mut hashes: HashSet<&str> = HashSet::new();
    let mut named: HashMap<&str, bool> = HashMap::new();
    let mut current = "";
    let mut counted = Instructions { hash: 0.0, rest: 0.0 };
    // The line after `calls=` tells what the callee cost, which its own lines tell again.
    let mut is_call = false;
    for line in profile.lines() {
        let function = line.strip_prefix("fn=").or_else(|| line.strip_prefix("cfn="));
        if let Some(function) = function {
            let (number, name) = function.split_once(' ').unwrap_or((function, ""));
            if !name.is_empty() && named.insert(number, true).is_none() && is_hash(name) {
                hashes.insert(number);
            }
            if line.starts_with("fn=") {
                current = number;
            }
            continue;
        }
        if line.starts_with("calls=") {
            is_call = true;
            continue;
        }
        let is_cost = line.starts_with(|first: char| "0123456789+-*".contains(first));
        if !is_cost || std::mem::take(&mut is_call) {
            continue;
        }
        let cost: f64 = line.split(' ').nth(1).and_then(|cost| cost.parse().ok()).unwrap_or(0.0);
        if hashes.contains(current) {
            counted.hash += cost;
        } else {
            counted.rest += cost;
        }
    }
    counted
}

fn is_hash(function: &str) -> bool {
    function.to_ascii_lowercase().contains("sha256")
}

/// Few are enough where nothing wavers.
const REQUESTS: usize = 1_000;

const VALGRIND: &str = "valgrind";
