//! When a fetch is due, on a clock that the test advances.

use super::super::fetch::Source;
use super::*;
use crate::token::UnixTime;
use crate::url::WebUrl;
use bytes::Bytes;
use std::sync::Mutex;

type Told = Arc<Mutex<Vec<String>>>;

fn rounds(held: Option<CachedKeySet>) -> (RefreshTask<impl Fn(RefreshEvent) + Send>, Told) {
    let told = Told::default();
    let sink = Arc::clone(&told);
    let remote = Remote {
        issuer: "a".into(),
        source: Source::Url(WebUrl::parse("https://keys.invalid/").unwrap()),
        algorithms: Vec::new(),
        authorities: None,
        max_stale: Duration::from_secs(1_000),
        plain: false,
        is_workspace: Arc::new(|_| false),
    };
    let report = move |event| sink.lock().unwrap().push(format!("{event:?}"));
    let wanted = Arc::new(Notify::new());
    (RefreshTask { remote, held, store: None, wanted, report, asked: None }, told)
}

fn held() -> CachedKeySet {
    CachedKeySet { fetched_at: now(), body: Bytes::new() }
}

/// How many seconds a rest of `pause` takes, with an unknown key at each of these seconds.
async fn rest<R: Fn(RefreshEvent) + Send>(
    rounds: &mut RefreshTask<R>,
    pause: u64,
    unknown: &[u64],
) -> u64 {
    let start = Instant::now();
    let wanted = Arc::clone(&rounds.wanted);
    let unknown = unknown.to_vec();
    let tokens = tokio::spawn(async move {
        for second in unknown {
            sleep_until(start + Duration::from_secs(second)).await;
            // However many there are.
            (0..200).for_each(|_| wanted.notify_one());
            tokio::task::yield_now().await;
        }
    });
    rounds.rest(Duration::from_secs(pause)).await;
    tokens.abort();
    (Instant::now() - start).as_secs()
}

#[tokio::test(start_paused = true)]
async fn an_unknown_key_makes_a_look_due_at_once_and_then_not_for_a_while() {
    let (mut rounds, _) = rounds(Some(held()));
    assert_eq!(rest(&mut rounds, 300, &[]).await, 300, "nobody asks");
    assert_eq!(rest(&mut rounds, 300, &[7]).await, 7);
    assert_eq!(rest(&mut rounds, 300, &[1]).await, 30, "30 s after the previous one");
    assert_eq!(rest(&mut rounds, 300, &[0]).await, 30);
    assert_eq!(rest(&mut rounds, 300, &[45]).await, 45, "the pause is over");
    assert_eq!(rest(&mut rounds, 5, &[1, 2, 3, 4]).await, 5, "due anyway");
}

#[tokio::test(start_paused = true)]
async fn keys_become_too_old_once_and_the_looks_go_on() {
    let (mut rounds, told) = rounds(Some(held()));
    assert_eq!(rest(&mut rounds, 900, &[]).await, 900);
    assert!(told.lock().unwrap().is_empty(), "not yet");
    // Ages are measured on the system clock, which the test does not advance: so the keys are made
    // older.
    rounds.held = Some(CachedKeySet { fetched_at: UnixTime(now().0 - 900), ..held() });
    assert_eq!(rest(&mut rounds, 300, &[]).await, 300);
    assert_eq!(*told.lock().unwrap(), ["Expired"]);
    assert_eq!(rounds.held, None);
    assert_eq!(rest(&mut rounds, 300, &[]).await, 300);
    assert_eq!(told.lock().unwrap().len(), 1);
}

/// The issuer is down for a day: the gate fetches every five minutes, reports each failure, and
/// keeps its keys.
#[tokio::test(start_paused = true)]
async fn a_day_without_the_issuer_changes_nothing() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (mut rounds, told) = rounds(Some(held()));
    let address = WebUrl::parse(&format!("http://{closed}/")).unwrap();
    rounds.remote.source = Source::Url(address);
    (rounds.remote.plain, rounds.remote.max_stale) = (true, Duration::from_secs(7 * 86_400));
    let wanted = Arc::clone(&rounds.wanted);
    let keeper = tokio::spawn(rounds.run(watch::channel(false).0));
    sleep_until(Instant::now() + Duration::from_secs(86_400)).await;
    let before = told.lock().unwrap().len();
    assert!((240..=420).contains(&before), "{before} looks");
    {
        let told = told.lock().unwrap();
        assert!(told.iter().all(|event| event.starts_with("Failed")), "{told:?}");
        assert!(told[before - 1].contains(&format!("in_a_row: {before}")), "{:?}", told.last());
    }
    // Tokens with made-up key ids cause two fetches a minute at most.
    let asking = tokio::spawn(async move {
        loop {
            wanted.notify_one();
            sleep_until(Instant::now() + Duration::from_millis(100)).await;
        }
    });
    sleep_until(Instant::now() + Duration::from_secs(600)).await;
    asking.abort();
    keeper.abort();
    let looks = told.lock().unwrap().len() - before;
    assert!((18..=23).contains(&looks), "{looks} fetches in ten minutes");
}

#[tokio::test]
async fn a_panic_leaves_no_keys_behind() {
    let (rounds, told) = rounds(Some(held()));
    let broken = tokio::spawn(async move {
        let _rounds = rounds;
        panic!("a defect");
    });
    assert!(broken.await.unwrap_err().is_panic());
    assert_eq!(*told.lock().unwrap(), ["Panicked"]);
}

#[tokio::test]
async fn an_end_in_order_says_nothing() {
    let (rounds, told) = rounds(Some(held()));
    let keeper = tokio::spawn(rounds.run(watch::channel(false).0));
    keeper.abort();
    assert!(keeper.await.unwrap_err().is_cancelled());
    assert!(told.lock().unwrap().is_empty());
}
