//! `cargo fuzz run --fuzz-dir tests/fuzz configuration`; see `targets::configuration`.
#![no_main]

#[path = "../targets.rs"]
mod targets;
#[path = "../world.rs"]
mod world;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    targets::configuration(data);
});
