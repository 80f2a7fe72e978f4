//! The last step before a permit: whether the page that caused a request may cause it.
//!
//! Sibling desktops are same-site to a browser, so neither `SameSite` nor `__Host-` keeps bob's page
//! from sending alice's cookies to alice's desktop; Chromium and Firefox send all of them when a page
//! on a sibling opens a WebSocket. Only `Origin` and Fetch Metadata tell the pages apart.
//!
//! A service worker of alice's desktop hides even those: a navigation from bob's page passes through
//! her worker, and the request that the worker sends can look like one of her own page (Fetch
//! standard, "HTTP fetch", and Service Workers §"Handle Fetch"). `Referer` and
//! `Upgrade-Insecure-Requests`, which browsers set on navigations only, still show it.
//!
//! Pure: it reads what the request says about its origin, never the credential. The gate calls it for
//! the selected session and turns a [`Refusal`] into a denial.

mod origin;
mod provenance;
mod worker_scripts;

pub use crate::url::Scheme;
pub use origin::{Origin, OwnOrigin, PublicScheme, forwarded_scheme};
pub use provenance::{Presented, Provenance};
pub use worker_scripts::WorkerScripts;

use crate::name::{Domains, Host};
use crate::reasons::with_reasons;
use crate::unix_time::UnixTime;
use origin::path_of_url;
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

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
    /// The value in the configuration.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Report => "report",
            Self::Off => "off",
        }
    }
}

/// Whether desktops may register service workers (configuration key `service_workers`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ServiceWorkers {
    /// Service workers are loaded like other scripts.
    #[default]
    Allow,
    /// A request for the script of a service worker is refused, in every mode.
    Refuse,
}

/// An origin outside the workspaces that may do more than link to them (key `trusted_origins`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedOrigin {
    /// Canonical: lower case, default port dropped.
    pub origin: Origin,
    /// It may show a workspace in a frame.
    pub frame: bool,
    /// It may open WebSockets into a workspace.
    pub websocket: bool,
}

with_reasons! {
    /// Why the page that caused a request may not cause it.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Refusal {
        /// `Origin` is another origin, is repeated, or is not an origin.
        OriginForeign => "cross-site-origin",
        /// A WebSocket handshake without `Origin`, which no browser sends.
        OriginMissing => "cross-site-origin-missing",
        /// `Sec-Fetch-Site` is neither `same-origin` nor `none` and the request is not a document
        /// navigation, or it is a prefetch that another page may have caused.
        SiteForeign => "cross-site-fetch",
        /// A method with side effects, and neither `Origin` nor `Referer` is this host.
        SourceUnknown => "cross-site-source-unknown",
        /// `Referer` is another origin, although `Sec-Fetch-Site` is `same-origin`: a service worker
        /// of the host has passed on a request of another page.
        RefererForeign => "cross-site-referer",
        /// A navigation of another page that a service worker of the host has passed on; it may be
        /// one of a frame.
        PassedOn => "cross-site-passed-on",
        /// A navigation that a service worker of the host has sent anew, so that its source is
        /// unknown.
        WorkerHidesOrigin => "worker-hides-origin",
        /// The script of a service worker, while `service_workers` is `refuse`.
        ServiceWorker => "service-worker",
    }
}

/// The result of the rules for a request that is not refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clearance {
    /// Not from a browser: no rule applies.
    Exempt,
    /// Own origin, a document navigation, or a trusted origin.
    Passed,
    /// The mode is `off`.
    Unjudged,
    /// The mode is `report`; in mode `strict` the request would be refused.
    Reported(Refusal),
}

/// The rules with their settings.
#[derive(Clone, Debug, Default)]
pub struct CrossSite {
    /// `strict`, `report` or `off`.
    pub mode: Mode,
    /// The origins in `trusted_origins`.
    pub trusted: Vec<TrustedOrigin>,
    /// `allow` or `refuse`.
    pub service_workers: ServiceWorkers,
    /// The scripts of service workers that were loaded. Shared with earlier and later configurations.
    pub worker_scripts: Arc<WorkerScripts>,
}

impl Refusal {
    /// Whether the request may have been a plain link to this host, which any page may have. The
    /// browser can find out: it loads the same address once more from a page of this host that no
    /// page can frame.
    #[must_use]
    pub fn may_be_a_link(self) -> bool {
        matches!(self, Self::RefererForeign | Self::PassedOn)
    }
}

impl CrossSite {
    /// Applies the rules to a request for the host whose origin is `own`.
    ///
    /// # Errors
    /// The first violated rule, if the configured mode refuses the request for it.
    pub fn judge(
        &self,
        request: &Provenance<'_>,
        own: OwnOrigin<'_>,
        domains: &Domains,
        now: UnixTime,
    ) -> Result<Clearance, Refusal> {
        if self.service_workers == ServiceWorkers::Refuse && request.is_worker_script() {
            return Err(Refusal::ServiceWorker);
        }
        match self.mode {
            Mode::Strict => self.judge_strictly(request, own, now),
            Mode::Report => match self.judge_strictly(request, own, now) {
                Err(refusal) if from_another_workspace(request, own, domains) => Err(refusal),
                Err(refusal) => Ok(Clearance::Reported(refusal)),
                passed => passed,
            },
            Mode::Off => Ok(Clearance::Unjudged),
        }
    }

    /// Applies the rules of mode `strict`, independent of the configured mode.
    ///
    /// # Errors
    /// The first violated rule.
    pub fn judge_strictly(
        &self,
        request: &Provenance<'_>,
        own: OwnOrigin<'_>,
        now: UnixTime,
    ) -> Result<Clearance, Refusal> {
        if request.is_outside_browsers() {
            return Ok(Clearance::Exempt);
        }
        if request.is_passed_on() && (!request.is_of_own_site() || request.has_foreign_referer(own))
        {
            // Whatever `trusted_origins` says: it may be a frame, and a redirect by bob keeps the
            // `Referer` of the portal.
            return Err(Refusal::PassedOn);
        }
        if self.trusts(request) {
            return Ok(Clearance::Passed);
        }
        self.judge_worker(request, own, now)?;
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
        if request.origin.is_present() && !origin_is_own && !navigation {
            return Err(Refusal::OriginForeign);
        }
        if request.websocket && !request.origin.is_present() {
            return Err(Refusal::OriginMissing);
        }
        // For a prefetch by speculation rules on bob's page, Chromium sends `none`, as if the user
        // had typed the address (observed in 156). If the prefetch is refused, the browser drops it
        // and sends a normal request when the user navigates.
        if request.ahead && request.site.once() != Some("same-origin") {
            return Err(Refusal::SiteForeign);
        }
        match request.site {
            Presented::Once("same-origin" | "none") => {}
            Presented::Once(_) | Presented::Unusable if navigation => {}
            Presented::Once(_) | Presented::Unusable => return Err(Refusal::SiteForeign),
            Presented::Absent if request.is_safe_method() || origin_is_own => {}
            Presented::Absent => {
                let from_here = !request.origin.is_present()
                    && request.referer.once().is_some_and(|referer| own.is_of(referer));
                if !from_here {
                    return Err(Refusal::SourceUnknown);
                }
            }
        }
        Ok(Clearance::Passed)
    }

    /// The rules about what a service worker of the host may hide.
    fn judge_worker(
        &self,
        request: &Provenance<'_>,
        own: OwnOrigin<'_>,
        now: UnixTime,
    ) -> Result<(), Refusal> {
        if request.site.once() == Some("same-origin") && request.has_foreign_referer(own) {
            return Err(Refusal::RefererForeign);
        }
        // A worker has made a request of its own out of a navigation. `Origin` is the worker's then,
        // and so is `Referer`, unless the worker has passed on the request itself.
        let sent_anew = request.upgrade_insecure && request.mode.once() != Some("navigate");
        if sent_anew && !request.is_safe_method() && !self.has_page_referer(request, own, now) {
            return Err(Refusal::WorkerHidesOrigin);
        }
        // Firefox says `same-origin` about every preloaded navigation, also of a frame on bob's page.
        let preloaded = request.navigation_preload && request.dest.once() != Some("document");
        if preloaded && !request.has_own_referer(own) {
            return Err(Refusal::WorkerHidesOrigin);
        }
        Ok(())
    }

    /// Whether `Referer` names a page of this host, and not the script of a service worker.
    fn has_page_referer(
        &self,
        request: &Provenance<'_>,
        own: OwnOrigin<'_>,
        now: UnixTime,
    ) -> bool {
        request.referer.once().is_some_and(|referer| {
            own.is_of(referer)
                && !self.worker_scripts.contains(own.host(), path_of_url(referer), now)
        })
    }

    /// Whether `trusted_origins` has the `Origin` of the request. The origin of `Referer` counts only
    /// for a navigation without `Origin`, mostly of a frame. It does not count for subresources: an
    /// image from bob on the portal's page can redirect to alice's desktop and keeps the portal's
    /// `Referer`.
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

/// Whether this is a WebSocket whose `Origin` is another workspace host. It is refused even in mode
/// `report`, because it is the attack itself and no known application needs it.
fn from_another_workspace(request: &Provenance<'_>, own: OwnOrigin<'_>, domains: &Domains) -> bool {
    let Some(origin) = request.origin.once().and_then(Origin::parse) else {
        return false;
    };
    request.websocket
        && Host::parse(origin.host(), domains).is_ok_and(|host| host.name() != own.host())
}

#[cfg(test)]
mod tests;
