//! `cargo fuzz run --fuzz-dir tests/fuzz key_set`; see `targets::key_set`.
#![no_main]

#[path = "../targets.rs"]
mod targets;
#[path = "../world.rs"]
mod world;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    targets::key_set(data);
});
