//! Both bodies: bounded, well-formed, and without a trace of other users.

use super::*;

const OUTCOMES: [Outcome; 15] = [
    Outcome::Malformed,
    Outcome::ConfirmSignOut,
    Outcome::CrossSite,
    Outcome::CrossSiteLink,
    Outcome::InvalidSession,
    Outcome::NotFound,
    Outcome::NotYours,
    Outcome::PeerRefused,
    Outcome::RedirectLoop,
    Outcome::SessionExpired,
    Outcome::SignInFailed,
    Outcome::SignInRequired,
    Outcome::SignedOut,
    Outcome::TooLarge,
    Outcome::Unavailable,
];

fn error(outcome: Outcome) -> ErrorBody<'static> {
    ErrorBody {
        outcome,
        class: ClientClass::Page,
        request_id: "id-1",
        own_url: Some("https://alice.vdi.example.com/".to_owned()),
        form_leads_to: None,
        sign_in_url: Some("https://portal.example.com/?rd=x&y=\"><script>".to_owned()),
    }
}

#[test]
fn pages_are_bounded_and_escape_what_they_hold() {
    for outcome in OUTCOMES {
        let page = error(outcome).html();
        assert!(page.len() <= 8 * 1024, "{outcome:?}");
        assert!(!page.contains("<script"), "{outcome:?}");
        assert!(page.contains("id-1") && page.contains(outcome.reason()), "{outcome:?}");
        assert!(page.contains("href=\"https://alice.vdi.example.com/\""), "{outcome:?}");
    }
}

#[test]
fn problems_are_json_with_the_status_of_the_answer() {
    for outcome in OUTCOMES {
        let body: serde_json::Value = serde_json::from_str(&error(outcome).problem()).unwrap();
        assert_eq!(body["status"], outcome.status().as_u16(), "{outcome:?}");
        assert_eq!(body["title"], outcome.status().canonical_reason().unwrap(), "{outcome:?}");
        assert_eq!(body["type"], "about:blank");
        assert_eq!(body["request_id"], "id-1");
    }
}

#[test]
fn no_outcome_is_a_success_or_a_redirect() {
    for outcome in OUTCOMES {
        assert!(outcome.status().is_client_error() || outcome.status().is_server_error());
    }
}

#[test]
fn the_policy_names_the_hash_of_the_style() {
    let policy = error(Outcome::NotFound).content_security_policy();
    let policy = policy.to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
}

/// Chromium checks the redirect after a form against the page's `form-action`, too.
#[test]
fn the_form_policy_names_only_the_logout_origin() {
    for (leads_to, expected) in [
        (None, "form-action 'self'; "),
        (
            Some("https://portal.example.net/bye?x=1"),
            "form-action 'self' https://portal.example.net; ",
        ),
        (
            Some("https://portal.example.net:8443/"),
            "form-action 'self' https://portal.example.net:8443; ",
        ),
        (Some("javascript:alert(1)"), "form-action 'self'; "),
        (Some("https://a;b/"), "form-action 'self'; "),
    ] {
        let policy = |outcome| {
            ErrorBody { form_leads_to: leads_to, ..error(outcome) }.content_security_policy()
        };
        let asks = policy(Outcome::ConfirmSignOut);
        assert!(asks.to_str().unwrap().contains(expected), "{leads_to:?}: {asks:?}");
        let quiet = policy(Outcome::SignedOut);
        assert!(quiet.to_str().unwrap().contains("form-action 'none'"), "{leads_to:?}");
    }
}
