//! Names that a YAML reader could misread, and names that could escape from their place. A YAML 1.1
//! and a YAML 1.2 reader both read them back unchanged.

use super::command::{documents, render, routes, session};
use crate::support::parts::schemas;
use crate::support::process::run;
use serde_json::{Value, json};
use std::process::Command;

/// Valid labels, and therefore usernames, that some YAML reader treats as keywords or numbers.
const WORDS: [&str; 20] = [
    "no", "on", "off", "y", "n", "yes", "true", "false", "null", "nan", "inf", "e1", "e-1", "x1f",
    "b0", "o17", "a1e3", "infinity", "t", "f",
];

/// Usernames that an attacker could choose.
const ATTACKS: [&str; 22] = [
    "1e3",
    "0x1f",
    "012",
    "2026-11-23",
    "1:30",
    "~",
    "=",
    "<<",
    "alice`) || Host(`bob.vdi.example.com",
    "alice\") || Host(\"bob",
    "{{ .session.name }}",
    "a: b",
    "- a",
    "# a",
    "a # b",
    "&a *a",
    "!!binary a",
    "%YAML 1.1",
    "'\"\\",
    "\u{e4}\u{2028}\u{1f600}",
    "--- a",
    "[a, {b: c}]",
];

/// All of them in every field that accepts them, read by both readers.
#[test]
fn every_yaml_reader_reads_the_same_names() {
    let python = schemas::python();
    let users: Vec<&str> = WORDS.iter().chain(&ATTACKS).copied().collect();
    let sessions: Vec<Value> = users
        .iter()
        .enumerate()
        .map(|(index, user)| {
            let mut session = session(&format!("s-{index}"), user);
            if let Some(word) = WORDS.get(index) {
                session["session"] = json!({ "id": word, "name": word });
                session["namespace"] = json!(word);
                session["owner"] =
                    json!({ "apiVersion": "v1", "kind": "Pod", "name": word, "uid": word });
            }
            session
        })
        .collect();
    let rendered = render(&["--bind-owner", "-"], &json!(sessions).to_string());
    assert_eq!(rendered.code, 0, "{}", rendered.output());
    let newer = documents(&rendered);
    let script = "import json, sys, yaml\nprint(json.dumps(list(yaml.safe_load_all(sys.stdin))))";
    let older = run(Command::new(python).args(["-c", script]), &rendered.stdout);
    assert_eq!(older.code, 0, "{}", older.output());
    let older: Vec<Value> = serde_json::from_str(&older.stdout).unwrap();
    assert_eq!(older, newer, "YAML 1.1 and 1.2 differ");

    let routes = routes(&newer);
    assert_eq!(routes.len(), users.len());
    for (index, user) in users.iter().enumerate() {
        let found =
            routes.iter().find(|r| r["metadata"]["annotations"]["doorward.dev/username"] == *user);
        let route = found.unwrap_or_else(|| panic!("{user:?} is not the owner of any route"));
        let [rule] = &**route["spec"]["routes"].as_array().unwrap() else { panic!("{user}") };
        let text = rule["match"].as_str().unwrap();
        let host = text.strip_prefix("Host(`").and_then(|text| text.strip_suffix("`)")).unwrap();
        let label = host.strip_suffix(".vdi.example.com").unwrap();
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        assert!(label.bytes().all(plain), "{user:?} made the rule {text}");
        if let Some(word) = WORDS.get(index) {
            assert_eq!(label, *word);
            let metadata = &route["metadata"];
            for value in [
                &metadata["name"],
                &metadata["namespace"],
                &metadata["labels"]["session-id"],
                &metadata["ownerReferences"][0]["name"],
                &metadata["ownerReferences"][0]["uid"],
                &rule["services"][0]["name"],
            ] {
                assert_eq!(value, word);
            }
        }
    }
}
