//! The programs of a cluster, and who may talk to it.

use crate::support::certificates::write_secret;
use crate::support::parts::kubernetes;
use crate::support::process::{Process, free_address, leashed};
use rcgen::KeyPair;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

/// A user with a token; the administrator impersonates all others.
#[derive(Clone, Copy)]
pub struct Token {
    /// Name.
    pub user: &'static str,
    /// The only group, or none.
    group: &'static str,
}

impl Token {
    /// May do everything, regardless of RBAC.
    pub const ADMIN: Self = Self { user: "admin", group: "system:masters" };
    /// May do what is bound to it.
    pub const TRAEFIK: Self = Self { user: "traefik", group: "" };
    /// Both.
    pub const ALL: [Self; 2] = [Self::ADMIN, Self::TRAEFIK];

    /// Where the token is.
    pub fn file(self, folder: &Path) -> PathBuf {
        folder.join(format!("{}.token", self.user))
    }

    /// The token.
    pub fn read(self, folder: &Path) -> String {
        fs::read_to_string(self.file(folder)).unwrap()
    }

    /// Makes up the token. It guards nothing but a cluster of a test.
    pub fn write(self, folder: &Path) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
        let token = format!("{}-{now}", self.user);
        write_secret(&self.file(folder), token);
    }

    fn line(self, folder: &Path) -> String {
        let Self { user, group } = self;
        format!("{},{user},{user},\"{group}\"\n", self.read(folder))
    }
}

/// Starts etcd and gives its address.
pub fn store(folder: &Path) -> (Process, SocketAddr) {
    let (address, peer) = (free_address(), free_address());
    let (client, peer) = (format!("http://{address}"), format!("http://{peer}"));
    let mut command = program("etcd", folder);
    command
        .arg(format!("--data-dir={}", folder.join("store").display()))
        .arg(format!("--listen-client-urls={client}"))
        .arg(format!("--advertise-client-urls={client}"))
        .arg(format!("--listen-peer-urls={peer}"))
        .arg(format!("--initial-advertise-peer-urls={peer}"))
        .arg(format!("--initial-cluster=default={peer}"))
        // The data need not survive a crash.
        .args(["--unsafe-no-fsync", "--log-level=warn"]);
    (Process::start_leashed(&mut command), address)
}

/// Starts the API server. It serves no service account by itself: a pod without a kubelet needs
/// none, and a test that needs one requests its token.
pub fn api_server(folder: &Path, address: SocketAddr, store: SocketAddr) -> Process {
    let path = |name: &str| folder.join(name).display().to_string();
    let tokens = Token::ALL.map(|token| token.line(folder)).concat();
    write_secret(&folder.join("tokens.csv"), tokens);
    let accounts = KeyPair::generate().unwrap();
    write_secret(&folder.join("accounts.key"), accounts.serialize_pem());
    fs::write(folder.join("accounts.pub"), accounts.public_key_pem()).unwrap();
    let mut command = program("kube-apiserver", folder);
    command
        .arg(format!("--etcd-servers=http://{store}"))
        .arg(format!("--bind-address={}", address.ip()))
        .arg(format!("--advertise-address={}", address.ip()))
        .arg(format!("--secure-port={}", address.port()))
        .arg(format!("--tls-cert-file={}", path("api.crt")))
        .arg(format!("--tls-private-key-file={}", path("api.key")))
        .arg(format!("--cert-dir={}", path("certificates")))
        .arg(format!("--token-auth-file={}", path("tokens.csv")))
        .arg(format!("--service-account-key-file={}", path("accounts.pub")))
        .arg(format!("--service-account-signing-key-file={}", path("accounts.key")))
        .args([
            "--service-account-issuer=https://kubernetes.default.svc",
            "--service-cluster-ip-range=10.96.0.0/16",
            "--authorization-mode=RBAC",
            "--disable-admission-plugins=ServiceAccount",
            // An address of a loopback device cannot be its own endpoint.
            "--endpoint-reconciler-type=none",
            "--profiling=false",
        ]);
    Process::start_leashed(&mut command)
}

/// Starts the controllers that the tests are about: an owner's dependents go with it, a namespace
/// empties, pods become endpoints of services, and admission policies have their types checked.
pub fn controller_manager(folder: &Path, kubeconfig: &Path) -> Process {
    let mut command = program("kube-controller-manager", folder);
    command
        .arg(format!("--kubeconfig={}", kubeconfig.display()))
        .arg(format!("--controllers={}", CONTROLLERS.join(",")))
        .args(["--leader-elect=false", "--secure-port=0", "--profiling=false"]);
    Process::start_leashed(&mut command)
}

/// Without the tester's environment: it may name a proxy, or another cluster.
fn program(name: &str, folder: &Path) -> Command {
    let mut command = leashed(&kubernetes::control_plane().join(name));
    command.env_clear().env("HOME", folder).current_dir(folder);
    command
}

const CONTROLLERS: [&str; 4] = [
    "garbage-collector-controller",
    "namespace-controller",
    "endpointslice-controller",
    "validatingadmissionpolicy-status-controller",
];
