//! One request on one connection: calls the handler and contains its panics.

use super::activity::{Activity, Order};
use crate::http::{AnswerFuture, Handler, Peer};
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
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tokio::time::Timeout;

/// The service that hyper calls for each request of one connection.
pub(super) struct ConnectionService {
    pub(super) handler: Arc<dyn Handler>,
    pub(super) peer: Peer,
    pub(super) activity: Arc<Activity>,
    pub(super) counters: Arc<Connections>,
    /// The time limit for an asynchronous answer.
    pub(super) answer_timeout: Duration,
}

impl Service<Request<Incoming>> for ConnectionService {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = ServiceFuture;

    /// Answers synchronously in nearly all cases. The body is dropped unread with the request. So
    /// hyper sends no `100 Continue`: it does so only when the body is read.
    fn call(&self, request: Request<Incoming>) -> ServiceFuture {
        let version = request.version();
        if self.handler.is_async(&request) {
            let handler = Arc::clone(&self.handler);
            let answer = handler.answer_async(self.peer, request);
            return ServiceFuture::Pending(Box::new(PendingAnswer {
                answer: Box::pin(tokio::time::timeout(self.answer_timeout, answer)),
                activity: Arc::clone(&self.activity),
                counters: Arc::clone(&self.counters),
                version,
            }));
        }
        // A panic cannot leave shared state half-changed: the handler shares only atomics and whole
        // values behind `ArcSwap` or moka between requests.
        let answer = catch_unwind(AssertUnwindSafe(|| self.handler.answer(&self.peer, &request)));
        let response = answer.unwrap_or_else(|_| {
            self.counters.panicked();
            error_response(StatusCode::INTERNAL_SERVER_ERROR)
        });
        ServiceFuture::Ready(Some(finish(response, version, &self.activity)))
    }
}

/// An answer that is ready or still being made.
pub(super) enum ServiceFuture {
    Ready(Option<Response<Full<Bytes>>>),
    Pending(Box<PendingAnswer>),
}

impl Future for ServiceFuture {
    type Output = Result<Response<Full<Bytes>>, Infallible>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.get_mut() {
            // A future is polled to completion once only.
            Self::Ready(response) => response.take().map_or(Poll::Pending, |r| Poll::Ready(Ok(r))),
            Self::Pending(answer) => answer.poll(context).map(Ok),
        }
    }
}

/// An answer that the handler is still making.
pub(super) struct PendingAnswer {
    answer: Pin<Box<Timeout<AnswerFuture>>>,
    activity: Arc<Activity>,
    counters: Arc<Connections>,
    version: Version,
}

impl PendingAnswer {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Response<Full<Bytes>>> {
        let answer = self.answer.as_mut();
        // As above: only whole values are shared.
        let response = match catch_unwind(AssertUnwindSafe(|| answer.poll(context))) {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(Ok(response))) => response,
            Ok(Poll::Ready(Err(_too_long))) => error_response(StatusCode::REQUEST_TIMEOUT),
            Err(_) => {
                self.counters.panicked();
                error_response(StatusCode::INTERNAL_SERVER_ERROR)
            }
        };
        Poll::Ready(finish(response, self.version, &self.activity))
    }
}

/// Records on the connection that its request was read and answered.
fn finish(
    mut response: Response<Full<Bytes>>,
    version: Version,
    activity: &Activity,
) -> Response<Full<Bytes>> {
    if version < Version::HTTP_2 {
        // The head, and a body if the handler read one, is complete: stop the read time-out. HTTP/2
        // frames are timed in `frames`.
        activity.finish_reading();
        if activity.order() >= Order::Renew {
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
    }
    activity.record_answer();
    response
}

/// Traefik treats any 2xx as permission, so a failure here must be an error status.
fn error_response(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Runs the tasks that hyper spawns for an HTTP/2 connection: the answer to one stream.
///
/// Answers are nearly always ready, so the future is polled in place; a spawned task would cost
/// more than the decision. Only an answer that waits for the peer's flow control becomes a task,
/// and for `limit` at most.
#[derive(Clone, Debug)]
pub(super) struct InlineExecutor {
    pub(super) limit: Duration,
    pub(super) counters: Arc<Connections>,
}

impl<F> hyper::rt::Executor<F> for InlineExecutor
where
    F: Future<Output = ()> + Send + Unpin + 'static,
{
    fn execute(&self, mut answer: F) {
        // A no-op waker is enough: an unfinished future is polled again by the task below, which
        // registers its own waker.
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
