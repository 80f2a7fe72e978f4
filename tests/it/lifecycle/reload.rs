//! Reloads by signal and by file change; a bad configuration changes nothing and is reported.

use crate::support::gate::{Gate, Plan};
use crate::support::key::{Key, key_set};
use crate::support::portal::{ALICE, Portal};
use crate::support::process::eventually;
use crate::support::request::Request;
use serde_json::json;
use std::fs;
use std::os::unix::fs::symlink;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(60);

fn question(portal: &Portal) -> Request {
    Request::question(ALICE).session(&portal.token("alice"))
}

async fn becomes(gate: &Gate, question: &Request, status: u16) {
    let what = format!("status {status}");
    eventually(&what, PATIENCE, || async { gate.ask(question).await.status == status }).await;
}

/// Whether the body of `/readyz`, whose status stays 200, names the wrong key.
async fn complains(gate: &Gate) -> bool {
    let ready = gate.admin("/readyz").await.unwrap();
    assert_eq!(ready.status, 200, "{ready}");
    ready.text().contains("cross_site")
}

/// The value of a counter; 0 while it is not exposed.
async fn counter(gate: &Gate, name: &str) -> f64 {
    let metrics = gate.metrics().await;
    let lines = metrics.lines().filter(|line| line.starts_with(name) && !line.starts_with('#'));
    lines
        .filter_map(|line| line.rsplit_once(' '))
        .filter_map(|(_, value)| value.parse::<f64>().ok())
        .sum()
}

#[tokio::test]
async fn sighup_reloads_the_configuration() {
    let portal = Portal::new();
    let mut gate = Gate::open(&portal).await;
    let question = question(&portal);
    assert_eq!(gate.ask(&question).await.status, 200);
    gate.rewrite(|config| config["issuers"][0]["audiences"] = json!(["another"]));
    gate.process.signal("HUP");
    // The cached result for this token is from the old configuration and must not be used.
    becomes(&gate, &question, 401).await;
    gate.rewrite(|config| config["issuers"][0]["audiences"] = json!(["vdi"]));
    gate.process.signal("HUP");
    becomes(&gate, &question, 200).await;
}

#[tokio::test]
async fn a_changed_configuration_file_is_reloaded() {
    let portal = Portal::new();
    let mut gate = Gate::open(&portal).await;
    let question = question(&portal).page().without("Cookie");
    assert_eq!(gate.ask(&question).await.status, 302);
    gate.rewrite(|config| drop(config.as_object_mut().unwrap().remove("login")));
    becomes(&gate, &question, 401).await;
}

#[tokio::test]
async fn a_wrong_configuration_keeps_the_running_one() {
    let portal = Portal::new();
    let mut gate = Gate::open(&portal).await;
    let (good, bad) = (question(&portal), Request::question(ALICE).session(&portal.token("bob")));
    let failures = "doorward_config_reload_failures_total";
    assert!(gate.metrics().await.contains("doorward_config_reload_failures"));
    assert!(!complains(&gate).await, "nothing is wrong yet");
    for (round, wrong) in [json!("lax"), json!(["strict"])].into_iter().enumerate() {
        let before = counter(&gate, failures).await;
        gate.rewrite(|config| config["cross_site"] = wrong);
        gate.process.signal("HUP");
        let grown = || async { counter(&gate, failures).await > before };
        eventually("the failure in the metric", PATIENCE, grown).await;
        let what = format!("round {round}: the failure in the body of /readyz");
        eventually(&what, PATIENCE, || complains(&gate)).await;
        assert_eq!(gate.ask(&good).await.status, 200);
        assert_eq!(gate.ask(&bad).await.status, 403);
        assert!(gate.process.output().contains("cross_site"), "{}", gate.process.output());
    }
    gate.rewrite(|config| config["cross_site"] = json!("strict"));
    gate.process.signal("HUP");
    eventually("healthy again", PATIENCE, || async { !complains(&gate).await }).await;
}

#[tokio::test]
async fn a_missing_or_broken_file_keeps_the_running_configuration() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let path = gate.plan.write();
    let failures = "doorward_config_reload_failures_total";
    for content in [None, Some("listen: [")] {
        let before = counter(&gate, failures).await;
        match content {
            None => fs::remove_file(&path).unwrap(),
            Some(text) => fs::write(&path, text).unwrap(),
        }
        gate.process.signal("HUP");
        let grown = || async { counter(&gate, failures).await > before };
        eventually("the failure in the metric", PATIENCE, grown).await;
        assert_eq!(gate.ask(&question(&portal)).await.status, 200);
    }
}

/// Keys that need a restart are rejected by name, and nothing else of that file takes effect.
#[tokio::test]
async fn a_key_that_needs_a_restart_is_refused_by_name() {
    let portal = Portal::new();
    let mut gate = Gate::open(&portal).await;
    let other = crate::support::process::free_address();
    gate.rewrite(|config| {
        config["listen"] = json!(other);
        config["issuers"][0]["audiences"] = json!(["another"]);
    });
    gate.process.signal("HUP");
    let failed = || async { counter(&gate, "doorward_config_reload_failures_total").await > 0.0 };
    eventually("the failure in the metric", PATIENCE, failed).await;
    assert!(gate.process.output().contains("listen"), "{}", gate.process.output());
    assert_eq!(gate.ask(&question(&portal)).await.status, 200);
}

/// The missing file is named only by the rejected configuration.
#[tokio::test]
async fn a_new_key_file_causes_a_reload() {
    let portal = Portal::new();
    let mut gate = Gate::open(&portal).await;
    let late = gate.folder().join("late.json");
    gate.rewrite(|config| config["issuers"][0]["keys"] = json!({ "jwks_file": late }));
    let failed = || async { counter(&gate, "doorward_config_reload_failures_total").await > 0.0 };
    eventually("the failure in the metric", PATIENCE, failed).await;
    let old = question(&portal);
    assert_eq!(gate.ask(&old).await.status, 200, "the running keys stay");
    let next = Key::es256("portal-2");
    fs::write(&late, key_set([&next])).unwrap();
    let new = Request::question(ALICE).session(&portal.claims("alice").sign(&next));
    becomes(&gate, &new, 200).await;
    assert_eq!(gate.ask(&old).await.status, 401);
}

#[tokio::test]
async fn a_changed_key_file_is_reloaded() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let next = Key::es256("portal-2");
    let old = question(&portal);
    let new = Request::question(ALICE).session(&portal.claims("alice").sign(&next));
    assert_eq!((gate.ask(&old).await.status, gate.ask(&new).await.status), (200, 401));
    let file = gate.plan.config["issuers"][0]["keys"]["jwks_file"].as_str().unwrap().to_owned();
    fs::write(&file, key_set([&portal.key, &next])).unwrap();
    becomes(&gate, &new, 200).await;
    assert_eq!(gate.ask(&old).await.status, 200);
    fs::write(&file, key_set([&next])).unwrap();
    // A cached session becomes invalid when the key that verified it is removed.
    becomes(&gate, &old, 401).await;
    assert_eq!(gate.ask(&new).await.status, 200);
}

/// Kubernetes replaces a mounted folder by changing one symbolic link: no file in it changes.
#[tokio::test]
async fn a_changed_symbolic_link_causes_a_reload() {
    let portal = Portal::new();
    let next = Key::es256("portal-2");
    let plan = Plan::of(&portal);
    let mount = plan.folder.path().join("mount");
    for (version, key) in [("v1", &portal.key), ("v2", &next)] {
        fs::create_dir_all(mount.join(version)).unwrap();
        fs::write(mount.join(version).join("jwks.json"), key_set([key])).unwrap();
    }
    symlink("v1", mount.join("..data")).unwrap();
    symlink("..data/jwks.json", mount.join("jwks.json")).unwrap();
    let gate =
        plan.with_issuer("keys", json!({ "jwks_file": mount.join("jwks.json") })).open().await;
    assert_eq!(gate.ask(&question(&portal)).await.status, 200);
    symlink("v2", mount.join("..next")).unwrap();
    fs::rename(mount.join("..next"), mount.join("..data")).unwrap();
    let new = Request::question(ALICE).session(&portal.claims("alice").sign(&next));
    becomes(&gate, &new, 200).await;
    assert_eq!(gate.ask(&question(&portal)).await.status, 401);
}
