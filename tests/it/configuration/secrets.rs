//! Secrets come from files that only the owner and its group may read, and are never printed.

use super::{check, complaint};
use crate::support::certificates::write_secret;
use crate::support::gate::Plan;
use crate::support::key::Key;
use crate::support::portal::Portal;
use serde_json::json;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;

fn plan(secret: &[u8]) -> (Plan, PathBuf) {
    let portal = Portal::named("https://idp.example.com", Key::hmac("k", "HS256", secret));
    let plan = Plan::of(&portal);
    let file = plan.folder.path().join("secret");
    write_secret(&file, secret);
    let plan = plan.with_issuer("keys", json!({ "secret_file": file }));
    (plan, file)
}

const SECRET: &[u8] = b"correct-horse-battery-staple-0123456789";

#[test]
fn a_secret_file_with_loose_permissions_is_refused() {
    let (plan, file) = plan(SECRET);
    for (mode, accepted) in [
        (0o600, true),
        (0o400, true),
        (0o440, true),
        (0o640, true),
        (0o644, false),
        (0o604, false),
        (0o602, false),
        (0o601, false),
        (0o666, false),
    ] {
        fs::set_permissions(&file, Permissions::from_mode(mode)).unwrap();
        let checked = check(&plan);
        if accepted {
            assert_eq!(checked.code, 0, "{mode:o}: {}", checked.output());
        } else {
            let wanted = ["issuers[0].keys.secret_file", "defaultMode: 0440"];
            assert_eq!(complaint(&checked, &wanted), None, "{mode:o}");
        }
    }
}

/// Kubernetes mounts secrets as links: what counts is what they lead to.
#[test]
fn the_target_of_a_link_counts() {
    let (plan, file) = plan(SECRET);
    let link = plan.folder.path().join("link");
    symlink(&file, &link).unwrap();
    let plan = plan.with_issuer("keys", json!({ "secret_file": link }));
    assert_eq!(check(&plan).code, 0);
    fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
    assert_eq!(complaint(&check(&plan), &["defaultMode: 0440"]), None);
}

/// Both sides of the shortest secret that HS256 may have (A3); one trailing newline does not count.
#[test]
fn a_short_secret_is_refused() {
    #[rustfmt::skip]
    let rows = [
        ("32_bytes", vec![b'x'; 32], true),
        ("32_bytes_and_newline", [vec![b'x'; 32], vec![b'\n']].concat(), true),
        ("31_bytes", vec![b'x'; 31], false),
        ("31_bytes_and_newline", [vec![b'x'; 31], vec![b'\n']].concat(), false),
        ("empty", vec![], false),
    ];
    for (name, secret, accepted) in rows {
        let checked = check(&plan(&secret).0);
        if accepted {
            assert_eq!(checked.code, 0, "{name}: {}", checked.output());
        } else {
            assert_eq!(complaint(&checked, &["issuers[0].keys.secret_file", "32"]), None, "{name}");
        }
    }
}

#[test]
fn no_message_shows_a_secret() {
    let (plan, _) = plan(b"swordfish-swordfish");
    let refusal = check(&plan);
    assert_eq!(refusal.code, 64);
    assert!(!refusal.output().contains("swordfish"), "{}", refusal.output());
}

/// A secret cannot be written into the configuration.
#[test]
fn secrets_are_configured_by_file_only() {
    let (plan, _) = plan(SECRET);
    let plan =
        plan.with_issuer("keys", json!({ "secret": "correct-horse-battery-staple-0123456789" }));
    let refusal = check(&plan);
    assert_eq!(complaint(&refusal, &["issuers[0].keys"]), None);
    assert!(!refusal.output().contains("correct-horse"), "{}", refusal.output());
}
