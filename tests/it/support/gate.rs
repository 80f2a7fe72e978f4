//! The gate itself: the shipped program with a configuration of its own, asked as Traefik asks it.

use super::answer::Answer;
use super::certificates::{Authority, Certificate};
use super::http2::Http2;
use super::portal::{LOGIN, Portal, ZONE};
use super::process::{Process, doorward, free_address};
use super::request::Request;
use super::token::leak_in;
use super::wire::{Tls, Wire};
use serde_json::{Value, json};
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

/// A gate that has not been started: its configuration can still be changed.
pub struct Plan {
    /// What goes into `config.yaml`. JSON is YAML.
    pub config: Value,
    /// Variables of the gate's environment; it gets no others.
    pub environment: Vec<(String, String)>,
    /// Where its files are.
    pub folder: TempDir,
    listen: SocketAddr,
    admin: SocketAddr,
    tls: Option<Trust>,
}

/// What a client needs to talk TLS with the gate.
struct Trust {
    authority: String,
    client: Option<Certificate>,
}

impl Plan {
    /// One zone, one issuer, a sign-in page, every log line.
    pub fn of(portal: &Portal) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (listen, admin) = (free_address(), free_address());
        let config = json!({
            "listen": listen,
            "admin_listen": admin,
            "domains": [ZONE],
            "issuers": [portal.entry(folder.path())],
            "login": { "url": LOGIN, "sets_cookie": true },
            "log": { "format": "json", "level": "debug" },
        });
        Self { config, environment: Vec::new(), folder, listen, admin, tls: None }
    }

    /// Sets a top-level key.
    pub fn with(mut self, key: &str, value: Value) -> Self {
        self.config[key] = value;
        self
    }

    /// Sets a key of the only issuer.
    pub fn with_issuer(mut self, key: &str, value: Value) -> Self {
        self.config["issuers"][0][key] = value;
        self
    }

    /// Leaves a top-level key out.
    pub fn without(mut self, key: &str) -> Self {
        self.config.as_object_mut().expect("an object").remove(key);
        self
    }

    /// Serves HTTPS; with `client_certificates`, to their holders only.
    pub fn with_tls(mut self, client_certificates: bool) -> Self {
        let authority = Authority::new();
        let folder = self.folder.path();
        let names = ["127.0.0.1", "localhost", "gate.internal"];
        let (certificate, key) = authority.issue(&names).write(folder, "gate");
        self.config["tls"] = json!({ "cert_file": certificate, "key_file": key });
        fs::write(folder.join("authority.crt"), &authority.pem).unwrap();
        let client = client_certificates.then(|| authority.issue(&["traefik.internal"]));
        if let Some(client) = &client {
            client.write(folder, "traefik");
            self.config["tls"]["client_ca_file"] = json!(folder.join("authority.crt"));
        }
        self.tls = Some(Trust { authority: authority.pem, client });
        self
    }

    /// Writes the configuration and gives its path.
    pub fn write(&self) -> PathBuf {
        let path = self.folder.path().join("config.yaml");
        fs::write(&path, serde_json::to_string_pretty(&self.config).unwrap()).unwrap();
        path
    }

    /// Starts the program without waiting for anything.
    pub fn start(&self) -> Process {
        let mut command = doorward();
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        Process::start(command.arg("serve").arg("--config").arg(self.write()))
    }

    /// Starts the gate and waits until it is ready.
    ///
    /// # Panics
    ///
    /// With everything it said, when it ends or does not become ready.
    pub async fn open(self) -> Gate {
        let process = self.start();
        let mut gate = Gate { process, plan: self };
        gate.until_ready().await;
        gate
    }
}

/// A running gate.
pub struct Gate {
    /// The program.
    pub process: Process,
    /// What it was started with.
    pub plan: Plan,
}

impl Gate {
    /// The gate of most tests.
    pub async fn open(portal: &Portal) -> Self {
        Plan::of(portal).open().await
    }

    /// The same gate started once more, after it has ended.
    pub async fn again(mut self) -> Self {
        self.process.exit_code(START).await;
        self.process = self.plan.start();
        self.until_ready().await;
        self
    }

    async fn until_ready(&mut self) {
        let deadline = std::time::Instant::now() + START;
        while !self.is_ready().await {
            let ended = self.process.has_ended();
            let late = std::time::Instant::now() > deadline;
            assert!(!ended && !late, "the gate is not ready; it said:\n{}", self.process.output());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// A fresh connection to `listen`.
    pub async fn connect(&self) -> io::Result<Wire> {
        match self.tls() {
            None => Wire::plain(self.plan.listen).await,
            Some(tls) => Wire::tls(self.plan.listen, tls).await,
        }
    }

    /// A connection to `listen` that speaks HTTP/2.
    pub async fn connect_http2(&self) -> Http2 {
        Http2::connect(self.plan.listen, self.tls().expect("HTTP/2 comes with TLS")).await
    }

    /// Asks on a fresh connection and holds the gate to the promises of every answer.
    pub async fn ask(&self, question: &Request) -> Answer {
        let answer = self.try_ask(question).await;
        let broken = answer.violations();
        assert!(broken.is_empty(), "{broken:?} in the answer to\n{question:?}\n{answer}");
        answer
    }

    /// Asks on a fresh connection.
    pub async fn try_ask(&self, question: &Request) -> Answer {
        let exchange = async { self.connect().await?.exchange(question).await };
        exchange.await.unwrap_or_else(|error| {
            panic!("{error} instead of an answer to\n{question:?}\n{}", self.process.output())
        })
    }

    /// Asks the health and metrics listener.
    pub async fn admin(&self, path: &str) -> io::Result<Answer> {
        let request = Request::get(path).add("Host", "admin.internal");
        Wire::plain(self.plan.admin).await?.exchange(&request).await
    }

    /// The text of `/metrics`.
    pub async fn metrics(&self) -> String {
        self.admin("/metrics").await.expect("metrics").text()
    }

    /// Where Traefik asks.
    pub fn address(&self) -> String {
        let scheme = if self.plan.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}/verify", self.plan.listen)
    }

    /// The socket address of `listen`.
    pub fn listen(&self) -> SocketAddr {
        self.plan.listen
    }

    /// The socket address of `admin_listen`.
    pub fn admin_address(&self) -> SocketAddr {
        self.plan.admin
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        self.plan.folder.path()
    }

    /// How to talk TLS with it.
    pub fn tls(&self) -> Option<Tls<'_>> {
        self.plan.tls.as_ref().map(|trust| Tls {
            server_name: "gate.internal",
            authority: &trust.authority,
            client: trust.client.as_ref(),
        })
    }

    /// Changes the configuration on disk, without telling the gate.
    pub fn rewrite(&mut self, change: impl FnOnce(&mut Value)) {
        change(&mut self.plan.config);
        self.plan.write();
    }

    async fn is_ready(&self) -> bool {
        self.admin("/readyz").await.is_ok_and(|answer| answer.status == 200)
    }
}

impl Drop for Gate {
    /// Every test fails if a part of a token is in a log.
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let output = self.process.output();
        if let Some(part) = leak_in(&output) {
            let line = output.lines().find(|line| line.contains(&part)).unwrap_or_default();
            panic!("the log shows a part of a token: {line}");
        }
    }
}

/// A debug build on a busy machine starts well within this.
const START: Duration = Duration::from_secs(30);
