//! What kind of client waits for an answer: it decides between a redirect, a page and a problem.

use crate::cross_site::Presented;
use hyper::header::{ACCEPT, HeaderMap};

/// The first that fits, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientClass {
    /// A handshake: a redirect would only confuse it.
    WebSocket,
    /// A person looks at a top-level page: may be sent to sign in.
    Page,
    /// A frame, or a navigation that is no plain GET: shows a page, but must not be redirected.
    PageLike,
    /// A script, an image, a program.
    Other,
}

impl ClientClass {
    /// Judges the request that Traefik asks about by its method and headers.
    #[must_use]
    pub fn of(method: &str, headers: &HeaderMap) -> Self {
        if headers.contains_key("sec-websocket-key") {
            return Self::WebSocket;
        }
        let line = |name: &str| {
            headers
                .get_all(name)
                .iter()
                .fold(Presented::Absent, |seen, value| seen.and(value.as_bytes()))
        };
        let safe = matches!(method, "GET" | "HEAD");
        let metadata = headers.keys().any(|name| name.as_str().starts_with("sec-fetch-"));
        if metadata {
            let navigates = line("sec-fetch-mode").once() == Some("navigate");
            // What is fetched ahead is nobody's page yet: it must not begin a sign-in, nor end one.
            let ahead = headers.contains_key("sec-purpose");
            return match line("sec-fetch-dest").once() {
                Some("document") if navigates && safe && !ahead => Self::Page,
                Some("iframe" | "frame" | "embed" | "object" | "fencedframe") => Self::PageLike,
                _ if navigates => Self::PageLike,
                _ => Self::Other,
            };
        }
        if !accepts_html(headers) {
            return Self::Other;
        }
        if safe { Self::Page } else { Self::PageLike }
    }

    /// For log and metric.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::WebSocket => "websocket",
            Self::Page => "page",
            Self::PageLike => "page-like",
            Self::Other => "other",
        }
    }

    /// Whether a person reads the body.
    #[must_use]
    pub fn shows_page(self) -> bool {
        matches!(self, Self::Page | Self::PageLike)
    }
}

/// Whether `Accept` names `text/html`; `*/*` does not count, scripts and programs send it.
fn accepts_html(headers: &HeaderMap) -> bool {
    headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).any(|value| {
        value.split(',').any(|range| {
            let media = range.split_once(';').map_or(range, |(media, _)| media);
            media.trim_matches([' ', '\t']).eq_ignore_ascii_case("text/html")
        })
    })
}
