//! `doorward label` uses the same function as the gate.

use crate::support::gate::Plan;
use crate::support::portal::Portal;
use crate::support::process::{Finished, doorward, run};
use serde_json::json;

fn label(arguments: &[&str]) -> Finished {
    let mut command = doorward();
    command.args(["label", "--issuer", "https://idp.example.com"]);
    run(command.args(arguments), "")
}

#[test]
fn one_line_for_each_user() {
    let labels = label(&["--bare-labels", "alice", "Alice", "jane.doe@corp.io"]);
    assert_eq!(labels.code, 0, "{}", labels.output());
    let expected = "alice\talice\nAlice\talice-uoik4542q0ochpatj6ken\n\
                    jane.doe@corp.io\tjane-doe-utkjgvubqumm4ulfdbo21\n";
    assert_eq!(labels.stdout, expected);
    let labels = label(&["--no-bare-labels", "alice"]);
    assert_eq!(labels.stdout, "alice\talice-uigvpv5c9n0rvhraghli6\n");
}

#[test]
fn a_user_without_a_label_is_reported_and_the_others_are_printed() {
    let labels = label(&["--bare-labels", "alice", " bob", "carol"]);
    assert_eq!(labels.code, 1, "{}", labels.output());
    assert_eq!(labels.stdout, "alice\talice\ncarol\tcarol\n");
    assert!(labels.stderr.contains("bob"), "{}", labels.output());
}

#[test]
fn a_user_that_looks_like_an_option() {
    let labels = label(&["--bare-labels", "--", "--help"]);
    assert_eq!(labels.code, 0, "{}", labels.output());
    assert!(labels.stdout.starts_with("--help\t"), "{}", labels.stdout);
}

#[test]
fn without_a_configuration_both_options_are_needed() {
    for arguments in [
        &["label", "alice"][..],
        &["label", "--bare-labels", "alice"],
        &["label", "--issuer", "https://idp.example.com", "alice"],
    ] {
        let refused = run(doorward().args(arguments).env("DOORWARD_CONFIG", "/nowhere"), "");
        assert_eq!(refused.code, 64, "{arguments:?}: {}", refused.output());
    }
}

#[test]
fn a_configuration_gives_both() {
    let plan = Plan::of(&Portal::new())
        .with("reserved_labels", json!(["bob"]))
        .with_issuer("bare_labels", json!(true));
    let labels = run(doorward().args(["label", "alice", "bob", "--config"]).arg(plan.write()), "");
    assert_eq!(labels.code, 0, "{}", labels.output());
    let lines: Vec<&str> = labels.stdout.lines().collect();
    assert_eq!(lines[0], "alice\talice");
    assert!(lines[1].starts_with("bob\tbob-u"), "the configured reserved labels count: {lines:?}");
}
