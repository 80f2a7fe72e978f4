//! CORS for trusted origins. Traefik answers preflight requests in front of the gate, because the
//! gate rejects them: a preflight that passed the gate would reach the desktop.

use crate::manifest::Installation;
use crate::manifest::tree::{Node, Section};

/// `headers:` of the CORS middleware. The installation must have a trusted origin.
pub(super) fn section(installation: &Installation) -> Section {
    let origins = installation.trusted_origins.iter().map(|trusted| trusted.origin.to_string());
    let allowed = ["Accept", "Authorization", "Content-Type", "Range", "X-Requested-With"]
        .into_iter()
        .map(str::to_owned)
        .chain(installation.token_headers.iter().map(|name| super::forward_auth::canonical(name)));
    Section::new()
        .why(
            "The `trusted_origins` of the gate's configuration. Never add a pattern or a desktop's origin: then a page on bob's desktop could read alice's desktop.",
        )
        .put("accessControlAllowOriginList", origins.collect::<Vec<_>>())
        .why(
            "Lets browsers send the session cookie, without which the gate rejects the request. With credentials, browsers ignore wildcards in the lists below.",
        )
        .put("accessControlAllowCredentials", true)
        .why("Methods that these origins may use. The gate still checks each request.")
        .put(
            "accessControlAllowMethods",
            ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].to_vec(),
        )
        .why(
            "Request headers that these origins may set, including those that can carry the token. Add the headers that your desktops' APIs need.",
        )
        .put("accessControlAllowHeaders", Node::from(allowed.collect::<Vec<_>>()))
        .why("Seconds for which browsers may cache a preflight response; Traefik's default is no caching.")
        .put("accessControlMaxAge", 600_u64)
        .why("A cache must not return the response for one origin to another origin.")
        .put("addVaryHeader", true)
}
