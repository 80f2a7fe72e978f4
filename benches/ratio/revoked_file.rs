//! The cost of a very long list of revocations in a file: CPU time of a request that none of them
//! affects, memory, and time to readiness. Both sides are the gate, each with its own file; one file
//! is empty.
//!
//! The list is written here, in one transaction, into a file that the gate has made. Sent to the
//! gate one by one, each revocation would wait for the disk. The gate must then report the same
//! number.

use crate::failure::Failure;
use crate::footprint::mebibytes;
use crate::process::{Launch, Ready, Server, get};
use crate::report::Figures;
use crate::request::PageFetch;
use crate::revoked::{SECRET, cached};
use crate::rounds::{Effort, Rounds};
use crate::token::{Algorithm, ISSUER, Mint};
use crate::workspace::Workspace;
use doorward::revocation::{KeyKind, RevocationKey};
use redb::{Database, TableDefinition};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Of a gate without revocations, and of one with many.
pub struct Cost {
    /// CPU microseconds a cached request.
    pub request: Figures,
    /// Resident MiB when ready.
    pub resident: Figures,
    /// Milliseconds to readiness, after an end in order.
    pub start: Figures,
    /// Milliseconds to readiness, after an end in the middle.
    pub restart: Figures,
}

/// All of it.
pub fn measure(
    revocations: usize,
    count: usize,
    space: &Workspace,
    effort: Effort,
) -> Result<Cost, Failure> {
    let mut mint = Mint::new(Algorithm::Es256)?;
    let page = PageFetch::with_token(&mint.token()?);
    let (without, _) = gate(space, &mint)?;
    let (with, file) = gate(space, &mint)?;
    for launch in [&without, &with] {
        start(launch)?.stop()?;
    }
    fill(&file, revocations)?;
    let (mut starts, mut restarts) = (Rounds::default(), Rounds::default());
    for _ in 0..STARTS {
        let both = (start(&without)?, start(&with)?);
        starts.push(milliseconds(&both.0), milliseconds(&both.1));
        // What is dropped is killed, with the file open.
        drop(both);
        let both = (start(&without)?, start(&with)?);
        restarts.push(milliseconds(&both.0), milliseconds(&both.1));
        both.0.stop()?;
        both.1.stop()?;
    }
    let (nothing, many) = (without.start(space.cores)?, with.start(space.cores)?);
    expect_known(&with, revocations)?;
    let resident =
        Figures::single(Some(mebibytes(nothing.resident()?)), mebibytes(many.resident()?), 1);
    let gates = [(&without, &nothing), (&with, &many)];
    let request = cached(gates, &page, count, space, effort)?;
    Ok(Cost { request, resident, start: starts.figures(1), restart: restarts.figures(1) })
}

/// A gate with a folder of its own, and the file that it will make there.
fn gate(space: &Workspace, mint: &Mint) -> Result<(Launch, PathBuf), Failure> {
    let folder = space.folder().join(space.fresh("state", "d"));
    fs::create_dir(&folder).map_err(Failure::io("creating a folder"))?;
    let launch = space.gate_that_revokes(mint, SECRET, Some(&folder))?;
    Ok((launch, folder.join("revocations.redb")))
}

fn start(launch: &Launch) -> Result<Server, Failure> {
    launch.start_with(Command::new(&launch.program), READY_WITHIN)
}

fn milliseconds(server: &Server) -> f64 {
    server.ready_after.as_secs_f64() * 1e3
}

/// Writes so many revocations without an end into the gate's file.
fn fill(file: &Path, revocations: usize) -> Result<(), Failure> {
    fill_redb(file, revocations).map_err(|_| Failure::Protocol("the gate's file cannot be written"))
}

fn fill_redb(file: &Path, revocations: usize) -> Result<(), redb::Error> {
    let writing = Database::open(file)?.begin_write()?;
    {
        let mut table = writing.open_table(REVOKED)?;
        for number in 0..revocations {
            let value = format!("0123456789abcdef-{number}");
            let record = format!(
                "{{\"issuer\":\"{ISSUER}\",\"kind\":\"jti\",\"value\":\"{value}\",\
                 \"issued_before\":null,\"until\":null}}"
            );
            let kind = KeyKind::Token;
            let name = RevocationKey { issuer: ISSUER.into(), kind, value: value.into() };
            table.insert(name.hash().bits(), record.as_bytes())?;
        }
    }
    writing.commit()?;
    Ok(())
}

/// The figures mean something only while the gate knows them all.
fn expect_known(launch: &Launch, revocations: usize) -> Result<(), Failure> {
    let Ready::Answers { address, .. } = launch.ready else {
        return Err(Failure::SubjectDecidesNothing);
    };
    let (_, metrics) = get(address, "/metrics")?;
    let expected = format!("\ndoorward_revocations {revocations}\n");
    if String::from_utf8_lossy(&metrics).replace('\r', "").contains(&expected) {
        Ok(())
    } else {
        Err(Failure::Protocol("the gate does not know every revocation of its file"))
    }
}

/// As the gate has it.
const REVOKED: TableDefinition<'_, u128, &[u8]> = TableDefinition::new("revocations/v1");
/// Starts of each kind: an odd number has a middle.
const STARTS: usize = 3;
/// A slow disk is no failure.
const READY_WITHIN: Duration = Duration::from_secs(120);
