//! The headers that the desktop receives: the identity headers, and the client's headers without any
//! token of a configured issuer (T4, T21).

use super::alice;
use crate::support::gate::{Gate, Plan};
use crate::support::key::Key;
use crate::support::portal::{ALICE, COOKIE, Portal, ZONE};
use crate::support::request::Request;
use crate::support::table::Table;
use serde_json::{Value, json};

#[tokio::test]
async fn a_permit_has_no_body_and_no_extra_headers() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let answer = gate.ask(&alice(&portal)).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.all("X-Doorward-User"), ["alice"]);
    assert_eq!(answer.all("X-Doorward-Label"), ["alice"]);
    let shard = answer.header("X-Doorward-Shard").expect("every permit names its shard");
    assert!(shard.len() == 2 && shard.bytes().all(|byte| byte.is_ascii_digit()), "{shard}");
    for name in ["Cookie", "Authorization", "Set-Cookie", "Location"] {
        assert_eq!(answer.header(name), None, "{name}");
    }
}

#[tokio::test]
async fn foreign_cookies_are_unchanged() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let mut table = Table::of(&gate);
    let (good, bad) = (portal.token("alice"), portal.forged("alice"));
    #[rustfmt::skip]
    let rows = [
        ("ours_alone", &["NAME=GOOD"][..], None),
        ("ours_first", &["NAME=GOOD; a=1; b=2"], Some("a=1; b=2")),
        ("ours_between", &["a=1; NAME=GOOD; b=2"], Some("a=1; b=2")),
        ("ours_last", &["a=1; b=2; NAME=GOOD"], Some("a=1; b=2")),
        ("ours_twice", &["NAME=BAD; a=1; NAME=GOOD"], Some("a=1")),
        ("tossed_and_good", &["NAME=GOOD; a=1; NAME=BAD; NAME="], Some("a=1")),
        ("order_kept", &["z=1; NAME=GOOD; a=2; m=3"], Some("z=1; a=2; m=3")),
        ("same_name_twice", &["a=1; NAME=GOOD; a=2"], Some("a=1; a=2")),
        ("no_space", &["a=1;NAME=GOOD;b=2"], Some("a=1; b=2")),
        ("two_lines_become_one", &["a=1; NAME=GOOD", "b=2"], Some("a=1; b=2")),
        ("quotes_kept", &["a=\"x y\"; NAME=GOOD"], Some("a=\"x y\"")),
        ("equals_signs_kept", &["a==b==; NAME=GOOD"], Some("a==b==")),
        ("empty_value_kept", &["a=; NAME=GOOD"], Some("a=")),
        ("valueless_kept", &["a; NAME=GOOD"], Some("a")),
        ("latin_1_kept", &["a=\u{e9}; NAME=GOOD"], Some("a=\u{e9}")),
        ("percent_kept", &["a=%3B%20b; NAME=GOOD"], Some("a=%3B%20b")),
        ("longer_name_kept", &["NAMEx=1; NAME=GOOD"], Some("NAMEx=1")),
        ("shorter_name_kept", &["__Host-doorwar=1; NAME=GOOD"], Some("__Host-doorwar=1")),
        ("other_case_kept", &["__host-doorward=1; NAME=GOOD"], Some("__host-doorward=1")),
        ("state_cookies_go", &["NAME-st-0aZ=x; NAME=GOOD; NAME-st-=y; a=1"], Some("a=1")),
    ];
    for (name, lines, expected) in rows {
        let fill =
            |text: &str| text.replace("NAME", COOKIE).replace("GOOD", &good).replace("BAD", &bad);
        let question = Request::question(ALICE);
        let question =
            lines.iter().fold(question, |question, line| question.add("Cookie", fill(line)));
        let answer = table.row(name, question, 200).await;
        let expected: Vec<String> = expected.into_iter().map(fill).collect();
        table.expect(
            answer.all("Cookie") == expected,
            &format!("{name}: {:?}", answer.all("Cookie")),
        );
    }
    table.finish();
}

#[tokio::test]
async fn a_foreign_authorization_header_is_unchanged() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let mut table = Table::of(&gate);
    let foreign = Portal::named("https://app.example.org", Key::es256("app"));
    let of = |value: &str| format!("Bearer {value}");
    let ours_by_type = foreign.claims("x").header("typ", "doorward-session+jwt").sign(&foreign.key);
    let ours_by_odd_type = foreign.claims("x").header("typ", "Doorward-New+JWT").sign(&foreign.key);
    #[rustfmt::skip]
    let rows = [
        ("basic", "Basic dXNlcjpwYXNz".to_owned(), true),
        ("digest", "Digest username=\"a\", realm=\"b\"".to_owned(), true),
        ("opaque_bearer", of("opaque"), true),
        ("three_dots_that_are_no_token", of("a.b.c"), true),
        ("token_of_the_app", of(&foreign.token("someone")), true),
        ("another_token_of_alice", of(&portal.token("alice")), false),
        ("bobs_token", of(&portal.token("bob")), false),
        ("expired", of(&portal.expired("alice")), false),
        ("forged", of(&portal.forged("alice")), false),
        ("unsigned", of(&portal.claims("alice").header("alg", "none").with_signature(b"")), false),
        ("ours_by_type", of(&ours_by_type), false),
        ("ours_by_type_in_odd_case", of(&ours_by_odd_type), false),
    ];
    for (name, value, stays) in rows {
        let answer = table.row(name, alice(&portal).add("Authorization", &value), 200).await;
        let expected: &[String] = if stays { &[value] } else { &[] };
        table.expect(answer.all("Authorization") == expected, name);
    }
    let winner = Request::question(ALICE).bearer(&portal.token("alice")).add("Cookie", "a=1");
    let answer = table.row("the_winner_itself", winner, 200).await;
    table.expect(answer.all("Authorization").is_empty(), "the winner stays here");
    table.expect(answer.all("Cookie") == ["a=1"], "and cookies pass");
    table.finish();
}

#[tokio::test]
async fn tokens_in_configured_headers_are_removed() {
    let portal = Portal::new();
    let tokens = json!({ "headers": ["X-Session-Token", "X-Api-Token"] });
    let gate = Plan::of(&portal).with("tokens", tokens).open().await;
    let question = alice(&portal)
        .add("X-Session-Token", portal.token("alice"))
        .add("X-Api-Token", "an-app's-own");
    let answer = gate.ask(&question).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("X-Session-Token"), None);
    assert_eq!(answer.all("X-Api-Token"), ["an-app's-own"]);
}

/// Identity headers of the client are replaced, never merged.
#[tokio::test]
async fn identity_headers_of_the_client_are_removed() {
    let portal = Portal::new();
    let headers = json!({ "X-Doorward-User": "username", "X-Mail": "email" });
    let gate = Plan::of(&portal).with("identity_headers", headers).open().await;
    let question = alice(&portal)
        .add("X-Doorward-User", "bob")
        .add("x-doorward-user", "root")
        .add("X-Mail", "root@example.com")
        .add("X-Doorward-Shard", "99");
    let answer = gate.ask(&question).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.all("X-Doorward-User"), ["alice"]);
    assert_eq!(answer.all("X-Mail"), Vec::<String>::new(), "no claim, no header");
    assert_eq!(answer.all("X-Doorward-Shard").len(), 1);
}

#[tokio::test]
async fn claims_in_identity_headers() {
    let portal = Portal::new();
    let headers = json!({
        "X-User": "username", "X-Label": "label", "X-Issuer": "issuer",
        "X-Host-Label": "host_label",
        "X-Mail": "email", "X-Groups": "groups", "X-Role": "/realm/role", "X-Level": "level",
        "X-Admin": "admin", "X-Realm": "realm", "X-Missing": "missing",
    });
    let gate = Plan::of(&portal).with("identity_headers", headers).open().await;
    let token = portal
        .claims("jane.doe@corp.io")
        .claim("email", "jane d\u{f6}e%<a@b>\r\n")
        .claim("groups", json!(["a", "b c"]))
        .claim("realm", json!({ "role": "user" }))
        .claim("level", 42)
        .claim("admin", false)
        .sign(&portal.key);
    let host = format!("jane-doe-utkjgvubqumm4ulfdbo21.{ZONE}");
    let answer = gate.ask(&Request::question(&host).session(&token)).await;
    assert_eq!(answer.status, 200);
    for (header, expected) in [
        ("X-User", &["jane.doe@corp.io"][..]),
        ("X-Label", &["jane-doe-utkjgvubqumm4ulfdbo21"]),
        ("X-Host-Label", &["jane-doe-utkjgvubqumm4ulfdbo21"]),
        ("X-Issuer", &["https%3A%2F%2Fidp.example.com"]),
        ("X-Mail", &["jane%20d%C3%B6e%25%3Ca@b%3E%0D%0A"]),
        ("X-Groups", &["%5B%22a%22%2C%22b%20c%22%5D"]),
        ("X-Role", &["user"]),
        ("X-Level", &["42"]),
        ("X-Admin", &["false"]),
        ("X-Realm", &["%7B%22role%22%3A%22user%22%7D"]),
        ("X-Missing", &[]),
    ] {
        assert_eq!(answer.all(header), expected, "{header}");
    }
}

#[tokio::test]
async fn usernames_in_identity_headers() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    #[rustfmt::skip]
    let rows = [
        ("O'Brien", "o-brien-u0rsv2h5s2brmf4isjo55", "O%27Brien"),
        ("\u{fc}n\u{ef}", "uni-u0uknnnina2ovt20c8v84", "%C3%BCn%C3%AF"),
        // The canonical form, for both spellings by the issuer.
        ("a\u{301}", "a-ugaq96ok1r4pq6ajfgtq7", "%C3%A1"),
        ("alice`) || Host(`bob", "alice-host-bob-ugks2vekk9p6b4qfaga52",
         "alice%60%29%20%7C%7C%20Host%28%60bob"),
    ];
    for (user, label, expected) in rows {
        let host = format!("{label}.{ZONE}");
        let answer = gate.ask(&Request::question(&host).session(&portal.token(user))).await;
        assert_eq!(answer.all("X-Doorward-User"), [expected]);
        assert_eq!(answer.all("X-Doorward-Label"), [label]);
    }
}

/// A value that would exceed the desktop's header limits is left out.
#[tokio::test]
async fn size_of_an_identity_header() {
    let portal = Portal::new();
    let gate = Plan::of(&portal).with("identity_headers", json!({ "X-Note": "note" })).open().await;
    let mut table = Table::of(&gate);
    let note = |value: Value| {
        Request::question(ALICE)
            .bearer(&portal.claims("alice").claim("note", value).sign(&portal.key))
    };
    let answer = table.row("at_4_kib", note(json!("a".repeat(4096))), 200).await;
    table.expect(answer.header("X-Note").is_some_and(|value| value.len() == 4096), "whole");
    table.refused("over_4_kib", note(json!("a".repeat(4097))), &[401, 403]).await;
    table.finish();
}
