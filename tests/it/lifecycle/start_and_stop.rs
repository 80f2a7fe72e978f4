//! Start and shutdown.

use crate::support::gate::{Gate, Plan};
use crate::support::portal::{ALICE, Portal};
use crate::support::process::{doorward, eventually, run};
use crate::support::request::Request;
use crate::support::wire::Wire;
use serde_json::json;
use std::net::TcpListener;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn a_port_in_use_exits_1() {
    let portal = Portal::new();
    for key in ["listen", "admin_listen"] {
        let plan = Plan::of(&portal);
        let address = plan.config[key].as_str().unwrap().to_owned();
        let _taken = TcpListener::bind(&address).unwrap();
        let mut process = plan.start();
        assert_eq!(process.exit_code(PATIENCE).await, Some(1), "{key}");
        for part in [key, &address, "choose another port"] {
            assert!(process.output().contains(part), "{part} in {}", process.output());
        }
    }
}

/// An orderly shutdown logs no warnings: not for Traefik's idle connections, nor for a scraper's.
#[tokio::test]
async fn an_orderly_shutdown_logs_no_warning() {
    let portal = Portal::new();
    let mut gate = Gate::open(&portal).await;
    let question = Request::question(ALICE).session(&portal.token("alice"));
    let mut resting = gate.connect().await.unwrap();
    assert_eq!(resting.exchange(&question).await.unwrap().status, 200);
    let mut scraper = Wire::plain(gate.admin_address()).await.unwrap();
    let scrape = Request::get("/metrics").add("Host", "admin.internal");
    assert_eq!(scraper.exchange(&scrape).await.unwrap().status, 200);
    gate.process.signal("TERM");
    assert_eq!(gate.process.exit_code(PATIENCE).await, Some(0));
    assert!(!gate.process.output().contains("WARN"), "{}", gate.process.output());
}

/// A common mistake: the ForwardAuth address without its path.
#[tokio::test]
async fn a_request_for_another_path_is_logged_once() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    for _ in 0..3 {
        let mut wire = gate.connect().await.unwrap();
        let astray = Request::get("/secret-path").add("Host", "gate.internal");
        assert_eq!(wire.exchange(&astray).await.unwrap().status, 404);
    }
    assert!(gate.metrics().await.contains("doorward_misaddressed_total 3"));
    let told = || async { gate.process.output().contains("end in /verify") };
    eventually("the warning", PATIENCE, told).await;
    let output = gate.process.output();
    assert_eq!(output.matches("end in /verify").count(), 1, "{output}");
    assert!(!output.contains("secret-path"), "{output}");
}

/// Traefik keeps idle connections for 90 s; they do not delay the shutdown.
#[tokio::test]
async fn sigterm_exits_0_with_open_connections() {
    let portal = Portal::new();
    for signal in ["TERM", "INT"] {
        let mut gate = Gate::open(&portal).await;
        let question = Request::question(ALICE).session(&portal.token("alice"));
        let mut used = gate.connect().await.unwrap();
        assert_eq!(used.exchange(&question).await.unwrap().status, 200);
        let _silent = gate.connect().await.unwrap();
        let mut half = gate.connect().await.unwrap();
        half.send(b"GET /verify HTTP/1.1\r\nHost").await.unwrap();
        gate.process.signal(signal);
        assert_eq!(gate.process.exit_code(PATIENCE).await, Some(0), "{signal}");
        assert!(gate.connect().await.is_err(), "the listener is closed");
    }
}

#[tokio::test]
async fn sigterm_ends_a_gate_with_http2_connections() {
    let portal = Portal::new();
    let mut gate = Plan::of(&portal).with_tls(false).open().await;
    let http2 = gate.connect_http2().await;
    let question = Request::question(ALICE).session(&portal.token("alice"));
    assert_eq!(http2.exchange(&question).await.unwrap().status, 200);
    gate.process.signal("TERM");
    assert_eq!(gate.process.exit_code(PATIENCE).await, Some(0));
}

/// A request that was sent before the signal gets the correct answer.
#[tokio::test(flavor = "multi_thread")]
async fn requests_sent_before_sigterm_are_answered() {
    let portal = Portal::new();
    let mut gate = Gate::open(&portal).await;
    let good = Request::question(ALICE).session(&portal.token("alice"));
    let bad = Request::question(ALICE).session(&portal.token("bob"));
    let mut wires = Vec::new();
    for n in 0..20 {
        let mut wire = gate.connect().await.unwrap();
        // A first exchange, so that the connection is served and not only queued.
        assert_eq!(wire.exchange(&good).await.unwrap().status, 200);
        wire.send(&if n % 2 == 0 { good.bytes() } else { bad.bytes() }).await.unwrap();
        wires.push(wire);
    }
    gate.process.signal("TERM");
    for (n, wire) in wires.iter_mut().enumerate() {
        if let Ok(answer) = wire.answer(false).await {
            assert_eq!(answer.status, if n % 2 == 0 { 200 } else { 403 });
        }
    }
    assert_eq!(gate.process.exit_code(PATIENCE).await, Some(0));
}

#[tokio::test]
async fn every_verify_listener_answers() {
    let portal = Portal::new();
    let mut plan = Plan::of(&portal);
    let second = crate::support::process::free_address();
    plan.config["listen"] = json!([plan.config["listen"], second]);
    let gate = plan.open().await;
    let question = Request::question(ALICE).session(&portal.token("alice"));
    assert_eq!(gate.ask(&question).await.status, 200);
    let mut wire = crate::support::wire::Wire::plain(second).await.unwrap();
    assert_eq!(wire.exchange(&question).await.unwrap().status, 200);
}

#[tokio::test]
async fn healthcheck_reports_readiness() {
    let portal = Portal::new();
    let mut gate = Gate::open(&portal).await;
    let config = gate.plan.write();
    let url = format!("http://{}/readyz", gate.admin_address());
    let by_config = || run(doorward().args(["healthcheck", "--config"]).arg(&config), "");
    let by_url = || run(doorward().args(["healthcheck", "--url", &url]), "");
    assert_eq!((by_config().code, by_url().code), (0, 0));
    gate.process.signal("TERM");
    gate.process.exit_code(PATIENCE).await;
    assert_eq!((by_config().code, by_url().code), (1, 1));
    assert!(!by_url().stderr.is_empty(), "the reason is printed");
}
