//! Step 2: the forwarded headers must be complete, unique and well-formed.

use super::{alice, alice_fetches};
use crate::support::gate::{Gate, Plan};
use crate::support::portal::{ALICE, BOB, Portal};
use crate::support::table::Table;
use serde_json::json;

#[tokio::test]
async fn each_forwarded_header_comes_exactly_once() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let mut table = Table::of(&gate);
    table.row("as_it_should_be", alice(&portal), 200).await;
    for name in ["X-Forwarded-Host", "X-Forwarded-Method", "X-Forwarded-Uri", "X-Forwarded-Proto"] {
        let good = alice(&portal);
        let value = good.header(name).unwrap().to_vec();
        table.row(&format!("missing {name}"), good.clone().without(name), 400).await;
        let doubled = good.clone().add(name, &value);
        table.row(&format!("doubled {name}"), doubled, 400).await;
        let lower = good.clone().add(&name.to_ascii_lowercase(), &value);
        table.row(&format!("doubled in lower case {name}"), lower, 400).await;
        table.refused(&format!("empty {name}"), good.set(name, ""), &[400, 404]).await;
    }
    let spoofed = alice(&portal).set("X-Forwarded-Host", BOB).add("X-Forwarded-Host", ALICE);
    table.row("own_host_behind_a_foreign_one", spoofed, 400).await;
    let spoofed = alice(&portal).add("X-Forwarded-Host", BOB);
    table.row("foreign_host_behind_ones_own", spoofed, 400).await;
    // The client's address is only logged, so it may be absent.
    table.row("no_forwarded_for", alice(&portal).without("X-Forwarded-For"), 200).await;
    let many = alice(&portal).add("X-Forwarded-For", "198.51.100.1, 127.0.0.1");
    table.row("two_forwarded_for", many, 200).await;
    table.finish();
}

#[tokio::test]
async fn forwarded_values_that_describe_no_request() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let mut table = Table::of(&gate);
    let rows = [
        ("host_list", "X-Forwarded-Host", &b"alice.vdi.example.com, bob.vdi.example.com"[..]),
        ("host_list_of_one", "X-Forwarded-Host", b"alice.vdi.example.com,"),
        ("tab_in_host", "X-Forwarded-Host", b"alice.vdi\t.example.com"),
        ("method_list", "X-Forwarded-Method", b"GET,POST"),
        ("trace", "X-Forwarded-Method", b"TRACE"),
        ("connect", "X-Forwarded-Method", b"CONNECT"),
        ("space_in_method", "X-Forwarded-Method", b"GE T"),
        ("slash_in_method", "X-Forwarded-Method", b"GET/"),
        ("non_ascii_method", "X-Forwarded-Method", b"G\xc3\x8bT"),
        ("absolute_uri", "X-Forwarded-Uri", b"https://alice.vdi.example.com/"),
        ("asterisk_uri", "X-Forwarded-Uri", b"*"),
        ("relative_uri", "X-Forwarded-Uri", b"desk"),
        ("query_only_uri", "X-Forwarded-Uri", b"?a=b"),
        ("tab_in_uri", "X-Forwarded-Uri", b"/a\tb"),
        ("backslash_first", "X-Forwarded-Uri", b"\\evil.example"),
        ("proto_list", "X-Forwarded-Proto", b"https,http"),
        ("plain_http", "X-Forwarded-Proto", b"http"),
        ("plain_websocket", "X-Forwarded-Proto", b"ws"),
        ("no_scheme_of_the_web", "X-Forwarded-Proto", b"ftp"),
    ];
    for (name, header, value) in rows {
        table.row(name, alice(&portal).set(header, value), 400).await;
    }
    table.finish();
}

#[tokio::test]
async fn forwarded_values_that_describe_an_odd_request() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let mut table = Table::of(&gate);
    for uri in ["/", "//evil.example/", "/a?b=c?d", "/%2e%2e/x", "/.doorwardx", "/a/.doorward/b"] {
        table.row(uri, alice(&portal).uri(uri), 200).await;
    }
    // Traefik's value for a WebSocket if it trusts forwarded headers.
    table.row("secure_websocket", alice(&portal).set("X-Forwarded-Proto", "wss"), 200).await;
    for method in ["HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "M-SEARCH"] {
        table.row(method, alice_fetches(&portal).method(method), 200).await;
    }
    table.finish();
}

/// CVE-2026-39858 and similar: another spelling of a forwarded header is refused, because software
/// behind the gate may mistake it for the real one.
#[tokio::test]
async fn aliases_of_forwarded_headers() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let mut table = Table::of(&gate);
    for alias in [
        "X_Forwarded_Host",
        "X-Forwarded_Host",
        "X_Forwarded-Host",
        "x_forwarded_host",
        "X.Forwarded.Host",
        "X-Forwarded.Host",
        "X_Forwarded.Host",
        "X_Forwarded_Method",
        "X.Forwarded.Uri",
        "X_FORWARDED_PROTO",
        "X-Forwarded_For",
    ] {
        table.row(alias, alice(&portal).add(alias, ALICE), 400).await;
    }
    for (harmless, value) in [
        ("Forwarded", "host=bob.vdi.example.com;proto=http"),
        ("X-Forwarded-Prefix", "/admin"),
        ("X-Forwarded-Port", "81"),
        ("X_Forwarded_Port", "81"),
        ("X-Forwarded-Server", "elsewhere"),
        ("X-Original-Host", BOB),
        ("X-Original-Uri", "/.doorward/login"),
        ("X-Rewrite-Url", "/.doorward/login"),
        ("X-HTTP-Method-Override", "TRACE"),
        ("X-Real-Ip", "198.51.100.9"),
    ] {
        table.row(harmless, alice(&portal).add(harmless, value), 200).await;
    }
    table.finish();
}

#[tokio::test]
async fn the_gates_own_address_is_never_the_host() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let mut table = Table::of(&gate);
    let without = alice(&portal).without("X-Forwarded-Host").set("Host", ALICE);
    table.row("host_instead_of_forwarded_host", without, 400).await;
    table.row("host_of_bob", alice(&portal).set("Host", BOB), 200).await;
    let theirs = alice(&portal).set("X-Forwarded-Host", BOB).set("Host", ALICE);
    table.row("host_of_alice_on_the_way_to_bob", theirs, 403).await;
    table.finish();
}

#[tokio::test]
async fn public_scheme_decides_which_protocols_pass() {
    let portal = Portal::new();
    for (scheme, proto, status) in
        [("https", "http", 200), ("https", "https", 200), ("forwarded", "http", 400)]
    {
        let gate = Plan::of(&portal).with("public_scheme", json!(scheme)).open().await;
        let answer = gate.ask(&alice(&portal).set("X-Forwarded-Proto", proto)).await;
        assert_eq!(answer.status, status, "{scheme} {proto}");
        let missing = gate.ask(&alice(&portal).without("X-Forwarded-Proto")).await;
        assert_eq!(missing.status, 400, "{scheme} without Proto");
    }
}
