//! Fuzz targets, run on stable Rust: each target gets its seeds and a fixed number of mutations of
//! them, the same ones on every run.
//!
//! [`targets`] has one function per parser of untrusted input; each one asserts a property.
//! [`world`] is a gate with one issuer whose key the inputs do not have. [`mutation`] makes inputs.
//! `DOORWARD_FUZZ_INPUTS=1000000 cargo test --locked --release --test fuzz` runs longer. With a
//! nightly compiler, `cargo fuzz run --fuzz-dir tests/fuzz host tests/fuzz/seeds/host` runs the same
//! functions under libFuzzer, guided by coverage.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a test fails loudly where its expectation breaks"
)]
#![expect(unreachable_pub, reason = "`pub` tells what other files of the test use")]

mod mutation;
mod targets;
mod world;

use mutation::Mutation;
use std::fs;
use std::path::Path;

/// Feeds a target. A panic names the input that caused it.
fn feed(name: &str, target: fn(&[u8]) -> bool) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/seeds").join(name);
    let mut paths: Vec<_> =
        fs::read_dir(&folder).unwrap().map(|seed| seed.unwrap().path()).collect();
    paths.sort();
    let mut seeds: Vec<Vec<u8>> = paths.iter().map(|path| fs::read(path).unwrap()).collect();
    seeds.extend(world::seeds(name));
    assert!(!seeds.is_empty(), "{name} has no seeds");
    let inputs = std::env::var("DOORWARD_FUZZ_INPUTS").ok();
    let inputs = inputs.map_or(INPUTS, |inputs| inputs.parse().unwrap());
    let mut mutation = Mutation::new(&seeds);
    let mutated = std::iter::from_fn(|| Some(mutation.next_input())).take(inputs);
    let mut accepted = 0;
    for input in seeds.iter().cloned().chain(mutated) {
        let outcome = std::panic::catch_unwind(|| target(&input));
        let shown = || String::from_utf8_lossy(&input).into_owned();
        accepted += usize::from(outcome.unwrap_or_else(|_| panic!("{name}: {:?}", shown())));
    }
    assert!(accepted > 0, "{name}: no input was accepted, so nothing was checked");
    println!("{name}: {} inputs, {accepted} accepted", seeds.len() + inputs);
}

/// One test for each target.
macro_rules! targets {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                feed(stringify!($name), targets::$name);
            }
        )*
    };
}

targets! { host forwarded cookies token key_set logout_token template sessions configuration }

/// Inputs for each target: a few seconds in a debug build.
const INPUTS: usize = 4_000;
