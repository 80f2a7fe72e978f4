//! Loads the files of `deploy/` into the programs that use them: the configurations into doorward,
//! Traefik's files and arguments into Traefik. A unit test checks that the files are the current
//! output.

use crate::support::certificates::{Authority, write_secret};
use crate::support::key::{Key, key_set};
use crate::support::process::{Process, doorward, eventually, free_address, run};
use crate::support::request::Request;
use crate::support::traefik::Version;
use crate::support::traefik_parts;
use crate::support::wire::{Tls, Wire};
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use tokio::net::TcpStream;

/// A committed file.
fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy").join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The configuration that the pods mount: the text below `config.yaml: |`.
fn pods_configuration() -> String {
    let text = read("base/config.yaml");
    let (_, inside) = text.split_once("config.yaml: |\n").unwrap();
    let lines: Vec<&str> =
        inside.lines().map(|line| line.strip_prefix("    ").unwrap_or(line)).collect();
    lines.join("\n")
}

#[test]
fn both_configurations_are_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let here = format!("{}/", folder.path().display());
    fs::write(folder.path().join("jwks.json"), key_set([&Key::es256("portal")])).unwrap();
    let certificate = Authority::new().issue(&["doorward.doorward.svc", "127.0.0.1"]);
    fs::write(folder.path().join("tls.crt"), certificate.certificate).unwrap();
    write_secret(&folder.path().join("tls.key"), certificate.key);
    for (name, text) in [("pods", pods_configuration()), ("systemd", read("systemd/config.yaml"))] {
        let text = text
            .replace("/etc/doorward-keys/", &here)
            .replace("/etc/doorward-tls/", &here)
            .replace("/run/credentials/doorward.service/", &here)
            .replace("/etc/doorward/", &here);
        let path = folder.path().join(format!("{name}.yaml"));
        fs::write(&path, text).unwrap();
        let finished = run(doorward().arg("check").arg("--config").arg(&path), "");
        assert_eq!(finished.code, 0, "{name}: {}", finished.output());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_gate_traefik_denies_every_request() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path().display().to_string();
    let authority = Authority::new();
    fs::write(folder.path().join("ca.crt"), &authority.pem).unwrap();
    let wildcard = authority.issue(&["*.vdi.example.com"]);
    let (certificate, key) = wildcard.write(folder.path(), "wildcard");
    let dynamic = folder.path().join("dynamic");
    fs::create_dir(&dynamic).unwrap();
    let gate = free_address().to_string();
    let routes = read("systemd/dynamic/doorward.yaml")
        .replace("127.0.0.1:4181", &gate)
        .replace("/etc/doorward/ca.crt", &format!("{here}/ca.crt"));
    fs::write(dynamic.join("doorward.yaml"), routes).unwrap();
    // In place of an ACME certificate.
    let pair = format!(
        "tls:\n  certificates:\n  - certFile: {}\n    keyFile: {}\n",
        certificate.display(),
        key.display()
    );
    fs::write(dynamic.join("certificate.yaml"), pair).unwrap();

    let secure = free_address();
    let settings = elsewhere(&read("systemd/traefik.yaml"), secure)
        .replace("/etc/traefik/dynamic", &dynamic.display().to_string())
        .replace("/var/lib/traefik", &here)
        .replace("      email:", "      caServer: https://127.0.0.1:9/\n      email:");
    let path = folder.path().join("traefik.yaml");
    fs::write(&path, settings).unwrap();
    let mut traefik = start(&[format!("--configFile={}", path.display())], folder.path());
    let host = "alice.vdi.example.com";
    let tls = Tls { server_name: host, authority: &authority.pem, client: None };
    let status = || async {
        let mut wire = Wire::tls(secure, tls).await.ok()?;
        wire.exchange(&Request::visit(host)).await.ok().map(|answer| answer.status)
    };
    // 404: Traefik has not read the route yet. 500: Traefik called the gate, which is not running.
    let ready = || async { !matches!(status().await, None | Some(404)) };
    eventually("Traefik reads its routes", START, ready).await;
    assert_eq!(status().await, Some(500), "{}", traefik.output());
    assert!(!traefik.has_ended());
}

#[tokio::test(flavor = "multi_thread")]
async fn traefik_takes_the_arguments_of_its_chart() {
    let folder = tempfile::tempdir().unwrap();
    let secure = free_address();
    // The arguments that the chart passes itself, before ours.
    let mut arguments: Vec<String> = [
        "--global.checknewversion".to_owned(),
        format!("--entryPoints.web.address={}", free_address()),
        format!("--entryPoints.websecure.address={secure}"),
        "--entryPoints.websecure.asDefault=true".to_owned(),
        "--entryPoints.websecure.http.tls=true".to_owned(),
        format!("--entryPoints.traefik.address={}", free_address()),
        "--api.dashboard=true".to_owned(),
        "--providers.kubernetescrd".to_owned(),
        "--providers.kubernetescrd.allowEmptyServices=true".to_owned(),
    ]
    .into();
    let values = elsewhere(&read("traefik/values.yaml"), secure);
    let ours = values.lines().filter_map(|line| line.strip_prefix("- --"));
    arguments.extend(ours.map(|argument| {
        format!("--{}", argument.replace("/data", &folder.path().display().to_string()))
    }));
    assert!(arguments.len() > 30, "{arguments:?}");
    arguments.extend([
        "--providers.kubernetescrd.endpoint=https://127.0.0.1:9".to_owned(),
        "--providers.kubernetescrd.token=none".to_owned(),
    ]);
    let mut traefik = start(&arguments, folder.path());
    let listens = || async { TcpStream::connect(secure).await.is_ok() };
    eventually("Traefik listens", START, listens).await;
    assert!(!traefik.has_ended(), "{}", traefik.output());
}

/// The same on free ports of this machine.
fn elsewhere(text: &str, secure: SocketAddr) -> String {
    let free = || free_address().to_string();
    text.replace("\":80\"", &free())
        .replace("\":443\"", &secure.to_string())
        .replace("127.0.0.1:8080", &free())
        .replace("127.0.0.1:9999", &free())
}

fn start(arguments: &[String], folder: &Path) -> Process {
    let mut command = Command::new(traefik_parts::program(Version::NEWEST.number));
    command.args(arguments).current_dir(folder).env_clear();
    // lego does not start without it; nothing is sent.
    Process::start(command.env("CF_DNS_API_TOKEN", "none"))
}

const START: Duration = Duration::from_secs(60);
