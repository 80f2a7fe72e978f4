//! The check against real servers.

use super::*;
use crate::config::TlsFiles;
use crate::config::{self, Limits};
use crate::http::admin::AdminHandler;
use crate::observe::{Listener, Metrics, Stage, Status};
use crate::server::{Server, Shutdown, Tls, Trigger, bind};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// The real admin listener on a runtime of its own.
struct Gate {
    address: SocketAddr,
    status: Arc<Status>,
    _trigger: Trigger,
    _runtime: tokio::runtime::Runtime,
}

fn gate(tls: Option<Tls>) -> Gate {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let status = Arc::new(Status::new());
    let metrics = Arc::new(Metrics::new(&[]));
    let counters = metrics.connections(Listener::Admin);
    let limits = Limits {
        header_bytes: 8192,
        headers: 64,
        connections: 10,
        header_timeout: Duration::from_secs(10),
        idle_timeout: Duration::from_secs(10),
        connection_age: Duration::from_secs(10),
    };
    let _within = runtime.enter();
    let listener = bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = listener.local_addr().unwrap();
    let admin = Arc::new(AdminHandler::new(Arc::clone(&status), metrics));
    let mut server = Server::new(admin, limits, counters).listen(listener);
    if let Some(tls) = tls {
        server = server.tls(Arc::new(tls));
    }
    let (trigger, shutdown) = Shutdown::new();
    runtime.spawn(server.run(shutdown));
    Gate { address, status, _trigger: trigger, _runtime: runtime }
}

#[test]
fn follows_the_gate() {
    let gate = gate(None);
    let ask = || HealthcheckArgs::default().run(Some((gate.address, None)));
    assert!(matches!(ask(), Err(HealthError::NotReady { status: 503, .. })));
    gate.status.reach(Stage::Ready);
    ask().unwrap();
    gate.status.reach(Stage::Draining);
    let Err(HealthError::NotReady { status: 503, body }) = ask() else { panic!("ready") };
    assert!(body.contains("draining"), "{body}");
}

#[test]
fn revoke_trusts_only_the_configured_certificates() {
    let own = |folder: &Path| {
        let tls = config::Tls::SelfSigned { client_ca_file: None };
        Tls::open(&tls, Some(folder), &["127.0.0.1".to_owned()]).unwrap()
    };
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let gate = gate(Some(own(folder.path())));
    gate.status.reach(Stage::Ready);
    own(other.path());

    let files = |folder: &Path| TlsFiles {
        cert_file: folder.join("tls/tls.crt"),
        key_file: folder.join("tls/tls.key"),
    };
    let pinned =
        |folder: &Path| HealthcheckArgs::default().run(Some((gate.address, Some(&files(folder)))));
    pinned(folder.path()).unwrap();
    assert!(matches!(pinned(other.path()), Err(HealthError::Admin(AdminError::Unreachable(_)))));

    let url = format!("https://{}/readyz", gate.address);
    let verified =
        |ca_file: Option<PathBuf>| HealthcheckArgs { url: Some(url.clone()), ca_file }.run(None);
    verified(Some(folder.path().join("tls/ca.crt"))).unwrap();
    let wrong = verified(Some(other.path().join("tls/ca.crt")));
    assert!(matches!(wrong, Err(HealthError::Admin(AdminError::Unreachable(_)))), "{wrong:?}");
    assert!(matches!(verified(None), Err(HealthError::Admin(AdminError::NoTrustedCertificate))));
    assert!(matches!(
        verified(Some(folder.path().join("none"))),
        Err(HealthError::Admin(AdminError::Trust { .. }))
    ));
}

#[test]
fn a_closed_port_is_unreachable() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let outcome = HealthcheckArgs::default().run(Some((closed, None)));
    assert!(matches!(outcome, Err(HealthError::Admin(AdminError::Unreachable(_)))), "{outcome:?}");
}
