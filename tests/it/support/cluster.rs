//! A real Kubernetes: etcd, the API server with RBAC on, and the controllers that a gated desktop
//! depends on. There is no kubelet, so a pod is what its object says (see [`Cluster::pod`]).
//!
//! Everything listens on loopback and ends with the test process, however that ends (see
//! [`process::leashed`](super::process::leashed)): most tests share one cluster, which is therefore
//! never dropped, and keep apart by namespaces. Only what holds for a whole cluster, such as
//! another release's definitions or an admission policy, is worth a cluster of its own.

mod client;
mod control_plane;
mod fixtures;

pub use client::User;

use super::certificates::Authority;
use super::parts::traefik_objects;
use super::process::{Process, free_address};
use super::request::Request;
use super::wire::{Tls, Wire};
use control_plane::{Token, api_server, controller_manager, store};
use serde_json::json;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::sync::OnceCell;

/// A running cluster.
pub struct Cluster {
    /// Where the API server listens.
    pub address: SocketAddr,
    authority: String,
    controllers: Option<Process>,
    api_server: Process,
    store: Process,
    folder: TempDir,
}

impl Cluster {
    /// The cluster that tests share, with Traefik's newest definitions. A test in it keeps to
    /// [namespaces](Cluster::namespace) of its own.
    pub async fn shared() -> &'static Self {
        static SHARED: OnceCell<Cluster> = OnceCell::const_new();
        let start = || async {
            let cluster = Self::with_traefik(traefik_objects::NEWEST).await;
            cluster.sweep_up();
            cluster
        };
        SHARED.get_or_init(start).await
    }

    /// A cluster of one's own, with the definitions of this release of Traefik, and its rights
    /// bound to the user `traefik`.
    pub async fn with_traefik(version: &str) -> Self {
        Self::with_definitions(version, "").await
    }

    /// As [`Cluster::with_traefik`], with further definitions.
    pub async fn with_definitions(version: &str, more: &str) -> Self {
        let mut cluster = Self::without_controllers().await;
        // Before the controllers: the garbage collector looks for new kinds every 30 seconds only.
        cluster.install_crds(version);
        if !more.is_empty() {
            cluster.apply(more).unwrap();
        }
        cluster.start_controllers();
        cluster
    }

    /// A cluster of one's own, with nothing in it.
    pub async fn open() -> Self {
        let mut cluster = Self::without_controllers().await;
        cluster.start_controllers();
        cluster
    }

    async fn without_controllers() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let authority = Authority::new();
        let address = free_address();
        for token in Token::ALL {
            token.write(folder.path());
        }
        fs::write(folder.path().join("authority.crt"), &authority.pem).unwrap();
        authority.issue(&["127.0.0.1", "localhost"]).write(folder.path(), "api");
        let (store, store_address) = store(folder.path());
        let api_server = api_server(folder.path(), address, store_address);
        let controllers = None;
        let authority = authority.pem;
        let mut cluster = Self { address, authority, controllers, api_server, store, folder };
        cluster.write_kubeconfig();
        cluster.wait_until_ready().await;
        cluster
    }

    /// Traefik's definitions of a release, established, and the documented rights of its provider
    /// for the user `traefik`.
    ///
    /// # Panics
    ///
    /// When the API server refuses them.
    pub fn install_crds(&self, version: &str) {
        self.apply(&traefik_objects::definitions(version)).unwrap();
        self.apply(&traefik_objects::rights(version)).unwrap();
        self.bind("traefik-ingress-controller", Token::TRAEFIK.user);
    }

    fn start_controllers(&mut self) {
        self.controllers = Some(controller_manager(self.folder.path(), &self.kubeconfig()));
    }

    /// The API server as Traefik's `endpoint`.
    pub fn endpoint(&self) -> String {
        format!("https://{}", self.address)
    }

    /// The certificate authority of the API server.
    pub fn authority_file(&self) -> PathBuf {
        self.folder.path().join("authority.crt")
    }

    /// The token of the user `traefik`, who has no rights but those bound to that name.
    pub fn traefik_token_file(&self) -> PathBuf {
        Token::TRAEFIK.file(self.folder.path())
    }

    /// The configuration of an administrator's client.
    pub fn kubeconfig(&self) -> PathBuf {
        self.folder.path().join("kubeconfig")
    }

    /// A place for files that live as long as the cluster.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What its parts have said, for messages.
    pub fn log(&self) -> String {
        let controllers = self.controllers.as_ref().map(Process::output).unwrap_or_default();
        let (store, api_server) = (self.store.output(), self.api_server.output());
        format!("--- etcd\n{store}--- API server\n{api_server}--- controllers\n{controllers}")
    }

    fn write_kubeconfig(&self) {
        let cluster =
            json!({ "server": self.endpoint(), "certificate-authority": self.authority_file() });
        let configuration = json!({
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{ "name": "test", "cluster": cluster }],
            "users": [{ "name": "admin", "user": { "token": Token::ADMIN.read(self.folder()) } }],
            "contexts": [{ "name": "test", "context": { "cluster": "test", "user": "admin" } }],
            "current-context": "test",
        });
        fs::write(self.kubeconfig(), configuration.to_string()).unwrap();
    }

    async fn wait_until_ready(&mut self) {
        let deadline = Instant::now() + START;
        while !self.is_ready().await {
            let ended = self.api_server.has_ended() || self.store.has_ended();
            let late = Instant::now() > deadline;
            assert!(!ended && !late, "the cluster is not ready:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Every account may request this once the API server's own roles exist.
    async fn is_ready(&self) -> bool {
        let tls = Tls { server_name: "localhost", authority: &self.authority, client: None };
        let Ok(mut wire) = Wire::tls(self.address, tls).await else {
            return false;
        };
        let question = Request::get("/readyz").add("Host", "localhost");
        wire.exchange(&question).await.is_ok_and(|answer| answer.status == 200)
    }

    /// Starts a process that removes the folder after the tests, because a static is never dropped.
    fn sweep_up(&self) {
        let mut sweeper = Command::new("/bin/sh");
        sweeper.args(["-c", SWEEP, "sweeper"]).arg(self.folder.path());
        // It ends by itself when its standard input is closed.
        std::mem::forget(Process::start_leashed(&mut sweeper));
    }
}

/// Started on a machine that is busy with other tests.
const START: Duration = Duration::from_secs(120);
/// etcd needs a moment to be gone.
const SWEEP: &str = "trap '' INT TERM HUP; read -r _; sleep 2; rm -rf -- \"$1\"";
