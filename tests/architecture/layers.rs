//! Who may know whom: modules, foreign crates, and the outside world.

use super::source::Source;

/// Uses of a module that does not lie below.
pub fn upward_dependencies(source: &Source) -> Vec<String> {
    let module = source.module();
    let Some(own) = module.first() else {
        return outside_of(source, &ENTRANCE, |step| format!("the program starts by {step}"));
    };
    let Some((_, below)) = MODULES.iter().find(|(name, _)| name == own) else {
        return vec![format!("{}: {own} has no row in MODULES", source.path)];
    };
    let allowed: Vec<&str> = below.iter().chain([own]).copied().collect();
    outside_of(source, &allowed, |step| format!("{own} may not know {step}"))
}

fn outside_of(source: &Source, allowed: &[&str], say: impl Fn(&str) -> String) -> Vec<String> {
    let paths = source.paths();
    let strays = paths.iter().filter_map(|(line, path)| match path.as_slice() {
        [root, step, ..] if root == "crate" && !allowed.contains(&step.as_str()) => {
            // `super` at the root of a crate, and items of lib.rs itself, are no modules.
            let is_module = MODULES.iter().any(|(name, _)| name == step);
            is_module.then(|| format!("{}:{line}: {}", source.path, say(step)))
        }
        _ => None,
    });
    strays.collect()
}

/// Modules that lib.rs declares and this file does not know, or in another order.
pub fn misplaced_modules(root: &Source) -> Vec<String> {
    let declared: Vec<&str> = root
        .tokens
        .windows(3)
        .filter(|window| window[0].text == "mod" && window[2].text == ";")
        .map(|window| window[1].text.as_str())
        .collect();
    let places: Vec<Option<usize>> =
        declared.iter().map(|name| MODULES.iter().position(|(module, _)| module == name)).collect();
    let unknown = declared.iter().zip(&places).filter(|(_, place)| place.is_none());
    let mut findings: Vec<String> =
        unknown.map(|(name, _)| format!("src/lib.rs: {name} has no row in MODULES")).collect();
    if !places.iter().flatten().is_sorted() {
        findings.push(format!("src/lib.rs: a request does not meet them so: {declared:?}"));
    }
    findings
}

/// Modules that know each other in a circle, or that no row is about.
pub fn circles(modules: &[(&str, &[&str])]) -> Vec<String> {
    let mut rest: Vec<_> = modules.to_vec();
    loop {
        let names: Vec<&str> = rest.iter().map(|(name, _)| *name).collect();
        let before = rest.len();
        rest.retain(|(_, below)| below.iter().any(|name| names.contains(name)));
        if rest.len() == before {
            break;
        }
    }
    let circle = rest.iter().map(|(name, _)| format!("{name} is part of a circle"));
    let below = modules.iter().flat_map(|(_, below)| *below);
    let unknown = below.filter(|name| !modules.iter().any(|(module, _)| module == *name));
    circle.chain(unknown.map(|name| format!("{name} has no row"))).collect()
}

/// Uses of a foreign crate outside the modules that keep it.
pub fn foreign_crates(source: &Source) -> Vec<String> {
    let mut findings = Vec::new();
    for (line, path) in source.paths() {
        let Some((name, homes)) = CRATES.iter().find(|(name, _)| *name == path[0]) else {
            continue;
        };
        // `tokio` alone may be a variable; `use tokio;` never occurs.
        if path.len() > 1 && !homes.iter().any(|home| lies_in(&source.path, home)) {
            findings.push(format!("{}:{line}: {name} stops at {homes:?}", source.path));
        }
    }
    findings
}

/// What a pure module must not touch: sockets, files, environment, clock, runtime, log.
pub fn impurities(source: &Source) -> Vec<String> {
    if !HEART.iter().any(|home| lies_in(&source.path, home)) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (line, path) in source.paths() {
        let is_excused = |step: &str| {
            EXCUSED.iter().any(|(file, name, _)| *file == source.path && *name == step)
        };
        let named = path.iter().any(|step| NAMES.contains(&step.as_str()) && !is_excused(step));
        let path = path.join("::");
        let lies_below = |start: &str| path == start || path.starts_with(&format!("{start}::"));
        if named || WORLD.iter().any(|start| lies_below(start)) {
            findings.push(format!("{}:{line}: {path} does not belong in the heart", source.path));
        }
    }
    findings
}

/// Whether `path` is the module `home` or a part of it; a home that ends in `.rs` is that file.
fn lies_in(path: &str, home: &str) -> bool {
    let path = path.strip_prefix("src/").unwrap_or(path);
    let rest = path.strip_prefix(home);
    rest.is_some_and(|rest| rest.is_empty() || rest == ".rs" || rest.starts_with('/'))
}

/// Every module in the order in which a request meets them, and what it may know besides itself.
pub const MODULES: &[(&str, &[&str])] = &[
    (
        "cli",
        &[
            "assemble",
            "config",
            "server",
            "http",
            "gate",
            "token",
            "policy",
            "cross_site",
            "name",
            "keys",
            "certificate",
            "observe",
            "demo",
            "manifest",
            "revocation",
            "unix_time",
            "clock",
            "random",
            "url",
            "suggestion",
        ],
    ),
    ("assemble", &["config", "http", "gate", "token", "cross_site", "handoff", "revocation"]),
    (
        "config",
        &[
            "token",
            "policy",
            "cross_site",
            "name",
            "manifest",
            "keys",
            "observe",
            "handoff",
            "unix_time",
            "url",
            "yaml",
            "suggestion",
        ],
    ),
    ("server", &["config", "http", "keys", "certificate", "observe", "clock"]),
    (
        "http",
        &[
            "gate",
            "token",
            "revocation",
            "policy",
            "cross_site",
            "name",
            "observe",
            "handoff",
            "unix_time",
            "clock",
            "random",
            "reasons",
        ],
    ),
    (
        "gate",
        &["handoff", "token", "revocation", "policy", "cross_site", "name", "unix_time", "reasons"],
    ),
    ("token", &["revocation", "name", "unix_time", "reasons"]),
    ("policy", &["token", "name", "unix_time", "reasons"]),
    ("cross_site", &["name", "unix_time", "url", "reasons"]),
    ("handoff", &["token", "name", "unix_time"]),
    ("name", &[]),
    ("unix_time", &[]),
    ("manifest", &["name", "suggestion", "url", "yaml"]),
    ("keys", &["token", "unix_time", "clock", "random", "url"]),
    ("certificate", &[]),
    ("revocation", &["observe", "unix_time", "random"]),
    ("observe", &["cross_site", "clock"]),
    ("clock", &["unix_time"]),
    ("random", &[]),
    ("reasons", &[]),
    ("suggestion", &[]),
    ("url", &[]),
    ("yaml", &[]),
    ("demo", &["token", "manifest", "keys", "certificate", "unix_time", "clock", "random"]),
    ("manual", &[]),
];
const ENTRANCE: [&str; 4] = ["cli", "config", "observe", "server"];

/// Modules that answer from their arguments alone.
const HEART: &[&str] = &[
    "name",
    "url",
    "unix_time",
    "token",
    "policy",
    "cross_site",
    "handoff",
    "gate",
    "manifest",
    "revocation/key.rs",
    "revocation/store.rs",
];

/// Crates whose types stop somewhere, and where.
const CRATES: [(&str, &[&str]); 19] = [
    (
        "hyper",
        &[
            "http",
            "server",
            "demo",
            "cli",
            "config.rs",
            "config/settings.rs",
            "config/check/headers.rs",
            "keys/fetch",
        ],
    ),
    ("hyper_util", &["server", "demo", "keys/fetch"]),
    ("http_body_util", &["http", "server", "demo", "keys/fetch"]),
    ("jsonwebtoken", &["token/key"]),
    ("moka", &["token/cache.rs"]),
    ("tokio", &["server", "keys", "revocation", "demo", "main.rs", "cli/serve", "cli/demo"]),
    ("tokio_rustls", &["server", "keys", "certificate", "demo", "cli/admin"]),
    ("tokio_tungstenite", &["demo"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("rcgen", &["certificate.rs"]),
    ("rustls_native_certs", &["keys/fetch"]),
    ("serde_saphyr", &["yaml.rs", "config", "manifest", "cli"]),
    ("schemars", &["config", "cross_site", "observe/log.rs"]),
    ("prometheus_client", &["observe"]),
    ("redb", &["revocation/file"]),
    ("redis", &["revocation/redis"]),
    ("tracing_subscriber", &["observe"]),
];

/// Paths that lead out of a program's memory, and the revocation stores: pure modules know the
/// trait that they implement, and take a store as an argument.
const WORLD: [&str; 15] = [
    "std::fs",
    "std::env",
    "std::io",
    "std::process",
    "std::thread",
    "std::os",
    "std::sync::mpsc",
    "tokio",
    "tracing",
    "arc_swap",
    "hyper",
    "crate::revocation::File",
    "crate::revocation::Memory",
    "crate::revocation::Nothing",
    "crate::revocation::Redis",
];
/// Types that do so under any path.
const NAMES: [&str; 10] = [
    "SystemTime",
    "Instant",
    "UNIX_EPOCH",
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "UnixStream",
    "UnixListener",
    "ToSocketAddrs",
    "SystemRandom",
];
/// File, name, and why it is not what it looks like.
const EXCUSED: [(&str, &str, &str); 2] = [
    ("src/token/cache.rs", "Instant", "moka hands it over; housekeeping, never a decision"),
    (
        "src/token/signer/signing_key.rs",
        "SystemRandom",
        "an ECDSA signature needs a nonce; minting only",
    ),
];
