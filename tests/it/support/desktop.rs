//! A desktop behind the gate: it writes down everything that reaches it, and shows the visitor.

use super::token::leak_in;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
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

    /// Opens a desktop that accepts every request from the gate, as many do: every page may read its
    /// responses, which have the requested kind (see [`ResponseStyle::Careless`]).
    pub async fn open_careless(name: &'static str) -> Self {
        Self::open_with(name, IpAddr::V4(Ipv4Addr::LOCALHOST), ResponseStyle::Careless).await
    }

    /// Opens a desktop on another address of this machine.
    pub async fn open_on(name: &'static str, address: IpAddr) -> Self {
        Self::open_with(name, address, ResponseStyle::Plain).await
    }

    async fn open_with(name: &'static str, address: IpAddr, style: ResponseStyle) -> Self {
        let listener = TcpListener::bind((address, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::default();
        let log = Arc::clone(&seen);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let log = Arc::clone(&log);
                tokio::spawn(async move { drop(serve(stream, name, style, &log).await) });
            }
        });
        Self { address, seen, task }
    }

    /// Everything that has reached it.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("no holder panics").clone()
    }

    /// Whether such a request has reached it: for those who ask again and again.
    pub fn has_seen(&self, such: impl Fn(&Seen) -> bool) -> bool {
        self.seen.lock().expect("no holder panics").iter().any(such)
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

/// How a desktop answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ResponseStyle {
    /// The request as JSON.
    Plain,
    /// A page, script, image or another kind that `Sec-Fetch-Dest` names, which holds [`secret_of`], with
    /// every permission that CORS knows.
    Careless,
}

/// What a page can only have read on the desktop of this name.
pub fn secret_of(name: &str) -> String {
    format!("desktop-of-{name}")
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

async fn serve(
    stream: TcpStream,
    name: &str,
    style: ResponseStyle,
    log: &Mutex<Vec<Seen>>,
) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some(seen) = Seen::read(&mut stream).await? {
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
        let (kind, body, more) = match style {
            ResponseStyle::Plain => {
                ("application/json", seen.to_json(name).to_string(), more.to_owned())
            }
            ResponseStyle::Careless => careless(&seen, name),
        };
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\
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

/// What a careless desktop answers: kind, body and further headers.
fn careless(seen: &Seen, name: &str) -> (&'static str, String, String) {
    let once = |header| seen.all(header).first().copied().unwrap_or_default().to_owned();
    let origin = once("Origin");
    let more = format!(
        "Access-Control-Allow-Origin: {}\r\nAccess-Control-Allow-Credentials: true\r\n\
         Access-Control-Allow-Headers: x-knock\r\nAccess-Control-Allow-Methods: PUT\r\n\
         Cache-Control: no-store\r\n",
        if origin.is_empty() { "*" } else { &origin }
    );
    let secret = secret_of(name);
    let (kind, body) = match once("Sec-Fetch-Dest").as_str() {
        "serviceworker" if seen.line.starts_with("GET /service-worker?") => {
            ("text/javascript", SERVICE_WORKER.to_owned())
        }
        "script" | "worker" | "sharedworker" | "serviceworker" => {
            let tell = "if (!globalThis.document) globalThis.postMessage?.(secret)";
            ("text/javascript", format!("globalThis.secret = '{secret}'; {tell}"))
        }
        "style" => ("text/css", format!("body {{ --secret: {secret} }}")),
        "image" => {
            let size = "xmlns='http://www.w3.org/2000/svg' width='9' height='9'";
            ("image/svg+xml", format!("<svg {size}><desc>{secret}</desc></svg>"))
        }
        "empty" if once("Accept") == "text/event-stream" => {
            ("text/event-stream", format!("data: {secret}\n\n"))
        }
        "empty" => ("application/json", json!({ "secret": secret }).to_string()),
        _ => {
            let icon = "<link rel=icon href='data:,'>";
            ("text/html", format!("<!doctype html>{icon}<title>{name}</title><p>{secret}</p>"))
        }
    };
    (kind, body, more)
}

impl Seen {
    /// The next request on a connection; its body is thrown away.
    pub async fn read(stream: &mut BufReader<TcpStream>) -> io::Result<Option<Self>> {
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
        let seen = Self { line, headers: lines.map(split).collect() };
        let length = seen.all("Content-Length").first().and_then(|length| length.parse().ok());
        let mut body = stream.take(length.unwrap_or(0));
        tokio::io::copy(&mut body, &mut tokio::io::sink()).await?;
        Ok(Some(seen))
    }
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

/// The service worker of a careless desktop's own application.
const SERVICE_WORKER: &str = include_str!("../browsers/service_worker.js");
/// A path on which a desktop tells the browser what only the platform should.
pub const HOSTILE: &str = "/hostile";
const HOSTILE_HEADERS: &str = "Clear-Site-Data: \"cookies\"\r\nX-Frame-Options: ALLOWALL\r\n\
    Access-Control-Allow-Origin: *\r\nAccess-Control-Allow-Credentials: true\r\n\
    Content-Security-Policy: frame-ancestors *\r\nCross-Origin-Opener-Policy: unsafe-none\r\n";
