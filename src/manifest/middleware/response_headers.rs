//! Security headers for the responses of desktops. To a browser, all desktops below a domain are
//! the same site, so a desktop's own headers would decide how far its pages reach into other
//! desktops.

use crate::manifest::Installation;
use crate::manifest::tree::Section;

/// `headers:` of the middleware after the gate.
pub(super) fn section(installation: &Installation) -> Section {
    let framing: Vec<&str> = installation
        .trusted_origins
        .iter()
        .filter(|trusted| trusted.frame)
        .map(|trusted| &*trusted.origin)
        .collect();
    let mut ancestors = "frame-ancestors 'self'".to_owned();
    for origin in &framing {
        ancestors.push(' ');
        ancestors.push_str(origin);
    }
    let mut response = Section::new()
        .why(
            "Only the desktop itself (and trusted origins with frame: true) may show a desktop in a frame, which prevents clickjacking (T8). This replaces a policy that the desktop sends, because Traefik cannot add a second one. Remove this line if your desktops need their own policy, for example a sandbox for user files: the gate also rejects foreign frames, in every browser that sends Sec-Fetch-Dest.",
        )
        .put("Content-Security-Policy", ancestors)
        .why("The same for browsers without support for frame-ancestors.")
        .put_some("X-Frame-Options", framing.is_empty().then_some("SAMEORIGIN"))
        .why(
            "A page of another origin that opens a desktop's page, or is opened by it, gets no reference to its window (T8). Use same-origin-allow-popups if an application on the desktops signs in through a popup of another origin.",
        )
        .put("Cross-Origin-Opener-Policy", "same-origin")
        .why(
            "Pages of other origins cannot load a desktop's responses as images, scripts or styles (T26). Trusted origins use CORS.",
        )
        .put("Cross-Origin-Resource-Policy", "same-origin")
        .why("Asks the browser for a separate process per desktop, and disables document.domain (T26).")
        .put("Origin-Agent-Cluster", "?1")
        .why(
            "An empty value removes the header. A response of bob's desktop with Clear-Site-Data: \"cookies\" would delete the user's cookies for the whole registrable domain (T32).",
        )
        .put("Clear-Site-Data", "");
    for (at, name) in CORS.into_iter().enumerate() {
        if at == 0 {
            response = response.why(
                "Removes the desktop's own CORS headers: only `trusted_origins` in the gate's configuration decides which pages may read a desktop's responses.",
            );
        }
        response = response.put(name, "");
    }
    Section::new()
        .why(
            "HSTS: seconds for which browsers use https only. Traefik sends the header over https only. If TLS terminates in front of Traefik, set the header there.",
        )
        .put("stsSeconds", 31_536_000_u64)
        .why("Set on each response, in place of the desktop's own headers.")
        .put("customResponseHeaders", response)
}

/// The CORS response headers.
const CORS: [&str; 7] = [
    "Access-Control-Allow-Origin",
    "Access-Control-Allow-Credentials",
    "Access-Control-Allow-Methods",
    "Access-Control-Allow-Headers",
    "Access-Control-Expose-Headers",
    "Access-Control-Max-Age",
    "Access-Control-Allow-Private-Network",
];
