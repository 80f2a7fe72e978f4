//! Pages without a gate: bob's page and the page of another site, their redirects, and the sign-in
//! that sets the cookie in alice's browser.
//!
//! Bob's page is not behind the gate here, so that the test controls its content. Behind the gate,
//! bob also controls every byte of his desktop's pages.

use crate::support::desktop::Seen;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use tokio::io::{AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// One server for all hosts without a gate.
pub struct AttackerPages {
    /// The address of its listener.
    pub address: SocketAddr,
    task: JoinHandle<()>,
}

impl AttackerPages {
    /// Starts the server.
    pub async fn open() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(async move { drop(serve(stream).await) });
            }
        });
        Self { address, task }
    }
}

impl Drop for AttackerPages {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(stream: TcpStream) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some(seen) = Seen::read(&mut stream).await? {
        let target = seen.line.split(' ').nth(1).unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let argument = decoded(query.split_once('=').map_or("", |(_, value)| value));
        let steps: Vec<&str> = path.split('/').skip(1).collect();
        let html = "text/html; charset=utf-8";
        let (status, kind, header, body) = match steps[..] {
            // The browser must not send the token in this address as `Referer`.
            [SIGN_IN] => (
                "200",
                html,
                format!("Set-Cookie: {argument}\r\nReferrer-Policy: no-referrer"),
                "signed in",
            ),
            ["redirect", status] => (status, html, format!("Location: {argument}"), ""),
            ["attacks.js"] => ("200", "text/javascript", String::new(), ATTACKS),
            ["worker.js", ..] => ("200", "text/javascript", String::new(), WORKER),
            ["reporting"] => {
                let policy = "Content-Security-Policy-Report-Only: img-src 'none'; report-uri";
                ("200", html, format!("{policy} {argument}"), "<img src='data:,'>")
            }
            _ => ("200", html, String::new(), PAGE),
        };
        let origin = seen.all("Origin").first().map_or("*", |origin| *origin).to_owned();
        let header = if header.is_empty() { header } else { format!("{header}\r\n") };
        let answer = format!(
            "HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n{header}\
             Access-Control-Allow-Origin: {origin}\r\nAccess-Control-Allow-Credentials: true\r\n\
             Access-Control-Allow-Headers: x-knock\r\nCache-Control: no-store\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(answer.as_bytes()).await?;
    }
    Ok(())
}

/// Decodes an ASCII text that `encodeURIComponent` has encoded.
fn decoded(text: &str) -> String {
    let mut pieces = text.split('%');
    let mut decoded = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (code, rest) = piece.split_at(2);
        decoded.push(char::from(u8::from_str_radix(code, 16).expect("two digits")));
        decoded.push_str(rest);
    }
    decoded
}

/// The path, below the root of any host, that sets the cookie in its query.
pub const SIGN_IN: &str = "sign-in";
const PAGE: &str = "<!doctype html><link rel=icon href='data:,'><title>page</title><body>\
    <script src=/attacks.js></script>";
const ATTACKS: &str = include_str!("attacks.js");
/// A service worker that passes on every request.
const WORKER: &str = "addEventListener('install', () => skipWaiting());\
    addEventListener('activate', event => event.waitUntil(clients.claim()));\
    addEventListener('fetch', event => event.respondWith(fetch(event.request)))";
