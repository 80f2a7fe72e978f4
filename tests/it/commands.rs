//! The commands beside `serve`, `check` and `demo`, as a user types them.

mod explain;
mod keys_and_tokens;
mod label;
mod usage;
