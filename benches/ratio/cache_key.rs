//! The cost of a cache hit by the choice of its key: the whole token, hashed by foldhash and
//! compared in full, or its SHA-256 digest. Both are sound; this row measures the difference.

use crate::failure::Failure;
use crate::report::Figures;
use crate::rounds::{Effort, Rounds, exact};
use crate::token::{Algorithm, Mint};
use aws_lc_rs::digest::{SHA256, digest};
use foldhash::fast::RandomState;
use moka::sync::Cache;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

/// Nanoseconds for a hit: the whole token as `floor`, the digest as `subject`.
pub fn measure(effort: Effort) -> Result<Figures, Failure> {
    let mut mint = Mint::new(Algorithm::Es256)?;
    let tokens: Vec<String> = (0..SESSIONS).map(|_| mint.token()).collect::<Result<_, _>>()?;
    let by_token: Cache<Box<str>, Arc<u64>, RandomState> =
        Cache::builder().build_with_hasher(RandomState::default());
    let by_digest: Cache<[u8; 32], Arc<u64>, RandomState> =
        Cache::builder().build_with_hasher(RandomState::default());
    for token in &tokens {
        by_token.insert(token.as_str().into(), Arc::new(1));
        by_digest.insert(sha256(token), Arc::new(1));
    }
    let nanoseconds = |hit: &dyn Fn(&str) -> bool| {
        let started = Instant::now();
        let found = tokens.iter().cycle().take(HITS).filter(|token| hit(black_box(token))).count();
        let spent = started.elapsed().as_secs_f64() * 1e9 / exact(HITS);
        if found == HITS { Ok(spent) } else { Err(Failure::Protocol("the cache lost an entry")) }
    };
    let mut rounds = Rounds::default();
    for _ in 0..effort.pairs * effort.rounds {
        rounds.push(
            nanoseconds(&|token| by_token.get(token).is_some())?,
            nanoseconds(&|token| by_digest.get(&sha256(token)).is_some())?,
        );
    }
    Ok(rounds.figures(0))
}

fn sha256(token: &str) -> [u8; 32] {
    let mut key = [0; 32];
    key.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
    key
}

const HITS: usize = 50_000;

/// As many desktops as one gate commonly serves.
const SESSIONS: usize = 200;
