//! The accept loop under the desktops and the sign-in page: plain HTTP/1.1 on loopback, since
//! Traefik ends TLS in front of them.

use super::DemoError;
use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{convert::Infallible, future::Future, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{net::TcpListener, task::JoinSet};

/// An answer with a complete body.
pub(super) type Answer = Response<Full<Bytes>>;

/// One of the demo's servers: a desktop or the sign-in page.
pub(super) trait Site: Send + Sync + 'static {
    fn answer(&self, request: Request<Incoming>) -> impl Future<Output = Answer> + Send;
}

/// A loopback listener on a port that the operating system chooses.
pub(super) async fn bind() -> Result<(TcpListener, SocketAddr), DemoError> {
    let listener = TcpListener::bind(LOOPBACK).await.map_err(DemoError::Listen)?;
    let address = listener.local_addr().map_err(DemoError::Listen)?;
    Ok((listener, address))
}

/// An address that was free a moment ago, for a part that binds by itself. Another program may
/// take it first; the part then ends with an error.
pub(super) async fn free_address() -> Result<SocketAddr, DemoError> {
    bind().await.map(|(_, address)| address)
}

/// Serves `site` until the future is dropped, with all its connections.
pub(super) async fn serve(listener: TcpListener, site: impl Site) {
    let site = Arc::new(site);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                // Only a lack of file descriptors fails here, and that is temporary.
                let Ok((stream, _)) = accepted else {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                };
                let site = Arc::clone(&site);
                connections.spawn(async move {
                    let service = service_fn(move |request| {
                        let site = Arc::clone(&site);
                        async move { Ok::<_, Infallible>(site.answer(request).await) }
                    });
                    // A peer that closes its connection is no error.
                    let _ = http1::Builder::new()
                        .timer(TokioTimer::new())
                        .serve_connection(TokioIo::new(stream), service)
                        .with_upgrades()
                        .await;
                });
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// A page of our own. `policy` is its Content-Security-Policy.
pub(super) fn page(html: String, policy: &str) -> Answer {
    let mut answer = Response::new(Full::from(html));
    let headers = answer.headers_mut();
    headers.insert("content-type", hyper::header::HeaderValue::from_static(HTML));
    headers.insert("cache-control", hyper::header::HeaderValue::from_static("no-store"));
    if let Ok(policy) = policy.parse() {
        headers.insert("content-security-policy", policy);
    }
    answer
}

const LOOPBACK: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);
const HTML: &str = "text/html; charset=utf-8";
/// The style sheet of every page of the demo.
pub(super) const STYLE: &str = include_str!("style.css");
