//! The handler of `listen` as the server calls it: [`Door`], and a word to the operator whose
//! ForwardAuth asks somewhere else.
//!
//! `address: https://doorward` without the path is the mistake of the first day. Every visitor gets
//! a 404 then, as for an unknown host, and nothing else would tell why.

use super::answer::Body;
use super::{AnswerFuture, Door, Handler, Peer, VERIFY_PATH};
use crate::observe::{Counter, Metrics, Seldom, field};
use hyper::body::Incoming;
use hyper::{Request, Response};
use std::sync::Arc;

/// A door that counts and, seldom, logs what is asked beside it.
pub struct Entrance {
    door: Arc<Door>,
    metrics: Arc<Metrics>,
    misaddressed: Seldom,
}

impl Entrance {
    /// The way to `door`.
    #[must_use]
    pub fn new(door: Arc<Door>, metrics: Arc<Metrics>) -> Self {
        Self { door, metrics, misaddressed: Seldom::default() }
    }
}

impl Handler for Entrance {
    fn answer(&self, peer: &Peer, request: &Request<Incoming>) -> Response<Body> {
        if request.uri().path() != VERIFY_PATH {
            self.metrics.add(Counter::Misaddressed, 1);
            if self.misaddressed.is_due() {
                // Never the path: behind a mistaken route it is a visitor's.
                tracing::warn!(
                    { field::PEER } = %peer.address,
                    { field::REMEDY } = "let forwardAuth.address end in /verify; a health check \
                                         belongs to admin_listen",
                    "asked for another path than /verify, answered 404"
                );
            }
        }
        self.door.answer(peer, request)
    }

    fn is_async(&self, request: &Request<Incoming>) -> bool {
        self.door.is_async(request)
    }

    fn answer_async(self: Arc<Self>, peer: Peer, request: Request<Incoming>) -> AnswerFuture {
        Arc::clone(&self.door).answer_async(peer, request)
    }
}
