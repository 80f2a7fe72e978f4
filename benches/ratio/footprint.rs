//! The size of the gate before the first request: memory, time to readiness, size on disk.

use crate::failure::Failure;
use crate::report::Figures;
use crate::request::PageFetch;
use crate::rounds::Rounds;
use crate::token::{Algorithm, Mint};
use crate::workspace::{Subject, Transport, Workspace};
use std::path::Path;

/// Resident MiB of both when ready.
pub fn resident(space: &Workspace) -> Result<Figures, Failure> {
    let mut mint = Mint::new(Algorithm::Es256)?;
    let page = PageFetch::with_token(&mint.token()?);
    let floor = space.floor(Transport::Plain, &page)?.start(space.cores)?;
    let subject = space.subject(Transport::Plain, &page, &mint)?.start(space.cores)?;
    Ok(Figures::single(Some(mebibytes(floor.resident()?)), mebibytes(subject.resident()?), 1))
}

/// The unit of the rows about memory.
pub fn mebibytes(bytes: u64) -> f64 {
    f64::from(u32::try_from(bytes / 1024).unwrap_or(u32::MAX)) / 1024.0
}

/// Milliseconds from the start of the process to the first sign of readiness, several times each.
pub fn start(space: &Workspace) -> Result<Figures, Failure> {
    let mut mint = Mint::new(Algorithm::Es256)?;
    let page = PageFetch::with_token(&mint.token()?);
    let mut rounds = Rounds::default();
    for _ in 0..STARTS {
        let floor = space.floor(Transport::Plain, &page)?.start_unbound()?;
        let floor = floor.ready_after.as_secs_f64() * 1e3;
        let subject = space.subject(Transport::Plain, &page, &mint)?.start_unbound()?;
        rounds.push(floor, subject.ready_after.as_secs_f64() * 1e3);
    }
    Ok(rounds.figures(1))
}

/// Megabytes of the executable without its symbols. The floor is this very program, load and all,
/// so its size is not comparable.
pub fn size(space: &Workspace) -> Result<Figures, Failure> {
    let Subject::Doorward(program) = &space.subject else {
        return Err(Failure::SubjectDecidesNothing);
    };
    let bytes = stripped_size(program)?;
    Ok(Figures::single(None, f64::from(u32::try_from(bytes).unwrap_or(u32::MAX)) / 1e6, 2))
}

/// The bytes that are left when symbols and debugging information are taken out: all of the file
/// but the sections that no segment loads. Benchmarks keep symbols, so that instructions can be
/// counted by function; releases do not.
fn stripped_size(program: &Path) -> Result<u64, Failure> {
    let file = std::fs::read(program).map_err(Failure::io("reading the executable"))?;
    let number = |at: usize, length: usize| {
        let bytes = file.get(at..at + length)?;
        Some(bytes.iter().rev().fold(0_u64, |number, &byte| number << 8 | u64::from(byte)))
    };
    let place = |number: u64| usize::try_from(number).ok();
    let removed = || {
        // Offsets in the headers of a 64-bit little-endian ELF file.
        let sections = place(number(0x28, 8)?)?;
        let entry = place(number(0x3a, 2)?)?;
        let mut removed = 0;
        for index in 0..place(number(0x3c, 2)?)? {
            let section = sections + index * entry;
            let (kind, flags) = (number(section + 4, 4)?, number(section + 8, 8)?);
            if flags & ALLOCATED == 0 && kind != NO_BITS {
                removed += number(section + 32, 8)?;
            }
        }
        Some(removed)
    };
    let Some(0x464c_457f) = number(0, 4) else {
        return Err(Failure::Protocol("the executable is no ELF file"));
    };
    let removed = removed().ok_or(Failure::Protocol("the executable's headers are cut short"))?;
    Ok((file.len() as u64).saturating_sub(removed))
}

/// An odd number has a middle.
const STARTS: usize = 9;

// Values of ELF section headers.
const ALLOCATED: u64 = 2;
const NO_BITS: u64 = 8;
