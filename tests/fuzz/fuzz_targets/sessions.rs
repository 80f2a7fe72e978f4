//! `cargo fuzz run --fuzz-dir tests/fuzz sessions`; see `targets::sessions`.
#![no_main]

#[path = "../targets.rs"]
mod targets;
#[path = "../world.rs"]
mod world;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    targets::sessions(data);
});
