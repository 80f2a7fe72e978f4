//! The 404 page is the same for every host and user.

use super::*;
use crate::gate::Denial;
use http_body_util::BodyExt as _;
use hyper::header::HeaderValue;

fn text(response: Response<Body>) -> (u16, String) {
    let status = response.status().as_u16();
    let mut body = response.into_body();
    let collected = std::pin::pin!(body.frame());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let bytes = match std::future::Future::poll(collected, &mut context) {
        std::task::Poll::Ready(Some(Ok(frame))) => frame.into_data().unwrap(),
        _ => bytes::Bytes::new(),
    };
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

fn headers(host: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in [("host", host), ("accept", "text/html"), ("x-request-id", "id-1")] {
        headers.insert(name, HeaderValue::from_str(value).unwrap());
    }
    headers
}

#[test]
fn every_host_gets_the_same_404_page() {
    let unknown_host = ErrorBody {
        outcome: Outcome::of(&Denial::HostUnknown),
        class: ClientClass::Page,
        request_id: "id-1",
        own_url: None,
        sign_in_url: None,
        form_leads_to: None,
    };
    let expected = text(error_response(&unknown_host, false));
    assert_eq!(expected.0, 404);
    for host in ["alice.vdi.example.com", "unknown.vdi.example.com", "", "evil.test"] {
        for method in [Method::GET, Method::POST, Method::OPTIONS, Method::DELETE] {
            let got = text(not_found(&method, &headers(host)));
            assert_eq!(got, expected, "{method} {host}");
        }
        assert_eq!(text(not_found(&Method::HEAD, &headers(host))), (404, String::new()));
    }
}
