//! The loop guard: a sign-in that never results in a session ends with a page that explains it.

use crate::support::answer::Answer;
use crate::support::gate::Gate;
use crate::support::portal::{ALICE, COOKIE, Portal};
use crate::support::request::Request;

/// A browser that stores cookies.
#[derive(Default)]
struct Browser {
    jar: Vec<String>,
}

impl Browser {
    async fn open(&mut self, gate: &Gate, path: &str) -> Answer {
        let mut question = Request::question(ALICE).uri(path).page();
        if !self.jar.is_empty() {
            question = question.add("Cookie", self.jar.join("; "));
        }
        let answer = gate.ask(&question).await;
        for pair in answer.cookies() {
            let name = pair.split('=').next().unwrap_or_default().to_owned();
            self.jar.retain(|old| old.split('=').next() != Some(&name));
            if !pair.ends_with('=') {
                self.jar.push(pair);
            }
        }
        answer
    }
}

#[tokio::test]
async fn the_fourth_redirect_of_one_path_is_a_page() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let mut browser = Browser::default();
    for count in 1..=3 {
        let answer = browser.open(&gate, "/desk?x=1").await;
        assert_eq!(answer.status, 302, "redirect {count}");
        for line in answer.all("Set-Cookie") {
            assert!(line.starts_with("__Host-"), "{line}");
            let attributes: Vec<String> =
                line.split(';').skip(1).map(|part| part.trim().to_ascii_lowercase()).collect();
            for wanted in ["secure", "httponly", "path=/"] {
                assert!(
                    attributes.iter().any(|attribute| attribute == wanted),
                    "{wanted} in {line}"
                );
            }
            assert!(!attributes.iter().any(|attribute| attribute.starts_with("domain")), "{line}");
        }
    }
    let answer = browser.open(&gate, "/desk?x=1").await;
    assert!(answer.status == 401 && answer.is_page(), "{answer}");
    assert_eq!(answer.header("Location"), None);
}

#[tokio::test]
async fn other_paths_are_no_loop() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let mut browser = Browser::default();
    for path in ["/a", "/b", "/c", "/d", "/e"] {
        assert_eq!(browser.open(&gate, path).await.status, 302, "{path}");
    }
}

/// The counter never reaches a desktop, and it is no credential.
#[tokio::test]
async fn the_loop_cookie_is_no_credential_and_does_not_reach_the_desktop() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let mut browser = Browser::default();
    browser.open(&gate, "/").await;
    assert_eq!(browser.jar.len(), 1, "one cookie counts: {:?}", browser.jar);
    let counter = browser.jar[0].clone();
    let name = counter.split('=').next().unwrap();
    assert_ne!(name, COOKIE);

    let token = portal.token("alice");
    let as_token = Request::question(ALICE).add("Cookie", format!("{name}={token}"));
    assert_eq!(gate.ask(&as_token).await.status, 401);

    let question =
        Request::question(ALICE).add("Cookie", format!("{counter}; a=1")).session(&token);
    let answer = gate.ask(&question).await;
    assert_eq!((answer.status, answer.all("Cookie")), (200, vec!["a=1".to_owned()]));
}

/// The worst effect of a forged counter is a page instead of a redirect.
#[tokio::test]
async fn a_forged_loop_cookie_has_no_effect_on_others() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let mut browser = Browser::default();
    browser.open(&gate, "/").await;
    let name = browser.jar[0].split('=').next().unwrap().to_owned();
    let long = "9".repeat(3000);
    for value in ["", "x", "-1", "99999999999999999999", "4.\u{fc}", "a.b.c.d.e", &long] {
        let cookie = format!("{name}={value}; {name}=1");
        let answer = gate.ask(&Request::question(ALICE).page().add("Cookie", cookie)).await;
        assert!(matches!(answer.status, 302 | 401), "{value}: {answer}");
    }
}
