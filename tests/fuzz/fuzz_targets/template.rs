//! `cargo fuzz run --fuzz-dir tests/fuzz template`; see `targets::template`.
#![no_main]

#[path = "../targets.rs"]
mod targets;
#[path = "../world.rs"]
mod world;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    targets::template(data);
});
