//! CORS for trusted origins, by Traefik, in front of the gate: the gate answers no preflight, since
//! whatever it lets pass reaches the desktop.

use crate::manifest::Installation;
use crate::manifest::tree::{Node, Section};

/// `headers:` of the CORS middleware; for an installation with at least one trusted origin.
pub(super) fn section(installation: &Installation) -> Section {
    let origins = installation.trusted_origins.iter().map(|trusted| trusted.origin.to_string());
    let allowed = ["Accept", "Authorization", "Content-Type", "Range", "X-Requested-With"]
        .into_iter()
        .map(str::to_owned)
        .chain(installation.token_headers.iter().map(|name| super::forward_auth::canonical(name)));
    Section::new()
        .why(
            "`trusted_origins` of the gate's configuration, exactly. Never a pattern, and never a \
             workspace: bob's page would read alice's desktop.",
        )
        .put("accessControlAllowOriginList", origins.collect::<Vec<_>>())
        .why(
            "The cookie goes along; without it the gate would refuse the request. Browsers take no \
             wildcard in any of these lists then.",
        )
        .put("accessControlAllowCredentials", true)
        .why("What these origins may do once the gate has let them in.")
        .put(
            "accessControlAllowMethods",
            ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].to_vec(),
        )
        .why(
            "Request headers beyond those that need no permission, the token's among them. Add what \
             your desktops' own interfaces ask for.",
        )
        .put("accessControlAllowHeaders", Node::from(allowed.collect::<Vec<_>>()))
        .why("Seconds for which a browser need not ask again; Traefik's default is not at all.")
        .put("accessControlMaxAge", 600_u64)
        .why("An answer for one origin is not to be taken from a cache for another one.")
        .put("addVaryHeader", true)
}
