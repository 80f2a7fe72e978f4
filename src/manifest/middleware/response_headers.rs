//! What a browser is told about every answer of a desktop. Desktops are not trusted by anybody, but
//! their own headers would decide how far their pages reach into each other, because to a browser
//! all of them are one site.

use crate::manifest::Installation;
use crate::manifest::tree::Section;

/// `headers:` of the middleware behind the gate.
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
            "Nobody else shows a desktop in a frame and has its user click there (T8). This takes \
             the place of a policy that a desktop sends itself, because Traefik cannot add one: it \
             is worth more here than theirs, which guard a desktop against what its own user opens. \
             If yours need theirs (a sandbox for a user's files, say), take this line out: the gate \
             refuses foreign frames as well, in every browser that sends Sec-Fetch-Dest.",
        )
        .put("Content-Security-Policy", ancestors)
        .why("The same for browsers that do not know frame-ancestors.")
        .put_some("X-Frame-Options", framing.is_empty().then_some("SAMEORIGIN"))
        .why(
            "A page that opens a desktop's, or is opened by it, has no handle on its window (T8). An \
             application that signs in elsewhere through a popup needs same-origin-allow-popups.",
        )
        .put("Cross-Origin-Opener-Policy", "same-origin")
        .why(
            "No other page loads a desktop's answers as its images, scripts or styles (T26); a \
             trusted origin fetches them with CORS.",
        )
        .put("Cross-Origin-Resource-Policy", "same-origin")
        .why("A process of its own where the browser can, and no document.domain (T26).")
        .put("Origin-Agent-Cluster", "?1")
        .why(
            "An empty value removes a header. This one from bob's desktop, with \"cookies\", would \
             sign alice out of everything below the registrable domain (T32).",
        )
        .put("Clear-Site-Data", "");
    for (at, name) in CORS.into_iter().enumerate() {
        if at == 0 {
            response = response.why(
                "Which pages may read a desktop's answers is said by the gate's configuration \
                 (`trusted_origins`), not by the desktop.",
            );
        }
        response = response.put(name, "");
    }
    Section::new()
        .why(
            "Seconds for which a browser comes by https only, whatever it is told. Sent over https \
             only; where TLS ends in front of Traefik, it is sent there.",
        )
        .put("stsSeconds", 31_536_000_u64)
        .why("Set on each answer in place of what the desktop says.")
        .put("customResponseHeaders", response)
}

/// What a server says about CORS.
const CORS: [&str; 7] = [
    "Access-Control-Allow-Origin",
    "Access-Control-Allow-Credentials",
    "Access-Control-Allow-Methods",
    "Access-Control-Allow-Headers",
    "Access-Control-Expose-Headers",
    "Access-Control-Max-Age",
    "Access-Control-Allow-Private-Network",
];
