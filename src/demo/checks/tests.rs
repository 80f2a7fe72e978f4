use super::way_in::Sessions;
use super::*;
use crate::demo::{certificate::Certificates, gate::SESSION_COOKIE};
use std::collections::BTreeSet;

const NOW: u64 = 1_800_000_000;

/// Calls `judge` with a `SelfTest` that sends no request.
pub(super) fn self_test<T>(judge: impl FnOnce(&SelfTest<'_>) -> T) -> T {
    let hosts = Hosts::new(8443);
    let authority = Certificates::generate(NOW).unwrap().authority_der;
    judge(&SelfTest {
        hosts,
        client: &Client::new(authority, hosts).unwrap(),
        issuer: &Issuer::new(hosts.origin(SIGN_IN_LABEL)).unwrap(),
        record: &Record::default(),
        drops_aliases: true,
        now: NOW,
    })
}

fn reply(status: u16, headers: &str, body: &str) -> Reply {
    Reply::new(status, format!("HTTP/1.1 {status} X\r\n{headers}\r\n"), body.to_owned())
}

fn check(expected: Expected) -> Check {
    let host = "alice.vdi.localhost:8443".to_owned();
    let headers = Vec::new();
    Check { name: "x", method: "GET", label: "alice", host, path: "/echo", headers, expected }
}

#[test]
fn a_denied_request_that_reached_the_desktop_is_a_failure() {
    self_test(|self_test| {
        let refused = check(Expected::Refused(403));
        for (row, status, reached, passed) in [
            ("refused", 403, false, true),
            ("other_status", 401, false, false),
            ("let_in", 200, true, false),
            ("refused_too_late", 403, true, false),
        ] {
            let finding = self_test.judge(&refused, Ok(reply(status, "", "")), reached);
            assert_eq!(finding.passed, passed, "{row}: {}", finding.actual);
        }
    });
}

#[test]
fn no_answer_is_a_failure() {
    self_test(|self_test| {
        let silence = Err(io::ErrorKind::TimedOut.into());
        assert!(!self_test.judge(&check(Expected::Refused(403)), silence, false).passed);
    });
}

#[test]
fn entry_needs_the_right_desktop_the_right_name_and_no_token() {
    let inside = || {
        check(Expected::Inside {
            owner: Account::Alice,
            shown: vec![("x-doorward-user", "alice".into())],
            hidden: vec!["eyJ".into()],
        })
    };
    let body = |desktop: &str, headers: &str| {
        format!(r#"{{ "desktop": "{desktop}", "headers": [{headers}] }}"#)
    };
    let user = r#"["x-doorward-user", "alice"]"#;
    self_test(|self_test| {
        for (row, body, passed) in [
            ("as_it_should_be", body("alice", user), true),
            ("other_desktop", body("bob", user), false),
            ("no_name", body("alice", ""), false),
            ("other_name", body("alice", r#"["x-doorward-user", "bob"]"#), false),
            ("two_names", body("alice", &format!(r#"{user}, ["x-doorward-user", "bob"]"#)), false),
            ("token", body("alice", &format!(r#"{user}, ["cookie", "eyJhbGc"]"#)), false),
            ("no_json", "hello".to_owned(), false),
        ] {
            let finding = self_test.judge(&inside(), Ok(reply(200, "", &body)), true);
            assert_eq!(finding.passed, passed, "{row}: {}", finding.actual);
        }
    });
}

#[test]
fn redirect_must_lead_to_the_sign_in_page_and_back() {
    let own = "https%3A%2F%2Falice.vdi.localhost%3A8443%2Fecho";
    self_test(|self_test| {
        for (row, location, passed) in [
            ("as_it_should_be", format!("https://login.vdi.localhost:8443/?rd={own}&st=a.b"), true),
            ("no_state", format!("https://login.vdi.localhost:8443/?rd={own}"), false),
            ("other_page", format!("https://login.evil.example/?rd={own}&st=a.b"), false),
            ("relative", format!("/?rd={own}&st=a.b"), false),
            ("no_way_back", "https://login.vdi.localhost:8443/?st=a.b".into(), false),
            (
                "back_elsewhere",
                "https://login.vdi.localhost:8443/?rd=https%3A%2F%2Fe%2F&st=a.b".into(),
                false,
            ),
        ] {
            let headers = format!("Location: {location}\r\n");
            let finding =
                self_test.judge(&check(Expected::SignIn), Ok(reply(302, &headers, "")), false);
            assert_eq!(finding.passed, passed, "{row}: {}", finding.actual);
        }
    });
}

#[test]
fn socket_must_echo() {
    self_test(|self_test| {
        let message = crate::demo::client::MESSAGE;
        for (row, status, body, passed) in [
            ("echo", 101, message, true),
            ("other", 101, "x", false),
            ("plain", 200, message, false),
        ] {
            let finding =
                self_test.judge(&check(Expected::Socket), Ok(reply(status, "", body)), true);
            assert_eq!(finding.passed, passed, "{row}");
        }
    });
}

#[test]
fn names_are_distinct_and_requests_are_whole() {
    self_test(|self_test| {
        let [alice, bob] = ["a", "b"].map(|value| format!("{SESSION_COOKIE}={value}"));
        let checks = self_test.catalogue(&Sessions { alice, bob }).unwrap();
        let names: BTreeSet<_> = checks.iter().map(|check| check.name).collect();
        assert_eq!(names.len(), checks.len());
        for check in &checks {
            let text = check.text("check-1");
            assert!(text.ends_with("\r\n\r\n"), "{}", check.name);
            assert_eq!(text.matches("\r\nConnection: ").count(), 1, "{}", check.name);
            assert!(text.contains("?attempt=check-1 HTTP/1.1\r\nHost: "), "{}", check.name);
        }
        let refusals = checks.iter().filter(|c| matches!(c.expected, Expected::Refused(_))).count();
        assert!(refusals > checks.len() / 2, "the demo is about staying out");
    });
}
