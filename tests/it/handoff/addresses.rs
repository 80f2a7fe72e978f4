//! Addresses in every field: the browser is only ever redirected to a path on the same host.

use super::setup::{Begun, ORIGIN, forged_state, from_portal, handoff, plan, session_in};
use crate::support::portal::{ALICE, Portal, now};
use crate::support::request::Request;
use crate::support::table::Table;

fn login(query: &str) -> Request {
    Request::question(ALICE).uri(&format!("/.doorward/login{query}")).page()
}

#[tokio::test]
async fn the_login_path_starts_a_sign_in() {
    let portal = Portal::new();
    let gate = plan(&portal).open().await;
    let long = format!("?path=/{}", "a".repeat(1024));
    let token = portal.token("alice");
    for (row, question, back) in [
        ("no_path", login(""), "/"),
        ("plain", login("?path=/desk"), "/desk"),
        ("encoded", login("?path=%2Fdesk%3Fa%3D1%26b"), "/desk?a=1&b"),
        ("while_signed_in", login("?path=/desk").session(&token), "/desk"),
        (
            "from_another_site",
            login("?path=/desk").fetch_metadata("cross-site", "navigate", "document"),
            "/desk",
        ),
        ("two_slashes_stay_a_path", login("?path=//evil.example/x"), "//evil.example/x"),
        ("backslash_stays_a_path", login("?path=/%5Cevil.example"), "/\\evil.example"),
        ("too_long_is_the_front_page", login(&long), "/"),
        ("the_way_in_is_the_front_page", login("?path=/.doorward/login"), "/"),
        ("the_way_in_with_a_query", login("?path=/.doorward/enter%3Fst=1"), "/"),
    ] {
        let begun = Begun::of(&gate.ask(&question).await);
        assert_eq!(begun.back, format!("{ORIGIN}{back}"), "{row}");
    }
}

#[tokio::test]
async fn an_invalid_return_path_starts_no_sign_in() {
    let portal = Portal::new();
    let gate = plan(&portal).open().await;
    let mut table = Table::of(&gate);
    let quiet = |answer: &crate::support::answer::Answer, status: u16| {
        if answer.status != status {
            return Err(format!("expected {status}"));
        }
        let told = answer.all("Set-Cookie").len() + answer.all("Location").len();
        if told == 0 { Ok(()) } else { Err("a cookie or a redirect in a refusal".to_owned()) }
    };
    for query in [
        "?path=https://evil.example/",
        "?path=https%3A%2F%2Fevil.example",
        "?path=evil.example",
        "?path=@evil.example/",
        "?path=.evil.example/",
        "?path=%5C%5Cevil.example",
        "?path=/%0d%0aSet-Cookie:%20a=b",
        "?path=%00/",
        "?path=/%00",
        "?path=%20/",
        "?path=/%C3%A4",
        "?path=/%",
        "?path=",
        "?path=/a&path=/b",
        "?rd=https://evil.example",
        "?path=/a&rd=https://evil.example",
        "?",
    ] {
        let status = if query == "?" { 302 } else { 404 };
        if status == 302 {
            table.row("empty_query", login(query), 302).await;
            continue;
        }
        table.judged(query, login(query), |answer| quiet(answer, status)).await;
    }
    for (row, question) in [
        ("fetch", Request::question(ALICE).uri("/.doorward/login").fetch()),
        ("frame", Request::question(ALICE).uri("/.doorward/login").frame()),
        ("form", Request::question(ALICE).uri("/.doorward/login").form()),
        ("websocket", Request::question(ALICE).uri("/.doorward/login").websocket()),
        ("program", Request::question(ALICE).uri("/.doorward/login")),
    ] {
        table.judged(row, question, |answer| quiet(answer, 401)).await;
    }
    table.finish();
}

/// A user can write any state cookie into their own browser; its contents are checked like other
/// input.
#[tokio::test]
async fn an_address_in_the_state_cookie_leads_nowhere_else() {
    const ID: &str = "0909090909090909";
    let portal = Portal::new();
    let gate = plan(&portal).open().await;
    // An attacker can compute the hash of a forged nonce, too.
    let challenge = {
        use aws_lc_rs::digest::{SHA256, digest};
        crate::support::key::base64(digest(&SHA256, &[9; 32]))
    };
    let mut table = Table::of(&gate);
    for (row, path, expected) in [
        ("plain", "/desk", Some("/desk")),
        ("two_slashes", "//evil.example/", Some("//evil.example/")),
        ("backslash", "/\\evil.example", Some("/\\evil.example")),
        ("user_information", "/@evil.example", Some("/@evil.example")),
        ("absolute", "https://evil.example/", None),
        ("suffix_of_the_host", ".evil.example/", None),
        ("user_information_without_slash", "@evil.example/", None),
        ("port", ":443@evil.example/", None),
        ("line_break", "/\r\nSet-Cookie: a=b", None),
        ("nothing", "", None),
    ] {
        let begun = Begun {
            id: ID.to_owned(),
            challenge: challenge.clone(),
            back: String::new(),
            cookie: forged_state(ID, now(), path),
        };
        let token = handoff(&portal, "alice", &begun).sign(&portal.key);
        let question = from_portal(&begun.entry(&token)).add("Cookie", &begun.cookie);
        let status = if expected.is_some() { 303 } else { 401 };
        let answer = table.row(row, question, status).await;
        let location = expected.map(|path| format!("{ORIGIN}{path}"));
        table.expect(answer.header("Location") == location, &format!("{row}: {answer}"));
        if expected.is_some() {
            session_in(&answer);
        }
    }
    table.finish();
}

#[tokio::test]
async fn a_grant_entry_has_one_spelling() {
    let portal = Portal::new();
    let gate = plan(&portal).open().await;
    let begun = super::setup::begin(&gate).await;
    let token = || handoff(&portal, "alice", &begun).sign(&portal.key);
    let mut table = Table::of(&gate);
    let id = &begun.id;
    for (row, uri, status) in [
        ("doubled_state", format!("/.doorward/enter?st={id}&st={id}&t={}", token()), 401),
        ("doubled_token", format!("/.doorward/enter?st={id}&t={}&t={}", token(), token()), 401),
        ("third_key", format!("/.doorward/enter?st={id}&t={}&rd=//evil.example", token()), 401),
        ("no_state", format!("/.doorward/enter?t={}", token()), 401),
        ("no_token", format!("/.doorward/enter?st={id}"), 401),
        ("no_query", "/.doorward/enter".to_owned(), 401),
        ("whole_state", format!("/.doorward/enter?st={id}.{}&t={}", begun.challenge, token()), 401),
        ("trailing_slash", format!("/.doorward/enter/?st={id}&t={}", token()), 404),
        ("below", format!("/.doorward/enter/x?st={id}&t={}", token()), 404),
        ("upper_case", format!("/.doorward/ENTER?st={id}&t={}", token()), 404),
        ("encoded", format!("/.doorward/%65nter?st={id}&t={}", token()), 404),
        ("two_slashes", format!("/.doorward//enter?st={id}&t={}", token()), 404),
        ("dots", format!("/.doorward/x/../enter?st={id}&t={}", token()), 404),
        ("parameter", format!("/.doorward/enter;x?st={id}&t={}", token()), 404),
        ("other_page", "/.doorward/session".to_owned(), 404),
        ("the_prefix", "/.doorward".to_owned(), 404),
        ("the_folder", "/.doorward/".to_owned(), 404),
    ] {
        let question = from_portal(&uri).add("Cookie", &begun.cookie);
        let answer = table.row(row, question, status).await;
        table.expect(answer.all("Set-Cookie").is_empty(), &format!("{row}: no cookie"));
    }
    let other_order = format!("/.doorward/enter?t={}&st={id}", token());
    let answer =
        table.row("other_order", from_portal(&other_order).add("Cookie", &begun.cookie), 303).await;
    session_in(&answer);
    table.finish();
}
