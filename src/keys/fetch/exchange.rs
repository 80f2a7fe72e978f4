//! One HTTP/1.1 request and its response: 200 with JSON, within limits, or an error.

use super::connect::{Stream, connect};
use super::{FetchError, Reach, freshness};
use crate::url::WebUrl;
use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::{
    ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONNECTION, CONTENT_TYPE, HOST, HeaderMap, USER_AGENT,
};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use std::net::IpAddr;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio_rustls::rustls::pki_types::CertificateDer;

/// The response.
pub(super) struct Answer {
    pub(super) body: Bytes,
    pub(super) max_age: Option<Duration>,
    /// The address of the server.
    pub(super) peer: IpAddr,
}

pub(super) async fn get(
    endpoint: &WebUrl,
    reach: Reach,
    authorities: Option<&[CertificateDer<'static>]>,
) -> Result<Answer, FetchError> {
    let (stream, peer) = connect(endpoint, reach, authorities).await?;
    let request = Request::get(&*endpoint.target())
        .header(HOST, endpoint.authority())
        .header(ACCEPT, "application/json, application/jwk-set+json")
        .header(ACCEPT_ENCODING, "identity")
        .header(CONNECTION, "close")
        .header(USER_AGENT, concat!("doorward/", env!("CARGO_PKG_VERSION")))
        .body(Full::<Bytes>::default())
        .map_err(|_| FetchError::Broken)?;
    let (response, _connection) = send(stream, request).await.map_err(|error| {
        if error.is_parse_too_large() { FetchError::TooLarge } else { FetchError::Broken }
    })?;
    judge(response.status(), response.headers())?;
    let max_age = freshness::max_age(
        response.headers().get_all(CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok()),
    );
    let body = Limited::new(response.into_body(), BODY_BYTES).collect().await.map_err(|error| {
        if error.is::<LengthLimitError>() { FetchError::TooLarge } else { FetchError::Broken }
    })?;
    Ok(Answer { body: body.to_bytes(), max_age, peer })
}

/// Sends a request over a new connection. The connection ends when the returned set is dropped.
pub(super) async fn send(
    stream: Box<dyn Stream>,
    request: Request<Full<Bytes>>,
) -> hyper::Result<(Response<Incoming>, JoinSet<hyper::Result<()>>)> {
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(HEAD_BYTES)
        .max_headers(HEADERS)
        .handshake(TokioIo::new(stream))
        .await?;
    let mut driver = JoinSet::new();
    driver.spawn(connection);
    Ok((sender.send_request(request).await?, driver))
}

/// A redirect is an error: the address was configured or announced, and checked.
fn judge(status: StatusCode, headers: &HeaderMap) -> Result<(), FetchError> {
    if status.is_redirection() {
        return Err(FetchError::Redirected(status.as_u16()));
    }
    if status.as_u16() != 200 {
        return Err(FetchError::Status(status.as_u16()));
    }
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let only = types.next().filter(|_| types.next().is_none());
    let only = only.and_then(|value| value.to_str().ok()).ok_or(FetchError::NotJson)?;
    if is_json(only) { Ok(()) } else { Err(FetchError::NotJson) }
}

/// `application/json` or `application/SOMETHING+json` (RFC 6839), with or without parameters.
fn is_json(value: &str) -> bool {
    let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.strip_prefix("application/").is_some_and(|kind| {
        kind == "json" || kind.strip_suffix("+json").is_some_and(|kind| !kind.is_empty())
    })
}

/// A key set of a hundred RSA-4096 keys with their certificates has half of it.
const BODY_BYTES: usize = 512 * 1024;
const HEAD_BYTES: usize = 32 * 1024;
const HEADERS: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_content() {
        let rows = [
            ("application/json", true),
            ("application/json; charset=utf-8", true),
            ("Application/JSON", true),
            ("application/jwk-set+json", true),
            ("application/jwk-set+json;charset=utf-8", true),
            ("application/+json", false),
            ("application/jsonp", false),
            ("text/json", false),
            ("text/html", false),
            ("application/octet-stream", false),
            ("image/svg+json", false),
            ("", false),
        ];
        for (value, expected) in rows {
            assert_eq!(is_json(value), expected, "{value}");
        }
    }

    #[test]
    fn only_a_200_with_one_kind_of_content_is_taken() {
        let mut json = HeaderMap::new();
        json.insert(CONTENT_TYPE, "application/json".parse().unwrap());
        let rows = [
            (200, Ok(())),
            (201, Err(FetchError::Status(201))),
            (204, Err(FetchError::Status(204))),
            (206, Err(FetchError::Status(206))),
            (301, Err(FetchError::Redirected(301))),
            (307, Err(FetchError::Redirected(307))),
            (404, Err(FetchError::Status(404))),
            (503, Err(FetchError::Status(503))),
        ];
        for (status, expected) in rows {
            assert_eq!(judge(StatusCode::from_u16(status).unwrap(), &json), expected, "{status}");
        }
        json.append(CONTENT_TYPE, "text/html".parse().unwrap());
        assert_eq!(judge(StatusCode::OK, &json), Err(FetchError::NotJson));
        assert_eq!(judge(StatusCode::OK, &HeaderMap::new()), Err(FetchError::NotJson));
    }
}
