//! The last step before a permit: may the page that caused this request cause it?
//!
//! Sibling desktops are same-site to every browser, so neither `SameSite` nor `__Host-` keeps bob's
//! page from sending alice's cookies to alice's desktop; a WebSocket from a sibling opens with all
//! of them in Chromium and in Firefox. Only `Origin` and Fetch Metadata tell the pages apart.
//!
//! Pure: it sees what the request says of its origin, never the credential. The gate calls it for
//! the winning session and turns a [`Refusal`] into a denial.

mod origin;

pub use crate::url::Scheme;
pub use origin::{Origin, OwnOrigin, PublicScheme, forwarded_scheme};

use crate::name::{Domains, Host};
use crate::reasons::with_reasons;
use schemars::JsonSchema;
use serde::Deserialize;

/// How the rules are applied (configuration key `cross_site`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// A request that violates a rule is refused.
    #[default]
    Strict,
    /// Violations are logged; only a WebSocket from another workspace host is refused.
    Report,
    /// No rule is checked.
    Off,
}

impl Mode {
    /// The word the configuration uses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Report => "report",
            Self::Off => "off",
        }
    }
}

/// An origin outside the workspaces that may do more than a link can (key `trusted_origins`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedOrigin {
    /// Canonical: lower case, default port dropped.
    pub origin: Origin,
    /// It may show a workspace in a frame.
    pub frame: bool,
    /// It may open WebSockets into a workspace.
    pub websocket: bool,
}

/// A header that may come once, not at all, or in a way that says nothing reliable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Presented<'r> {
    /// No line of this name.
    #[default]
    Absent,
    /// One line, as sent. What is compared with it is ASCII, so other text equals nothing.
    Once(&'r str),
    /// Several lines, or bytes that are no text.
    Unusable,
}

impl<'r> Presented<'r> {
    /// The next line of this name.
    #[must_use]
    pub fn and(self, value: &'r [u8]) -> Self {
        match (self, std::str::from_utf8(value)) {
            (Self::Absent, Ok(text)) => Self::Once(text),
            _ => Self::Unusable,
        }
    }

    /// The value, when it came once.
    #[must_use]
    pub fn once(self) -> Option<&'r str> {
        match self {
            Self::Once(value) => Some(value),
            Self::Absent | Self::Unusable => None,
        }
    }

    /// Whether any line of this name came.
    #[must_use]
    pub fn came(self) -> bool {
        self != Self::Absent
    }
}

/// What a request says about the page that caused it. Values are as sent.
#[derive(Clone, Copy, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four headers of which only that they came counts"
)]
pub struct Provenance<'r> {
    /// `X-Forwarded-Method`, byte-exact.
    pub method: &'r str,
    /// `Sec-WebSocket-Key` came: Traefik drops `Upgrade` and `Connection`, this one stays.
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
    /// `Sec-Purpose` came: the browser fetches ahead, and shows nobody anything.
    pub ahead: bool,
    /// Any header whose name begins with `Sec-Fetch-`, those above included.
    pub fetch_metadata: bool,
    /// One of our cookies came, whatever it holds.
    pub own_cookie: bool,
}

impl Provenance<'_> {
    /// GET or HEAD, byte-exact: `get` is another method, and browsers never send it.
    #[must_use]
    pub fn is_safe_method(&self) -> bool {
        matches!(self.method, "GET" | "HEAD")
    }

    /// A top-level navigation by link, address bar or redirect: the one thing that any page may
    /// cause on another host, because it takes the page itself away. What is fetched ahead of one
    /// takes nothing away, and a page may ask for as much of it as it likes.
    #[must_use]
    pub fn is_document_navigation(&self) -> bool {
        !self.websocket
            && !self.ahead
            && self.is_safe_method()
            && self.mode.once() == Some("navigate")
            && self.dest.once() == Some("document")
    }

    fn is_frame(&self) -> bool {
        matches!(self.dest.once(), Some("iframe" | "frame" | "embed" | "object" | "fencedframe"))
    }

    /// Nothing here could have come from a browser page: no `Origin`, no Fetch Metadata and none of
    /// our cookies. Then the credential is a header that no foreign page can set.
    #[must_use]
    pub fn is_outside_browsers(&self) -> bool {
        !self.origin.came() && !self.fetch_metadata && !self.own_cookie && !self.ahead
    }
}

with_reasons! {
    /// Why a request must not be caused by the page that caused it.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Refusal {
        /// `Origin` names another origin, came twice, or is no origin.
        OriginForeign => "cross-site-origin",
        /// A WebSocket handshake without `Origin`: no browser sends one.
        OriginMissing => "cross-site-origin-missing",
        /// `Sec-Fetch-Site` is neither `same-origin` nor `none`, or it is fetched ahead for whom nobody
        /// can tell, and this is no document navigation.
        SiteForeign => "cross-site-fetch",
        /// A method with effects, and neither `Origin` nor `Referer` shows this host.
        SourceUnknown => "cross-site-source-unknown",
    }
}

/// What the rules found in a request that may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clearance {
    /// Outside browsers: nothing to judge.
    Exempt,
    /// Own origin, a document navigation, or a trusted origin.
    Passed,
    /// The mode is `off`.
    Unjudged,
    /// The mode is `report`: this would have been refused.
    Reported(Refusal),
}

/// The rules with their settings.
#[derive(Clone, Debug, Default)]
pub struct CrossSite {
    /// `strict`, `report` or `off`.
    pub mode: Mode,
    /// What `trusted_origins` lists.
    pub trusted: Vec<TrustedOrigin>,
}

impl CrossSite {
    /// Judges one request for the host whose origin is `own`.
    ///
    /// # Errors
    /// The first rule that does not hold, under the configured mode.
    pub fn judge(
        &self,
        request: &Provenance<'_>,
        own: OwnOrigin<'_>,
        domains: &Domains,
    ) -> Result<Clearance, Refusal> {
        match self.mode {
            Mode::Strict => self.judge_strictly(request, own),
            Mode::Report => match self.judge_strictly(request, own) {
                Err(refusal) if from_another_workspace(request, own, domains) => Err(refusal),
                Err(refusal) => Ok(Clearance::Reported(refusal)),
                passed => passed,
            },
            Mode::Off => Ok(Clearance::Unjudged),
        }
    }

    /// The rules as `strict` has them, whatever the mode is.
    ///
    /// # Errors
    /// The first rule that does not hold.
    pub fn judge_strictly(
        &self,
        request: &Provenance<'_>,
        own: OwnOrigin<'_>,
    ) -> Result<Clearance, Refusal> {
        if request.is_outside_browsers() {
            return Ok(Clearance::Exempt);
        }
        if self.trusts(request) {
            return Ok(Clearance::Passed);
        }
        let navigation = request.is_document_navigation();
        let origin_is_own = match request.origin {
            Presented::Once(value) => {
                own.is(value)
                    || (value == "null"
                        && !request.websocket
                        && request.site.once() == Some("same-origin"))
            }
            Presented::Absent | Presented::Unusable => false,
        };
        if request.origin.came() && !origin_is_own && !navigation {
            return Err(Refusal::OriginForeign);
        }
        if request.websocket && !request.origin.came() {
            return Err(Refusal::OriginMissing);
        }
        // Chromium says `none`, as if somebody had typed the address, of what bob's speculation
        // rules ask for (observed in 156). A browser that is refused forgets it and goes there when
        // its user does.
        if request.ahead && request.site.once() != Some("same-origin") {
            return Err(Refusal::SiteForeign);
        }
        match request.site {
            Presented::Once("same-origin" | "none") => {}
            Presented::Once(_) | Presented::Unusable if navigation => {}
            Presented::Once(_) | Presented::Unusable => return Err(Refusal::SiteForeign),
            Presented::Absent if request.is_safe_method() || origin_is_own => {}
            Presented::Absent => {
                let from_here = !request.origin.came()
                    && request.referer.once().is_some_and(|referer| own.is_of(referer));
                if !from_here {
                    return Err(Refusal::SourceUnknown);
                }
            }
        }
        Ok(Clearance::Passed)
    }

    /// `trusted_origins`: by `Origin`; by the origin of `Referer` only for a navigation, of a frame
    /// mostly, that came without `Origin`. Not for what a page loads: an image of bob's on the
    /// portal's page may redirect to alice's desktop and keeps the portal's `Referer`.
    fn trusts(&self, request: &Provenance<'_>) -> bool {
        if self.trusted.is_empty() {
            return false;
        }
        let source = match request.origin {
            Presented::Once(origin) => Origin::parse(origin),
            Presented::Absent if request.mode.once() == Some("navigate") && !request.websocket => {
                request.referer.once().and_then(Origin::of_url)
            }
            Presented::Absent | Presented::Unusable => None,
        };
        let Some(source) = source else { return false };
        self.trusted.iter().any(|trusted| {
            trusted.origin == source
                && (trusted.websocket || !request.websocket)
                && (trusted.frame || !request.is_frame())
        })
    }
}

/// A WebSocket whose `Origin` is a workspace host other than this one: refused even in `report`,
/// because it is the attack itself and no known app needs it.
fn from_another_workspace(request: &Provenance<'_>, own: OwnOrigin<'_>, domains: &Domains) -> bool {
    let Some(origin) = request.origin.once().and_then(Origin::parse) else {
        return false;
    };
    request.websocket
        && Host::parse(origin.host(), domains).is_ok_and(|host| host.name() != own.host())
}

#[cfg(test)]
mod tests;
