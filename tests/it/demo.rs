//! `doorward demo`: gate, Traefik and desktops on one machine, and the checks that the demo runs.

use crate::support::parts::system::system;
use crate::support::process::{Process, doorward, eventually, free_address, run};
use crate::support::traefik::Version;
use crate::support::traefik_parts;
use crate::support::wire::Wire;
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn the_demo_checks_itself() {
    let home = tempfile::tempdir().unwrap();
    let port = free_address().port().to_string();
    let mut command = doorward();
    command
        .args(["demo", "--once", "--port", &port])
        .env("DOORWARD_TRAEFIK", traefik_parts::program(Version::NEWEST.number))
        .env("HOME", home.path())
        .current_dir(home.path());
    let mut demo = Process::start(&mut command);
    assert_eq!(demo.exit_code(Duration::from_secs(180)).await, Some(0), "{}", demo.output());
    let table = demo.stdout();
    assert!(table.contains("as expected, through Traefik 3."), "{table}");
    assert!(!table.contains("eyJ"), "a token in the table\n{table}");
}

/// The demo prints addresses for a browser and command lines for a shell, runs until SIGTERM, and
/// ends Traefik.
#[tokio::test]
async fn the_demo_runs_until_it_is_stopped() {
    let home = tempfile::tempdir().unwrap();
    let address = free_address();
    let port = address.port().to_string();
    let mut command = doorward();
    command
        .args(["demo", "--port", &port])
        .env("DOORWARD_TRAEFIK", traefik_parts::program(Version::NEWEST.number))
        .env("HOME", home.path());
    let mut demo = Process::start(&mut command);
    let wanted = [
        format!("https://alice.vdi.localhost:{port}"),
        format!("https://bob.vdi.localhost:{port}"),
        "--cacert".to_owned(),
        "--resolve".to_owned(),
    ];
    let printed = || async { wanted.iter().all(|wanted| demo.output().contains(wanted)) };
    eventually("the addresses and the lines", Duration::from_secs(120), printed).await;
    let open = || async { Wire::plain(address).await.is_ok() };
    eventually("the demo listens", Duration::from_secs(60), open).await;
    demo.signal("TERM");
    demo.exit_code(Duration::from_secs(60)).await;
    let gone = || async { Wire::plain(address).await.is_err() };
    eventually("Traefik has ended", Duration::from_secs(20), gone).await;
}

#[tokio::test]
async fn the_demo_prints_json() {
    let home = tempfile::tempdir().unwrap();
    let mut command = doorward();
    let traefik = traefik_parts::program(Version::NEWEST.number);
    command
        .args([
            "demo",
            "--once",
            "--json",
            "--port",
            &free_address().port().to_string(),
            "--traefik",
        ])
        .arg(traefik)
        .env("HOME", home.path());
    let mut demo = Process::start(&mut command);
    assert_eq!(demo.exit_code(Duration::from_secs(180)).await, Some(0), "{}", demo.output());
    let lines: Vec<String> = demo.stdout().lines().map(str::to_owned).collect();
    let whole = serde_json::from_str::<serde_json::Value>(&demo.stdout()).is_ok();
    let each = lines.iter().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok());
    assert!(!lines.is_empty() && (whole || each), "{}", demo.stdout());
}

/// Sign-in, sign-out, and attacks on them. The test lists each check by name, so a missing check
/// fails.
#[tokio::test]
async fn the_demo_checks_sign_in_and_sign_out() {
    let home = tempfile::tempdir().unwrap();
    let port = free_address().port().to_string();
    let mut command = doorward();
    command
        .args(["demo", "--once", "--json", "--port", &port])
        .env("DOORWARD_TRAEFIK", traefik_parts::program(Version::NEWEST.number))
        .env("HOME", home.path());
    let mut demo = Process::start(&mut command);
    assert_eq!(demo.exit_code(Duration::from_secs(180)).await, Some(0), "{}", demo.output());
    let table: Value = serde_json::from_str(&demo.stdout()).expect("one line of JSON");
    let rows = table["checks"].as_array().expect("a table");
    for (check, actual) in [
        ("bob signs in and requests alice's desktop", "403, sets __Host-portal"),
        ("alice opens her desktop", "302 login/, sets __Host-doorward-st-…"),
        ("bob's page signs her in", "403"),
        ("alice signs in", "303 alice/.doorward/enter, sets __Host-portal"),
        ("alice's hand-off token in bob's browser", "401"),
        ("the same token in her browser: used up", "401"),
        ("the new token in her browser", "303 alice/echo, sets __Host-doorward"),
        ("the same token and state again", "401"),
        ("bob's hand-off token at alice's desktop", "401"),
        ("bob's page signs alice out", "403"),
        ("alice signs out", "303 login/signed-out, clears cache, storage"),
        ("her old cookie is not a session anymore", "302 login/, sets __Host-doorward-st-…"),
    ] {
        let row = rows.iter().find(|row| row["check"] == check);
        let row = row.unwrap_or_else(|| panic!("{check} is not in {table}"));
        assert_eq!((&row["actual"], &row["passed"]), (&json!(actual), &json!(true)), "{check}");
    }
}

/// The printed lines give the stated results, in their order.
#[tokio::test]
async fn the_printed_curl_lines_give_the_stated_results() {
    let _of_the_lines = system("curl", &["curl"]);
    let home = tempfile::tempdir().unwrap();
    let port = free_address().port().to_string();
    let mut command = doorward();
    command
        .args(["demo", "--json", "--port", &port])
        .env("DOORWARD_TRAEFIK", traefik_parts::program(Version::NEWEST.number))
        .env("HOME", home.path());
    let mut demo = Process::start(&mut command);
    let ready = || async { demo.stdout().contains('\n') };
    eventually("the JSON line of a running demo", Duration::from_secs(120), ready).await;
    let ready: Value = serde_json::from_str(&demo.stdout()).expect("one line of JSON");
    let lines = ready["commands"].as_array().expect("lines");
    assert_eq!(lines.len(), 5);
    for line in lines {
        let [title, expected, command] =
            ["title", "expected", "command"].map(|key| line[key].as_str().expect("text"));
        let done = run(std::process::Command::new("sh").args(["-c", command]), "");
        // One command prints the request that the desktop received instead of the status.
        let seen = done.stdout.contains("\"desktop\": \"alice\"");
        assert!(seen || done.stdout.trim() == expected, "{title}: {}", done.output());
    }
    demo.signal("TERM");
    // SIGTERM also ends the gate and Traefik.
    assert_eq!(demo.exit_code(Duration::from_secs(20)).await, Some(0), "{}", demo.output());
}

/// With `--no-download` the demo downloads nothing, and the message names the remedy.
#[test]
fn without_traefik_and_download_the_demo_reports_it() {
    let home = tempfile::tempdir().unwrap();
    let mut command = doorward();
    command
        .args(["demo", "--once", "--no-download"])
        .env("HOME", home.path())
        .env("PATH", home.path());
    let finished = run(&mut command, "");
    assert_eq!(finished.code, 1, "{}", finished.output());
    assert!(finished.stderr.contains("--traefik"), "{}", finished.output());
}
