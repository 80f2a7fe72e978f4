//! Addresses and answers, without a network.

use super::*;

#[test]
fn answers() {
    let rows: &[(&str, Option<u16>)] = &[
        ("HTTP/1.1 200 OK\r\n\r\n", Some(200)),
        ("HTTP/1.1 204 No Content\r\n\r\n", Some(204)),
        ("HTTP/1.1 302 Found\r\nLocation: /login\r\n\r\n", Some(302)),
        ("HTTP/1.1 503 Service Unavailable\r\n\r\n{}", Some(503)),
        ("HTTP/1.1 2000 OK\r\n\r\n", Some(2000)),
        ("HTTP/1.1 OK\r\n\r\n", None),
        ("SSH-2.0-OpenSSH\r\n", None),
        ("", None),
    ];
    for (answer, expected) in rows {
        let status = Answer::read(answer.as_bytes()).ok().map(|answer| answer.status);
        assert_eq!(status, *expected, "{answer:?}");
    }
}

#[test]
fn urls() {
    type Parts = (bool, &'static str, u16, &'static str);
    let rows: &[(&str, Option<Parts>)] = &[
        (DEFAULT, Some((false, "127.0.0.1", 4182, "/"))),
        ("https://gate.example.com", Some((true, "gate.example.com", 443, "/"))),
        ("http://localhost/a?b#c", Some((false, "localhost", 80, "/a?b"))),
        ("http://localhost?b", Some((false, "localhost", 80, "/?b"))),
        ("https://[::1]:4182/readyz", Some((true, "::1", 4182, "/readyz"))),
        ("http://[::1]/", Some((false, "::1", 80, "/"))),
        ("http://[::1]4182/", None),
        ("http://user@localhost/", None),
        ("http:///readyz", None),
        ("http://localhost:/", None),
        ("http://localhost:99999/", None),
        ("localhost:4182", None),
        ("ftp://localhost/", None),
        ("http://localhost/a b", None),
        ("http://localhost/\r\nX: y", None),
    ];
    for (url, expected) in rows {
        let target = Target::parse(url);
        let parts = target.as_ref().map(|target| {
            let url = &target.url;
            (url.is_secure(), url.host(), url.port(), url.target().into_owned())
        });
        let expected =
            expected.map(|(secure, host, port, path)| (secure, host, port, path.to_owned()));
        assert_eq!(parts, expected, "{url}");
    }
}

#[test]
fn everybody_s_address_is_asked_on_loopback() {
    for (configured, asked) in
        [("0.0.0.0", "127.0.0.1"), ("::", "::1"), ("10.0.0.1", "10.0.0.1"), ("::1", "::1")]
    {
        let configured: IpAddr = configured.parse().unwrap();
        assert_eq!(reachable(configured).to_string(), asked);
    }
}

#[test]
fn a_bare_address_is_asked_for_the_path() {
    for (url, expected) in [
        (Some("http://10.0.0.1:4182"), "http://10.0.0.1:4182/revocations"),
        (Some("http://10.0.0.1:4182/"), "http://10.0.0.1:4182/revocations"),
        (Some("https://gate/readyz"), "https://gate/readyz"),
        (Some("http://gate?x"), "http://gate?x"),
        (None, "http://127.0.0.1:4182/revocations"),
    ] {
        let access = Access { url, ca_file: None, configured: None };
        assert_eq!(access.url("/revocations"), expected, "{url:?}");
    }
}
