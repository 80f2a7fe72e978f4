//! The expected flow: one tab, several tabs, several hosts, and a redirect loop.

use super::setup::{
    BYE, Begun, ORIGIN, PARTITIONED, begin, claims_of, from_portal, handoff, login, plan, secret,
    session_in, signed_in,
};
use crate::support::answer::Answer;
use crate::support::portal::{ALICE, BOB, COOKIE, Portal, now};
use crate::support::request::Request;
use serde_json::json;

/// The attributes of the `Set-Cookie` line whose cookie has this name, lower case and sorted.
fn attributes(answer: &Answer, name: &str) -> Vec<String> {
    let lines = answer.all("Set-Cookie");
    let line = lines.iter().find(|line| line.starts_with(&format!("{name}=")));
    let line = line.unwrap_or_else(|| panic!("no {name} in {answer}"));
    let mut parts: Vec<_> =
        line.split(';').skip(1).map(|part| part.trim().to_ascii_lowercase()).collect();
    parts.sort();
    parts
}

#[tokio::test]
async fn from_a_page_without_a_session_to_the_desktop() {
    let portal = Portal::new();
    let plan = plan(&portal).with("identity_headers", json!({
        "X-Doorward-User": "username", "X-Issuer": "issuer", "X-Session": "session", "X-Team": "team",
    }));
    let gate = plan.open().await;

    let answer = gate.ask(&Request::question(ALICE).uri("/desk?a=1&b=%2F").page()).await;
    let begun = Begun::of(&answer);
    assert_eq!(begun.back, format!("{ORIGIN}/desk?a=1&b=%2F"));
    assert_eq!((begun.id.len(), begun.challenge.len()), (16, 43));
    let state = begun.cookie.split('=').next().unwrap();
    let kept = ["httponly", "max-age=300", "path=/", "samesite=lax", "secure"];
    assert_eq!(attributes(&answer, state), kept);
    assert_eq!(answer.all("Set-Cookie").len(), 1);

    let token = handoff(&portal, "alice", &begun)
        .claim("sid", "sign-in-7")
        .claim("team", "red")
        .sign(&portal.key);
    let entry = from_portal(&begun.entry(&token)).add("Cookie", format!("app=1; {}", begun.cookie));
    let answer = gate.ask(&entry).await;
    assert_eq!(answer.status, 303, "{answer}");
    assert_eq!(answer.header("Location").as_deref(), Some(&*format!("{ORIGIN}/desk?a=1&b=%2F")));
    let session = session_in(&answer);
    let lifetime = ["httponly", "max-age=28800", "path=/", "samesite=lax", "secure"];
    assert_eq!(attributes(&answer, COOKIE), lifetime);
    let gone = ["httponly", "max-age=0", "path=/", "samesite=lax", "secure"];
    assert_eq!(attributes(&answer, state), gone, "the state is deleted");
    let gone = ["httponly", "max-age=0", "partitioned", "path=/", "samesite=lax", "secure"];
    assert_eq!(attributes(&answer, PARTITIONED), gone);
    assert_eq!(answer.all("Set-Cookie").len(), 4, "and the counter: {answer}");

    let claims = claims_of(&session);
    for (claim, expected) in [
        ("iss", json!("doorward")),
        ("oiss", json!(portal.issuer)),
        ("aud", json!(ALICE)),
        ("sub", json!("alice")),
        ("sid", json!("sign-in-7")),
        ("team", json!("red")),
        ("nonce", json!(null)),
    ] {
        assert_eq!(claims[claim], expected, "{claim}");
    }
    let lives = claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap();
    assert_eq!(lives, 8 * 3600);
    assert_ne!(claims["jti"].as_str().unwrap(), "");

    let cookies = format!("app=1; {COOKIE}={session}; {}", begun.cookie);
    let answer = gate.ask(&Request::question(ALICE).add("Cookie", cookies).page()).await;
    assert_eq!(answer.status, 200, "{answer}");
    assert_eq!(
        answer.header("Cookie").as_deref(),
        Some("app=1"),
        "no cookie of the gate reaches the desktop"
    );
    assert_eq!(answer.header("X-Doorward-User").as_deref(), Some("alice"));
    let issuer = portal.issuer.replace(':', "%3A").replace('/', "%2F");
    assert_eq!(answer.header("X-Issuer"), Some(issuer), "the issuer of the hand-off token");
    assert_eq!(answer.header("X-Session").as_deref(), Some("sign-in-7"));
    assert_eq!(answer.header("X-Team").as_deref(), Some("red"));

    for host in [BOB, "dev--alice.vdi.example.com"] {
        let elsewhere = gate.ask(&Request::question(host).session(&session).fetch()).await;
        assert_eq!(elsewhere.status, 401, "{host}: {elsewhere}");
    }
}

#[tokio::test]
async fn two_tabs_sign_in_at_once() {
    let portal = Portal::new();
    let gate = plan(&portal).open().await;
    let first = Begun::of(&gate.ask(&Request::question(ALICE).uri("/first").page()).await);
    let second = Request::question(ALICE).uri("/second").add("Cookie", &first.cookie).page();
    let second = Begun::of(&gate.ask(&second).await);
    let jar = format!("{}; {}", first.cookie, second.cookie);
    for (begun, path) in [(&second, "/second"), (&first, "/first")] {
        let token = handoff(&portal, "alice", begun).sign(&portal.key);
        let answer = gate.ask(&from_portal(&begun.entry(&token)).add("Cookie", &jar)).await;
        assert_eq!(answer.status, 303, "{answer}");
        assert_eq!(answer.header("Location"), Some(format!("{ORIGIN}{path}")));
        session_in(&answer);
    }
}

#[tokio::test]
async fn two_sessions_of_one_user_are_two_hosts() {
    const DEV: &str = "dev--alice.vdi.example.com";
    let portal = Portal::new();
    let gate = plan(&portal).open().await;
    let begun = Begun::of(&gate.ask(&Request::question(DEV).page()).await);
    assert_eq!(begun.back, format!("https://{DEV}/"));
    let token =
        handoff(&portal, "alice", &begun).claim("aud", format!("https://{DEV}")).sign(&portal.key);
    let entry = from_portal(&begun.entry(&token)).set("X-Forwarded-Host", DEV);
    let answer = gate.ask(&entry.add("Cookie", &begun.cookie)).await;
    assert_eq!(answer.status, 303, "{answer}");
    let session = session_in(&answer);
    let own = gate.ask(&Request::question(DEV).session(&session)).await;
    assert_eq!(own.status, 200, "{own}");
    let other = gate.ask(&Request::question(ALICE).session(&session)).await;
    assert_eq!(other.status, 401, "{other}");
}

/// The number of unfinished sign-ins in one browser is limited; the oldest is dropped first.
#[tokio::test]
async fn five_started_sign_ins_are_kept() {
    let portal = Portal::new();
    let gate = plan(&portal).open().await;
    let mut jar: Vec<String> = Vec::new();
    for round in 1..=8 {
        let mut page = Request::question(ALICE).page();
        if !jar.is_empty() {
            page = page.add("Cookie", jar.join("; "));
        }
        let answer = gate.ask(&page).await;
        for pair in answer.cookies() {
            let (name, value) = pair.split_once('=').unwrap();
            jar.retain(|kept| !kept.starts_with(&format!("{name}=")));
            if !value.is_empty() {
                jar.push(pair.clone());
            }
        }
        assert_eq!(jar.len(), round.min(5), "round {round}");
    }
}

#[tokio::test]
async fn the_fourth_sign_in_of_a_minute_is_an_error_page() {
    let portal = Portal::new();
    let gate = plan(&portal).open().await;
    let mut counter = String::new();
    for round in 1..=3 {
        let page =
            Request::question(ALICE).uri(&format!("/{round}")).add("Cookie", &counter).page();
        let begun = Begun::of(&gate.ask(&page).await);
        let token = handoff(&portal, "alice", &begun).sign(&portal.key);
        let jar = format!("{}; {counter}", begun.cookie);
        let answer = gate.ask(&from_portal(&begun.entry(&token)).add("Cookie", jar)).await;
        assert_eq!(answer.status, 303, "{answer}");
        session_in(&answer);
        let pairs = answer.cookies();
        counter =
            pairs.iter().find(|pair| pair.starts_with("__Host-doorward-loop=")).unwrap().clone();
    }
    for uri in ["/again", "/.doorward/login?path=/again"] {
        let page = Request::question(ALICE).uri(uri).add("Cookie", &counter).page();
        let answer = gate.ask(&page).await;
        assert!(answer.status == 401 && answer.is_page(), "{answer}");
        assert!(answer.text().contains("redirect-loop"), "{answer}");
        assert!(answer.all("Set-Cookie").is_empty(), "{answer}");
    }
    let session = signed_in(&gate, &portal).await;
    let cookies = format!("{counter}; {COOKIE}={session}");
    let inside = gate.ask(&Request::question(ALICE).add("Cookie", cookies).page()).await;
    assert_eq!(inside.status, 200, "the counter does not affect a session: {inside}");
}

#[tokio::test]
async fn a_session_ends_at_session_exp() {
    let portal = Portal::new();
    let gate = plan(&portal).open().await;
    let begun = begin(&gate).await;
    let ends = now() + 100;
    let token = handoff(&portal, "alice", &begun).claim("session_exp", ends).sign(&portal.key);
    let answer = gate.ask(&from_portal(&begun.entry(&token)).add("Cookie", &begun.cookie)).await;
    let session = session_in(&answer);
    assert_eq!(claims_of(&session)["exp"], ends);
    let age = attributes(&answer, COOKIE).into_iter().find(|part| part.starts_with("max-age="));
    let age: u64 = age.unwrap().strip_prefix("max-age=").unwrap().parse().unwrap();
    assert!((60..=100).contains(&age), "{age}");
}

#[tokio::test]
async fn a_partitioned_cookie_has_its_own_name_and_both_are_read() {
    let portal = Portal::new();
    let other = plan(&portal);
    let key = secret(other.folder.path(), "session.key", 1);
    let partitioned =
        other.with("login", login(&json!({ "session_key_file": key, "partitioned": true })));
    let (gate, usual) = (partitioned.open().await, plan(&portal).open().await);
    let begun = begin(&gate).await;
    let token = handoff(&portal, "alice", &begun).sign(&portal.key);
    let answer = gate.ask(&from_portal(&begun.entry(&token)).add("Cookie", &begun.cookie)).await;
    let session = session_in(&answer);
    let kept = ["httponly", "max-age=28800", "partitioned", "path=/", "samesite=lax", "secure"];
    assert_eq!(attributes(&answer, PARTITIONED), kept);
    let gone = ["httponly", "max-age=0", "path=/", "samesite=lax", "secure"];
    assert_eq!(attributes(&answer, COOKIE), gone);
    for (row, gate) in [("partitioned", &gate), ("usual", &usual)] {
        for name in [COOKIE, PARTITIONED] {
            let cookies = format!("{name}={session}; app=1");
            let inside = gate.ask(&Request::question(ALICE).add("Cookie", cookies).page()).await;
            assert_eq!(inside.status, 200, "{row}, {name}: {inside}");
            assert_eq!(inside.header("Cookie").as_deref(), Some("app=1"), "{row}, {name}");
        }
    }
    assert_eq!(BYE, "https://login.example.net/bye");
}
