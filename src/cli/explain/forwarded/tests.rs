//! What an operator reads about forwarded headers that cannot be read.

use super::*;
use crate::http::credential::GateCookies;

fn reader(public_scheme: PublicScheme) -> ForwardedReader {
    ForwardedReader {
        header_bytes: 4096,
        headers: 16,
        public_scheme,
        cookies: GateCookies::new(vec!["__Host-doorward".into()], false),
        authorization: true,
        token_headers: Vec::new(),
    }
}

/// What is shown of a valid request with these lines added and those of the same name taken out.
fn shown(
    scheme: PublicScheme,
    changes: &[(&'static str, &'static str)],
    query: Option<&str>,
) -> String {
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("x-forwarded-host", "alice.vdi.example.com"),
        ("x-forwarded-method", "GET"),
        ("x-forwarded-uri", "/"),
        ("x-forwarded-proto", "https"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    for (name, _) in changes {
        headers.remove(*name);
    }
    for (name, value) in changes.iter().filter(|(_, value)| !value.is_empty()) {
        headers.append(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    let reader = reader(scheme);
    let Err(denial) = reader.read(&headers, query) else { panic!("{changes:?} was read") };
    text(&reader, &headers, query, &denial)
}

#[test]
fn the_header_its_value_and_the_admitted_values_are_printed() {
    const FORWARDED: PublicScheme = PublicScheme::Forwarded;
    let long = "/".to_owned() + &"x".repeat(3000);
    let long: &'static str = long.leak();
    #[rustfmt::skip]
    let rows = [
        ("missing", &[("x-forwarded-uri", "")][..], "X-Forwarded-Uri is missing"),
        ("twice", &[("x-forwarded-host", "a"), ("x-forwarded-host", "b")],
            "X-Forwarded-Host \"a\" and \"b\": exactly one"),
        ("a_list", &[("x-forwarded-proto", "https,http")],
            "X-Forwarded-Proto \"https,http\": exactly one"),
        ("bytes", &[("x-forwarded-uri", "/a\tb")], "X-Forwarded-Uri \"/a\\tb\": only visible"),
        ("alias", &[("x_forwarded_for", "192.0.2.1")],
            "x_forwarded_for \"192.0.2.1\": no other spelling of X-Forwarded-For"),
        ("dotted_alias", &[("x-forwarded.host", "bob")],
            "x-forwarded.host \"bob\": no other spelling of X-Forwarded-Host"),
        ("method", &[("x-forwarded-method", "TRACE")], "X-Forwarded-Method \"TRACE\": this method"),
        ("uri", &[("x-forwarded-uri", "*")], "X-Forwarded-Uri \"*\": it must begin with /"),
        ("proto", &[("x-forwarded-proto", "http")],
            "X-Forwarded-Proto \"http\"; public_scheme: forwarded accepts https, wss"),
        ("size", &[("x-a", long), ("x-b", long)], "limits.header_bytes 4096"),
    ];
    for (row, changes, expected) in rows {
        let shown = shown(FORWARDED, changes, None);
        assert!(shown.contains(expected), "{row}: {shown}");
        assert!(shown.len() < 400, "{row}: {shown}");
    }
    let http = shown(PublicScheme::Http, &[("x-forwarded-proto", "ftp")], None);
    assert!(http.ends_with("public_scheme: http accepts https, wss, http, ws"), "{http}");
    let query = shown(FORWARDED, &[], Some("owner=a&b"));
    assert!(query.contains("\"owner=a&b\"; only one owner=LABEL"), "{query}");
}
