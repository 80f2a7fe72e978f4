//! A minimal sign-in page on another site: the portal's side of the hand-off.

use crate::support::desktop::Seen;
use crate::support::portal::{Portal, now};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A running sign-in page.
pub struct SignInPage {
    /// The address of its listener.
    pub address: SocketAddr,
    desk: Arc<Desk>,
    task: JoinHandle<()>,
}

/// The user who signs in, and the lifetime of their session.
struct Desk {
    portal: Arc<Portal>,
    /// The user who is signed in at the page; `None`: the page shows a form.
    user: Mutex<Option<String>>,
    /// The lifetime of a session in seconds; 0: the gate's default.
    life: AtomicU64,
    count: AtomicU64,
}

impl SignInPage {
    /// Opens the page of this portal.
    pub async fn open(portal: Arc<Portal>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let desk = Arc::new(Desk {
            portal,
            user: Mutex::new(None),
            life: AtomicU64::new(0),
            count: AtomicU64::new(0),
        });
        let own = Arc::clone(&desk);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let desk = Arc::clone(&own);
                tokio::spawn(async move { drop(serve(stream, &desk).await) });
            }
        });
        Self { address, desk, task }
    }

    /// Signs this user in at the page; `None`: the page shows its form again.
    pub fn knows(&self, user: Option<&str>) {
        *self.desk.user.lock().expect("no holder panics") = user.map(str::to_owned);
    }

    /// Sets the lifetime of new sessions.
    pub fn sessions_live(&self, seconds: u64) {
        self.desk.life.store(seconds, Ordering::Relaxed);
    }
}

impl Drop for SignInPage {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(stream: TcpStream, desk: &Desk) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some(seen) = Seen::read(&mut stream).await? {
        let target = seen.line.split(' ').nth(1).unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let value = |name: &str| {
            let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.filter(|(other, _)| *other == name).map(|(_, value)| value).next()
        };
        let known = desk.user.lock().expect("no holder panics").clone();
        let user = value("as").map(str::to_owned).or(known);
        let (status, header, body) = match (path, value("rd"), value("st"), user) {
            ("/start", Some(back), Some(st), Some(user)) => {
                ("303", format!("Location: {}\r\n", desk.entry(back, st, &user)), String::new())
            }
            ("/start", Some(_), Some(_), None) => {
                let link = |user| format!("<a id={user} href='{target}&as={user}'>{user}</a> ");
                (
                    "200",
                    String::new(),
                    format!("<h1>Who are you?</h1>{}{}", link("alice"), link("bob")),
                )
            }
            ("/bye", ..) => ("200", String::new(), "<h1>Good-bye</h1>".to_owned()),
            _ => ("404", String::new(), "<h1>Nothing</h1>".to_owned()),
        };
        let body =
            format!("<!doctype html><link rel=icon href='data:,'><title>portal</title>{body}");
        let head = format!(
            "HTTP/1.1 {status} X\r\nContent-Type: text/html\r\nContent-Length: {}\r\n{header}\
             Cache-Control: no-store\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(body.as_bytes()).await?;
    }
    Ok(())
}

impl Desk {
    /// The address of the hand-off for a browser that returns to the encoded address `back`.
    fn entry(&self, back: &str, st: &str, user: &str) -> String {
        let back = back.replace("%3A", ":").replace("%2F", "/");
        let end = back.match_indices('/').nth(2).map_or(back.len(), |(at, _)| at);
        let origin = &back[..end];
        let (id, challenge) = st.split_once('.').expect("a state");
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let mut claims = self
            .portal
            .claims(user)
            .header("typ", "doorward-handoff+jwt")
            .claim("aud", origin)
            .claim("nonce", challenge)
            .claim("exp", now() + 30)
            .claim("jti", format!("browser-{number}"));
        let life = self.life.load(Ordering::Relaxed);
        if life > 0 {
            claims = claims.claim("session_exp", now() + life);
        }
        format!("{origin}/.doorward/enter?st={id}&t={}", claims.sign(&self.portal.key))
    }
}
