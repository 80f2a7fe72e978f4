//! An issuer that signs with a new key every second, while the gate receives requests without a
//! pause: no answer is wrong, and the issuer is not fetched from more often than promised.
//!
//! Between two fetches the gate knows the keys of the last one. So each key is unknown at first,
//! then known, and unknown again after a fetch without it. A client that sends one request after
//! another never observes another order.

use super::setup::{KEYS, becomes, known, looks, metric, plan, publish, question, server};
use crate::support::gate::Gate;
use crate::support::key::Key;
use crate::support::portal::Portal;
use crate::support::request::Request;
use serde_json::json;
use std::collections::BTreeMap;
use std::env;
use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// `DOORWARD_TEST_ROTATIONS` sets the number of rotations; each takes a second.
#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_that_rotates_every_second_is_fetched_within_limits() {
    let rotations = env::var("DOORWARD_TEST_ROTATIONS").ok().and_then(|text| text.parse().ok());
    let portal = Portal::new();
    let mut keys = vec![Key::es256("turn-0")];
    let server = server([&portal.key, &keys[0]]).await;
    let begun = Instant::now();
    // The log would have a line for each of many decisions; the metrics have the reasons.
    let log = json!({ "format": "json", "level": "warn" });
    let gate = Arc::new(plan(&portal, &server).with("log", log).open().await);
    let (turns, turn) = watch::channel(Arc::new(Turn::new(&portal, &keys[0], Vec::new())));
    let over = Arc::new(AtomicBool::new(false));
    let askers: Vec<_> = (0..ASKERS)
        .map(|_| tokio::spawn(ask(Arc::clone(&gate), turn.clone(), Arc::clone(&over))))
        .collect();
    for number in 1..=rotations.unwrap_or(10_usize) {
        tokio::time::sleep(Duration::from_secs(1)).await;
        keys.push(Key::es256(&format!("turn-{number}")));
        // The current key, the previous one, and the one that never changes.
        publish(&server, [&portal.key].into_iter().chain(keys.iter().rev().take(2)));
        let good = turn.borrow().good.clone();
        turns.send_replace(Arc::new(Turn::new(&portal, &keys[number], good)));
    }
    // The issuer stops rotating. The last key is accepted after the next fetch, under the same
    // load.
    becomes(&gate, &portal.claims("alice").sign(&keys[keys.len() - 1]), 200).await;
    over.store(true, Ordering::Release);
    let (mut requests, mut let_in) = (0, BTreeMap::new());
    for asker in askers {
        let seen = asker.await.unwrap();
        requests += seen.requests;
        let_in.extend(seen.keys.into_iter().filter(|(_, state)| *state != State::Before));
    }

    // Read the counter first and then the time, so that only a slow machine is tolerated.
    let asked = server.asked(KEYS);
    let seconds = usize::try_from(begun.elapsed().as_secs()).unwrap();
    // At the start; for unknown keys at once and then every 30 s; and every 5 minutes, less a
    // tenth.
    let most = 1 + (1 + seconds / 30) + seconds / 270;
    assert!(asked <= most, "asked {asked} times in {seconds} s, {most} were promised");
    let issuer = &portal.issuer;
    assert_eq!(known(&gate, issuer).await["failures"], 0);
    let changed = looks(&gate, issuer, "changed").await;
    assert!(changed >= 2, "the start, and the last key: {changed}");
    // A fetch finds two of the keys that change.
    assert!(let_in.len() <= 2 * asked, "{let_in:?} in {asked} looks");
    assert!(requests > keys.len() * ASKERS * 4, "only {requests} requests");
    let allowed = [("allow", "permit"), ("deny", "key-unknown"), ("deny", "signature-wrong")];
    assert_reasons(&gate, &allowed).await;
    let known: Vec<_> = let_in.keys().collect();
    eprintln!("{requests} requests in {seconds} s; of {} keys {known:?} were accepted", keys.len());
    eprintln!("the issuer was asked {asked} times; {most} were promised");
}

/// The requests between two rotations.
struct Turn {
    /// Signed by the key that never changes: always permitted.
    steady: Request,
    /// Signed by each key that was ever in use, in order.
    good: Vec<Request>,
    /// Signed by a key of no issuer, under key ids that the issuer has, will have, or never has.
    forged: Vec<Request>,
}

impl Turn {
    fn new(portal: &Portal, newest: &Key, mut good: Vec<Request>) -> Self {
        let by = |key: &Key| question(&portal.claims("alice").sign(key));
        good.push(by(newest));
        let mut forged = vec![by(&newest.sibling()), by(&portal.key.sibling())];
        // Not before the first rotation: the fetch that it causes is to find a new key.
        if good.len() > 1 {
            forged.push(by(&Key::es256(&format!("stranger-{}", good.len()))));
        }
        Self { steady: by(&portal.key), good, forged }
    }
}

/// What one client has observed of a key that changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// Not accepted so far.
    #[default]
    Before,
    Known,
    /// No longer accepted.
    Gone,
}

#[derive(Default)]
struct Seen {
    requests: usize,
    keys: BTreeMap<usize, State>,
}

/// Sends one request after another on one connection until the end.
async fn ask(gate: Arc<Gate>, turn: watch::Receiver<Arc<Turn>>, over: Arc<AtomicBool>) -> Seen {
    let mut wire = gate.connect().await.unwrap();
    let mut seen = Seen::default();
    while !over.load(Ordering::Acquire) {
        let now = Arc::clone(&turn.borrow());
        let mut status = async |request: &Request| {
            seen.requests += 1;
            wire.exchange(request).await.unwrap().status
        };
        assert_eq!(status(&now.steady).await, 200, "the key that never changes");
        for forged in &now.forged {
            assert_eq!(status(forged).await, 401, "a forged token");
        }
        let mut answers = Vec::new();
        for good in &now.good {
            answers.push(status(good).await);
        }
        for (number, status) in answers.into_iter().enumerate() {
            let state = seen.keys.entry(number).or_default();
            let before = mem::take(state);
            *state = match (before, status) {
                (State::Before, 401) => State::Before,
                (State::Before | State::Known, 200) => State::Known,
                (State::Known | State::Gone, 401) => State::Gone,
                _ => panic!("key {number} was {before:?}, and its token is answered {status}"),
            };
        }
        tokio::time::sleep(PAUSE).await;
    }
    seen
}

/// Checks that no decision had a reason outside this list, and that each reason occurred.
async fn assert_reasons(gate: &Gate, expected: &[(&str, &str)]) {
    let metrics = gate.metrics().await;
    let name = "doorward_decisions_total{";
    let counted = metrics.lines().filter(|line| line.starts_with(name) && !line.ends_with(" 0"));
    assert_eq!(counted.count(), expected.len(), "{metrics}");
    for (result, reason) in expected {
        let line = format!("{name}result=\"{result}\",reason=\"{reason}\"}}");
        assert!(metric(gate, &line).await > Some(0), "{line} in\n{metrics}");
    }
}

const ASKERS: usize = 4;
/// Leaves time for other tests.
const PAUSE: Duration = Duration::from_millis(5);
