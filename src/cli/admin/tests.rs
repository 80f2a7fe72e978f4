//! Addresses and answers, without a network.

use super::*;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;

/// Each row is what a server sends before it closes the connection.
#[test]
fn answers() {
    let rows: &[(&str, Option<(u16, &str)>)] = &[
        ("HTTP/1.1 200 OK\r\n\r\n", Some((200, ""))),
        ("HTTP/1.1 204 No Content\r\n\r\n", Some((204, ""))),
        ("HTTP/1.1 302 Found\r\nLocation: /login\r\n\r\n", Some((302, ""))),
        ("HTTP/1.1 503 Service Unavailable\r\n\r\n{}", Some((503, "{}"))),
        ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", Some((200, "half"))),
        ("HTTP/1.1 200 OK\r\n\r\n0123456789abcdefmore", Some((200, "0123456789abcdef"))),
        ("HTTP/1.1 2000 OK\r\n\r\n", None),
        ("HTTP/1.1 OK\r\n\r\n", None),
        ("SSH-2.0-OpenSSH\r\n", None),
        ("", None),
    ];
    for (sent, expected) in rows {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let answer = std::thread::scope(|scope| {
            scope.spawn(|| {
                let (mut stream, _) = listener.accept().unwrap();
                let mut request = [0; 4096];
                let length = stream.read(&mut request).unwrap();
                let request = String::from_utf8_lossy(&request[..length]).to_lowercase();
                assert!(request.contains("authorization: bearer s3cret\r\n"), "{request}");
                stream.write_all(sent.as_bytes()).unwrap();
            });
            let access = AdminEndpoint { url: Some(&url), ca_file: None, configured: None };
            let (method, secret) = (Method::GET, Some(&b"s3cret"[..]));
            access.send("/", &AdminRequest { method, secret, body: "", body_limit: 16 })
        });
        match (answer, expected) {
            (Ok(answer), Some((status, body))) => {
                assert_eq!((answer.status, &*answer.body), (*status, *body), "{sent:?}");
            }
            (Err(error), None) => assert!(matches!(error, AdminError::NotHttp), "{error:?}"),
            (answer, _) => panic!("{sent:?}: {answer:?}"),
        }
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
        let parts = parse(url).map(|url| {
            (url.is_secure(), url.host().to_owned(), url.port(), url.target().into_owned())
        });
        let expected = expected
            .map(|(secure, host, port, path)| (secure, host.to_owned(), port, path.to_owned()));
        assert_eq!(parts, expected, "{url}");
    }
}

#[test]
fn an_unspecified_admin_address_is_reached_on_loopback() {
    for (configured, asked) in
        [("0.0.0.0", "127.0.0.1"), ("::", "::1"), ("10.0.0.1", "10.0.0.1"), ("::1", "::1")]
    {
        let configured: IpAddr = configured.parse().unwrap();
        assert_eq!(reachable(configured).to_string(), asked);
    }
}

#[test]
fn an_address_without_a_path_gets_the_default_path() {
    for (url, expected) in [
        (Some("http://10.0.0.1:4182"), "http://10.0.0.1:4182/revocations"),
        (Some("http://10.0.0.1:4182/"), "http://10.0.0.1:4182/revocations"),
        (Some("https://gate/readyz"), "https://gate/readyz"),
        (Some("http://gate?x"), "http://gate?x"),
        (None, "http://127.0.0.1:4182/revocations"),
    ] {
        let access = AdminEndpoint { url, ca_file: None, configured: None };
        assert_eq!(access.url("/revocations"), expected, "{url:?}");
    }
}
