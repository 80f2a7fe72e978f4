//! Commands about issuers whose keys are fetched: `check` sends no request, `explain` names the
//! address it requests.

use super::setup::{KEYS, plan, server};
use crate::support::portal::{ALICE, Portal};
use crate::support::process::{doorward, run};
use serde_json::json;
use std::fs;

#[tokio::test(flavor = "multi_thread")]
async fn explain_fetches_keys_or_uses_stored_ones_and_check_fetches_none() {
    let portal = Portal::new();
    let server = server([&portal.key]).await;
    let plan = plan(&portal, &server);
    let state = plan.folder.path().join("state");
    fs::create_dir(&state).unwrap();
    let plan = plan.with("state_dir", json!(state));
    let config = plan.write();
    let checked = run(doorward().arg("check").arg("--config").arg(&config), "");
    assert_eq!(checked.code, 0, "{}", checked.output());
    assert!(checked.stdout.contains(&server.url(KEYS)), "{}", checked.output());
    assert_eq!(server.asked(KEYS), 0);

    let explain = || {
        let mut command = doorward();
        command.args(["explain", "--host", ALICE, "--token-file", "-", "--config"]).arg(&config);
        run(&mut command, &portal.token("alice"))
    };
    let explained = explain();
    assert_eq!(explained.code, 0, "{}", explained.output());
    assert!(explained.stderr.contains("fetching them by https://"), "{}", explained.output());
    assert_eq!(server.asked(KEYS), 1);

    let gate = plan.open().await;
    let kept = || async { state.read_dir().unwrap().count() > 0 };
    crate::support::process::eventually("the kept keys", super::setup::PATIENCE, kept).await;
    let before = server.asked(KEYS);
    let explained = explain();
    assert_eq!(explained.code, 0, "{}", explained.output());
    assert!(explained.stderr.contains(&state.display().to_string()), "{}", explained.output());
    assert_eq!(server.asked(KEYS), before);
    drop(gate);
}
