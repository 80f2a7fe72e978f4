//! Over HTTP/2, the `ForwardAuth` requests of all users share one connection from Traefik to the
//! gate: no request of one client may end it.

use super::behind_every_traefik;
use crate::support::gated_desktops::GatedDesktops;
use crate::support::portal::ALICE;
use crate::support::request::Request;
use crate::support::traefik::Version;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

behind_every_traefik!(a_long_header_name_fails_no_other_users_request);

/// `HeaderName` holds at most 65,535 bytes, and h2 treats a longer name as a connection error.
/// Traefik accepts it with its default limit of 1 MiB.
async fn a_long_header_name_fails_no_other_users_request(version: Version) {
    let setup = Arc::new(GatedDesktops::built(version, |gate| gate.with_tls(false), |_| ()).await);
    let page = Request::visit(ALICE).session(&setup.portal.token("alice"));
    // Traefik's first connection has not received the gate's SETTINGS before this request.
    assert_eq!(setup.visit(&page).await.status, 200);
    let done = Arc::new(AtomicBool::new(false));
    let attacks = Arc::new(AtomicUsize::new(0));
    let attackers: Vec<_> = (0..ATTACKERS)
        .map(|_| {
            let (setup, done, attacks) =
                (Arc::clone(&setup), Arc::clone(&done), Arc::clone(&attacks));
            tokio::spawn(async move {
                let attack = Request::visit(ALICE).add(&"x".repeat(65_536), "1");
                while !done.load(Ordering::Relaxed) {
                    let answer = setup.connect(ALICE).await.exchange(&attack).await;
                    assert!(answer.is_ok_and(|answer| answer.status >= 400));
                    attacks.fetch_add(1, Ordering::Relaxed);
                    tokio::time::sleep(PAUSE).await;
                }
            })
        })
        .collect();
    let users: Vec<_> = (0..USERS)
        .map(|_| {
            let (setup, page) = (Arc::clone(&setup), page.clone());
            tokio::spawn(async move {
                let mut wire = setup.connect(ALICE).await;
                let mut times = Vec::new();
                for _ in 0..REQUESTS {
                    let began = Instant::now();
                    assert_eq!(wire.exchange(&page).await.unwrap().status, 200);
                    times.push(began.elapsed());
                }
                times
            })
        })
        .collect();
    let mut times = Vec::new();
    for user in users {
        times.extend(user.await.expect("no request of a user fails"));
    }
    done.store(true, Ordering::Relaxed);
    for attacker in attackers {
        attacker.await.expect("each attack is refused");
    }
    times.sort();
    let (attacks, connections) = (attacks.load(Ordering::Relaxed), connections(&setup).await);
    eprintln!(
        "{}: {attacks} attacks, {} requests of users, p50 {:?}, p99 {:?}, {connections} connections",
        version.number,
        times.len(),
        times[times.len() / 2],
        times[times.len() * 99 / 100],
    );
    assert!(attacks >= ATTACKERS, "{attacks} attacks");
    assert!(connections <= 3, "{connections} connections to the gate");
}

async fn connections(setup: &GatedDesktops) -> usize {
    let metrics = setup.gate.metrics().await;
    let sample = "doorward_connections_accepted_total{listener=\"verify\"} ";
    let line = metrics.lines().find_map(|line| line.strip_prefix(sample));
    line.and_then(|count| count.parse().ok()).expect("the number of connections")
}

const ATTACKERS: usize = 16;
/// Time between two attacks of one attacker: 40 attacks per second in total.
const PAUSE: Duration = Duration::from_millis(400);
const USERS: usize = 8;
const REQUESTS: usize = 100;
