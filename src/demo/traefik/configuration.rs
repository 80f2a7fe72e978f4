//! The two files that the demo's Traefik reads: its own settings, and the routes.
//!
//! The settings are those that `render middleware` and `render static` print for a real
//! installation, written for Traefik's file provider. Both files are JSON inside, which is YAML.
//! Traefik refuses a file with a key it does not know, so newer keys go by the version.

use crate::demo::hosts::{Account, DOMAIN, Hosts, SIGN_IN_LABEL, host};
use crate::manifest::tree::Node;
use crate::manifest::{GateAddress, Installation, Settings, TraefikVersion, middleware};
use serde_json::{Map, Value, json};
use std::{net::SocketAddr, path::Path};

/// Everything that both files depend on.
pub(in crate::demo) struct Configuration<'a> {
    pub(in crate::demo) version: TraefikVersion,
    pub(in crate::demo) hosts: Hosts,
    /// Whether `[::1]` can be listened on as well: some browsers try it first.
    pub(in crate::demo) ipv6: bool,
    pub(in crate::demo) gate: SocketAddr,
    /// The gate's 404 page, for hosts without an owner.
    pub(in crate::demo) pages: SocketAddr,
    pub(in crate::demo) sign_in: SocketAddr,
    pub(in crate::demo) desktops: &'a [(Account, SocketAddr)],
    pub(in crate::demo) authority: &'a Path,
    pub(in crate::demo) certificate: &'a Path,
    pub(in crate::demo) key: &'a Path,
}

impl Configuration<'_> {
    /// The static configuration; `routes` is the file of [`Self::routes`].
    pub(in crate::demo) fn settings(&self, routes: &Path) -> String {
        let port = self.hosts.port();
        let mut entry_points = Map::new();
        entry_points.insert("websecure".into(), self.entry_point(&format!("127.0.0.1:{port}")));
        if self.ipv6 {
            entry_points.insert("websecure6".into(), self.entry_point(&format!("[::1]:{port}")));
        }
        let settings = json!({
            "global": { "checkNewVersion": false, "sendAnonymousUsage": false },
            "entryPoints": entry_points,
            "providers": { "file": { "filename": routes, "watch": false } },
            "log": { "level": "INFO" },
        });
        format!("{settings:#}\n")
    }

    fn entry_point(&self, address: &str) -> Value {
        let mut http = Map::new();
        if self.version >= TraefikVersion::DROPS_ALIASES {
            http.insert("aliasHeadersStrategy".into(), json!("delete"));
        } else if self.version.drops_underscores() {
            http.insert("underscoreHeadersStrategy".into(), json!("delete"));
        }
        if self.version >= TraefikVersion::REFUSES_ENCODED {
            let refused =
                json!({ "allowEncodedNullCharacter": false, "allowEncodedBackSlash": false });
            http.insert("encodedCharacters".into(), refused);
        }
        if self.version >= TraefikVersion::BOUNDS_HEADERS {
            http.insert("maxHeaderBytes".into(), json!(61_440));
        }
        let mut entry_point = Map::from_iter([("address".into(), json!(address))]);
        // Traefik refuses an empty section.
        if !http.is_empty() {
            entry_point.insert("http".into(), Value::Object(http));
        }
        Value::Object(entry_point)
    }

    /// The dynamic configuration.
    pub(in crate::demo) fn routes(&self) -> String {
        let mut routers = Map::new();
        let mut services = Map::new();
        for (account, address) in self.desktops {
            let name = account.name();
            let host = host(name);
            routers.insert(name.into(), route(&format!("Host(`{host}`)"), name, PRIORITY, true));
            services.insert(name.into(), service(*address));
        }
        // The only route without the gate. Its label is reserved, so that no desktop has it.
        let rule = format!("Host(`{}`)", host(SIGN_IN_LABEL));
        routers.insert("sign-in".into(), route(&rule, "sign-in", PRIORITY, false));
        services.insert("sign-in".into(), service(self.sign_in));
        // Hosts without an owner are gated as well, so they cannot be told from the others (T28).
        let rule = format!("HostRegexp(`^.+\\.{}$`)", DOMAIN.replace('.', "\\."));
        routers.insert("unknown".into(), route(&rule, "pages", 1, true));
        services.insert("pages".into(), service(self.pages));

        let file = json!({
            "tls": { "stores": { "default": { "defaultCertificate": {
                "certFile": self.certificate, "keyFile": self.key,
            } } } },
            "http": {
                "routers": routers,
                "services": services,
                "middlewares": self.middlewares(),
            },
        });
        format!("{file:#}\n")
    }

    /// The middleware chain of every installation.
    fn middlewares(&self) -> Node {
        let settings = Settings {
            traefik_version: self.version,
            gate_address: GateAddress::at(self.gate),
            ..Settings::default()
        };
        let installation = Installation { settings, ..Installation::default() };
        middleware::for_file(&installation, &self.authority.display().to_string()).into()
    }
}

fn route(rule: &str, service: &str, priority: u64, gated: bool) -> Value {
    let mut route = json!({ "rule": rule, "service": service, "priority": priority, "tls": {} });
    if let Some(keys) = route.as_object_mut().filter(|_| gated) {
        keys.insert("middlewares".into(), json!([MIDDLEWARE]));
    }
    route
}

fn service(address: SocketAddr) -> Value {
    json!({ "loadBalancer": { "servers": [{ "url": format!("http://{address}") }] } })
}

/// Explicit, because Traefik otherwise ranks routes by the length of their rule.
const PRIORITY: u64 = 1_000_000_000_000;
const MIDDLEWARE: &str = "doorward";

#[cfg(test)]
mod tests {
    use super::*;

    fn configuration(version: TraefikVersion, ipv6: bool) -> (Value, Value) {
        let address = |port| SocketAddr::from(([127, 0, 0, 1], port));
        let configuration = Configuration {
            version,
            hosts: Hosts::new(8443),
            ipv6,
            gate: address(1),
            pages: address(2),
            sign_in: address(3),
            desktops: &[(Account::Alice, address(4)), (Account::Bob, address(5))],
            authority: Path::new("/run/ca.pem"),
            certificate: Path::new("/run/front.crt"),
            key: Path::new("/run/front.key"),
        };
        let read = |text: &str| serde_saphyr::from_str(text).unwrap();
        (read(&configuration.settings(Path::new("/run/routes.yml"))), read(&configuration.routes()))
    }

    const NEWEST: TraefikVersion = TraefikVersion::new(3, 7, 15);

    #[test]
    fn every_route_but_the_sign_in_page_has_the_gate() {
        let (_, routes) = configuration(NEWEST, true);
        for (name, route) in routes["http"]["routers"].as_object().unwrap() {
            let gated = route["middlewares"] == json!(["doorward"]);
            assert_eq!(gated, name != "sign-in", "{name}");
            assert!(route["tls"].is_object(), "{name}");
        }
    }

    #[test]
    fn every_host_outranks_the_route_for_unknown_hosts() {
        let (_, routes) = configuration(NEWEST, true);
        for (name, route) in routes["http"]["routers"].as_object().unwrap() {
            let expected = if name == "unknown" { 1 } else { PRIORITY };
            assert_eq!(route["priority"], expected, "{name}");
        }
        let unknown = &routes["http"]["routers"]["unknown"]["rule"];
        assert_eq!(unknown, "HostRegexp(`^.+\\.vdi\\.localhost$`)");
    }

    #[test]
    fn forward_auth_trusts_nothing_the_client_says_and_takes_the_token_off() {
        let (_, routes) = configuration(NEWEST, true);
        let forward_auth = &routes["http"]["middlewares"]["doorward-auth"]["forwardAuth"];
        assert_eq!(forward_auth["address"], "https://127.0.0.1:1/verify");
        assert_eq!(forward_auth["tls"]["ca"], "/run/ca.pem");
        assert_eq!(forward_auth["trustForwardHeader"], false);
        assert_eq!(forward_auth["maxResponseBodySize"], 16_384);
        let taken = forward_auth["authResponseHeaders"].as_array().unwrap();
        for name in
            ["Cookie", "Authorization", "X-Doorward-Shard", "X-Doorward-User", "X-Doorward-Label"]
        {
            assert!(taken.contains(&json!(name)), "{name}");
        }
        // A list of headers for the gate could omit one that a rule needs.
        assert!(forward_auth.get("authRequestHeaders").is_none());
    }

    #[test]
    fn keys_that_an_older_traefik_refuses_are_left_out() {
        for (version, alias, underscore, size) in [
            (TraefikVersion::new(3, 0, 4), false, false, false),
            (TraefikVersion::new(3, 6, 8), false, false, false),
            (TraefikVersion::new(3, 6, 9), false, false, true),
            (TraefikVersion::new(3, 7, 11), false, true, true),
            (TraefikVersion::new(3, 7, 12), true, false, true),
        ] {
            let (settings, routes) = configuration(version, false);
            let http = &settings["entryPoints"]["websecure"]["http"];
            assert_eq!(http.get("aliasHeadersStrategy").is_some(), alias, "{version}");
            assert_eq!(http.get("underscoreHeadersStrategy").is_some(), underscore, "{version}");
            let forward_auth = &routes["http"]["middlewares"]["doorward-auth"]["forwardAuth"];
            assert_eq!(forward_auth.get("maxResponseBodySize").is_some(), size, "{version}");
        }
    }

    #[test]
    fn the_demo_listens_only_on_loopback() {
        let (settings, _) = configuration(NEWEST, true);
        assert_eq!(settings["entryPoints"]["websecure"]["address"], "127.0.0.1:8443");
        assert_eq!(settings["entryPoints"]["websecure6"]["address"], "[::1]:8443");
        let (settings, _) = configuration(NEWEST, false);
        assert_eq!(settings["entryPoints"].as_object().unwrap().len(), 1);
    }
}
