use super::*;
use careless::Careless;
use std::path::{Path, PathBuf};

mod careless;

fn options(port: u16) -> Options {
    let traefik = TraefikSearch {
        environment: std::env::var_os("DOORWARD_TRAEFIK").map(PathBuf::from),
        search_path: std::env::var_os("PATH"),
        cache: cache_folder(
            std::env::var_os("XDG_CACHE_HOME").as_deref(),
            std::env::var_os("HOME").as_deref(),
            cfg!(target_os = "macos"),
        ),
        flag: None,
        download: false,
    };
    Options { port, traefik, once: true, json: false }
}

#[tokio::test]
async fn the_checks_fail_without_a_gate() {
    // That they pass with the real gate is for the tests of the whole program.
    if options(0).traefik.obtain(&|_| {}).await.is_err() {
        eprintln!("left out: no Traefik here (set DOORWARD_TRAEFIK)");
        return;
    }
    let mut options = options(0);
    options.json = true;
    let mut output = Vec::new();
    let outcome = perform(&options, &Careless, &mut output).await.unwrap();
    assert_eq!(outcome, Outcome::Checked { passed: false });
    let table: serde_json::Value = serde_json::from_slice(&output).unwrap();
    assert_eq!(table["passed"], false);
    let failed = table["checks"].as_array().unwrap().iter().filter(|row| row["passed"] == false);
    assert!(failed.count() > 20, "every stranger came in, and the table must say so");
}

#[tokio::test]
async fn a_busy_port_is_reported_before_the_start() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    let mut options = options(port);
    // Were Traefik looked for first, this would be the error.
    options.traefik = TraefikSearch::default();
    let error = perform(&options, &Broken, &mut Vec::new()).await.unwrap_err();
    assert!(matches!(error, DemoError::PortBusy { port: busy } if busy == port), "{error}");
    assert!(error.to_string().contains("--port"), "{error}");
}

/// A gate that ends at once, as one with a wrong configuration does.
struct Broken;

impl StartGate for Broken {
    async fn run(&self, _: &Path, log: &Path) -> DemoError {
        std::fs::write(log, "domains[0]: not a domain\n").unwrap();
        let log = process::last_lines(log);
        DemoError::Ended { name: "the gate", status: "exit status: 64".into(), log }
    }
}

#[cfg(unix)]
#[tokio::test]
async fn gate_that_ends_is_an_error_with_its_last_words() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("traefik");
    std::fs::write(&program, "#!/bin/sh\necho 'Version: 3.7.15'\n").unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut options = options(0);
    options.traefik.flag = Some(program);
    let error = perform(&options, &Broken, &mut Vec::new()).await.unwrap_err();
    assert!(error.to_string().contains("domains[0]: not a domain"), "{error}");
}
