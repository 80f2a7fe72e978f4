//! What `check` accepts, what it warns of, and what it prints about the configuration itself.

use super::check;
use crate::support::gate::Plan;
use crate::support::portal::Portal;
use crate::support::process::{doorward, run};
use serde_json::{Value, json};
use std::fs;

#[test]
fn good_configurations() {
    let portal = Portal::new();
    #[rustfmt::skip]
    let rows = [
        ("as_it_is", "log", json!({ "format": "json" })),
        ("reserved_login", "login", json!({ "url": "https://portal.vdi.example.com/in",
            "sets_cookie": true })),
        ("no_login", "login", json!({})),
        ("two_listeners", "listen", json!(["127.0.0.1:4181", "[::1]:4181"])),
        ("trust_stated", "trusted_proxies", json!(["10.0.0.0/8", "fd00::/8", "192.0.2.1/32"])),
        ("domain_object", "domains", json!([{ "name": "vdi.example.com",
            "issuers": ["https://idp.example.com"] }])),
        ("upper_case_domain", "domains", json!(["VDI.Example.com."])),
        ("trusted_origin", "trusted_origins",
            json!([{ "origin": "https://portal.example.com", "frame": true }])),
        ("longest_leeway", "tokens", json!({ "leeway": "300s" })),
        ("shortest_leeway", "tokens", json!({ "leeway": "0s" })),
        ("identity", "identity_headers", json!({ "Remote-User": "username",
            "X-Role": "/realm/role" })),
        ("no_identity", "identity_headers", json!({})),
    ];
    for (name, key, value) in rows {
        let checked = check(&Plan::of(&portal).with(key, value));
        assert_eq!(checked.code, 0, "{name}: {}", checked.output());
    }
}

#[test]
fn a_risky_setting_gives_a_warning() {
    let portal = Portal::new();
    #[rustfmt::skip]
    let rows = [
        ("username_that_users_change", "/issuers/0/user_claim", json!("preferred_username"),
            "user_claim"),
        ("mail_address", "/issuers/0/user_claim", json!("email"), "user_claim"),
        ("nickname", "/issuers/0/user_claim", json!("nickname"), "user_claim"),
        ("parent_domain", "/tokens", json!({ "cookies": ["s"], "parent_domain": true }),
            "tokens."),
        ("report", "/cross_site", json!("report"), "cross_site"),
        ("off", "/cross_site", json!("off"), "cross_site"),
        ("plain_http", "/public_scheme", json!("http"), "public_scheme"),
    ];
    for (name, pointer, value, wanted) in rows {
        let mut plan = Plan::of(&portal);
        let pointer = pointer.to_owned();
        match plan.config.pointer_mut(&pointer) {
            Some(place) => *place = value,
            None => plan.config[pointer.trim_start_matches('/')] = value,
        }
        let checked = check(&plan);
        assert_eq!(checked.code, 0, "{name}: {}", checked.output());
        let said = checked.output();
        assert!(said.contains(wanted) && said.to_lowercase().contains("warn"), "{name}: {said}");
    }
    let quiet = check(&Plan::of(&portal)).output();
    assert!(!quiet.to_lowercase().contains("warn"), "{quiet}");
}

/// A configuration is checked where it will run, so the gate may be running already.
#[tokio::test]
async fn check_binds_no_port() {
    let gate = Plan::of(&Portal::new()).open().await;
    let checked = check(&gate.plan);
    assert_eq!(checked.code, 0, "{}", checked.output());
}

#[test]
fn check_prints_json() {
    let portal = Portal::new();
    #[rustfmt::skip]
    let rows = [
        (Plan::of(&portal), 0),
        (Plan::of(&portal).with("cross_site", json!("lax")).with("domains", json!([])), 64),
    ];
    for (plan, code) in rows {
        let checked = run(doorward().args(["check", "--json", "--config"]).arg(plan.write()), "");
        assert_eq!(checked.code, code, "{}", checked.output());
        let report: Value = serde_json::from_str(&checked.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", checked.output()));
        if code != 0 {
            let text = report.to_string();
            assert!(text.contains("cross_site") && text.contains("domains"), "{text}");
        }
    }
}

#[test]
fn the_schema_knows_every_key() {
    let printed = run(doorward().args(["check", "--schema"]), "");
    assert_eq!(printed.code, 0, "{}", printed.output());
    let schema: Value = serde_json::from_str(&printed.stdout).expect("JSON");
    assert!(schema["$schema"].is_string(), "{schema}");
    for key in [
        "listen",
        "admin_listen",
        "tls",
        "state_dir",
        "trusted_proxies",
        "domains",
        "public_scheme",
        "issuers",
        "tokens",
        "cache",
        "limits",
        "cross_site",
        "trusted_origins",
        "identity_headers",
        "login",
        "reserved_labels",
        "grants",
        "log",
    ] {
        assert!(schema["properties"][key].is_object(), "{key}");
    }
    assert_eq!(schema["additionalProperties"], json!(false), "unknown keys are errors");
}

/// The commented default file is a configuration, and loses nothing on the way.
#[test]
fn the_sample_is_accepted() {
    let printed = run(doorward().args(["check", "--sample"]), "");
    assert_eq!(printed.code, 0, "{}", printed.output());
    for key in ["listen", "trusted_proxies", "domains", "issuers", "tokens", "cross_site", "log"] {
        assert!(printed.stdout.contains(&format!("{key}:")), "{key} in the sample");
    }
    assert!(
        printed.stdout.lines().filter(|line| line.contains('#')).count() > 10,
        "it is commented"
    );
    let folder = tempfile::tempdir().unwrap();
    let keys = run(doorward().args(["keygen", "--out"]).arg(folder.path()), "");
    assert_eq!(keys.code, 0, "{}", keys.output());
    // The file that the sample names.
    fs::copy(folder.path().join("jwks.json"), folder.path().join("portal.jwks.json")).unwrap();
    let file = folder.path().join("config.yaml");
    fs::write(&file, &printed.stdout).unwrap();
    let checked =
        run(doorward().current_dir(folder.path()).args(["check", "--config"]).arg(&file), "");
    assert_eq!(checked.code, 0, "{}", checked.output());
}
