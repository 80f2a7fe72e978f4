use super::*;
use stand_in::StandIn;
use std::path::{Path, PathBuf};

mod stand_in;

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

/// Whether the tests that need a real Traefik can run here; they say so when they cannot.
async fn has_traefik(test: &str) -> bool {
    let found = options(0).traefik.obtain(&|_| {}).await.is_ok();
    if !found {
        eprintln!("{test} left out: no Traefik here (set DOORWARD_TRAEFIK)");
    }
    found
}

#[tokio::test]
async fn whole_demo_passes_its_own_checks_through_the_real_traefik() {
    if !has_traefik("whole_demo_passes_its_own_checks_through_the_real_traefik").await {
        return;
    }
    let mut output = Vec::new();
    let gate = StandIn { careless: false };
    let outcome = perform(&options(0), &gate, &mut output).await.unwrap();
    let output = String::from_utf8(output).unwrap();
    assert_eq!(outcome, Outcome::Checked { passed: true }, "\n{output}");
    assert!(output.contains("as expected, through Traefik 3."), "\n{output}");
    assert!(!output.contains("eyJ"), "a token in the table\n{output}");
}

#[tokio::test]
async fn checks_fail_when_the_gate_lets_everybody_in() {
    if !has_traefik("checks_fail_when_the_gate_lets_everybody_in").await {
        return;
    }
    let mut options = options(0);
    options.json = true;
    let mut output = Vec::new();
    let outcome = perform(&options, &StandIn { careless: true }, &mut output).await.unwrap();
    assert_eq!(outcome, Outcome::Checked { passed: false });
    let table: serde_json::Value = serde_json::from_slice(&output).unwrap();
    assert_eq!(table["passed"], false);
    let failed = table["checks"].as_array().unwrap().iter().filter(|row| row["passed"] == false);
    assert!(failed.count() > 20, "every stranger came in, and the table must say so");
}

#[tokio::test]
async fn busy_port_is_named_before_anything_starts() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    let mut options = options(port);
    // Were Traefik looked for first, this would be the error.
    options.traefik = TraefikSearch::default();
    let gate = StandIn { careless: false };
    let error = perform(&options, &gate, &mut Vec::new()).await.unwrap_err();
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
