//! Pages outside the workspaces that may use them, and how strictly the rest is kept out.

use super::CheckContext;
use crate::config::field::good_ones;
use crate::config::mistake::{Findings, shown};
use crate::config::raw::{RawConfig, RawOrigin};
use crate::cross_site::{Mode, Origin, TrustedOrigin};

pub(super) fn mode(raw: &RawConfig, found: &mut Findings<'_>) -> Mode {
    let mode = raw.cross_site.or_default();
    match mode {
        Mode::Strict => {}
        Mode::Report => found.warn(
            "cross_site",
            "report only logs what one user's workspace does to another with the visitor's \
             cookie; only WebSockets are rejected",
        ),
        Mode::Off => found.warn(
            "cross_site",
            "off lets one user's workspace use another workspace with the visitor's cookie",
        ),
    }
    mode
}

pub(super) fn check(
    raw: &RawConfig,
    context: &CheckContext<'_>,
    found: &mut Findings<'_>,
) -> Vec<TrustedOrigin> {
    let mut origins: Vec<TrustedOrigin> = Vec::new();
    for (path, raw) in
        raw.trusted_origins.good().iter().flat_map(|list| good_ones(list, "trusted_origins"))
    {
        let path = format!("{path}.origin");
        let Some(origin) = origin(&path, raw, context, found) else {
            continue;
        };
        if origins.iter().any(|earlier| earlier.origin == origin) {
            found.mistake(&path, format!("`{origin}` is listed twice"), "keep one of them");
            continue;
        }
        origins.push(TrustedOrigin {
            origin,
            frame: raw.frame.or(false),
            websocket: raw.websocket.or(false),
        });
    }
    origins
}

fn origin(
    path: &str,
    raw: &RawOrigin,
    context: &CheckContext<'_>,
    found: &mut Findings<'_>,
) -> Option<Origin> {
    if raw.origin.is_missing() {
        found.mistake(path, "is missing", EXAMPLE);
    }
    let text = raw.origin.good()?.as_str();
    if text.eq_ignore_ascii_case("null") {
        found.mistake(
            path,
            "`null` is the origin of every sandboxed frame and every local file",
            EXAMPLE,
        );
        return None;
    }
    if text.contains('*') {
        found.mistake(
            path,
            format!("{} is a pattern; origins are compared for equality", shown(text)),
            "list each origin",
        );
        return None;
    }
    if text.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http://")) {
        // An attacker on the network can change pages of that origin, even with `public_scheme: http`.
        found.mistake(
            path,
            format!("{} is not https, so its pages could be changed on the network", shown(text)),
            "serve that page over https and write its https origin",
        );
        return None;
    }
    let url = context.url(path, text, found)?;
    if !url.rest().is_empty() {
        found.mistake(
            path,
            format!("{} is more than an origin", shown(text)),
            format!("write {}", url.origin()),
        );
        return None;
    }
    let origin = Origin::parse(&url.origin());
    if origin.is_none() {
        found.mistake(path, format!("{} has no host", shown(text)), EXAMPLE);
    }
    origin
}

const EXAMPLE: &str = "write scheme, host and, unless it is the default, port, such as \
                       https://portal.example.com";
