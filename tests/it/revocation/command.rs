//! `doorward revoke` and `doorward revocations`, against a running gate.

use super::{plan, status};
use crate::support::gate::Gate;
use crate::support::portal::Portal;
use crate::support::process::{Finished, doorward, run};

async fn command(gate: &Gate, arguments: &[&str]) -> Finished {
    let mut command = doorward();
    command.args(arguments).arg("--config").arg(gate.folder().join("config.yaml"));
    tokio::task::spawn_blocking(move || run(&mut command, "")).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn revoke_and_revocations_print_text() {
    let portal = Portal::new();
    let gate = plan(&portal, "file").open().await;
    let token = portal.token("alice");
    assert_eq!(status(&gate, &token).await, 200);
    let revoked = command(&gate, &["revoke", "--user", "alice"]).await;
    assert_eq!(revoked.code, 0, "{}", revoked.output());
    assert!(
        revoked.stdout.starts_with("user alice of https://idp.example.com: revoked, kept until ")
    );
    assert_eq!(status(&gate, &token).await, 401);
    let list = command(&gate, &["revocations"]).await;
    assert!(
        list.stdout.contains("user alice of https://idp.example.com\tissued before "),
        "{}",
        list.output()
    );
    assert!(list.stdout.ends_with("1 in store `file`, 1 shown\n"), "{}", list.output());
    let json = command(&gate, &["revocations", "--json"]).await;
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["revocations"][0]["user"], "alice");
    let undone = command(&gate, &["revoke", "--user", "alice", "--undo"]).await;
    assert_eq!(undone.code, 0, "{}", undone.output());
    assert_eq!(status(&gate, &token).await, 200);
    let again = command(&gate, &["revoke", "--user", "alice", "--undo"]).await;
    assert_eq!(again.code, 1, "{}", again.output());
    assert!(again.stderr.contains("there is no such revocation"), "{}", again.output());
}

#[tokio::test(flavor = "multi_thread")]
async fn revoke_reports_every_failure() {
    let portal = Portal::new();
    let gate = plan(&portal, "memory").open().await;
    for (arguments, code, part) in [
        (&["revoke"][..], 64, "--user"),
        (&["revoke", "--user", "a", "--jti", "b"], 64, "cannot be used with"),
        (&["revoke", "--user", "a", "--undo", "--expires", "5"], 64, "cannot be used with"),
        (&["revoke", "--user", "a", "--issued-before", "soon"], 64, "issued-before"),
        (
            &["revoke", "--user", "a", "--issuer", "https://evil.example"],
            1,
            "issuer must be one of",
        ),
        (&["revocations", "--url", "http://127.0.0.1:1"], 1, "admin_listen"),
        (&["revocations", "--url", "nowhere"], 64, "write --url"),
        (&["revocations", "--secret-file", "/nowhere"], 1, "/nowhere"),
    ] {
        let finished = command(&gate, arguments).await;
        assert_eq!(finished.code, code, "{arguments:?}: {}", finished.output());
        assert!(finished.stderr.contains(part), "{arguments:?}: {}", finished.output());
    }
}
