//! `redis-server`, which distributions carry and no package index does.

use std::env;
use std::path::PathBuf;

/// The program, found where every shell would find it.
///
/// # Panics
///
/// With the line that installs it, where there is none.
pub fn server() -> PathBuf {
    let folders = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&folders).map(|folder| folder.join("redis-server"));
    found.into_iter().find(|program| program.is_file()).unwrap_or_else(|| {
        panic!(
            "no redis-server on PATH. This installs it:\n  \
             apt-get install -y --no-install-recommends redis-server"
        )
    })
}
