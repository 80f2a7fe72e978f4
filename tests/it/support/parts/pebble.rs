//! Pebble, an ACME server for tests, and the DNS server that answers its challenges.

use super::{announce, go, part, run};
use std::path::{Path, PathBuf};

/// The folder that holds `pebble` and `pebble-challtestsrv`.
pub fn programs() -> PathBuf {
    let by_hand = |folder: &Path| {
        let folder = folder.display();
        format!("This installs it:\n  GOBIN={folder} go install {}", packages().join(" "))
    };
    part(&format!("pebble-{VERSION}"), "pebble-challtestsrv", by_hand, |folder| {
        announce("building Pebble once: about a minute on two cores");
        let mut install = go::command(folder);
        run(install.env("GOBIN", folder).arg("install").args(packages())).map(drop)
    })
}

fn packages() -> [String; 2] {
    let package = |name| format!("github.com/letsencrypt/pebble/v2/cmd/{name}@v{VERSION}");
    ["pebble", "pebble-challtestsrv"].map(package)
}

const VERSION: &str = "2.10.1";
