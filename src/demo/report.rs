//! What the demo prints: that it is ready and what to do now, and the table of its own checks,
//! each for people and as JSON. Pure; tokens never come near it.

use super::{
    checks::Finding,
    curl::CurlLine,
    hosts::{Account, Hosts, SIGN_IN_LABEL, host},
};
use crate::manifest::TraefikVersion;
use serde_json::{Value, json};
use std::{fmt::Write, path::Path};

/// Everything that the first screen says.
pub(super) struct Ready<'a> {
    pub(super) hosts: Hosts,
    pub(super) authority: &'a Path,
    pub(super) traefik: &'a Path,
    pub(super) version: TraefikVersion,
    pub(super) lines: &'a [CurlLine],
}

impl Ready<'_> {
    pub(super) fn text(&self) -> String {
        let (alice, bob) = (self.desktop(Account::Alice), self.desktop(Account::Bob));
        let hosts = hosts().join(" ");
        let mut text = format!(
            "\nThe demo is ready: real Traefik {version} in front, the gate behind it over HTTP/2.\n\
             \n\
             In a browser\n  \
               alice's desktop  {alice}\n  \
               bob's desktop    {bob}   (has a button that attacks alice's)\n  \
               sign-in page     {sign_in}   (accounts: alice, bob; no password)\n\
             \n  \
               The certificates were created for this run. Accept the browser's warning on each of \
               the three\n  hosts, or import the CA: its key is deleted, and it is valid only for names \
               below\n  localhost.\n  \
               CA file          {authority}\n  \
               A browser that does not resolve names below localhost needs this line in /etc/hosts:\n  \
               127.0.0.1 {hosts}\n\
             \n  \
               The sign-in page creates hand-off tokens (login.handoff), for which the gate sets a \
               cookie\n  for one desktop's host. An example of a portal: src/demo/portal/handoff.rs\n\
             \n\
             In a terminal, in this order (the files contain tokens that are valid for this run \
             only)\n",
            version = self.version,
            sign_in = self.sign_in(),
            authority = self.authority.display(),
        );
        for line in self.lines {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "  # {}: {}\n  {}\n", line.expected, line.title, line.command);
        }
        text.push_str("Ctrl-C stops the demo and removes its files.\n");
        text
    }

    /// One line, so that a script can read it while the demo runs on.
    pub(super) fn json(&self) -> String {
        let commands: Vec<Value> = self
            .lines
            .iter()
            .map(|line| {
                json!({ "title": line.title, "expected": line.expected, "command": line.command })
            })
            .collect();
        let ready = json!({
            "ready": true,
            "port": self.hosts.port(),
            "desktops": {
                "alice": self.desktop(Account::Alice),
                "bob": self.desktop(Account::Bob),
            },
            "sign_in": self.sign_in(),
            "accounts": Account::ALL.map(Account::name),
            "hosts": hosts(),
            "ca_file": self.authority,
            "traefik": { "program": self.traefik, "version": self.version.to_string() },
            "commands": commands,
        });
        format!("{ready}\n")
    }

    fn desktop(&self, account: Account) -> String {
        format!("{}/", self.hosts.origin(account.name()))
    }

    fn sign_in(&self) -> String {
        format!("{}/", self.hosts.origin(SIGN_IN_LABEL))
    }
}

fn hosts() -> [String; 3] {
    [Account::Alice.name(), Account::Bob.name(), SIGN_IN_LABEL].map(host)
}

/// The table of `--once`.
pub(super) fn table(findings: &[Finding], version: TraefikVersion) -> String {
    let width = |column: fn(&Finding) -> &str| {
        findings.iter().map(|finding| column(finding).chars().count()).max().unwrap_or_default()
    };
    let name = width(|finding| finding.name);
    let expected = width(|finding| &finding.expected).max("expected".len());
    let mut text = format!("      {:name$}  {:expected$}  actual\n", "check", "expected");
    for finding in findings {
        let mark = if finding.passed { "ok  " } else { "FAIL" };
        let Finding { name: check, expected: wanted, actual, .. } = finding;
        let _ = writeln!(text, "{mark}  {check:name$}  {wanted:expected$}  {actual}");
    }
    let failed = findings.iter().filter(|finding| !finding.passed).count();
    let _ = match failed {
        0 => writeln!(text, "\nall {} as expected, through Traefik {version}", findings.len()),
        _ => writeln!(text, "\n{failed} of {} not as expected", findings.len()),
    };
    text
}

/// The same for a machine, on one line.
pub(super) fn table_json(findings: &[Finding], version: TraefikVersion) -> String {
    let checks: Vec<Value> = findings
        .iter()
        .map(|finding| {
            json!({
                "check": finding.name,
                "expected": finding.expected,
                "actual": finding.actual,
                "passed": finding.passed,
            })
        })
        .collect();
    let passed = all_passed(findings);
    let table = json!({ "passed": passed, "traefik": version.to_string(), "checks": checks });
    format!("{table}\n")
}

/// A self-test that sent no request has shown nothing.
pub(super) fn all_passed(findings: &[Finding]) -> bool {
    !findings.is_empty() && findings.iter().all(|finding| finding.passed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::curl;

    fn finding(name: &'static str, passed: bool) -> Finding {
        let actual = if passed { "403" } else { "200" }.to_owned();
        Finding { name, expected: "403".into(), actual, passed }
    }

    const VERSION: TraefikVersion = TraefikVersion::new(3, 7, 15);

    fn ready(json: bool) -> String {
        let folder = Path::new("/tmp/d");
        let hosts = Hosts::new(8443);
        let ready = Ready {
            hosts,
            authority: &folder.join("ca.pem"),
            traefik: Path::new("/bin/traefik"),
            version: VERSION,
            lines: &curl::lines(hosts, folder, &folder.join("ca.pem")),
        };
        if json { ready.json() } else { ready.text() }
    }

    #[test]
    fn first_screen_names_addresses_accounts_and_the_ca() {
        let text = ready(false);
        for part in [
            "https://alice.vdi.localhost:8443/",
            "https://bob.vdi.localhost:8443/",
            "https://login.vdi.localhost:8443/",
            "/tmp/d/ca.pem",
            "accounts: alice, bob",
            "# 403: bob, with a valid token of his own: denied\n  curl ",
            "Ctrl-C",
            "login.handoff",
        ] {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
        assert!(!text.contains("eyJ"), "a token on the screen");
    }

    #[test]
    fn prose_fits_an_ordinary_terminal() {
        let text = ready(false);
        let prose = text.lines().filter(|line| !line.trim_start().starts_with("curl"));
        for line in prose {
            assert!(line.chars().count() <= 96, "{line}");
        }
    }

    #[test]
    fn ready_object_is_one_line_of_json() {
        let text = ready(true);
        assert_eq!(text.lines().count(), 1);
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["desktops"]["alice"], "https://alice.vdi.localhost:8443/");
        assert_eq!(value["commands"].as_array().unwrap().len(), 5);
    }

    #[test]
    fn table_marks_what_failed_and_counts_it() {
        let text = table(&[finding("bob stays out", true), finding("short", false)], VERSION);
        assert!(text.contains("ok    bob stays out  403       403\n"), "{text}");
        assert!(text.contains("FAIL  short          403       200\n"), "{text}");
        assert!(text.ends_with("1 of 2 not as expected\n"), "{text}");
    }

    #[test]
    fn nothing_checked_is_not_passed() {
        assert!(!all_passed(&[]));
        assert!(all_passed(&[finding("a", true)]));
        assert!(!all_passed(&[finding("a", true), finding("b", false)]));
        let value: Value = serde_json::from_str(&table_json(&[], VERSION)).unwrap();
        assert_eq!(value["passed"], false);
    }
}
