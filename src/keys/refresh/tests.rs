//! When a fetch is due, on a clock that the test advances.

use super::super::fetch::Source;
use super::*;
use crate::token::UnixTime;
use crate::url::WebUrl;
use bytes::Bytes;
use std::sync::Mutex;

type Events = Arc<Mutex<Vec<String>>>;

fn task(cached: Option<CachedKeySet>) -> (RefreshTask<impl Fn(RefreshEvent) + Send>, Events) {
    let events = Events::default();
    let sink = Arc::clone(&events);
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
    let requested = Arc::new(Notify::new());
    (RefreshTask { remote, cached, store: None, requested, report, last_lookup: None }, events)
}

fn cached() -> CachedKeySet {
    CachedKeySet { fetched_at: now(), body: Bytes::new() }
}

/// How many seconds a rest of `pause` takes, with an unknown key at each of these seconds.
async fn rest<R: Fn(RefreshEvent) + Send>(
    task: &mut RefreshTask<R>,
    pause: u64,
    unknown: &[u64],
) -> u64 {
    let start = Instant::now();
    let requested = Arc::clone(&task.requested);
    let unknown = unknown.to_vec();
    let tokens = tokio::spawn(async move {
        for second in unknown {
            sleep_until(start + Duration::from_secs(second)).await;
            // However many there are.
            (0..200).for_each(|_| requested.notify_one());
            tokio::task::yield_now().await;
        }
    });
    task.rest(Duration::from_secs(pause)).await;
    tokens.abort();
    (Instant::now() - start).as_secs()
}

#[tokio::test(start_paused = true)]
async fn an_unknown_key_id_causes_a_fetch_at_once_and_then_waits() {
    let (mut task, _) = task(Some(cached()));
    assert_eq!(rest(&mut task, 300, &[]).await, 300, "no unknown key");
    assert_eq!(rest(&mut task, 300, &[7]).await, 7);
    assert_eq!(rest(&mut task, 300, &[1]).await, 30, "30 s after the previous one");
    assert_eq!(rest(&mut task, 300, &[0]).await, 30);
    assert_eq!(rest(&mut task, 300, &[45]).await, 45, "the pause is over");
    assert_eq!(rest(&mut task, 5, &[1, 2, 3, 4]).await, 5, "due anyway");
}

#[tokio::test(start_paused = true)]
async fn keys_expire_once_and_fetching_continues() {
    let (mut task, events) = task(Some(cached()));
    assert_eq!(rest(&mut task, 900, &[]).await, 900);
    assert!(events.lock().unwrap().is_empty(), "not yet");
    // Ages are measured on the system clock, which the test does not advance: so the keys are made
    // older.
    task.cached = Some(CachedKeySet { fetched_at: UnixTime(now().0 - 900), ..cached() });
    assert_eq!(rest(&mut task, 300, &[]).await, 300);
    assert_eq!(*events.lock().unwrap(), ["Expired"]);
    assert_eq!(task.cached, None);
    assert_eq!(rest(&mut task, 300, &[]).await, 300);
    assert_eq!(events.lock().unwrap().len(), 1);
}

/// The issuer is down for a day: the gate fetches every five minutes, reports each failure, and
/// keeps its keys.
#[tokio::test(start_paused = true)]
async fn a_day_without_the_issuer_changes_nothing() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (mut task, events) = task(Some(cached()));
    let address = WebUrl::parse(&format!("http://{closed}/")).unwrap();
    task.remote.source = Source::Url(address);
    (task.remote.plain, task.remote.max_stale) = (true, Duration::from_secs(7 * 86_400));
    let requested = Arc::clone(&task.requested);
    let keeper = tokio::spawn(task.run(watch::channel(false).0));
    sleep_until(Instant::now() + Duration::from_secs(86_400)).await;
    let before = events.lock().unwrap().len();
    assert!((240..=420).contains(&before), "{before} looks");
    {
        let events = events.lock().unwrap();
        assert!(events.iter().all(|event| event.starts_with("Failed")), "{events:?}");
        assert!(events[before - 1].contains(&format!("in_a_row: {before}")), "{:?}", events.last());
    }
    // Tokens with made-up key ids cause two fetches a minute at most.
    let asking = tokio::spawn(async move {
        loop {
            requested.notify_one();
            sleep_until(Instant::now() + Duration::from_millis(100)).await;
        }
    });
    sleep_until(Instant::now() + Duration::from_secs(600)).await;
    asking.abort();
    keeper.abort();
    let looks = events.lock().unwrap().len() - before;
    assert!((18..=23).contains(&looks), "{looks} fetches in ten minutes");
}

#[tokio::test]
async fn a_panic_leaves_no_keys_behind() {
    let (task, events) = task(Some(cached()));
    let broken = tokio::spawn(async move {
        let _rounds = task;
        panic!("a defect");
    });
    assert!(broken.await.unwrap_err().is_panic());
    assert_eq!(*events.lock().unwrap(), ["Panicked"]);
}

#[tokio::test]
async fn an_orderly_end_is_not_reported() {
    let (task, events) = task(Some(cached()));
    let keeper = tokio::spawn(task.run(watch::channel(false).0));
    keeper.abort();
    assert!(keeper.await.unwrap_err().is_cancelled());
    assert!(events.lock().unwrap().is_empty());
}
