//! The redirect to sign-in: absolute, to the configured page only, with a return address on the
//! requested host only (T11).

use crate::support::gate::{Gate, Plan};
use crate::support::portal::{ALICE, LOGIN, Portal};
use crate::support::request::Request;
use serde_json::json;

async fn location(gate: &Gate, question: Request) -> String {
    let answer = gate.ask(&question).await;
    assert_eq!(answer.status, 302, "{answer}");
    answer.header("Location").expect("a redirect says where to")
}

/// The value of the only query parameter `name`, decoded.
fn parameter(url: &str, name: &str) -> String {
    let (_, query) = url.split_once('?').unwrap_or((url, ""));
    let mut values = query.split('&').filter_map(|pair| pair.split_once('='));
    let (_, value) =
        values.find(|(key, _)| *key == name).unwrap_or_else(|| panic!("no {name} in {url}"));
    assert!(!url.contains('#'), "{url}");
    let mut bytes = Vec::new();
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next().unwrap(), rest.next().unwrap()];
            bytes.push(u8::from_str_radix(str::from_utf8(&digits).unwrap(), 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn the_return_address_is_the_requested_host() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    for uri in [
        "/",
        "/desk?x=1&y=%20z",
        "/desk?rd=https://evil.example&st=1",
        "//evil.example/x",
        "/\\evil.example",
        "/@evil.example",
        "/%0d%0aSet-Cookie:%20a=b",
        "/a?b=c?d=e",
        "/path;with=parameter",
        "/\"<>'",
    ] {
        let location = location(&gate, Request::question(ALICE).uri(uri).page()).await;
        assert!(location.starts_with(&format!("{LOGIN}?rd=")), "{location}");
        let encoded = location.strip_prefix(LOGIN).unwrap();
        let is_safe = |c: char| c.is_ascii_alphanumeric() || "-._~%?=".contains(c);
        assert!(encoded.chars().all(is_safe), "unencoded characters in {location}");
        assert_eq!(parameter(&location, "rd"), format!("https://{ALICE}{uri}"));
    }
}

/// The host is canonical, with the port of the browser's URL.
#[tokio::test]
async fn the_return_address_is_canonical() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    #[rustfmt::skip]
    let rows = [
        ("ALICE.vdi.example.com", "https://alice.vdi.example.com/"),
        ("alice.vdi.example.com.", "https://alice.vdi.example.com/"),
        ("alice.vdi.example.com:443", "https://alice.vdi.example.com/"),
        ("alice.vdi.example.com:8443", "https://alice.vdi.example.com:8443/"),
        ("dev--alice.vdi.example.com", "https://dev--alice.vdi.example.com/"),
    ];
    for (host, expected) in rows {
        let location = location(&gate, Request::question(host).page()).await;
        assert_eq!(parameter(&location, "rd"), expected);
    }
}

#[tokio::test]
async fn the_login_may_have_a_query_and_another_parameter() {
    let portal = Portal::new();
    let login = json!({
        "url": "https://login.example.net/start?client=vdi",
        "return_parameter": "next",
        "sets_cookie": true,
    });
    let gate = Plan::of(&portal).with("login", login).open().await;
    let location = location(&gate, Request::question(ALICE).uri("/a?b&c").page()).await;
    assert!(location.starts_with("https://login.example.net/start?client=vdi&next="), "{location}");
    assert_eq!(parameter(&location, "next"), format!("https://{ALICE}/a?b&c"));
}

#[tokio::test]
async fn every_zone_may_have_its_own_login() {
    let portal = Portal::new();
    let zones = json!([
        "vdi.example.com",
        { "name": "desks.example.net",
          "login": { "url": "https://other.example.net/in", "sets_cookie": true } },
    ]);
    let gate = Plan::of(&portal).with("domains", zones).open().await;
    let first = location(&gate, Request::question(ALICE).page()).await;
    assert!(first.starts_with(LOGIN), "{first}");
    let second = location(&gate, Request::question("alice.desks.example.net").page()).await;
    assert!(second.starts_with("https://other.example.net/in?rd="), "{second}");
    assert_eq!(parameter(&second, "rd"), "https://alice.desks.example.net/");
}

/// A redirect is not cached, and no referrer reveals it.
#[tokio::test]
async fn only_a_page_request_is_redirected() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let shapes: [fn(Request) -> Request; 5] =
        [Request::fetch, Request::form, Request::frame, Request::websocket, |question| {
            question.method("POST").page()
        }];
    for shape in shapes {
        let answer = gate.ask(&shape(Request::question(ALICE))).await;
        assert_eq!((answer.status, answer.header("Location")), (401, None));
    }
}
