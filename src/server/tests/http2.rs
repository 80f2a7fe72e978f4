//! HTTP/2: the same limits and time-outs, with all of Traefik's requests on one connection.

use super::tls::Encrypted;
use super::*;
use h2::client::SendRequest;
use tokio_rustls::client::TlsStream;

/// A connection with a well-behaved client, and the task that ends with it.
async fn client(server: &Encrypted) -> (SendRequest<Bytes>, JoinHandle<Result<(), h2::Error>>) {
    let stream = server.connect(b"h2").await.unwrap();
    let (client, connection) = h2::client::handshake(stream).await.unwrap();
    (client, tokio::spawn(connection))
}

fn request(path: &str, cookies: usize) -> Request<()> {
    let mut request = Request::get(format!("https://gate{path}"));
    for number in 0..cookies {
        request = request.header(COOKIE, format!("c{number}={number}"));
    }
    request.body(()).unwrap()
}

async fn ask(
    client: &SendRequest<Bytes>,
    request: Request<()>,
) -> Result<Response<h2::RecvStream>, h2::Error> {
    let (answer, _) = client.clone().ready().await?.send_request(request, true)?;
    answer.await
}

#[tokio::test(start_paused = true)]
async fn many_requests_at_once() {
    let server = Encrypted::start(limits(), None);
    let (client, _) = client(&server).await;
    let mut answers = Vec::new();
    for number in 0..100 {
        let path = format!("/{number}");
        let mut client = client.clone().ready().await.unwrap();
        answers.push((path.clone(), client.send_request(request(&path, 3), true).unwrap().0));
    }
    for (path, answer) in answers {
        let answer = answer.await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["x-path"], path);
    }
    assert_eq!(
        server.running.count(r#"doorward_connections_accepted_total{listener="verify"}"#),
        1
    );
}

/// Traefik sends each cookie as a field of its own.
#[tokio::test(start_paused = true)]
async fn many_small_cookies_arrive() {
    let server = Encrypted::start(limits(), None);
    let (client, _) = client(&server).await;
    for count in [200, 1_000] {
        let answer = ask(&client, request("/a", count)).await.unwrap();
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["x-cookies"]),
            (200, &count.into())
        );
    }
}

#[tokio::test(start_paused = true)]
async fn too_much_is_not_answered_with_2xx() {
    let server = Encrypted::start(limits(), None);
    let value = "v".repeat(1024);
    for kib in [50, 75, 1_000, 2_500] {
        let (client, _) = client(&server).await;
        let mut large = Request::get("https://gate/a");
        for number in 0..kib {
            large = large.header(format!("x-{number}"), &value);
        }
        let outcome = ask(&client, large.body(()).unwrap()).await;
        let status = outcome.map_or(0, |answer| answer.status().as_u16());
        assert_eq!(status == 200, kib < 60, "{kib} KiB: {status}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_a_500_and_nothing_more() {
    let server = Encrypted::start(limits(), None);
    let (client, _) = client(&server).await;
    assert_eq!(ask(&client, request("/panic", 0)).await.unwrap().status(), 500);
    assert_eq!(ask(&client, request("/a", 0)).await.unwrap().status(), 200);
    assert_eq!(server.running.count(r#"doorward_panics_total{listener="verify"}"#), 1);
}

#[tokio::test(start_paused = true)]
async fn answers_with_a_body_are_whole() {
    let server = Encrypted::start(limits(), None);
    let (client, _) = client(&server).await;
    let mut body = ask(&client, request("/size/8192", 0)).await.unwrap().into_body();
    let mut length = 0;
    while let Some(piece) = body.data().await {
        length += piece.unwrap().len();
    }
    assert_eq!(length, 8192);
}

#[tokio::test(start_paused = true)]
async fn bodies_are_ignored() {
    let server = Encrypted::start(limits(), None);
    let (client, _) = client(&server).await;
    let mut client = client.ready().await.unwrap();
    let (answer, mut body) = client.send_request(request("/a", 0), false).unwrap();
    body.reserve_capacity(100_000);
    let _sent = body.send_data(Bytes::from(vec![b'x'; 10_000]), false);
    assert_eq!(answer.await.unwrap().status(), 200);
    assert_eq!(ask(&client, request("/b", 0)).await.unwrap().headers()["x-path"], "/b");
}

/// An answer for which the peer opens no window is dropped; the connection stays open.
#[tokio::test(start_paused = true)]
async fn a_response_that_the_client_does_not_read_is_reset() {
    let server = Encrypted::start(limits(), None);
    let stream = server.connect(b"h2").await.unwrap();
    let (client, connection) =
        h2::client::Builder::new().initial_window_size(0).handshake(stream).await.unwrap();
    let _connection = tokio::spawn(connection);
    let began = Instant::now();
    let mut body = ask(&client, request("/size/100", 0)).await.unwrap().into_body();
    let end = body.data().await.unwrap();
    assert!(end.is_err(), "{end:?}");
    assert!((9..=12).contains(&seconds(began)), "{} s", seconds(began));
    assert_eq!(ask(&client, request("/a", 0)).await.unwrap().status(), 200);
    let stalled = r#"doorward_connections_timed_out_total{listener="verify",cause="answer"}"#;
    assert_eq!(server.running.count(stalled), 1);
}

#[tokio::test(start_paused = true)]
async fn an_old_connection_says_goaway_and_finishes() {
    let server = Encrypted::start(limits(), None);
    let (client, connection) = client(&server).await;
    let began = Instant::now();
    while !connection.is_finished() {
        match ask(&client, request("/a", 0)).await {
            Ok(answer) => assert_eq!(answer.status(), 200),
            // The client knows that it must not use this connection any more: no request was lost.
            Err(error) => assert!(
                error.is_go_away() && error.reason() == Some(h2::Reason::NO_ERROR),
                "{error}"
            ),
        }
        assert!(seconds(began) <= 335, "never renewed");
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
    assert!((270..=341).contains(&seconds(began)), "{} s", seconds(began));
    connection.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn ends_in_order() {
    let server = Encrypted::start(limits(), None);
    let (client, connection) = client(&server).await;
    assert_eq!(ask(&client, request("/a", 0)).await.unwrap().status(), 200);
    let began = Instant::now();
    server.running.trigger.drain();
    connection.await.unwrap().unwrap();
    server.running.task.await.unwrap();
    assert!(seconds(began) < 9, "there was nothing to wait for");
}

/// The preface and an empty SETTINGS, as raw bytes.
const OPENING: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

/// A connection on which the test writes frames itself.
async fn raw(server: &Encrypted) -> TlsStream<TcpStream> {
    let mut stream = server.connect(b"h2").await.unwrap();
    stream.write_all(OPENING).await.unwrap();
    stream.flush().await.unwrap();
    stream
}

/// The value of a setting in the server's first frame, which is SETTINGS (RFC 9113 section 6.5.1).
async fn announced(server: &Encrypted, setting: u16) -> Option<u32> {
    let mut stream = raw(server).await;
    let mut head = [0; 9];
    stream.read_exact(&mut head).await.unwrap();
    assert_eq!(head[3], 4, "SETTINGS");
    let mut settings = vec![0; usize::from(u16::from_be_bytes([head[1], head[2]]))];
    stream.read_exact(&mut settings).await.unwrap();
    let mut settings = settings.chunks_exact(6);
    let found = settings.find(|one| u16::from_be_bytes([one[0], one[1]]) == setting)?;
    Some(u32::from_be_bytes([found[2], found[3], found[4], found[5]]))
}

#[tokio::test(start_paused = true)]
async fn no_announced_header_list_can_end_the_connection() {
    for (header_bytes, headers, expected) in
        [(8 * 1024, 16, 8 * 1024 + 16 * 32), (60 * 1024, 128, 65_535), (1024 * 1024, 1_024, 65_535)]
    {
        let server = Encrypted::start(Limits { header_bytes, headers, ..limits() }, None);
        assert_eq!(announced(&server, MAX_HEADER_LIST_SIZE).await, Some(expected));
        assert_eq!(announced(&server, MAX_CONCURRENT_STREAMS).await, Some(100));
    }
}

/// RFC 9113 section 6.5.2.
const MAX_CONCURRENT_STREAMS: u16 = 3;
const MAX_HEADER_LIST_SIZE: u16 = 6;

/// Repeats `drip` every two seconds until the server ends the connection, and returns when it did.
async fn drip(stream: TlsStream<TcpStream>, first: &[u8], drip: &[u8]) -> u64 {
    let (mut read, mut write) = tokio::io::split(stream);
    let began = Instant::now();
    write.write_all(first).await.unwrap();
    write.flush().await.unwrap();
    let dripping = async {
        loop {
            tokio::time::sleep(Duration::from_secs(2)).await;
            if write.write_all(drip).await.is_err() || write.flush().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    };
    tokio::select! {
        () = dripping => {}
        _ = rest(&mut read) => {}
    }
    seconds(began)
}

#[tokio::test(start_paused = true)]
async fn slow_requests_time_out() {
    const PING: &[u8] = b"\0\0\x08\x06\0\0\0\0\0pingpong";
    // HEADERS and CONTINUATION on stream 1 without END_HEADERS; the fragment is `:method: GET`.
    const OPEN: &[u8] = b"\0\0\x01\x01\x01\0\0\0\x01\x82";
    const NEXT: &[u8] = b"\0\0\0\x09\0\0\0\0\x01";
    type Row<'a> = (&'a str, &'a [u8], &'a [u8], std::ops::RangeInclusive<u64>);
    let rows: &[Row<'_>] = &[
        ("open_head", OPEN, b"", 10..=12),
        ("half_frame", &PING[..7], b"", 10..=12),
        ("half_payload_drips", b"\0\0\x40\x01\x05\0\0\0\x01", b"x", 10..=12),
        // The `h2` crate counts these and may be faster than the time-out.
        ("continuation_drips", OPEN, NEXT, 0..=12),
        // PING frames without a request: the connection ends as an idle one.
        ("pings", PING, PING, 120..=122),
        ("silence", b"", b"", 120..=122),
    ];
    for (name, first, next, expected) in rows {
        let server = Encrypted::start(limits(), None);
        let ended = drip(raw(&server).await, first, next).await;
        assert!(expected.contains(&ended), "{name}: {ended} s");
    }
}

#[tokio::test(start_paused = true)]
async fn an_idle_connection_may_wait_longer_than_a_head() {
    let server = Encrypted::start(limits(), None);
    let (client, _) = client(&server).await;
    for _ in 0..3 {
        assert_eq!(ask(&client, request("/a", 0)).await.unwrap().status(), 200);
        tokio::time::sleep(Duration::from_secs(85)).await;
    }
}
