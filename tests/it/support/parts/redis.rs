//! `redis-server`, which distributions carry and no package index does.

use super::system::system;
use std::path::PathBuf;

/// The program.
pub fn server() -> PathBuf {
    system("redis-server", &["redis-server"])
}
