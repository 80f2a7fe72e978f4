//! One request of one connection: asks the handler, and keeps its panics from doing harm.

use super::activity::{Activity, Order};
use crate::http::{Handler, Peer};
use crate::observe::Connections;
use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{
    CACHE_CONTROL, CONNECTION, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use hyper::service::Service;
use hyper::{Request, Response, StatusCode, Version};
use std::convert::Infallible;
use std::future::{Ready, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// What hyper calls for each request of one connection.
pub(super) struct Door {
    pub(super) handler: Arc<dyn Handler>,
    pub(super) peer: Peer,
    pub(super) activity: Arc<Activity>,
    pub(super) counters: Arc<Connections>,
}

impl Service<Request<Incoming>> for Door {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    /// Answers at once. The body is dropped unread with the request, which is also why no
    /// `100 Continue` is ever sent: hyper sends it when somebody asks for the body.
    fn call(&self, request: Request<Incoming>) -> Self::Future {
        // Nothing of the handler's can be left half-done that the next request would see: what it
        // shares between requests is atomics and whole values behind `ArcSwap` or moka.
        let answer = catch_unwind(AssertUnwindSafe(|| self.handler.answer(&self.peer, &request)));
        let mut response = answer.unwrap_or_else(|_| {
            self.counters.panicked();
            after_panic()
        });
        if request.version() < Version::HTTP_2 {
            // The head is complete, so the clock that ran for it stops. HTTP/2 frames have theirs.
            self.activity.has_read();
            if self.activity.order() >= Order::Renew {
                response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
        }
        self.activity.has_answered();
        ready(Ok(response))
    }
}

/// The first rule: Traefik takes any 2xx for permission, so a failure of ours is a 500.
fn after_panic() -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Runs what hyper wants to run beside an HTTP/2 connection: the answer to one stream.
///
/// Our answers are ready when they are asked for, so the future is polled on the spot and is
/// nearly always done; spawning a task for it would cost more than the decision. Only an answer
/// that has to wait for the peer's flow control becomes a task, and no longer than `limit`.
#[derive(Clone, Debug)]
pub(super) struct OnTheSpot {
    pub(super) limit: Duration,
    pub(super) counters: Arc<Connections>,
}

impl<F> hyper::rt::Executor<F> for OnTheSpot
where
    F: Future<Output = ()> + Send + Unpin + 'static,
{
    fn execute(&self, mut answer: F) {
        // The waker may be one that does nothing: a future that is not done is polled again by the
        // task below and leaves that task's waker then.
        let mut context = Context::from_waker(Waker::noop());
        if let Poll::Ready(()) = Pin::new(&mut answer).poll(&mut context) {
            return;
        }
        let Self { limit, counters } = self.clone();
        tokio::spawn(async move {
            // Dropping the answer resets its stream.
            if tokio::time::timeout(limit, answer).await.is_err() {
                counters.stalled();
            }
        });
    }
}
