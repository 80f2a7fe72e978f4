//! No 2xx without a permit: random sets of headers, sent to the real program.

use crate::support::answer::Answer;
use crate::support::gate::Gate;
use crate::support::portal::{ALICE, COOKIE, Portal};
use crate::support::request::Request;
use crate::support::wire::Wire;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

const CASES: usize = 2000;

/// One generated line: a header name and a value.
type Line = (String, Vec<u8>);

/// Names that mean something to the gate, to Traefik or to attackers, and any token.
fn name() -> impl Strategy<Value = String> {
    let known = select(vec![
        "X-Forwarded-Host",
        "X-Forwarded-Method",
        "X-Forwarded-Uri",
        "X-Forwarded-Proto",
        "X-Forwarded-For",
        "X-Forwarded-Port",
        "X-Forwarded-Prefix",
        "X_Forwarded_Host",
        "X.Forwarded.Uri",
        "Forwarded",
        "Host",
        "Cookie",
        "Cookie",
        "cookie",
        "Authorization",
        "Authorization",
        "Origin",
        "Referer",
        "Sec-Fetch-Site",
        "Sec-Fetch-Mode",
        "Sec-Fetch-Dest",
        "Sec-WebSocket-Key",
        "Access-Control-Request-Method",
        "Accept",
        "X-Doorward-User",
        "X-Doorward-Label",
        "X-Doorward-Shard",
        "X-Request-Id",
        "traceparent",
        "Via",
        "Range",
        "If-None-Match",
        "X-HTTP-Method-Override",
        "Upgrade",
        "Max-Forwards",
    ]);
    prop_oneof![8 => known.prop_map(str::to_owned), 1 => "[A-Za-z0-9_.~-]{1,24}"]
}

/// Values with a meaning in some header, tokens without access to the host, and random bytes.
fn value(tokens: Vec<String>) -> impl Strategy<Value = Vec<u8>> {
    let known = select(vec![
        ALICE,
        "bob.vdi.example.com",
        "ALICE.vdi.example.com.:443",
        "vdi.example.com",
        "GET",
        "POST",
        "OPTIONS",
        "HEAD",
        "/",
        "//",
        "/.doorward/enter",
        "/a?b",
        "*",
        "https",
        "wss",
        "http",
        "null",
        "https://alice.vdi.example.com",
        "https://bob.vdi.example.com",
        "same-origin",
        "same-site",
        "none",
        "navigate",
        "document",
        "text/html",
        "*/*",
        "127.0.0.1",
        "bytes=0-1",
        "W/\"x\"",
        "",
    ]);
    let token = select(tokens);
    prop_oneof![
        6 => known.prop_map(|text| text.as_bytes().to_vec()),
        4 => token.clone().prop_map(|token| format!("{COOKIE}={token}").into_bytes()),
        2 => token.clone().prop_map(|token| format!("Bearer {token}").into_bytes()),
        1 => token.prop_map(String::into_bytes),
        3 => vec(any::<u8>().prop_map(printable), 0..40),
    ]
}

/// The HTTP parser refuses control bytes before any rule of the gate.
fn printable(byte: u8) -> u8 {
    if byte < 0x20 || byte == 0x7f { b' ' } else { byte }
}

/// A request from generated lines: mostly well formed, so that it passes step 2.
fn question(formed: bool, lines: &[Line]) -> Request {
    let start = if formed {
        Request::question(ALICE)
    } else {
        Request::get("/verify").add("Host", "gate.internal")
    };
    let replace = |request: Request, (name, value): &Line| {
        if name == "Host" || name.eq_ignore_ascii_case("Connection") {
            return request;
        }
        let forwarded = name.starts_with("X-Forwarded-");
        if forwarded && formed { request.set(name, value) } else { request.add(name, value) }
    };
    lines.iter().fold(start, replace)
}

/// Sends requests over a few keep-alive connections; a connection that the gate closes is opened
/// again.
struct Connection {
    wire: Option<Wire>,
}

impl Connection {
    async fn ask(&mut self, gate: &Gate, question: &Request) -> Answer {
        for _ in 0..2 {
            let mut wire = match self.wire.take() {
                Some(wire) => wire,
                None => gate.connect().await.expect("the gate is there"),
            };
            if let Ok(answer) = wire.exchange(question).await {
                self.wire = Some(wire);
                return answer;
            }
        }
        panic!("no answer to\n{}", String::from_utf8_lossy(&question.bytes()));
    }
}

/// A fixed seed, so that a failure can be reproduced; the runner prints the request.
fn runner() -> TestRunner {
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, b"doorward: no 2xx but for permits");
    TestRunner::new_with_rng(Config::default(), random)
}

#[tokio::test]
async fn only_alices_token_is_accepted_on_her_host() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let tokens = vec![
        portal.token("bob"),
        portal.expired("alice"),
        portal.forged("alice"),
        portal.claims("alice").claim("aud", "other").sign(&portal.key),
        portal.claims("alice").header("alg", "none").with_signature(b""),
        portal.token("Alice"),
    ];
    let mut runner = runner();
    let strategy = (any::<bool>(), vec((name(), value(tokens)), 0..12));
    let mut connection = Connection { wire: None };
    let mut asked = 0;
    while asked < CASES {
        let (formed, lines) = strategy.new_tree(&mut runner).unwrap().current();
        let question = question(formed, &lines);
        let hosts = question.headers.iter().filter(|(name, _)| name == "X-Forwarded-Host");
        if hosts.into_iter().any(|(_, host)| host.starts_with(b"bob.")) {
            // Bob may reach his own host.
            continue;
        }
        asked += 1;
        let answer = connection.ask(&gate, &question).await;
        assert!(
            answer.status >= 300,
            "{}\n--> {answer}",
            String::from_utf8_lossy(&question.bytes())
        );
    }
}

/// The opposite case: with alice's token among random headers, a permit still means that all
/// headers are consistent.
#[tokio::test]
async fn a_permit_means_that_all_conditions_hold() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let good = portal.token("alice");
    let tokens = vec![portal.forged("alice"), portal.token("bob"), good.clone()];
    let mut runner = runner();
    let strategy = (any::<bool>(), vec((name(), value(tokens)), 0..8));
    let mut connection = Connection { wire: None };
    let mut permits = 0;
    for _ in 0..CASES {
        let (formed, lines) = strategy.new_tree(&mut runner).unwrap().current();
        let question = question(formed, &lines).session(&good);
        let answer = connection.ask(&gate, &question).await;
        if answer.status >= 300 {
            continue;
        }
        permits += 1;
        let shown = format!("{}\n--> {answer}", String::from_utf8_lossy(&question.bytes()));
        assert_eq!(answer.status, 200, "{shown}");
        let all = |name: &str| -> Vec<String> {
            let lines =
                question.headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
            lines.map(|(_, value)| String::from_utf8_lossy(value).trim().to_owned()).collect()
        };
        let host = all("X-Forwarded-Host");
        assert!(host.len() == 1 && canonical(&host[0]) == ALICE, "{shown}");
        assert!(
            matches!(&all("X-Forwarded-Proto")[..], [proto] if proto == "https" || proto == "wss"),
            "{shown}"
        );
        assert!(matches!(&all("X-Forwarded-Uri")[..], [uri] if uri.starts_with('/')), "{shown}");
        assert!(!all("X-Forwarded-Uri")[0].starts_with("/.doorward/"), "{shown}");
        assert!(all("X_Forwarded_Host").is_empty() && all("X.Forwarded.Uri").is_empty(), "{shown}");
        let navigation =
            all("Sec-Fetch-Mode") == ["navigate"] && all("Sec-Fetch-Dest") == ["document"];
        let own = |origin: &String| canonical(origin.trim_start_matches("https://")) == ALICE;
        let vouched = all("Sec-Fetch-Site") == ["same-origin"];
        let origins = all("Origin");
        let fits = origins.iter().all(|origin| own(origin) || (origin == "null" && vouched));
        assert!(navigation || (origins.len() <= 1 && fits), "{shown}");
        if !all("Sec-WebSocket-Key").is_empty() && !navigation {
            assert!(matches!(&origins[..], [origin] if own(origin)), "{shown}");
        }
        assert_eq!(answer.all("X-Doorward-User"), ["alice"], "{shown}");
        let ours = format!("{COOKIE}=");
        let cookies = answer.all("Cookie").join("; ");
        assert!(!cookies.split("; ").any(|pair| pair.starts_with(&ours)), "{shown}");
        assert!(!answer.all("Authorization").join(" ").contains(&good), "{shown}");
    }
    assert!(permits > CASES / 100, "only {permits} permits: the generator has lost its way in");
}

/// Without case, port and one trailing dot: what Traefik ignores in a host.
fn canonical(host: &str) -> String {
    let host = host.to_ascii_lowercase();
    let host = host.split_once(':').map_or(host.as_str(), |(name, _)| name);
    host.strip_suffix('.').unwrap_or(host).to_owned()
}
