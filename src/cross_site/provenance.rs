//! What a request says about the page that caused it, as sent.

use super::OwnOrigin;

/// A header that occurs once, not at all, or in a form that cannot be relied on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Presented<'r> {
    /// The header is absent.
    #[default]
    Absent,
    /// One line, as sent. It is only compared with ASCII, so other text never matches.
    Once(&'r str),
    /// Several lines, or bytes that are not UTF-8.
    Unusable,
}

impl<'r> Presented<'r> {
    /// Adds the next line of this header.
    #[must_use]
    pub fn and(self, value: &'r [u8]) -> Self {
        match (self, std::str::from_utf8(value)) {
            (Self::Absent, Ok(text)) => Self::Once(text),
            _ => Self::Unusable,
        }
    }

    /// The value, if the header occurs once.
    #[must_use]
    pub fn once(self) -> Option<&'r str> {
        match self {
            Self::Once(value) => Some(value),
            Self::Absent | Self::Unusable => None,
        }
    }

    /// Whether the header occurs at all.
    #[must_use]
    pub fn is_present(self) -> bool {
        self != Self::Absent
    }
}

/// What a request says about the page that caused it. Values are as sent.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "headers of which only the presence counts")]
pub struct Provenance<'r> {
    /// `X-Forwarded-Method`, byte-exact.
    pub method: &'r str,
    /// `Sec-WebSocket-Key` is present: Traefik removes `Upgrade` and `Connection`, but not this one.
    pub websocket: bool,
    /// `Origin`.
    pub origin: Presented<'r>,
    /// `Referer`.
    pub referer: Presented<'r>,
    /// `Sec-Fetch-Site`.
    pub site: Presented<'r>,
    /// `Sec-Fetch-Mode`.
    pub mode: Presented<'r>,
    /// `Sec-Fetch-Dest`.
    pub dest: Presented<'r>,
    /// `Sec-Purpose` is present: the browser prefetches, and shows the response to no user yet.
    pub ahead: bool,
    /// `Upgrade-Insecure-Requests` is present: the request began as a navigation. Browsers do not set
    /// it for scripts, and a service worker that copies the request of a navigation keeps it.
    pub upgrade_insecure: bool,
    /// `Service-Worker-Navigation-Preload` is present: the browser sends the navigation itself while
    /// the host's service worker starts.
    pub navigation_preload: bool,
    /// `Service-Worker` is present: the browser loads the script of a service worker.
    pub service_worker: bool,
    /// A header whose name begins with `Sec-Fetch-` is present, those above included.
    pub fetch_metadata: bool,
    /// A session cookie of the gate is present, valid or not.
    pub own_cookie: bool,
}

impl Provenance<'_> {
    /// GET or HEAD, byte-exact: `get` is another method, and browsers never send it.
    #[must_use]
    pub fn is_safe_method(&self) -> bool {
        matches!(self.method, "GET" | "HEAD")
    }

    /// A top-level navigation by link, address bar or redirect: the only request that any page may
    /// cause on another host, because it replaces the page itself. A prefetch is not one: it replaces
    /// nothing, and a page can cause any number of them.
    #[must_use]
    pub fn is_document_navigation(&self) -> bool {
        !self.websocket
            && !self.ahead
            && self.is_safe_method()
            && self.mode.once() == Some("navigate")
            && match self.dest.once() {
                Some("document") => true,
                // Through a service worker: of a frame as well as of the top-level page.
                Some("empty") => self.is_of_own_site(),
                _ => false,
            }
    }

    /// A navigation that the host's service worker has passed on with `fetch(event.request)`, as
    /// Chromium sends it: the destination is gone, so a frame looks like a top-level page. A link
    /// with `download` looks the same.
    pub(super) fn is_passed_on(&self) -> bool {
        self.mode.once() == Some("navigate") && self.dest.once() == Some("empty")
    }

    /// `Sec-Fetch-Site` names the host's own page, or the user.
    pub(super) fn is_of_own_site(&self) -> bool {
        matches!(self.site.once(), Some("same-origin" | "none"))
    }

    /// The request is for the script of a service worker.
    #[must_use]
    pub fn is_worker_script(&self) -> bool {
        self.service_worker || self.dest.once() == Some("serviceworker")
    }

    pub(super) fn has_own_referer(&self, own: OwnOrigin<'_>) -> bool {
        self.referer.once().is_some_and(|referer| own.is_of(referer))
    }

    pub(super) fn has_foreign_referer(&self, own: OwnOrigin<'_>) -> bool {
        // An empty value, as some privacy tools send it, says as little as none.
        !matches!(self.referer, Presented::Absent | Presented::Once(""))
            && !self.has_own_referer(own)
    }

    pub(super) fn is_frame(&self) -> bool {
        matches!(self.dest.once(), Some("iframe" | "frame" | "embed" | "object" | "fencedframe"))
    }

    /// No page in a browser can have caused the request: no `Origin`, no Fetch Metadata and no cookie
    /// of the gate. The credential is then in a header that a foreign page cannot set.
    #[must_use]
    pub fn is_outside_browsers(&self) -> bool {
        !self.origin.is_present() && !self.fetch_metadata && !self.own_cookie && !self.ahead
    }
}
