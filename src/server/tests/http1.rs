//! HTTP/1.1: which requests are answered, and how.

use super::*;

#[tokio::test(start_paused = true)]
async fn keeps_the_connection() {
    let server = Running::start(limits(), None);
    let mut stream = server.connect().await;
    for _ in 0..5 {
        let answer = exchange(&mut stream, GET).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(answer.contains("x-path: /a\r\n"), "{answer}");
    }
    assert_eq!(server.count(r#"doorward_connections_accepted_total{listener="verify"}"#), 1);
}

#[tokio::test(start_paused = true)]
async fn sends_answers_without_delay() {
    let server = Running::start(limits(), None);
    let _client = server.connect().await;
    let listener = bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let _other = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (accepted, _) = listener.accept().await.unwrap();
    // On Linux accepted sockets inherit the option; `Acceptor` relies on it.
    assert!(accepted.nodelay().unwrap() || !cfg!(target_os = "linux"));
}

#[tokio::test(start_paused = true)]
async fn pipelined_requests_are_answered_in_order() {
    let server = Running::start(limits(), None);
    let mut stream = server.connect().await;
    let requests: Vec<String> =
        (0..40).map(|number| format!("GET /{number} HTTP/1.1\r\nHost: gate\r\n\r\n")).collect();
    stream.write_all(requests.concat().as_bytes()).await.unwrap();
    for number in 0..40 {
        let answer = answer(&mut stream).await;
        assert!(answer.contains(&format!("x-path: /{number}\r\n")), "{number}: {answer}");
    }
}

/// An answer that needs the body waits for it, and the connection stays open.
#[tokio::test]
async fn an_answer_may_wait_for_the_body() {
    let server = Running::start(limits(), None);
    let mut stream = server.connect().await;
    let head = b"POST /body HTTP/1.1\r\nHost: gate\r\nContent-Length: 6\r\n\r\nabc";
    for _ in 0..3 {
        stream.write_all(head).await.unwrap();
        let early = tokio::time::timeout(Duration::from_millis(50), stream.read_u8()).await;
        assert!(early.is_err(), "answered before the body was there");
        let answered = exchange(&mut stream, b"def").await;
        assert!(answered.contains("x-body: 6\r\n"), "{answered}");
        let answered = exchange(&mut stream, GET).await;
        assert!(answered.contains("x-path: /a\r\n"), "{answered}");
    }
}

/// A body that never ends is abandoned, by whichever time-out comes first.
#[tokio::test(start_paused = true)]
async fn a_missing_body_times_out() {
    let server = Running::start(limits(), None);
    let mut stream = server.connect().await;
    let began = Instant::now();
    stream
        .write_all(b"POST /body HTTP/1.1\r\nHost: gate\r\nContent-Length: 6\r\n\r\nabc")
        .await
        .unwrap();
    let answer = rest(&mut stream).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(seconds(began) < 15, "{}", seconds(began));
}

#[tokio::test(start_paused = true)]
async fn a_panic_while_waiting_is_a_failure_of_one_request() {
    let server = Running::start(limits(), None);
    let mut stream = server.connect().await;
    let answer = exchange(
        &mut stream,
        b"POST /body/panic HTTP/1.1\r\nHost: gate\r\nContent-Length: 0\r\n\r\n",
    )
    .await;
    assert!(answer.starts_with("HTTP/1.1 500 "), "{answer}");
    assert_eq!(server.count(r#"doorward_panics_total{listener="verify"}"#), 1);
    assert!(exchange(&mut server.connect().await, GET).await.starts_with("HTTP/1.1 200 "));
}

/// Only a whole request may be answered with 2xx, and no request may leave the connection hanging.
#[tokio::test(start_paused = true)]
async fn odd_requests() {
    let server = Running::start(limits(), None);
    for (name, request, expected) in odd() {
        let mut stream = server.connect().await;
        // A request that is too long may be refused while it is still being sent.
        let _sent = stream.write_all(request.as_bytes()).await;
        let began = Instant::now();
        let answer = rest(&mut stream).await;
        assert!(answer.starts_with(expected), "{name}: {answer}");
        assert!(answer.len() >= 12 || expected.is_empty(), "{name}");
        assert!(expected.is_empty() <= answer.is_empty(), "{name}: {answer}");
        assert!(seconds(began) < 9, "{name} was ended by a time-out");
    }
}

/// Each row is one connection: its name, the bytes sent, and how the answer begins.
fn odd() -> Vec<(&'static str, String, &'static str)> {
    let many = |count: usize, line: &str| {
        format!("GET /a HTTP/1.1\r\nHost: gate\r\n{}Connection: close\r\n\r\n", line.repeat(count))
    };
    vec![
        ("http_1_0", "GET /a HTTP/1.0\r\n\r\n".into(), "HTTP/1.0 200"),
        ("garbage", "\u{1}\u{2}\u{3}\u{4}\r\n\r\n".into(), "HTTP/1.1 400"),
        ("tls_hello_in_the_clear", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}".into(), "HTTP/1.1 400"),
        ("http_0_9", "GET /\r\n\r\n".into(), "HTTP/1.1 400"),
        ("http_3_0", "GET / HTTP/3.0\r\n\r\n".into(), "HTTP/1.1 400"),
        ("space_before_colon", "GET / HTTP/1.1\r\nHost : gate\r\n\r\n".into(), "HTTP/1.1 400"),
        ("folded_line", "GET / HTTP/1.1\r\nA: b\r\n c: d\r\n\r\n".into(), "HTTP/1.1 400"),
        ("bare_cr", "GET / HTTP/1.1\r\nA: b\rc: d\r\n\r\n".into(), "HTTP/1.1 400"),
        ("zero_byte", "GET / HTTP/1.1\r\nA: b\u{0}c\r\n\r\n".into(), "HTTP/1.1 400"),
        (
            "two_lengths",
            "GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab".into(),
            "HTTP/1.1 400",
        ),
        (
            "coding_not_chunked",
            "GET / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n".into(),
            "HTTP/1.1 400",
        ),
        ("http2_without_tls", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".into(), ""),
        (
            "upgrade_to_http2_is_not_taken",
            "GET /a HTTP/1.1\r\nHost: gate\r\nConnection: Upgrade, HTTP2-Settings, close\r\n\
             Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n"
                .into(),
            "HTTP/1.1 200",
        ),
        ("many_cookie_lines", many(200, "Cookie: a=b\r\n"), "HTTP/1.1 200"),
        ("as_many_lines_as_fit", many(128 + 1024 - 2, "A: b\r\n"), "HTTP/1.1 200"),
        ("one_line_more", many(128 + 1024 - 1, "A: b\r\n"), "HTTP/1.1 431"),
        ("long_line", many(1, &format!("A: {}\r\n", "b".repeat(1 << 20))), "HTTP/1.1 200"),
        ("too_long_line", many(1, &format!("A: {}\r\n", "b".repeat(1_200_000))), "HTTP/1.1 431"),
        ("long_path", format!("GET /{} HTTP/1.1\r\n\r\n", "p".repeat(66_000)), "HTTP/1.1 414"),
    ]
}

/// Traefik hangs on a 1xx, and it forwards the client's `Expect`.
#[tokio::test(start_paused = true)]
async fn expect_continue_is_not_continued() {
    let server = Running::start(limits(), None);
    for body in ["Content-Length: 5", "Transfer-Encoding: chunked"] {
        let mut stream = server.connect().await;
        let request = format!("POST /a HTTP/1.1\r\nExpect: 100-continue\r\n{body}\r\n\r\n");
        let began = Instant::now();
        let answer = exchange(&mut stream, request.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{body}: {answer}");
        assert!(seconds(began) < 9, "{body}");
    }
    let mut stream = server.connect().await;
    let request = b"GET /a HTTP/1.1\r\nExpect: 100-continue\r\n\r\n";
    for _ in 0..2 {
        assert!(exchange(&mut stream, request).await.starts_with("HTTP/1.1 200"));
    }
}

/// A body is never read, and its content is not taken for the next request.
#[tokio::test(start_paused = true)]
async fn bodies_are_ignored() {
    let smuggled = "GET /smuggled HTTP/1.1\r\n\r\n";
    let server = Running::start(limits(), None);
    for length in [smuggled.len(), 1_000_000] {
        let mut stream = server.connect().await;
        let request = format!("POST /a HTTP/1.1\r\nContent-Length: {length}\r\n\r\n{smuggled}");
        let first = exchange(&mut stream, request.as_bytes()).await;
        assert!(first.starts_with("HTTP/1.1 200") && first.contains("x-path: /a\r\n"), "{first}");
        let _sent = stream.write_all(GET).await;
        let second = answer(&mut stream).await;
        assert!(!second.contains("/smuggled"), "{length}: {second}");
        assert_eq!(second.contains("x-path: /a\r\n"), length == smuggled.len(), "{second}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_a_500_and_nothing_more() {
    let server = Running::start(limits(), None);
    let mut stream = server.connect().await;
    let request = b"GET /panic HTTP/1.1\r\nHost: gate\r\n\r\n";
    for _ in 0..2 {
        let answer = exchange(&mut stream, request).await;
        assert!(answer.starts_with("HTTP/1.1 500"), "{answer}");
        assert!(answer.contains("cache-control: no-store\r\n"), "{answer}");
    }
    assert!(exchange(&mut stream, GET).await.starts_with("HTTP/1.1 200"));
    assert_eq!(server.count(r#"doorward_panics_total{listener="verify"}"#), 2);
}

#[tokio::test(start_paused = true)]
async fn ends_in_order() {
    let server = Running::start(limits(), None);
    let mut resting = server.connect().await;
    assert!(exchange(&mut resting, GET).await.starts_with("HTTP/1.1 200"));
    let mut halfway = server.connect().await;
    let (first, second) = GET.split_at(10);
    halfway.write_all(first).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    // In the kernel's queue or just accepted when the shutdown begins.
    let mut newcomer = server.connect().await;
    newcomer.write_all(GET).await.unwrap();

    let began = Instant::now();
    server.trigger.drain();
    assert_eq!(rest(&mut resting).await, "", "no request was sent");
    let answer = rest(&mut newcomer).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    halfway.write_all(second).await.unwrap();
    let answer = rest(&mut halfway).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("connection: close\r\n"), "{answer}");
    server.task.await.unwrap();
    assert!(seconds(began) < 9, "there was nothing to wait for");
    assert!(TcpStream::connect(server.address).await.is_err(), "the listener is closed");
}

#[tokio::test(start_paused = true)]
async fn does_not_wait_for_ever() {
    for stop in [false, true] {
        let limits = Limits { header_timeout: Duration::from_secs(60), ..limits() };
        let server = Running::start(limits, None);
        let mut stream = server.connect().await;
        stream.write_all(&GET[..10]).await.unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
        let began = Instant::now();
        server.trigger.drain();
        tokio::time::sleep(Duration::from_secs(2)).await;
        if stop {
            server.trigger.stop();
        }
        server.task.await.unwrap();
        assert_eq!(seconds(began), if stop { 2 } else { 10 });
        assert_eq!(rest(&mut stream).await, "");
    }
}
