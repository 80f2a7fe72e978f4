//! Step 2 as a table: ambiguous input is refused.

use super::*;
use proptest::prelude::*;

fn reader() -> ForwardedReader {
    ForwardedReader {
        header_bytes: 80 * 1024,
        headers: 128,
        public_scheme: PublicScheme::Forwarded,
        cookies: GateCookies::new(vec!["__Host-doorward".into(), "legacy".into()], false),
        authorization: true,
        token_headers: vec![HeaderName::from_static("x-session-token")],
    }
}

const GOOD: [(&str, &str); 4] = [
    ("x-forwarded-host", "alice.vdi.example.com"),
    ("x-forwarded-method", "GET"),
    ("x-forwarded-uri", "/desk?x=1"),
    ("x-forwarded-proto", "https"),
];

fn headers(lines: &[(&str, &[u8])]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        headers.append(name, HeaderValue::from_bytes(value).unwrap());
    }
    headers
}

/// The four good lines, with those of the same name replaced and the rest added.
fn with(lines: &[(&str, &[u8])]) -> HeaderMap {
    let kept = GOOD.iter().filter(|(name, _)| lines.iter().all(|(other, _)| other != name));
    let kept: Vec<_> = kept.map(|(name, value)| (*name, value.as_bytes())).collect();
    headers(&[kept.as_slice(), lines].concat())
}

fn problem(headers: &HeaderMap, query: Option<&str>) -> Option<&'static str> {
    reader().read(headers, query).err().map(|denial| denial.reason())
}

#[test]
fn each_row_is_refused_for_its_own_reason() {
    type Lines = &'static [(&'static str, &'static [u8])];
    let rows: &[(&str, Lines, &str)] = &[
        (
            "host_twice",
            &[("x-forwarded-host", b"a.b.c"), ("x-forwarded-host", b"a.b.c")],
            "forwarded-repeated",
        ),
        (
            "host_list",
            &[("x-forwarded-host", b"alice.vdi.example.com, bob.vdi.example.com")],
            "forwarded-bytes",
        ),
        (
            "host_list_tight",
            &[("x-forwarded-host", b"alice.vdi.example.com,bob.vdi.example.com")],
            "forwarded-repeated",
        ),
        ("host_empty", &[("x-forwarded-host", b"")], "forwarded-missing"),
        ("host_with_tab", &[("x-forwarded-host", b"alice\t.vdi.example.com")], "forwarded-bytes"),
        (
            "host_not_ascii",
            &[("x-forwarded-host", b"alic\xc3\xa9.vdi.example.com")],
            "forwarded-bytes",
        ),
        (
            "method_twice",
            &[("x-forwarded-method", b"GET"), ("x-forwarded-method", b"GET")],
            "forwarded-repeated",
        ),
        ("method_list", &[("x-forwarded-method", b"GET,POST")], "forwarded-repeated"),
        ("method_trace", &[("x-forwarded-method", b"TRACE")], "forwarded-method"),
        ("method_connect", &[("x-forwarded-method", b"CONNECT")], "forwarded-method"),
        ("method_no_token", &[("x-forwarded-method", b"GE(T")], "forwarded-method"),
        (
            "uri_twice",
            &[("x-forwarded-uri", b"/"), ("x-forwarded-uri", b"/")],
            "forwarded-repeated",
        ),
        ("uri_star", &[("x-forwarded-uri", b"*")], "forwarded-uri"),
        ("uri_absolute", &[("x-forwarded-uri", b"https://bob.vdi.example.com/")], "forwarded-uri"),
        ("uri_with_space", &[("x-forwarded-uri", b"/a b")], "forwarded-bytes"),
        (
            "proto_twice",
            &[("x-forwarded-proto", b"https"), ("x-forwarded-proto", b"https")],
            "forwarded-repeated",
        ),
        ("proto_list", &[("x-forwarded-proto", b"https,http")], "forwarded-repeated"),
        ("proto_http", &[("x-forwarded-proto", b"http")], "forwarded-proto"),
        ("proto_ws", &[("x-forwarded-proto", b"ws")], "forwarded-proto"),
        ("proto_uppercase", &[("x-forwarded-proto", b"HTTPS")], "forwarded-proto"),
        ("alias_underscore", &[("x_forwarded_host", b"bob.vdi.example.com")], "forwarded-alias"),
        ("alias_mixed", &[("x-forwarded_host", b"bob.vdi.example.com")], "forwarded-alias"),
        ("alias_dot", &[("x.forwarded.host", b"bob.vdi.example.com")], "forwarded-alias"),
        ("alias_of_for", &[("x_forwarded_for", b"10.0.0.1")], "forwarded-alias"),
        ("alias_of_proto", &[("x-forwarded.proto", b"https")], "forwarded-alias"),
        ("alias_of_method", &[("x_forwarded-method", b"GET")], "forwarded-alias"),
        ("alias_of_uri", &[("x_forwarded_uri", b"/")], "forwarded-alias"),
    ];
    for (row, lines, reason) in rows {
        assert_eq!(problem(&with(lines), None), Some(*reason), "{row}");
    }
    for (name, _) in GOOD {
        let mut headers = with(&[("host", b"alice.vdi.example.com"), ("forwarded", b"host=x")]);
        headers.remove(name);
        assert_eq!(problem(&headers, None), Some("forwarded-missing"), "without {name}");
    }
    assert_eq!(problem(&with(&[]), None), None);
}

#[test]
fn irrelevant_headers_do_not_change_the_decision() {
    let rows: &[(&str, &str, &[u8])] = &[
        ("prefix", "x-forwarded-prefix", b"/evil"),
        ("port", "x-forwarded-port", b"80"),
        ("rfc7239", "forwarded", b"host=bob.vdi.example.com"),
        ("server", "x-forwarded-server", b"t"),
        ("for", "x-forwarded-for", b"1.2.3.4"),
        ("original_host", "x-original-host", b"bob.vdi.example.com"),
        ("other_underscore", "x_forwarded_port", b"1"),
        ("real_ip", "x-real-ip", b"1.2.3.4"),
        ("query_like_path", "x-forwarded-uri", b"//evil.test/?rd=https://evil.test"),
        ("websocket_proto", "x-forwarded-proto", b"wss"),
        ("lowercase_method", "x-forwarded-method", b"get"),
    ];
    for (row, name, value) in rows {
        assert_eq!(problem(&with(&[(name, value)]), None), None, "{row}");
    }
}

#[test]
fn the_gates_own_query_is_owner_or_nothing() {
    let headers = with(&[]);
    for (query, owner) in [("owner=alice", Some("alice")), ("owner=ALICE", Some("ALICE"))] {
        let reader = reader();
        let (forwarded, _) = reader.read(&headers, Some(query)).unwrap();
        assert_eq!(forwarded.owner, owner);
    }
    for query in [
        "",
        "owner",
        "owner=",
        "owner=a&owner=b",
        "owner=a&x=1",
        "x=1",
        "Owner=a",
        "owner=%61",
        "owner=a;b",
        "a&owner=a",
    ] {
        assert_eq!(problem(&headers, Some(query)), Some("query"), "{query:?}");
    }
}

#[test]
fn schemes_follow_the_public_side() {
    use crate::cross_site::Scheme::{Http, Https};
    let rows = [
        (PublicScheme::Forwarded, "https", Some(Https)),
        (PublicScheme::Forwarded, "wss", Some(Https)),
        (PublicScheme::Forwarded, "http", None),
        (PublicScheme::Https, "http", Some(Https)),
        (PublicScheme::Https, "anything", Some(Https)),
        (PublicScheme::Http, "http", Some(Http)),
        (PublicScheme::Http, "ws", Some(Http)),
        (PublicScheme::Http, "wss", Some(Https)),
        (PublicScheme::Http, "ftp", None),
    ];
    for (public_scheme, proto, expected) in rows {
        let headers = with(&[("x-forwarded-proto", proto.as_bytes())]);
        let reader = ForwardedReader { public_scheme, ..reader() };
        let scheme = reader.read(&headers, None).ok().map(|(forwarded, _)| forwarded.scheme);
        assert_eq!(scheme, expected, "{public_scheme:?} {proto}");
    }
}

#[test]
fn candidates_stand_in_the_stated_order() {
    let headers = with(&[
        ("x-session-token", b"h.h.h"),
        ("authorization", b"Bearer a.a.a"),
        ("cookie", b"legacy=l.l.1; __Host-doorward=c.c.1; app=x; __Host-doorward=c.c.2"),
        ("cookie", b"__Host-doorward=c.c.3; __Host-doorward-loop=n; __Host-doorward-st-1=n; =__Host-doorward=n"),
    ]);
    let reader = reader();
    let (forwarded, credentials) = reader.read(&headers, None).unwrap();
    let tokens: Vec<_> = credentials.iter().map(|candidate| candidate.token).collect();
    assert_eq!(tokens, ["c.c.1", "c.c.2", "c.c.3", "l.l.1", "a.a.a", "h.h.h"]);
    assert!(forwarded.provenance.own_cookie);
    assert!(!forwarded.provenance.is_outside_browsers());
    let reader = ForwardedReader { authorization: false, ..reader };
    let (_, credentials) = reader.read(&headers, None).unwrap();
    assert!(credentials.iter().all(|candidate| candidate.token != "a.a.a"));
}

#[test]
fn the_loop_cookie_alone_marks_a_browser() {
    let headers = with(&[("cookie", b"__Host-doorward-loop=1.2.3")]);
    let reader = reader();
    let (forwarded, credentials) = reader.read(&headers, None).unwrap();
    assert!(credentials.is_empty());
    assert!(forwarded.provenance.own_cookie);
}

#[test]
fn limits_count_lines_and_bytes_and_spare_cookies() {
    let reader = ForwardedReader { headers: 6, header_bytes: 400, ..reader() };
    let reason =
        |headers: &HeaderMap| reader.read(headers, None).err().map(|denial| denial.reason());
    let mut headers = with(&[("a", b"1"), ("b", b"2")]);
    assert_eq!(reason(&headers), None, "six lines");
    for number in 0..60 {
        headers.append("cookie", HeaderValue::from_str(&format!("c{number}=")).unwrap());
    }
    assert_eq!(reason(&headers), Some("headers-too-large"), "cookie bytes count");
    let headers = with(&[("a", b"1"), ("b", b"2"), ("c", b"3")]);
    assert_eq!(reason(&headers), Some("too-many-headers"), "seven lines");
    let generous = ForwardedReader { headers: 128, header_bytes: 80 * 1024, ..reader.clone() };
    let mut tiny_cookies = with(&[]);
    for number in 0..200 {
        tiny_cookies.append("cookie", HeaderValue::from_str(&format!("c{number}=1")).unwrap());
    }
    assert!(generous.read(&tiny_cookies, None).is_ok(), "HTTP/2 splits Cookie into a field each");
}

#[test]
fn metadata_is_noticed_by_any_name() {
    for name in ["sec-fetch-user", "sec-fetch-storage-access", "sec-fetch-site", "sec-fetch-newer"]
    {
        let headers = with(&[(name, b"?1")]);
        let reader = reader();
        let (forwarded, _) = reader.read(&headers, None).unwrap();
        assert!(forwarded.provenance.fetch_metadata, "{name}");
    }
}

proptest! {
    /// Any header names and values: an answer, no panic; and never a host that was not the one
    /// line of X-Forwarded-Host.
    #[test]
    fn noise_is_read_one_way_or_refused(
        lines in proptest::collection::vec(("[a-z_.-]{1,24}", "[ -~]{0,40}"), 0..12),
        host in "[ -~]{0,30}",
    ) {
        let mut noise = with(&[]);
        for (name, value) in &lines {
            if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value)) {
                noise.append(name, value);
            }
        }
        noise.insert("x-forwarded-host", HeaderValue::from_str(&host).unwrap());
        let reader = reader();
        if let Ok((forwarded, _)) = reader.read(&noise, None) {
            prop_assert_eq!(forwarded.host, host.as_str());
        }
    }
}
