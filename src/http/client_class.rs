//! The kind of client that receives the answer: it decides between a redirect, a page and a problem
//! document.

use crate::cross_site::Presented;
use hyper::header::{ACCEPT, HeaderMap};

/// The class of a request: the first that applies, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientClass {
    /// A WebSocket handshake: it cannot follow a redirect.
    WebSocket,
    /// A top-level page: may be redirected to the sign-in page.
    Page,
    /// A frame, or a navigation other than GET: shows a page, but must not be redirected.
    PageLike,
    /// Anything else: a script, an image, a program.
    Other,
}

impl ClientClass {
    /// The class of the forwarded request, by its method and headers.
    #[must_use]
    pub fn of(method: &str, headers: &HeaderMap) -> Self {
        if headers.contains_key("sec-websocket-key") {
            return Self::WebSocket;
        }
        let line = |name: &str| {
            headers
                .get_all(name)
                .iter()
                .fold(Presented::Absent, |presented, value| presented.and(value.as_bytes()))
        };
        let safe = matches!(method, "GET" | "HEAD");
        let metadata = headers.keys().any(|name| name.as_str().starts_with("sec-fetch-"));
        if metadata {
            let mode = line("sec-fetch-mode");
            let navigates = mode.once() == Some("navigate");
            // A prefetched page is not shown yet: it must neither start nor finish a sign-in.
            let page = safe && !headers.contains_key("sec-purpose");
            // Through `fetch(event.request)` in a service worker of the host, a navigation loses its
            // destination in Chromium, and its mode as well in Firefox.
            let passed_on = || {
                navigates
                    || mode.once() == Some("same-origin")
                        && line("sec-fetch-site").once() == Some("same-origin")
                        && prefers_html(headers)
            };
            return match line("sec-fetch-dest").once() {
                Some("document") if navigates && page => Self::Page,
                Some("empty") if page && passed_on() => Self::Page,
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

    /// The word for log and metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::WebSocket => "websocket",
            Self::Page => "page",
            Self::PageLike => "page-like",
            Self::Other => "other",
        }
    }

    /// Whether a user reads the body.
    #[must_use]
    pub fn shows_page(self) -> bool {
        matches!(self, Self::Page | Self::PageLike)
    }
}

/// Whether `Accept` begins with `text/html`, as browsers send it for pages.
fn prefers_html(headers: &HeaderMap) -> bool {
    headers.get(ACCEPT).is_some_and(|value| {
        value.as_bytes().get(..9).is_some_and(|start| start.eq_ignore_ascii_case(b"text/html"))
    })
}

/// Whether `Accept` names `text/html`. `*/*` does not count: scripts and programs send it.
fn accepts_html(headers: &HeaderMap) -> bool {
    headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).any(|value| {
        value.split(',').any(|range| {
            let media = range.split_once(';').map_or(range, |(media, _)| media);
            media.trim_matches([' ', '\t']).eq_ignore_ascii_case("text/html")
        })
    })
}
