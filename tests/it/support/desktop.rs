//! A desktop behind the gate: it writes down everything that reaches it, and shows the visitor.

use super::token::leak_in;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

/// A running desktop. It answers every request with 200 and the request as JSON (see [`Seen`]),
/// sets a cookie of its own, and echoes what comes through a WebSocket.
pub struct Desktop {
    /// Where it listens.
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    task: JoinHandle<()>,
}

/// A request as it reached a desktop: names as they came, order and repetition kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Method and target.
    pub line: String,
    /// Header lines.
    pub headers: Vec<(String, String)>,
}

impl Desktop {
    /// Opens a desktop that says `name` in its answers.
    pub async fn open(name: &'static str) -> Self {
        Self::open_on(name, IpAddr::V4(Ipv4Addr::LOCALHOST)).await
    }

    /// Opens a desktop on another address of this machine.
    pub async fn open_on(name: &'static str, address: IpAddr) -> Self {
        let listener = TcpListener::bind((address, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::default();
        let log = Arc::clone(&seen);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let log = Arc::clone(&log);
                tokio::spawn(async move { drop(serve(stream, name, &log).await) });
            }
        });
        Self { address, seen, task }
    }

    /// Everything that has reached it.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("no holder panics").clone()
    }

    /// The only request that has reached it.
    ///
    /// # Panics
    ///
    /// When there was none or more than one.
    pub fn only(&self) -> Seen {
        let mut seen = self.seen();
        assert_eq!(seen.len(), 1, "{seen:#?}");
        seen.pop().expect("just counted")
    }

    /// Forgets what it has seen.
    pub fn forget(&self) {
        self.seen.lock().expect("no holder panics").clear();
    }

    /// # Panics
    ///
    /// When anything has reached it.
    pub fn assert_untouched(&self, when: &str) {
        let seen = self.seen();
        assert!(seen.is_empty(), "{when}: reached the desktop: {seen:#?}");
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Seen {
    /// Every value of a header.
    pub fn all(&self, name: &str) -> Vec<&str> {
        let lines = self.headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
        lines.map(|(_, value)| value.as_str()).collect()
    }

    /// # Panics
    ///
    /// When any header shows a part of any token.
    pub fn assert_no_token(&self) {
        for (name, value) in &self.headers {
            assert_eq!(leak_in(value), None, "a token reached the desktop in {name}: {value}");
        }
    }

    fn to_json(&self, desktop: &str) -> Value {
        json!({ "desktop": desktop, "line": self.line, "headers": self.headers })
    }
}

async fn serve(stream: TcpStream, name: &str, log: &Mutex<Vec<Seen>>) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some(seen) = read(&mut stream).await? {
        log.lock().expect("no holder panics").push(seen.clone());
        if let [key] = seen.all("Sec-WebSocket-Key")[..]
            && seen.all("Upgrade") == ["websocket"]
        {
            let accept = derive_accept_key(key.as_bytes());
            let head = format!(
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                 Sec-WebSocket-Accept: {accept}\r\n\r\n"
            );
            stream.write_all(head.as_bytes()).await?;
            return echo(stream).await;
        }
        let more = if seen.line.contains(HOSTILE) { HOSTILE_HEADERS } else { "" };
        let body = seen.to_json(name).to_string();
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             Set-Cookie: desktop={name}; Path=/\r\n{more}\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await?;
        if !seen.line.starts_with("HEAD ") {
            stream.write_all(body.as_bytes()).await?;
        }
    }
    Ok(())
}

/// One request head; bodies are not read, because no test sends one.
async fn read(stream: &mut BufReader<TcpStream>) -> io::Result<Option<Seen>> {
    let mut lines = Vec::new();
    loop {
        let mut line = Vec::new();
        if stream.read_until(b'\n', &mut line).await? == 0 {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(line.trim_ascii_end()).into_owned();
        if line.is_empty() {
            break;
        }
        lines.push(line);
    }
    let mut lines = lines.into_iter();
    let line = lines.next().unwrap_or_default();
    let line = line.strip_suffix(" HTTP/1.1").unwrap_or(&line).to_owned();
    let split = |line: String| {
        let (name, value) = line.split_once(':').unwrap_or((&line, ""));
        (name.to_owned(), value.trim().to_owned())
    };
    Ok(Some(Seen { line, headers: lines.map(split).collect() }))
}

async fn echo(stream: BufReader<TcpStream>) -> io::Result<()> {
    let mut socket = WebSocketStream::from_raw_socket(stream, Role::Server, None).await;
    while let Some(Ok(message)) = socket.next().await {
        if (message.is_text() || message.is_binary()) && socket.send(message).await.is_err() {
            break;
        }
    }
    Ok(())
}

/// A path on which a desktop tells the browser what only the platform should.
pub const HOSTILE: &str = "/hostile";
const HOSTILE_HEADERS: &str = "Clear-Site-Data: \"cookies\"\r\nX-Frame-Options: ALLOWALL\r\n\
    Access-Control-Allow-Origin: *\r\nAccess-Control-Allow-Credentials: true\r\n\
    Content-Security-Policy: frame-ancestors *\r\nCross-Origin-Opener-Policy: unsafe-none\r\n";
