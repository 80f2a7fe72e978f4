//! Time-outs, connection age and the connection limit, over HTTP/1.1.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_slow_request_head_times_out() {
    let server = Running::start(limits(), None);
    for used in [false, true] {
        let mut stream = server.connect().await;
        if used {
            assert!(exchange(&mut stream, GET).await.starts_with("HTTP/1.1 200"));
            tokio::time::sleep(Duration::from_secs(60)).await;
        }
        let began = Instant::now();
        stream.write_all(b"GET / HTTP/1.1\r\nX: ").await.unwrap();
        let (mut read, mut write) = stream.split();
        let drip = async {
            loop {
                tokio::time::sleep(Duration::from_secs(2)).await;
                if write.write_all(b"x").await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        };
        tokio::select! {
            () = drip => {}
            answer = rest(&mut read) => assert_eq!(answer, "", "no answer to half a request"),
        }
        assert!((10..=12).contains(&seconds(began)), "{} s", seconds(began));
    }
    let cut = r#"doorward_connections_timed_out_total{listener="verify",cause="head"}"#;
    assert_eq!(server.count(cut), 2);
}

#[tokio::test(start_paused = true)]
async fn an_idle_connection_may_wait_longer_than_a_head() {
    let server = Running::start(limits(), None);
    let mut stream = server.connect().await;
    for _ in 0..2 {
        assert!(exchange(&mut stream, GET).await.starts_with("HTTP/1.1 200"));
        tokio::time::sleep(Duration::from_secs(95)).await;
    }
    assert!(exchange(&mut stream, GET).await.starts_with("HTTP/1.1 200"));
    let began = Instant::now();
    assert_eq!(rest(&mut stream).await, "");
    assert!((120..=122).contains(&seconds(began)), "{} s", seconds(began));
    let cut = r#"doorward_connections_timed_out_total{listener="verify",cause="idle"}"#;
    assert_eq!(server.count(cut), 1);
}

/// Go opens connections ahead of need and keeps them; closing those early would race with their
/// first request.
#[tokio::test(start_paused = true)]
async fn an_idle_connection_may_wait_before_its_first_request() {
    let server = Running::start(limits(), None);
    let mut stream = server.connect().await;
    tokio::time::sleep(Duration::from_secs(95)).await;
    assert!(exchange(&mut stream, GET).await.starts_with("HTTP/1.1 200"));
    let mut silent = server.connect().await;
    let began = Instant::now();
    assert_eq!(rest(&mut silent).await, "");
    assert!((120..=122).contains(&seconds(began)), "{} s", seconds(began));
}

#[tokio::test(start_paused = true)]
async fn an_old_connection_says_so_with_an_answer() {
    let server = Running::start(limits(), None);
    let mut stream = server.connect().await;
    let began = Instant::now();
    loop {
        let answer = exchange(&mut stream, GET).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "at {} s: {answer}", seconds(began));
        if answer.contains("connection: close\r\n") {
            break;
        }
        assert!(seconds(began) <= 335, "never renewed");
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
    assert!((270..=336).contains(&seconds(began)), "{} s", seconds(began));
    assert_eq!(rest(&mut stream).await, "");
    assert_eq!(server.count(r#"doorward_connections_renewed_total{listener="verify"}"#), 1);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_read_the_response_is_disconnected() {
    let server = Running::start(limits(), None);
    let mut stream = server.connect().await;
    // More than any socket buffer holds.
    stream.write_all(b"GET /size/64000000 HTTP/1.1\r\nHost: gate\r\n\r\n").await.unwrap();
    let stalled = r#"doorward_connections_timed_out_total{listener="verify",cause="answer"}"#;
    tokio::time::sleep(Duration::from_secs(9)).await;
    assert_eq!(server.count(stalled), 0);
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(server.count(stalled), 1);
    assert!(rest(&mut stream).await.len() < 64_000_000);
    assert_eq!(server.count(r#"doorward_connections{listener="verify"}"#), 0);
}

#[tokio::test(start_paused = true)]
async fn one_too_many_waits_for_room() {
    let server = Running::start(Limits { connections: 2, ..limits() }, None);
    let mut first = server.connect().await;
    let mut second = server.connect().await;
    assert!(exchange(&mut first, GET).await.starts_with("HTTP/1.1 200"));
    assert!(exchange(&mut second, GET).await.starts_with("HTTP/1.1 200"));

    let mut third = server.connect().await;
    third.write_all(GET).await.unwrap();
    let early = tokio::time::timeout(Duration::from_secs(5), answer(&mut third)).await;
    assert!(early.is_err(), "{early:?}");
    assert_eq!(server.count(r#"doorward_connections{listener="verify"}"#), 2);
    assert!(server.count(r#"doorward_connections_deferred_total{listener="verify"}"#) >= 1);
    drop(first);
    assert!(answer(&mut third).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test(start_paused = true)]
async fn an_idle_connection_is_closed_when_no_more_are_admitted() {
    let server = Running::start(Limits { connections: 2, ..limits() }, None);
    let mut silent = [server.connect().await, server.connect().await];
    let mut third = server.connect().await;
    let began = Instant::now();
    assert!(exchange(&mut third, GET).await.starts_with("HTTP/1.1 200"));
    assert!((9..=12).contains(&seconds(began)), "{} s", seconds(began));
    assert_eq!(rest(&mut silent[0]).await, "");
}
