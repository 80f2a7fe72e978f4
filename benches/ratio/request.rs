//! The one request that everything is measured with: what Traefik 3.7 sends to a forward-auth
//! address when a desktop browser fetches a page. 25 headers beside `Host`, about 2.5 KB, of which
//! 1.4 KB are seven cookies with the session token in the middle of them.
//!
//! The other side of it is here too: the headers of a permit, which the floor returns unasked.

use crate::token::COOKIE;

/// The workspace host that every request is for.
pub const HOST: &str = "alice.vdi.example.com";

/// The path that Traefik is configured to request.
pub const VERIFY: &str = "/verify";

/// A browser's page fetch with one set of cookies.
#[derive(Clone, Debug)]
pub struct PageFetch {
    /// The seven cookies (six without a token), in the browser's order.
    cookies: Vec<String>,
}

impl PageFetch {
    /// With `token` as the fifth cookie of seven. The last cookie is padded so that the cookies are
    /// as long in all for a short token as for a long one: the comparison is of decisions, not of
    /// parsing.
    pub fn with_token(token: &str) -> Self {
        let session = format!("{COOKIE}={token}");
        let padding = COOKIE_BYTES.saturating_sub(session.len());
        Self::with_cookies(Some(session), padding)
    }

    /// A visitor who has never signed in: the other six cookies only.
    pub fn without_token() -> Self {
        Self::with_cookies(None, COOKIE_BYTES / 2)
    }

    fn with_cookies(session: Option<String>, padding: usize) -> Self {
        let mut cookies: Vec<String> = BROWSER_COOKIES.iter().map(ToString::to_string).collect();
        cookies.extend(session);
        cookies.push(format!("csrftoken={}", filler(64)));
        cookies.push(format!("prefs={}", filler(padding)));
        Self { cookies }
    }

    /// The bytes of the request as Traefik writes it over HTTP/1.1 to `address`: `Host` and
    /// `User-Agent` first, then the rest sorted by name, as Go's client does it.
    pub fn to_http1(&self, address: &str, path: &str, shape: Shape, asker: Asker) -> Vec<u8> {
        let mut request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n");
        for (name, value) in self.fields(asker) {
            request.push_str(name);
            request.push_str(": ");
            request.push_str(&value);
            request.push_str("\r\n");
        }
        if shape == Shape::Close {
            request.push_str("Connection: close\r\n");
        }
        request.push_str("\r\n");
        request.into_bytes()
    }

    /// The fields of the request as Traefik writes it over HTTP/2: lower-case names, and one
    /// `cookie` field for each cookie (RFC 9113, section 8.2.3), which lets HPACK index them.
    pub fn to_http2(&self) -> Vec<(String, String)> {
        let mut fields = Vec::with_capacity(32);
        for (name, value) in self.fields(Asker::Traefik) {
            if name == "Cookie" {
                fields.extend(self.cookies.iter().map(|pair| ("cookie".to_owned(), pair.clone())));
            } else {
                fields.push((name.to_ascii_lowercase(), value));
            }
        }
        fields
    }

    /// The headers of the permit for this request: three short ones and the cookies that are not
    /// the gate's. The shard is any two digits; its cost is its length.
    pub fn permit(&self) -> Vec<(String, String)> {
        let ours = format!("{COOKIE}=");
        let remaining: Vec<&str> = self
            .cookies
            .iter()
            .map(String::as_str)
            .filter(|pair| !pair.starts_with(&ours))
            .collect();
        vec![
            ("x-doorward-user".to_owned(), "alice".to_owned()),
            ("x-doorward-label".to_owned(), "alice".to_owned()),
            ("x-doorward-shard".to_owned(), "42".to_owned()),
            ("cookie".to_owned(), remaining.join("; ")),
        ]
    }

    fn fields(&self, asker: Asker) -> Vec<(&'static str, String)> {
        let mut fields: Vec<(&'static str, String)> =
            BROWSER.iter().map(|&(name, value)| (name, value.to_owned())).collect();
        fields.push(("Cookie", self.cookies.join("; ")));
        fields.push(("Referer", format!("https://{HOST}/dashboard/projects/42?tab=activity")));
        if asker == Asker::Traefik {
            fields.extend(FORWARDED.iter().map(|&(name, value)| (name, value.to_owned())));
        }
        // Go's client sorts by name, but puts `User-Agent` in front.
        fields.sort_by_key(|&(name, _)| (name != "User-Agent", name));
        fields
    }
}

/// Whether the connection outlives the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One connection, many requests.
    KeepAlive,
    /// One connection a request, as most of Traefik's are under load: it keeps only two idle ones.
    Close,
}

/// Who sends the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    /// The browser, to Traefik.
    Browser,
    /// Traefik, to the gate: the same with the eight headers that describe the browser's request.
    Traefik,
}

/// `length` bytes of the base64url alphabet, without a repetition that a compressor would notice.
fn filler(length: usize) -> String {
    ALPHABET.chars().cycle().step_by(7).skip(1).take(length).collect()
}

/// What the session cookie and the padded one are long together, name and value of both apart from
/// `prefs=`: the 708 and 560 bytes of a browser profile in which the token has 700.
const COOKIE_BYTES: usize = 708 + 560;

const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

const BROWSER_COOKIES: [&str; 4] = [
    "_ga=GA1.1.1234567890.1711111111",
    "_ga_ABCDEF1234=GS1.1.1722222222.17.1.1722223333.0.0.0",
    "theme=dark",
    "lang=en-GB",
];

/// What Chromium sends for a page fetch, without `Referer` and `Cookie`.
const BROWSER: [(&str, &str); 15] = [
    (
        "User-Agent",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
         Chrome/138.0.0.0 Safari/537.36",
    ),
    (
        "Accept",
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,\
         */*;q=0.8,application/signed-exchange;v=b3;q=0.7",
    ),
    ("Accept-Encoding", "gzip, deflate, br, zstd"),
    ("Accept-Language", "en-GB,en;q=0.9,de;q=0.8"),
    ("Cache-Control", "max-age=0"),
    ("Dnt", "1"),
    ("Priority", "u=0, i"),
    ("Sec-Ch-Ua", r#""Chromium";v="138", "Not=A?Brand";v="24", "Google Chrome";v="138""#),
    ("Sec-Ch-Ua-Mobile", "?0"),
    ("Sec-Ch-Ua-Platform", r#""Linux""#),
    ("Sec-Fetch-Dest", "document"),
    ("Sec-Fetch-Mode", "navigate"),
    ("Sec-Fetch-Site", "same-origin"),
    ("Sec-Fetch-User", "?1"),
    ("Upgrade-Insecure-Requests", "1"),
];

/// What Traefik adds.
const FORWARDED: [(&str, &str); 8] = [
    ("X-Forwarded-For", "127.0.0.1"),
    ("X-Forwarded-Host", HOST),
    ("X-Forwarded-Method", "GET"),
    ("X-Forwarded-Port", "443"),
    ("X-Forwarded-Proto", "https"),
    ("X-Forwarded-Server", "traefik-7c9f6d5b8-x2x9k"),
    ("X-Forwarded-Uri", "/dashboard/projects/42/items?page=2&sort=-updated"),
    ("X-Real-Ip", "127.0.0.1"),
];
