//! The gate of the demo: its configuration, and the trait that starts it.

use super::{
    DemoError,
    hosts::{DOMAIN, Hosts, SIGN_IN_LABEL},
    issuer::AUDIENCE,
    portal::SIGNED_OUT,
    process::{self, Program},
};
use serde_json::json;
use std::{future::Future, net::SocketAddr, path::Path, path::PathBuf};

/// Starts a gate, as a process or as a task.
pub trait StartGate {
    /// Runs the gate with the configuration file `configuration` until the future is dropped, and
    /// resolves only when the gate could not start or ended. Its output goes to `log`.
    fn run(&self, configuration: &Path, log: &Path) -> impl Future<Output = DemoError>;
}

/// `doorward serve` in a process of its own, as an operator runs it.
pub struct GateProcess {
    /// The doorward program.
    pub program: PathBuf,
}

impl StartGate for GateProcess {
    async fn run(&self, configuration: &Path, log: &Path) -> DemoError {
        let program = Program {
            name: "the gate",
            path: self.program.clone(),
            arguments: vec!["serve".into(), "--config".into(), configuration.into()],
            log: log.to_owned(),
        };
        process::run(&program).await
    }
}

/// Everything that the gate's configuration depends on.
pub(super) struct GateSettings<'a> {
    pub(super) hosts: Hosts,
    /// Where Traefik asks, where health is asked, and where the 404 page is served.
    pub(super) listen: SocketAddr,
    pub(super) admin: SocketAddr,
    pub(super) pages: SocketAddr,
    pub(super) issuer: &'a str,
    pub(super) key_set: &'a Path,
    pub(super) certificate: &'a Path,
    pub(super) key: &'a Path,
    /// The key with which the gate signs its own sessions.
    pub(super) session_key: &'a Path,
}

impl GateSettings<'_> {
    /// The configuration file. It is written as JSON, which every YAML reader reads: so no path
    /// with an odd character can change its structure.
    pub(super) fn to_yaml(&self) -> String {
        let sign_in = self.hosts.origin(SIGN_IN_LABEL);
        let configuration = json!({
            "listen": self.listen.to_string(),
            "admin_listen": self.admin.to_string(),
            "pages_listen": self.pages.to_string(),
            "tls": { "cert_file": self.certificate, "key_file": self.key },
            "domains": [DOMAIN],
            "issuers": [{
                "issuer": self.issuer,
                "audiences": [AUDIENCE],
                "algorithms": ["ES256"],
                "keys": { "jwks_file": self.key_set },
                "user_claim": "sub",
            }],
            "login": {
                "url": format!("{sign_in}/"),
                "logout_url": format!("{sign_in}{SIGNED_OUT}"),
                "handoff": { "session_key_file": self.session_key },
            },
            "revocation": { "store": "memory" },
            // Read by bob's page, which shows what the gate said.
            "log": { "format": "json", "level": "debug" },
        });
        format!("{configuration:#}\n")
    }
}

/// The session cookie that the gate sets, on one host: the default of `tokens.cookies`.
pub(super) const SESSION_COOKIE: &str = "__Host-doorward";

#[cfg(test)]
mod tests {
    use super::*;

    fn configuration(key: &str) -> serde_json::Value {
        let address = |port| SocketAddr::from(([127, 0, 0, 1], port));
        let settings = GateSettings {
            hosts: Hosts::new(8443),
            listen: address(1),
            admin: address(2),
            pages: address(3),
            issuer: "https://login.vdi.localhost:8443",
            key_set: Path::new("/run/jwks.json"),
            certificate: Path::new("/run/gate.crt"),
            key: Path::new(key),
            session_key: Path::new("/run/session.key"),
        };
        serde_saphyr::from_str(&settings.to_yaml()).unwrap()
    }

    #[test]
    fn configuration_reads_back_as_yaml() {
        let configuration = configuration("/run/gate.key");
        assert_eq!(configuration["listen"], "127.0.0.1:1");
        assert_eq!(configuration["domains"][0], "vdi.localhost");
        assert_eq!(configuration["login"]["url"], "https://login.vdi.localhost:8443/");
        let handoff = &configuration["login"]["handoff"];
        assert_eq!(handoff["session_key_file"], "/run/session.key");
        assert_eq!(configuration["revocation"]["store"], "memory");
        assert_eq!(configuration["issuers"][0]["user_claim"], "sub");
    }

    #[test]
    fn path_with_yaml_signs_stays_a_path() {
        let odd = "/run/a: {b}\n- \"c\" # d/gate.key";
        assert_eq!(configuration(odd)["tls"]["key_file"], odd);
    }

    #[test]
    fn security_settings_keep_their_defaults() {
        // The demo shows the effect of the defaults `strict` and a host-only cookie.
        for section in ["cross_site", "tokens"] {
            assert!(configuration("/k").get(section).is_none(), "{section}");
        }
    }
}
