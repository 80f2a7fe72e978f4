//! One blocking HTTP/1.1 request of a command, such as `doorward healthcheck`, to a server that the
//! operator names.
//!
//! It uses the connections of `connect` and the client of `exchange`, within one time limit for
//! everything. Which server to trust is the caller's decision: it passes the TLS settings.

use super::connect::{Stream, dial};
use super::exchange::send;
use crate::url::WebUrl;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::header::{CONNECTION, HOST, HeaderMap, HeaderValue};
use hyper::{Method, Request};
use std::error::Error as _;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;

/// A request and its limits.
pub struct CommandRequest<'r> {
    /// Its address.
    pub url: &'r WebUrl,
    /// The TLS settings; used if the URL is https.
    pub tls: ClientConfig,
    /// Its method.
    pub method: Method,
    /// Its headers, except `Host` and `Connection`.
    pub headers: HeaderMap,
    /// Its body, which may be empty.
    pub body: Bytes,
    /// The time limit.
    pub time: Duration,
    /// How many bytes of the response's body are read; the rest is ignored.
    pub body_limit: usize,
}

/// The response.
#[derive(Debug)]
pub struct CommandResponse {
    /// Its status.
    pub status: u16,
    /// The beginning of its body.
    pub body: Vec<u8>,
}

/// Why there is no response.
#[derive(Debug)]
pub enum RequestError {
    /// The host of the URL cannot be the name of a certificate.
    Name,
    /// No connection, no TLS, or no response in time.
    Unreachable(io::Error),
    /// The response is not HTTP.
    NotHttp,
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name => f.write_str("the host of the URL cannot be the name of a certificate"),
            Self::Unreachable(error) => write!(f, "no response: {error}"),
            Self::NotHttp => f.write_str("the response is not HTTP"),
        }
    }
}

impl std::error::Error for RequestError {}

/// Sends the request, without a runtime of the caller's.
///
/// # Errors
/// Why there is no response.
pub fn request_once(request: CommandRequest<'_>) -> Result<CommandResponse, RequestError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(RequestError::Unreachable)?;
    let time = request.time;
    let response = runtime.block_on(async {
        let timed = tokio::time::timeout(time, attempt(request)).await;
        timed.unwrap_or_else(|_| Err(RequestError::Unreachable(io::ErrorKind::TimedOut.into())))
    });
    // Do not wait for a pending name lookup.
    runtime.shutdown_background();
    response
}

async fn attempt(request: CommandRequest<'_>) -> Result<CommandResponse, RequestError> {
    let CommandRequest { url, tls, method, headers, body, body_limit, .. } = request;
    let addresses = tokio::net::lookup_host((url.host(), url.port())).await;
    let addresses: Vec<_> = addresses.map_err(RequestError::Unreachable)?.collect();
    let stream = dial(&addresses).await.map_err(RequestError::Unreachable)?;
    let stream: Box<dyn Stream> = if url.is_secure() {
        let name = ServerName::try_from(url.host().to_owned()).map_err(|_| RequestError::Name)?;
        let tls = TlsConnector::from(Arc::new(tls)).connect(name, stream).await;
        Box::new(tls.map_err(RequestError::Unreachable)?)
    } else {
        Box::new(stream)
    };
    let mut message = Request::new(Full::new(body));
    *message.method_mut() = method;
    *message.uri_mut() = url.target().parse().map_err(|_| RequestError::NotHttp)?;
    *message.headers_mut() = headers;
    let host = HeaderValue::from_str(&url.authority()).map_err(|_| RequestError::Name)?;
    message.headers_mut().insert(HOST, host);
    message.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    let (response, _connection) = send(stream, message).await.map_err(|error| {
        let io = error.source().and_then(|source| source.downcast_ref::<io::Error>());
        io.map_or(RequestError::NotHttp, |io| {
            RequestError::Unreachable(io::Error::new(io.kind(), io.to_string()))
        })
    })?;
    let status = response.status().as_u16();
    let mut incoming = response.into_body();
    let mut body = Vec::new();
    // A server may close without ending the body properly: the status is known then.
    while body.len() < body_limit
        && let Some(Ok(frame)) = incoming.frame().await
    {
        body.extend_from_slice(frame.data_ref().map_or(&[][..], |data| data));
    }
    body.truncate(body_limit);
    Ok(CommandResponse { status, body })
}
