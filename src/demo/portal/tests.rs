use super::*;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

/// A state as the gate makes it.
pub(super) const ST: &str = "0123456789abcdef.E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Header and claims of the token in an address of `/.doorward/enter`.
pub(super) fn claims(address: &str) -> (Value, Value) {
    let token = address.split_once("&t=").unwrap().1;
    let mut parts = token.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap_or_default());
    let mut next = || serde_json::from_slice(&parts.next().unwrap()).unwrap();
    (next(), next())
}

fn portal() -> Portal {
    let hosts = Hosts::new(8443);
    Portal::new(hosts, Arc::new(Issuer::new(hosts.origin(SIGN_IN_LABEL)).unwrap()))
}

fn location(answer: &Answer) -> &str {
    answer.headers().get("location").map_or("", |value| value.to_str().unwrap())
}

/// The cookie pair that an answer sets.
fn pair(answer: &Answer) -> String {
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

fn wish(owner: &str) -> String {
    format!("rd=https://{owner}.vdi.localhost:8443/desk&st={ST}")
}

#[test]
fn a_signed_in_user_gets_a_handoff_token() {
    let portal = portal();
    let answer = portal.sign_in(&format!("account=bob&{}", wish("bob")), "");
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let start = "https://bob.vdi.localhost:8443/.doorward/enter?st=0123456789abcdef&t=eyJ";
    assert!(location(&answer).starts_with(start), "{}", location(&answer));
    assert_eq!(answer.headers()["referrer-policy"], "no-referrer", "a token is in the address");
    // A user who is signed in is redirected at once.
    let again = portal.visit(&wish("bob"), &pair(&answer));
    assert_eq!(again.status(), StatusCode::SEE_OTHER);
    assert!(location(&again).starts_with(start), "{}", location(&again));
    assert!(!again.headers().contains_key("set-cookie"));
}

#[test]
fn a_user_without_access_gets_a_page_and_no_token() {
    let portal = portal();
    let answer = portal.sign_in(&format!("account=bob&{}", wish("alice")), "");
    assert_eq!((answer.status(), location(&answer)), (StatusCode::FORBIDDEN, ""));
    let again = portal.visit(&wish("alice"), &pair(&answer));
    assert_eq!((again.status(), location(&again)), (StatusCode::FORBIDDEN, ""));

    let asked = Asked::read(&wish("alice"), portal.hosts).unwrap();
    let html = portal.html(&Said::Asked(asked), Some(Account::Bob));
    for part in [
        "alice’s desktop is not yours",
        "You are signed in as bob",
        "https://bob.vdi.localhost:8443/.doorward/login",
        "value=\"alice\"",
        ST,
    ] {
        assert!(html.contains(part), "{part}");
    }
    assert!(!html.contains("eyJ") && !html.contains("/.doorward/enter"), "nothing minted");
}

#[test]
fn the_portal_asks_an_unknown_visitor_for_an_account() {
    let answer = portal().visit(&wish("alice"), "");
    assert_eq!((answer.status(), location(&answer)), (StatusCode::OK, ""));
    assert!(!answer.headers().contains_key("set-cookie"));
    let stranger = portal().visit(&wish("alice"), "__Host-portal=guessed");
    assert_eq!(stranger.status(), StatusCode::OK);
}

#[test]
fn without_a_state_the_portal_links_to_the_own_desktop() {
    for form in ["account=bob", "account=bob&rd=https://evil.example/"] {
        let answer = portal().sign_in(form, "");
        assert_eq!(location(&answer), "https://bob.vdi.localhost:8443/.doorward/login", "{form}");
    }
    let html = portal().html(&Said::Nothing, None);
    for owner in ["alice", "bob"] {
        let link = format!("href=\"https://{owner}.vdi.localhost:8443/.doorward/login\"");
        assert!(html.contains(&link), "{link}");
    }
}

#[test]
fn the_portal_ignores_a_foreign_return_address() {
    let portal = portal();
    let known = pair(&portal.sign_in("account=bob", ""));
    for (row, query) in [
        ("other_site", format!("rd=https://evil.example/&st={ST}")),
        ("no_address", format!("st={ST}")),
        ("broken_state", "rd=https://bob.vdi.localhost:8443/&st=x".to_owned()),
        ("state_without_value", "rd=https://bob.vdi.localhost:8443/&st".to_owned()),
        ("two_states", format!("{}&st={ST}", wish("bob"))),
    ] {
        let answer = portal.visit(&query, &known);
        assert_eq!((answer.status(), location(&answer)), (StatusCode::BAD_REQUEST, ""), "{row}");
        let answer = portal.sign_in(&format!("account=bob&{query}"), "");
        assert_eq!((answer.status(), location(&answer)), (StatusCode::BAD_REQUEST, ""), "{row}");
        assert!(!answer.headers().contains_key("set-cookie"), "{row}");
    }
}

#[test]
fn unknown_account_gets_no_cookie() {
    for form in
        ["account=carol", "account=", "", "account=alice%00", "rd=x", "account=bob&account=alice"]
    {
        let answer = portal().sign_in(form, "");
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{form}");
        assert!(!answer.headers().contains_key("set-cookie"), "{form}");
    }
}

#[test]
fn signing_in_again_ends_the_session_before() {
    let portal = portal();
    let bob = pair(&portal.sign_in("account=bob", ""));
    let alice = pair(&portal.sign_in("account=alice", &bob));
    assert!(portal.visitors.find(&bob).is_none());
    assert_eq!(portal.visitors.find(&alice).unwrap().account, Account::Alice);
}

#[test]
fn only_its_own_page_signs_in_or_out() {
    let portal = portal();
    let origins = |values: &[&'static str]| {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::ORIGIN, HeaderValue::from_static(value));
        }
        portal.is_own_origin(&headers)
    };
    let own = "https://login.vdi.localhost:8443";
    assert!(origins(&[own]));
    for (row, values) in [
        ("none", &[][..]),
        ("bobs_page", &["https://bob.vdi.localhost:8443"]),
        ("null", &["null"]),
        ("other_port", &["https://login.vdi.localhost"]),
        ("longer", &["https://login.vdi.localhost:8443.evil.example"]),
        ("two", &[own, own]),
    ] {
        assert!(!origins(values), "{row}");
    }
}

#[test]
fn pages_have_no_placeholder_left_and_nothing_of_the_visitors_in_them() {
    let portal = portal();
    let back = "https://bob.vdi.localhost:8443/\"><script>alert(1)</script>{{account}}";
    let asked = Asked::read(&format!("rd={back}&st={ST}"), portal.hosts).unwrap();
    for said in [Said::Nothing, Said::SignedOut, Said::Unreadable, Said::Asked(asked)] {
        for account in [None, Some(Account::Alice), Some(Account::Bob)] {
            let html = portal.html(&said, account);
            assert!(!html.contains("{{") && !html.contains("<script"), "{html}");
        }
    }
}
