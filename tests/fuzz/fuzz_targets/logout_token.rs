//! `cargo fuzz run --fuzz-dir tests/fuzz logout_token`; see `targets::logout_token`.
#![no_main]

#[path = "../targets.rs"]
mod targets;
#[path = "../world.rs"]
mod world;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    targets::logout_token(data);
});
