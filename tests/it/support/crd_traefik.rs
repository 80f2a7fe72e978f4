//! The real Traefik on a real cluster: it is given a static configuration as an operator would
//! write it, and changes in it only what a test has to (see [`configuration`]).

mod configuration;

use super::answer::Answer;
use super::cluster::Cluster;
use super::pebble::Pebble;
use super::process::{Process, leashed};
use super::request::Request;
use super::traefik::Version;
use super::traefik_parts;
use super::wire::{Tls, Wire};
use configuration::Configuration;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// What Traefik is started with.
pub struct Plan {
    /// Release.
    pub version: Version,
    /// The static configuration; JSON is YAML.
    pub configuration: Value,
    /// File with the token it shows to the API server; without one, that of the user `traefik`.
    pub token_file: Option<PathBuf>,
    /// Variables of its environment; it gets no others.
    pub environment: Vec<(String, String)>,
}

/// A running Traefik.
pub struct CrdTraefik {
    /// Its entry points, by name.
    pub entry_points: BTreeMap<String, SocketAddr>,
    /// What it was started with in the end.
    pub configuration: Value,
    process: Process,
    folder: TempDir,
}

impl Plan {
    /// This static configuration, on the newest release.
    ///
    /// # Panics
    ///
    /// When it is no YAML.
    pub fn new(yaml: &str) -> Self {
        let configuration = serde_saphyr::from_str(yaml).unwrap();
        let (version, token_file, environment) = (Version::NEWEST, None, Vec::new());
        Self { version, configuration, token_file, environment }
    }

    /// Takes the certificates of every resolver from Pebble.
    pub fn certified_by(mut self, pebble: &Pebble) -> Self {
        let resolvers = self.configuration["certificatesResolvers"].as_object_mut();
        for (_, resolver) in resolvers.expect("certificatesResolvers") {
            pebble.adopt(&mut resolver["acme"]);
        }
        self.environment.extend(pebble.environment());
        self
    }

    /// Starts Traefik and waits until it serves what is on the cluster.
    ///
    /// # Panics
    ///
    /// With its log, when it ends or serves nothing.
    pub async fn open(self, cluster: &Cluster) -> CrdTraefik {
        let folder = tempfile::tempdir().unwrap();
        let token_file = self.token_file.unwrap_or_else(|| cluster.traefik_token_file());
        let mut configuration = Configuration::new(self.configuration);
        configuration.reach(cluster, &token_file);
        configuration.keep_quiet();
        configuration.keep_certificates_in(folder.path());
        let entry_points = configuration.move_entry_points();
        let ready = configuration.add_ready(cluster);
        let configuration = configuration.done();
        let file = folder.path().join("traefik.yml");
        fs::write(&file, configuration.to_string()).unwrap();
        let mut command = leashed(&traefik_parts::program(self.version.number));
        command.arg(format!("--configFile={}", file.display())).current_dir(folder.path());
        command.env_clear().envs(self.environment);
        let process = Process::start_leashed(&mut command);
        let mut traefik = CrdTraefik { entry_points, configuration, process, folder };
        let deadline = Instant::now() + START;
        while !serves(ready).await {
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

impl CrdTraefik {
    /// Where an entry point listens.
    ///
    /// # Panics
    ///
    /// When the configuration has none of that name.
    pub fn address(&self, entry_point: &str) -> SocketAddr {
        let address = self.entry_points.get(entry_point);
        *address.unwrap_or_else(|| panic!("no {entry_point} in {:?}", self.entry_points))
    }

    /// Visits through `websecure` on a connection of its own, which trusts `authority` alone and
    /// names `host` in its handshake.
    pub async fn visit(
        &self,
        authority: &str,
        host: &str,
        request: &Request,
    ) -> io::Result<Answer> {
        let tls = Tls { server_name: host, authority, client: None };
        Wire::tls(self.address("websecure"), tls).await?.exchange(request).await
    }

    /// Visits until the answer has this status: what is applied takes effect a moment later.
    ///
    /// # Panics
    ///
    /// With the last answer and Traefik's log, when it never has.
    pub async fn visit_until(
        &self,
        status: u16,
        authority: &str,
        host: &str,
        request: &Request,
    ) -> Answer {
        let deadline = Instant::now() + EFFECT;
        loop {
            let answer = self.visit(authority, host, request).await;
            if let Ok(answer) = &answer
                && answer.status == status
            {
                return answer.clone();
            }
            assert!(
                Instant::now() < deadline,
                "{answer:?} instead of {status} after {request:?}\n{}",
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// What it has said.
    pub fn log(&self) -> String {
        self.process.output()
    }

    /// Where it keeps what it keeps: `acme.json`.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }
}

/// Whether the route of [`Configuration::add_ready`] is there: until then, everything is 404.
async fn serves(ready: SocketAddr) -> bool {
    let Ok(mut wire) = Wire::plain(ready).await else {
        return false;
    };
    wire.exchange(&Request::visit("ready")).await.is_ok_and(|answer| answer.status == TEAPOT)
}

/// What Traefik's service `noop` answers.
const TEAPOT: u16 = 418;
const START: Duration = Duration::from_secs(60);
const EFFECT: Duration = Duration::from_secs(30);
