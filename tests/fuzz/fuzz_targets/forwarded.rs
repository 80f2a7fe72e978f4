//! `cargo fuzz run --fuzz-dir tests/fuzz forwarded`; see `targets::forwarded`.
#![no_main]

#[path = "../targets.rs"]
mod targets;
#[path = "../world.rs"]
mod world;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    targets::forwarded(data);
});
