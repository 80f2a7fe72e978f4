//! The environment of the demo: everything that exists before the gate and Traefik start, and the
//! run itself.

use super::{
    DemoError, Options, Outcome,
    certificate::Certificates,
    checks::SelfTest,
    client::{self, Client},
    curl,
    desktop::Desktop,
    gate::GateSettings,
    hosts::{Account, Hosts, SIGN_IN_LABEL},
    issuer::{self, Issuer, LIFETIME},
    listener,
    portal::Portal,
    process::{self, Program},
    record::Record,
    report,
    scratch::Scratch,
    traefik::{Configuration, Traefik},
    verdicts::Verdicts,
};
use crate::clock;
use crate::manifest::TraefikVersion;
use std::{
    io::Write,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::task::JoinSet;

/// Fields are dropped in this order: the sites first, the folder last.
pub(super) struct Environment {
    hosts: Hosts,
    _sites: JoinSet<()>,
    issuer: Arc<Issuer>,
    record: Arc<Record>,
    client: Client,
    traefik: Traefik,
    program: Program,
    gate_admin: SocketAddr,
    pub(super) gate_configuration: PathBuf,
    pub(super) gate_log: PathBuf,
    authority: PathBuf,
    folder: Scratch,
}

impl Environment {
    pub(super) async fn build(
        hosts: Hosts,
        ipv6: bool,
        traefik: Traefik,
    ) -> Result<Self, DemoError> {
        let folder = Scratch::create(&std::env::temp_dir())?;
        let now = clock::now().0;
        let certificates = Certificates::generate(now)?;
        let authority = folder.write("ca.pem", &certificates.authority)?;
        let issuer = Arc::new(Issuer::new(hosts.origin(SIGN_IN_LABEL))?);
        let bobs_token = issuer.mint(Account::Bob, now, LIFETIME)?;
        for (name, text) in curl::header_files(hosts, &bobs_token) {
            folder.write(name, &text)?;
        }

        let record = Arc::new(Record::default());
        let gate_log = folder.path().join("gate.log");
        let verdicts = Arc::new(Verdicts::new(gate_log.clone()));
        let mut sites = JoinSet::new();
        let mut desktops = Vec::new();
        for owner in Account::ALL {
            let (listener, address) = listener::bind().await?;
            let desktop = Desktop {
                owner,
                hosts,
                record: Arc::clone(&record),
                verdicts: Arc::clone(&verdicts),
            };
            sites.spawn(listener::serve(listener, desktop));
            desktops.push((owner, address));
        }
        let (listener, sign_in) = listener::bind().await?;
        let portal = Portal::new(hosts, Arc::clone(&issuer));
        sites.spawn(listener::serve(listener, portal));

        let (listen, admin, pages) = (
            listener::free_address().await?,
            listener::free_address().await?,
            listener::free_address().await?,
        );
        let gate_configuration = {
            let settings = GateSettings {
                hosts,
                listen,
                admin,
                pages,
                issuer: issuer.name(),
                key_set: &folder.write("jwks.json", &issuer.key_set()?)?,
                certificate: &folder.write("gate.crt", &certificates.gate.certificate)?,
                key: &folder.write("gate.key", &certificates.gate.key)?,
                session_key: &folder.write("session.key", &session_key()?)?,
            };
            folder.write("doorward.yaml", &settings.to_yaml())?
        };
        let settings = {
            let configuration = Configuration {
                version: traefik.version,
                hosts,
                ipv6,
                gate: listen,
                pages,
                sign_in,
                desktops: &desktops,
                authority: &authority,
                certificate: &folder.write("front.crt", &certificates.front.certificate)?,
                key: &folder.write("front.key", &certificates.front.key)?,
            };
            let routes = folder.write("routes.yml", &configuration.routes())?;
            folder.write("traefik.yml", &configuration.settings(&routes))?
        };
        let program = Program {
            name: "Traefik",
            path: traefik.program.clone(),
            arguments: vec![format!("--configFile={}", settings.display()).into()],
            log: folder.path().join("traefik.log"),
        };
        Ok(Self {
            hosts,
            _sites: sites,
            issuer,
            record,
            client: Client::new(certificates.authority_der, hosts)?,
            traefik,
            program,
            gate_admin: admin,
            gate_configuration,
            gate_log,
            authority,
            folder,
        })
    }

    /// Waits for the gate, starts Traefik, and serves users.
    pub(super) async fn open(
        &self,
        options: &Options,
        output: &mut impl Write,
    ) -> Result<Outcome, DemoError> {
        until_ready("the gate", &self.gate_log, async || {
            client::plain_status(self.gate_admin, "/readyz").await.is_ok_and(|status| status == 200)
        })
        .await?;
        tokio::select! {
            failure = process::run(&self.program) => Err(failure),
            outcome = self.receive(options, output) => outcome,
        }
    }

    async fn receive(
        &self,
        options: &Options,
        output: &mut impl Write,
    ) -> Result<Outcome, DemoError> {
        let authority = self.hosts.authority(SIGN_IN_LABEL);
        let request = format!("GET / HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n");
        until_ready(self.program.name, &self.program.log, async || {
            let reply = self.client.send(SIGN_IN_LABEL, &request).await;
            reply.is_ok_and(|reply| reply.status == 200)
        })
        .await?;
        if options.once {
            return self.examine(options.json, output).await;
        }
        show(output, &self.invitation(options.json));
        std::future::pending().await
    }

    async fn examine(&self, json: bool, output: &mut impl Write) -> Result<Outcome, DemoError> {
        let self_test = SelfTest {
            hosts: self.hosts,
            client: &self.client,
            issuer: &self.issuer,
            record: &self.record,
            drops_aliases: self.traefik.version >= TraefikVersion::DROPS_ALIASES,
            now: clock::now().0,
        };
        let findings = self_test.examine().await?;
        let print = if json { report::table_json } else { report::table };
        show(output, &print(&findings, self.traefik.version));
        Ok(Outcome::Checked { passed: report::all_passed(&findings) })
    }

    fn invitation(&self, json: bool) -> String {
        let ready = report::Ready {
            hosts: self.hosts,
            authority: &self.authority,
            traefik: &self.traefik.program,
            version: self.traefik.version,
            lines: &curl::lines(self.hosts, self.folder.path(), &self.authority),
        };
        if json { ready.json() } else { ready.text() }
    }
}

/// 256 random bits as text, for the gate's own sessions.
fn session_key() -> Result<String, DemoError> {
    Ok(issuer::random_text()? + &issuer::random_text()?)
}

/// Polls `ready` until it returns true. The caller watches whether the part is still running; this
/// only limits how long it may take to answer.
async fn until_ready(
    name: &'static str,
    log: &Path,
    ready: impl AsyncFn() -> bool,
) -> Result<(), DemoError> {
    let waiting = async {
        while !ready().await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let patience = Duration::from_secs(20);
    let waited = tokio::time::timeout(patience, waiting).await;
    waited.map_err(|_| DemoError::NotReady { name, log: process::last_lines(log) })
}

fn show(output: &mut impl Write, text: &str) {
    let _ = output.write_all(text.as_bytes()).and_then(|()| output.flush());
}
