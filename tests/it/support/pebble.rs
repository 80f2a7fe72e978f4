//! Pebble, an ACME server for tests, with the DNS server that it asks: wildcard certificates by
//! DNS-01, as an authority of the real world issues them, and nothing leaves the machine.

use super::certificates::Authority;
use super::parts::{pebble, run};
use super::process::{Process, eventually, free_address, leashed};
use super::request::Request;
use super::wire::{Tls, Wire};
use serde_json::{Value, json};
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

/// A running Pebble.
pub struct Pebble {
    acme: SocketAddr,
    management: SocketAddr,
    dns: SocketAddr,
    authority: String,
    server: Process,
    dns_server: Process,
    folder: TempDir,
}

impl Pebble {
    /// Starts both servers and waits until they answer.
    pub async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (acme, management, dns) = (free_address(), free_address(), free_address());
        let authority = Authority::new();
        let certificate = authority.issue(&["127.0.0.1", "localhost"]);
        let (certificate, key) = certificate.write(folder.path(), "pebble");
        fs::write(folder.path().join("authority.crt"), &authority.pem).unwrap();
        let configuration = json!({ "pebble": {
            "listenAddress": acme,
            "managementListenAddress": management,
            "certificate": certificate,
            "privateKey": key,
            "httpPort": 80,
            "tlsPort": 443,
            "ocspResponderURL": "",
            "externalAccountBindingRequired": false,
            "profiles": { "default": { "description": "90 days", "validityPeriod": 7_776_000 } },
        } });
        let file = folder.path().join("pebble.json");
        fs::write(&file, configuration.to_string()).unwrap();
        let records = free_address();
        write_script(&folder.path().join(SCRIPT), records);
        let dns_server = start_dns(dns, records);
        let server = start_server(&file, dns);
        let authority = authority.pem;
        let pebble = Self { acme, management, dns, authority, server, dns_server, folder };
        let answers = || async {
            Wire::plain(records).await.is_ok() && pebble.ask(pebble.acme, "/dir").await.is_some()
        };
        eventually("Pebble answers", START, answers).await;
        pebble
    }

    /// The ACME directory.
    pub fn directory(&self) -> String {
        format!("https://{}/dir", self.acme)
    }

    /// The authority of the directory's own certificate.
    pub fn authority_file(&self) -> PathBuf {
        self.folder.path().join("authority.crt")
    }

    /// The root of the certificates that it issues, in PEM. Another one with every start.
    pub async fn root(&self) -> String {
        let root = self.ask(self.management, "/roots/0").await;
        root.unwrap_or_else(|| panic!("no root:\n{}", self.log()))
    }

    /// Points the `acme` part of a resolver here, in place of its authority and DNS provider.
    pub fn adopt(&self, acme: &mut Value) {
        acme["caServer"] = json!(self.directory());
        acme["caCertificates"] = json!([self.authority_file()]);
        acme["dnsChallenge"]["provider"] = json!("exec");
        acme["dnsChallenge"]["resolvers"] = json!([self.dns]);
        // Its DNS server has no name servers of a zone that could be asked first.
        acme["dnsChallenge"]["propagation"] = json!({ "disableChecks": true });
    }

    /// What the DNS provider `exec` wants to know.
    pub fn environment(&self) -> Vec<(String, String)> {
        let script = self.folder.path().join(SCRIPT).display().to_string();
        let variable = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        vec![
            variable("EXEC_PATH", &script),
            // The apex and the wildcard prove the same record one after the other; between the two
            // it would wait for a minute.
            variable("EXEC_SEQUENCE_INTERVAL", "0"),
            variable("EXEC_POLLING_INTERVAL", "1"),
        ]
    }

    /// How many orders it has seen.
    pub fn orders(&self) -> usize {
        self.count("Added order ")
    }

    /// How many certificates it has issued.
    pub fn issued(&self) -> usize {
        self.count("Issued certificate serial ")
    }

    /// What it has said.
    pub fn log(&self) -> String {
        format!("{}{}", self.server.output(), self.dns_server.output())
    }

    fn count(&self, what: &str) -> usize {
        self.log().lines().filter(|line| line.contains(what)).count()
    }

    async fn ask(&self, address: SocketAddr, path: &str) -> Option<String> {
        let tls = Tls { server_name: "localhost", authority: &self.authority, client: None };
        // RFC 8555, section 6.1: a client without a name is refused.
        let request = Request::get(path).add("Host", "localhost").add("User-Agent", "doorward");
        let answer = Wire::tls(address, tls).await.ok()?.exchange(&request).await.ok()?;
        (answer.status == 200).then(|| answer.text())
    }
}

fn start_server(configuration: &Path, dns: SocketAddr) -> Process {
    let mut command = leashed(&pebble::programs().join("pebble"));
    command.env_clear().arg("-config").arg(configuration);
    command.args(["-dnsserver", &dns.to_string()]);
    // Without the pauses and the refusals by which it teaches clients patience.
    command.env("PEBBLE_VA_NOSLEEP", "1").env("PEBBLE_WFE_NONCEREJECT", "0");
    Process::start_leashed(&mut command)
}

/// Of the challenges that it could answer, DNS alone.
fn start_dns(dns: SocketAddr, records: SocketAddr) -> Process {
    let mut command = leashed(&pebble::programs().join("pebble-challtestsrv"));
    command.env_clear().args(["-defaultIPv6", "", "-http01", "", "-https01", ""]);
    command.args(["-tlsalpn01", "", "-doh", "", "-dnsserver", &dns.to_string()]);
    Process::start_leashed(command.args(["-management", &records.to_string()]))
}

/// The program that sets and clears a record: `present|cleanup NAME VALUE`.
fn write_script(path: &Path, records: SocketAddr) {
    use std::os::unix::fs::PermissionsExt;
    let python = run(Command::new("python3").args(["-c", "import sys; print(sys.executable)"]));
    let script = format!("#!{}\n{SET_RECORD}", python.expect("python3 runs").trim());
    fs::write(path, script.replace("RECORDS", &format!("http://{records}"))).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

const SCRIPT: &str = "set-record";
const SET_RECORD: &str = "\
import json, sys, urllib.request
action, name, value = sys.argv[1:4]
body = json.dumps({'host': name, 'value': value}).encode()
verb = {'present': 'set-txt', 'cleanup': 'clear-txt'}[action]
urllib.request.urlopen('RECORDS/' + verb, body, 20)
";
const START: Duration = Duration::from_secs(30);
