//! Step 3: which hosts belong to alice, which to another user, and which to no user.

use super::alice;
use crate::support::gate::{Gate, Plan};
use crate::support::portal::{ALICE, Portal, ZONE};
use crate::support::request::Request;
use crate::support::table::Table;
use serde_json::json;

#[tokio::test]
async fn spellings_of_alices_host() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let mut table = Table::of(&gate);
    for host in [
        "alice.vdi.example.com",
        "ALICE.VDI.EXAMPLE.COM",
        "aLiCe.vDi.example.com",
        "alice.vdi.example.com.",
        "alice.vdi.example.com:443",
        "alice.vdi.example.com:8443",
        "alice.vdi.example.com:65535",
        "Alice.VDI.example.com.:8443",
        "dev--alice.vdi.example.com",
        "DEV--Alice.vdi.example.com",
        "my-second-session-20--alice.vdi.example.com",
    ] {
        table.row(host, alice(&portal).set("X-Forwarded-Host", host), 200).await;
    }
    table.finish();
}

#[tokio::test]
async fn hosts_of_others() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let mut table = Table::of(&gate);
    for host in [
        "bob.vdi.example.com",
        "BOB.vdi.example.com.:443",
        "alic.vdi.example.com",
        "alice2.vdi.example.com",
        "xalice.vdi.example.com",
        "ali-ce.vdi.example.com",
        "dev--bob.vdi.example.com",
        // The user comes last: this is a session named alice of a user named dev.
        "alice--dev.vdi.example.com",
        "www.vdi.example.com",
    ] {
        table.row(host, alice(&portal).set("X-Forwarded-Host", host), 403).await;
    }
    table.finish();
}

#[tokio::test]
async fn hosts_without_a_user() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let mut table = Table::of(&gate);
    let long = format!("{}.{ZONE}", "a".repeat(64));
    let endless = format!("{}{ALICE}", "a.".repeat(200));
    for host in [
        "vdi.example.com",
        ".vdi.example.com",
        "alice..vdi.example.com",
        ".alice.vdi.example.com",
        "alice.vdi.example.com..",
        "a.alice.vdi.example.com",
        "www.alice.vdi.example.com",
        "alice",
        "alice.example.com",
        "alicevdi.example.com",
        "alice.xvdi.example.com",
        "alice.vdi.example.com.evil.example",
        "alice.vdi.example.comx",
        "alice.vdi.example.com:",
        "alice.vdi.example.com:abc",
        "alice.vdi.example.com:+443",
        "alice.vdi.example.com:-1",
        "alice.vdi.example.com:65536",
        "alice.vdi.example.com:99999999",
        "alice.vdi.example.com:443:443",
        "alice.vdi.example.com:443.",
        "alice.vdi.example.com/",
        "alice.vdi.example.com#",
        "alice.vdi.example.com?",
        "alice.vdi.example.com\\",
        "alice.vdi.example.com@evil.example",
        "evil.example@alice.vdi.example.com",
        "alice%2evdi.example.com",
        "alice.vdi.example.com%00",
        "al ice.vdi.example.com",
        "al_ice.vdi.example.com",
        "-alice.vdi.example.com",
        "alice-.vdi.example.com",
        "*.vdi.example.com",
        "xn--80ak6aa92e.vdi.example.com",
        "al\u{131}ce.vdi.example.com",
        "\u{430}lice.vdi.example.com",
        "\u{ff41}lice.vdi.example.com",
        "alice\u{3002}vdi.example.com",
        "127.0.0.1",
        "127.0.0.1:443",
        "[::1]",
        "[::1]:443",
        "localhost",
        // Sessions: slugs have 3 to 20 characters of the bare form, and there is only one.
        "ab--alice.vdi.example.com",
        "--alice.vdi.example.com",
        "dev--.vdi.example.com",
        "dev--test--alice.vdi.example.com",
        "dev---alice.vdi.example.com",
        "9dev--alice.vdi.example.com",
        "a-session-slug-of-21x--alice.vdi.example.com",
        &long,
        &endless,
    ] {
        let question = alice(&portal).set("X-Forwarded-Host", host);
        table.refused(host, question, &[400, 404]).await;
    }
    table.finish();
}

/// T28: an unknown host looks the same to every client; so does a known domain without a user.
#[tokio::test]
async fn unknown_hosts_look_alike() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let mut bodies = Vec::new();
    for host in ["vdi.example.com", "elsewhere.example.org", "a.b.vdi.example.com"] {
        for question in
            [Request::question(host), Request::question(host).session(&portal.token("alice"))]
        {
            let answer = gate.ask(&question).await;
            assert_eq!(answer.status, 404, "{host}");
            let mut headers = answer.headers.clone();
            headers.retain(|(name, _)| !name.eq_ignore_ascii_case("Date"));
            headers.retain(|(name, _)| !name.to_ascii_lowercase().contains("request-id"));
            let names: Vec<_> = headers.into_iter().map(|(name, _)| name).collect();
            bodies.push((names, without_ids(&answer.text())));
        }
    }
    assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]), "{bodies:#?}");
}

/// T28: bob gets the same refusal for the host of a user and for a host without one, except for the
/// host that he typed himself.
#[tokio::test]
async fn a_denial_does_not_reveal_which_users_exist() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    // Alice has used the gate before, so it could know her.
    assert_eq!(gate.ask(&alice(&portal)).await.status, 200);
    let ask = async |label: &str, shape: fn(Request) -> Request| {
        let host = format!("{label}.{ZONE}");
        let answer = gate.ask(&shape(Request::question(&host).session(&portal.token("bob")))).await;
        assert_eq!(answer.status, 403);
        without_ids(&answer.text().replace(label, "LABEL"))
    };
    let shapes: [fn(Request) -> Request; 3] = [Request::page, Request::fetch, Request::frame];
    for shape in shapes {
        let (known, unknown) = (ask("alice", shape).await, ask("zelda", shape).await);
        assert_eq!(known, unknown);
    }
}

#[tokio::test]
async fn several_zones() {
    let portal = Portal::new();
    let zones = json!([ZONE, "desks.example.net"]);
    let gate = Plan::of(&portal).with("domains", zones).open().await;
    let mut table = Table::of(&gate);
    let at = |host: &str| alice(&portal).set("X-Forwarded-Host", host);
    table.row("first", at(ALICE), 200).await;
    table.row("second", at("alice.desks.example.net"), 200).await;
    table.row("second_of_bob", at("bob.desks.example.net"), 403).await;
    table.row("neither", at("alice.example.net"), 404).await;
    table.row("both", at("alice.vdi.example.com.desks.example.net"), 404).await;
    table.finish();
}

/// Replaces what differs between two equal answers: every run of 8 or more characters with a digit,
/// such as request and trace IDs.
fn without_ids(text: &str) -> String {
    let is_id = |word: &str| word.len() >= 8 && word.bytes().any(|byte| byte.is_ascii_digit());
    let mut blank = String::new();
    let mut word = String::new();
    for c in text.chars().chain(['\n']) {
        if c.is_ascii_alphanumeric() || c == '-' {
            word.push(c);
            continue;
        }
        blank.push_str(if is_id(&word) { "ID" } else { &word });
        blank.push(c);
        word.clear();
    }
    blank
}
