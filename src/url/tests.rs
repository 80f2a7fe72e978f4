use super::*;

/// name | address | its origin, or the error
const ADDRESSES: &str = r"
plain | https://a.example | https://a.example
upper_case | HTTPS://A.Example/Path | https://a.example
default_port | https://a.example:443/ | https://a.example
other_port | https://a.example:80/ | https://a.example:80
http_default_port | http://a.example:80 | http://a.example
query_without_path | https://a.example?x=1 | https://a.example
ipv4 | http://127.0.0.1:8080/x | http://127.0.0.1:8080
ipv6 | http://[::1]:8080/x | http://[::1]:8080
ipv6_long_form | http://[0:0::1]/ | Host
ipv6_open | http://[::1/ | Host
short_ipv4 | http://127.1/ | Host
hexadecimal_ipv4 | http://0x7f000001/ | Host
no_scheme | a.example/login | Scheme
protocol_relative | //a.example/login | Scheme
other_scheme | javascript://a.example/%0aalert(1) | Scheme
password | https://me:hunter2@a.example/ | User
user_hides_host | https://a.example@evil.example/ | User
backslash_in_host | https://evil.example\.a.example/ | Host
backslash_hides_host | https://a.example\@evil.example/ | User
backslash_in_path | https://a.example/\x | Character
space | https://a.example/a b | Character
not_ascii_path | https://a.example/é | Character
not_ascii_host | https://é.example/ | Host
percent_in_host | https://a%2eexample/ | Host
underscore_in_host | https://a_b.example/ | Host
no_host | https:///login | Host
trailing_dot | https://a.example./ | Host
port_zero | https://a.example:0/ | Port
port_plus | https://a.example:+1/ | Port
port_too_large | https://a.example:65536/ | Port
port_with_zeros | https://a.example:00443/ | https://a.example
port_too_long | https://a.example:000443/ | Port
port_empty | https://a.example:/ | Port
port_twice | https://a.example:1:2/ | Port
fragment | https://a.example/#/login | Fragment
";

#[test]
fn web_addresses_have_one_reading() {
    for row in ADDRESSES.lines().filter(|row| !row.is_empty()) {
        let [name, text, expected] = row.split(" | ").collect::<Vec<_>>()[..] else {
            panic!("no row: {row}");
        };
        let found = match WebUrl::parse(text) {
            Ok(url) => url.origin(),
            Err(error) => format!("{error:?}"),
        };
        assert_eq!(found, expected, "{name}");
    }
    assert_eq!(WebUrl::parse("https://a.example/\nx"), Err(UrlError::Character));
    assert_eq!(WebUrl::parse("https://a.example\n/x"), Err(UrlError::Host));
}

#[test]
fn a_url_is_written_in_one_form() {
    let rows = [
        ("plain", "https://p.example.com/keys", Some("https://p.example.com/keys")),
        ("no_path", "https://p.example.com", Some("https://p.example.com/")),
        ("query", "https://p.example.com/k?v=1", Some("https://p.example.com/k?v=1")),
        ("case", "HTTPS://P.Example.com/Keys", Some("https://p.example.com/Keys")),
        ("own_port", "https://p.example.com:443/", Some("https://p.example.com/")),
        ("other_port", "https://p.example.com:8443/", Some("https://p.example.com:8443/")),
        ("http", "http://127.0.0.1:80/", Some("http://127.0.0.1/")),
        ("ipv6", "https://[::1]:8443/", Some("https://[::1]:8443/")),
        ("user", "https://me@p.example.com/", None),
        ("password", "https://me:secret@p.example.com/", None),
        ("fragment", "https://p.example.com/#a", None),
        ("no_scheme", "p.example.com/keys", None),
        ("other_scheme", "ftp://p.example.com/", None),
        ("file", "file:///etc/passwd", None),
        ("white_space", "https://p.example.com/a b", None),
        ("line_break", "https://p.example.com/\r\nHost: x", None),
        ("backslash", "https://p.example.com\\@evil.test/", None),
        ("empty_host", "https:///keys", None),
        ("empty_label", "https://p..example.com/", None),
        ("port_0", "https://p.example.com:0/", None),
        ("port_missing", "https://p.example.com:/", None),
        ("port_too_large", "https://p.example.com:65536/", None),
        ("not_ascii", "https://pörtal.example.com/", None),
    ];
    for (row, text, expected) in rows {
        let parsed = WebUrl::parse(text).ok().map(|url| url.to_string());
        assert_eq!(parsed.as_deref(), expected, "{row}");
    }
}

#[test]
fn parameters_are_found_by_their_whole_name() {
    let url = WebUrl::parse("https://a.example/x?rdx=1&rd=2&y").unwrap();
    assert!(url.has_parameter("rd") && url.has_parameter("y"));
    assert!(!url.has_parameter("r") && !url.has_parameter("2"));
}

proptest::proptest! {
    /// An origin is its own origin, and nothing of a text leaks into another part.
    #[test]
    fn an_origin_reads_back_the_same(text in "https?://[a-z0-9.:\\[\\]@/?#\\\\-]{0,30}") {
        if let Ok(url) = WebUrl::parse(&text) {
            let origin = url.origin();
            let again = WebUrl::parse(&origin).unwrap();
            proptest::prop_assert_eq!(again.origin(), origin.as_str());
            proptest::prop_assert!(again.rest().is_empty());
        }
    }
}
