//! From a username to a host: golden vectors of `doorward-label/v1`.

use crate::support::gate::Plan;
use crate::support::portal::{Portal, ZONE};
use crate::support::request::Request;
use crate::support::table::Table;
use serde_json::json;

/// User, label where bare labels are allowed, label where they are not.
/// Issuer `https://idp.example.com`, case-sensitive.
#[rustfmt::skip]
const VECTORS: [(&str, &str, &str); 20] = [
    ("alice", "alice", "alice-uigvpv5c9n0rvhraghli6"),
    ("Alice", "alice-uoik4542q0ochpatj6ken", "alice-uoik4542q0ochpatj6ken"),
    ("bob-2", "bob-2", "bob-2-u46rl65n99sppp4ie3fgm"),
    ("alice-", "alice-u7dlnllsii1bs7ht2k55s", "alice-u7dlnllsii1bs7ht2k55s"),
    ("a--b", "a-b-u5qrm1ivo38bjbqcideca", "a-b-u5qrm1ivo38bjbqcideca"),
    ("xn--80ak6aa92e", "xn-80ak6aa92e-uoa7ekil21bt0j7sjo0h2",
        "xn-80ak6aa92e-uoa7ekil21bt0j7sjo0h2"),
    ("jane.doe@corp.io", "jane-doe-utkjgvubqumm4ulfdbo21", "jane-doe-utkjgvubqumm4ulfdbo21"),
    ("jane-doe@corp.io", "jane-doe-u5mftuc3nkar8itn8giqh", "jane-doe-u5mftuc3nkar8itn8giqh"),
    (
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "aaaaaaaaaaaaaaaaaa-ub6m5ra2jkpkei2q8qrnb",
    ),
    (
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "aaaaaaaaaaaaaaaaaa-u7irf04v5tcf56jvv03mu",
        "aaaaaaaaaaaaaaaaaa-u7irf04v5tcf56jvv03mu",
    ),
    ("www", "www-u4u6j63lc3e4hgqb1l66f", "www-u4u6j63lc3e4hgqb1l66f"),
    ("9lives", "x-9lives-ui3nsqds3jf2km1pr9kpe", "x-9lives-ui3nsqds3jf2km1pr9kpe"),
    ("\u{fc}n\u{ef}", "uni-u0uknnnina2ovt20c8v84", "uni-u0uknnnina2ovt20c8v84"),
    ("\u{430}lice", "lice-umk1tfcd209tcdcac8cma", "lice-umk1tfcd209tcdcac8cma"),
    ("a\u{301}", "a-ugaq96ok1r4pq6ajfgtq7", "a-ugaq96ok1r4pq6ajfgtq7"),
    ("\u{e1}", "a-ugaq96ok1r4pq6ajfgtq7", "a-ugaq96ok1r4pq6ajfgtq7"),
    (
        "alice-u7lt1pu9dkugppf3eoaep",
        "alice-u7lt1pu9dkug-ulauq4f11s6c3rm730hh1",
        "alice-u7lt1pu9dkug-ulauq4f11s6c3rm730hh1",
    ),
    ("\u{1f600}", "x-uufdfjuf1n8olevfknv0e", "x-uufdfjuf1n8olevfknv0e"),
    ("O'Brien", "o-brien-u0rsv2h5s2brmf4isjo55", "o-brien-u0rsv2h5s2brmf4isjo55"),
    ("alice`) || Host(`bob", "alice-host-bob-ugks2vekk9p6b4qfaga52",
        "alice-host-bob-ugks2vekk9p6b4qfaga52"),
];

#[tokio::test]
async fn every_user_enters_only_their_own_host() {
    let portal = Portal::new();
    for bare in [true, false] {
        let gate = Plan::of(&portal).with_issuer("bare_labels", json!(bare)).open().await;
        let mut table = Table::of(&gate);
        let label =
            |row: &(&'static str, &'static str, &'static str)| if bare { row.1 } else { row.2 };
        for row in &VECTORS {
            let token = portal.token(row.0);
            let at = |label: &str| Request::question(&format!("{label}.{ZONE}")).session(&token);
            let answer = table.row(row.0, at(label(row)), 200).await;
            table.expect(answer.all("X-Doorward-Label") == [label(row)], row.0);
            for other in VECTORS.iter().filter(|other| label(other) != label(row)).take(3) {
                table.row(&format!("{} at {}", row.0, other.0), at(label(other)), 403).await;
            }
        }
        table.finish();
    }
}

/// The stub is only for readers: the hash distinguishes two users, and a stub gives no access.
#[tokio::test]
async fn a_stub_is_no_label() {
    let portal = Portal::new();
    let gate = Plan::of(&portal).open().await;
    let mut table = Table::of(&gate);
    #[rustfmt::skip]
    let rows = [
        ("Alice", "alice"),
        ("alice@evil.example", "alice"),
        ("alice-", "alice"),
        ("\u{430}lice", "alice"),
        ("\u{430}lice", "lice"),
        ("jane-doe@corp.io", "jane-doe"),
        ("jane-doe@corp.io", "jane-doe-utkjgvubqumm4ulfdbo21"),
        ("www", "www"),
        ("alice-u7lt1pu9dkugppf3eoaep", "alice-u7lt1pu9dkugppf3eoaep"),
    ];
    for (user, host) in rows {
        let question = Request::question(&format!("{host}.{ZONE}")).session(&portal.token(user));
        table.row(&format!("{user} at {host}"), question, 403).await;
    }
    table.finish();
}

/// A username without a label has access to no desktop.
#[tokio::test]
async fn usernames_that_have_no_label() {
    let portal = Portal::new();
    let gate = Plan::of(&portal).open().await;
    let mut table = Table::of(&gate);
    let long = "a".repeat(1025);
    for (name, user) in [
        ("empty", ""),
        ("leading_space", " alice"),
        ("trailing_space", "alice "),
        ("trailing_newline", "alice\n"),
        ("leading_ideographic_space", "\u{3000}alice"),
        ("nul", "alice\0"),
        ("c1_control", "alice\u{85}x"),
        ("replacement_character", "al\u{fffd}ce"),
        ("unassigned", "alice\u{378}"),
        ("right_to_left_override", "\u{202e}alice"),
        ("left_to_right_mark", "alice\u{200e}"),
        ("arabic_letter_mark", "a\u{61c}lice"),
        ("isolate", "alice\u{2066}"),
        ("over_1024_bytes", &long),
    ] {
        let question = Request::question(&format!("alice.{ZONE}")).session(&portal.token(user));
        table.refused(name, question, &[401, 403]).await;
    }
    table.finish();
}

#[tokio::test]
async fn a_reserved_label_is_never_a_bare_label() {
    let portal = Portal::new();
    let gate = Plan::of(&portal).with("reserved_labels", json!(["alice"])).open().await;
    let mut table = Table::of(&gate);
    let at =
        |label: &str| Request::question(&format!("{label}.{ZONE}")).session(&portal.token("alice"));
    table.row("reserved", at("alice"), 403).await;
    table.row("hashed", at("alice-uigvpv5c9n0rvhraghli6"), 200).await;
    table.finish();
}

/// `case: fold` is for issuers that treat `Alice` and `alice` as one account.
#[tokio::test]
async fn folded_usernames_are_one_user() {
    let portal = Portal::new();
    let gate = Plan::of(&portal).with_issuer("case", json!("fold")).open().await;
    let mut table = Table::of(&gate);
    for user in ["alice", "Alice", "ALICE"] {
        let question = Request::question(&format!("alice.{ZONE}")).session(&portal.token(user));
        table.row(user, question, 200).await;
    }
    table.finish();
}
