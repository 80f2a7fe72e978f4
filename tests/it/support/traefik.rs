//! The real Traefik with TLS, HTTP/2 and a file provider, on a port of its own.

use super::certificates::Authority;
use super::portal::ZONE;
use super::process::{Process, free_address};
use super::request::Request;
use super::traefik_parts;
use super::wire::{Tls, Wire};
use serde_json::{Value, json};
use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::Command;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A release that the gate is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    /// As on the Python Package Index.
    pub number: &'static str,
    minor: u8,
}

impl Version {
    /// The newest release to be had.
    pub const NEWEST: Self = Self { number: "3.7.15", minor: 7 };
    /// The newest of the branch before.
    pub const BRANCH_3_6: Self = Self { number: "3.6.15", minor: 6 };
    /// The oldest: it knows none of the later safeguards.
    pub const OLDEST: Self = Self { number: "3.0.4", minor: 0 };

    /// Whether entry points can refuse `X_Doorward_User` and `X.Doorward.User` (since 3.7.12).
    pub fn has_alias_strategy(self) -> bool {
        self.minor >= 7
    }

    /// Whether the size of the gate's answer can be bounded (since 3.6.9).
    pub fn has_answer_limit(self) -> bool {
        self.minor >= 6
    }

    /// Whether HTTP/1.1 `CONNECT` is refused before any router (since 3.7.9).
    pub fn refuses_connect(self) -> bool {
        self.minor >= 7
    }
}

/// What Traefik is started with; every part can still be changed.
pub struct Plan {
    /// Release.
    pub version: Version,
    /// Where it will listen.
    pub address: SocketAddr,
    /// What its wildcard certificate is for.
    pub zone: &'static str,
    /// `entryPoints.websecure`, without the address.
    pub entry_point: Value,
    /// `http.routers`.
    pub routers: Value,
    /// `http.services`.
    pub services: Value,
    /// `http.middlewares.gate.forwardAuth`.
    pub forward_auth: Value,
    /// `http.middlewares`, without `gate`.
    pub middlewares: Value,
}

/// A running Traefik.
pub struct Traefik {
    /// Its entry point.
    pub address: SocketAddr,
    /// Certificate authority of its wildcard certificate, in PEM.
    pub authority: String,
    process: Process,
    _folder: TempDir,
}

impl Plan {
    /// No routes yet, and the gate at `address` as `render middleware` writes it: no header list
    /// that hides anything from the gate, and every header that the gate replaces.
    pub fn new(version: Version, address: &str) -> Self {
        let mut entry_point = json!({});
        if version.has_alias_strategy() {
            entry_point["http"] = json!({ "aliasHeadersStrategy": "delete" });
        }
        let mut forward_auth = json!({
            "address": address,
            "trustForwardHeader": false,
            "authResponseHeaders": [
                "Cookie", "Authorization", "X-Doorward-User", "X-Doorward-Label",
                "X-Doorward-Shard",
            ],
        });
        if version.has_answer_limit() {
            forward_auth["maxResponseBodySize"] = json!(65536);
        }
        let (routers, services) = (json!({}), json!({}));
        let (middlewares, address) = (json!({}), free_address());
        Self {
            version,
            address,
            zone: ZONE,
            entry_point,
            routers,
            services,
            forward_auth,
            middlewares,
        }
    }

    /// Adds a gated host in front of a desktop.
    pub fn route(&mut self, name: &str, rule: &str, desktop: SocketAddr) {
        let server = json!({ "url": format!("http://{desktop}") });
        self.services[name] = json!({ "loadBalancer": { "servers": [server] } });
        self.routers[name] = json!({
            "entryPoints": ["websecure"], "rule": rule, "service": name,
            "middlewares": ["gate"], "tls": {},
        });
    }

    /// Adds a host, or a part of one, that no gate stands before.
    pub fn route_ungated(&mut self, name: &str, rule: &str, server: SocketAddr) {
        self.route(name, rule, server);
        self.routers[name]["middlewares"] = json!([]);
    }

    /// Starts Traefik and waits until it has read its routes.
    ///
    /// Readiness is seen on an entry point of its own, whose only route has no gate: asking a gated
    /// host would take a gate that answers 404 for a Traefik that is not there yet.
    ///
    /// # Panics
    ///
    /// With its log, when it ends or serves nothing.
    pub async fn open(mut self) -> Traefik {
        let folder = tempfile::tempdir().unwrap();
        let (address, ready) = (self.address, free_address());
        self.route("ready", "PathPrefix(`/`)", CLOSED);
        self.routers["ready"] =
            json!({ "rule": "PathPrefix(`/`)", "service": "ready", "entryPoints": ["ready"] });
        let authority = Authority::new();
        let certificate = authority.issue(&[self.zone, &format!("*.{}", self.zone)]);
        let (certificate, key) = certificate.write(folder.path(), "wildcard");
        let mut entry_point = self.entry_point;
        entry_point["address"] = json!(address);
        self.middlewares["gate"] = json!({ "forwardAuth": self.forward_auth });
        let dynamic = folder.path().join("dynamic.yml");
        let configuration = json!({
            "http": {
                "routers": self.routers,
                "services": self.services,
                "middlewares": self.middlewares,
            },
            "tls": { "stores": { "default": {
                "defaultCertificate": { "certFile": certificate, "keyFile": key },
            } } },
        });
        fs::write(&dynamic, configuration.to_string()).unwrap();
        let fixed = folder.path().join("traefik.yml");
        let configuration = json!({
            "global": { "checkNewVersion": false, "sendAnonymousUsage": false },
            "entryPoints": { "websecure": entry_point, "ready": { "address": ready } },
            "providers": { "file": { "filename": dynamic } },
            "log": { "level": "INFO" },
        });
        fs::write(&fixed, configuration.to_string()).unwrap();
        let mut command = Command::new(traefik_parts::program(self.version.number));
        command.arg(format!("--configFile={}", fixed.display())).current_dir(folder.path());
        // Go's HTTP client would send the question about a visitor to a proxy of the tester's.
        let process = Process::start(command.env_clear());
        let mut traefik = Traefik { address, authority: authority.pem, process, _folder: folder };
        let deadline = Instant::now() + START;
        while !has_routes(ready).await {
            let ended = traefik.process.has_ended();
            assert!(
                !ended && Instant::now() < deadline,
                "Traefik {} serves nothing:\n{}",
                self.version.number,
                traefik.log()
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        traefik
    }
}

impl Traefik {
    /// How to talk TLS with it under the name of `host`.
    pub fn tls<'t>(&'t self, host: &'t str) -> Tls<'t> {
        Tls { server_name: host, authority: &self.authority, client: None }
    }

    /// What it has said.
    pub fn log(&self) -> String {
        self.process.output()
    }
}

/// Whether a visit meets a route: before the file is read, everything is 404.
async fn has_routes(ready: SocketAddr) -> bool {
    let Ok(mut wire) = Wire::plain(ready).await else {
        return false;
    };
    wire.exchange(&Request::visit("ready")).await.is_ok_and(|answer| answer.status != 404)
}

/// The discard port, where nothing listens.
const CLOSED: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9);
const START: Duration = Duration::from_secs(60);
