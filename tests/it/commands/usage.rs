//! Help, version, completions, manual page, and invalid arguments.

use crate::support::process::{doorward, run};

const COMMANDS: [&str; 14] = [
    "serve",
    "demo",
    "check",
    "explain",
    "label",
    "token",
    "keygen",
    "healthcheck",
    "completions",
    "man",
    "render",
    "revoke",
    "revocations",
    "help",
];

#[test]
fn help_names_every_command() {
    let help = run(doorward().arg("--help"), "");
    assert_eq!((help.code, help.stderr.as_str()), (0, ""), "{}", help.output());
    for command in COMMANDS.iter().filter(|command| **command != "help") {
        assert!(help.stdout.contains(command), "{command} in\n{}", help.stdout);
        let own = run(doorward().args([command, "--help"]), "");
        assert!(own.code == 0 && own.stdout.contains("Usage"), "{command}: {}", own.output());
    }
}

#[test]
fn version_is_the_packages() {
    let version = run(doorward().arg("--version"), "");
    assert_eq!(version.code, 0);
    assert_eq!(version.stdout.trim(), concat!("doorward ", env!("CARGO_PKG_VERSION")));
}

#[test]
fn completions_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = run(doorward().args(["completions", shell]), "");
        assert!(
            script.code == 0 && script.stdout.contains("doorward"),
            "{shell}: {}",
            script.output()
        );
    }
    let other = run(doorward().args(["completions", "tcsh"]), "");
    assert_eq!(other.code, 64, "{}", other.output());
}

#[test]
fn the_manual_is_a_manual() {
    let manual = run(doorward().arg("man"), "");
    assert!(manual.code == 0 && manual.stdout.contains(".TH"), "{}", manual.output());
    for page in ["doorward", "doorward-serve", "doorward-render", "doorward-render-gate"] {
        assert!(manual.stdout.contains(&format!(".TH {page} 1")), "no page of {page}");
    }
    assert!(manual.stdout.contains("doorward"));
}

#[test]
fn bad_usage_is_exit_code_64() {
    for arguments in [
        &[][..],
        &["servo"],
        &["--nope"],
        &["serve", "--nope"],
        &["serve", "extra"],
        &["explain"],
        &["token"],
        &["token", "--user", "alice"],
        &["token", "--key", "k", "--user", "alice", "--handoff"],
        &["token", "--key", "k", "--user", "alice", "--handoff", "--ttl", "2m"],
        &["token", "--key", "k", "--user", "alice", "--nonce", "0123456789abcdef"],
        &["keygen"],
        &["keygen", "--alg", "none", "--out", "/tmp"],
        &["completions"],
        &["demo", "--port", "seventy"],
        &["healthcheck", "--url"],
        &["healthcheck", "--url", "127.0.0.1:4182"],
        &["keygen", "--tls", "https://gate", "--out", "/nowhere/keys"],
    ] {
        let refused = run(doorward().args(arguments), "");
        assert_eq!(refused.code, 64, "{arguments:?}: {}", refused.output());
        assert!(refused.stdout.is_empty() && !refused.stderr.is_empty(), "{}", refused.output());
    }
    let suggestion = run(doorward().arg("serv"), "");
    assert!(suggestion.stderr.contains("serve"), "{}", suggestion.output());
}

#[test]
fn a_missing_configuration_is_reported_with_its_path() {
    for command in ["serve", "check", "healthcheck"] {
        let refused = run(doorward().args([command, "--config", "/nowhere/doorward.yaml"]), "");
        assert_eq!(refused.code, 64, "{command}: {}", refused.output());
        assert!(refused.stderr.contains("/nowhere/doorward.yaml"), "{}", refused.output());
    }
}

/// A closed standard output is not an error: `doorward … | head -1` does not crash.
#[test]
fn a_closed_pipe_is_no_panic() {
    let program = env!("CARGO_BIN_EXE_doorward");
    for arguments in ["check --schema", "check --sample", "completions bash", "man"] {
        let line = format!("{program} {arguments} | head -c 1 > /dev/null");
        let finished = run(std::process::Command::new("sh").args(["-c", &line]), "");
        assert!(!finished.stderr.contains("panicked"), "{arguments}: {}", finished.output());
    }
}
