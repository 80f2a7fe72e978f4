//! The byte stream of one connection. Bytes pass unchanged; the time of reads and of blocked writes
//! is recorded in the connection's [`Activity`].

use super::activity::Activity;
use super::frames::{FramePosition, FrameTracker};
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The plaintext stream that hyper reads and writes; with TLS, the decrypted one.
#[derive(Debug)]
pub(super) struct TimedStream<S> {
    stream: S,
    activity: Arc<Activity>,
    /// Present for HTTP/2. With HTTP/1.1 the first byte begins a head and the response ends it.
    frames: Option<FrameTracker>,
    /// A local copy, so that a write that completes at once touches no atomic.
    blocked: bool,
}

impl<S> TimedStream<S> {
    /// A stream for HTTP/1.1.
    pub(super) fn http1(stream: S, activity: Arc<Activity>) -> Self {
        Self { stream, activity, frames: None, blocked: false }
    }

    /// A stream for HTTP/2.
    pub(super) fn http2(stream: S, activity: Arc<Activity>) -> Self {
        Self { stream, activity, frames: Some(FrameTracker::new()), blocked: false }
    }

    fn record_read(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let Some(frames) = &mut self.frames else {
            return self.activity.start_reading();
        };
        match frames.follow(bytes) {
            FramePosition::Boundary => self.activity.finish_reading(),
            FramePosition::NewFrame => self.activity.restart_reading(),
            FramePosition::SameFrame => self.activity.start_reading(),
        }
    }

    fn mark_blocked(&mut self) {
        if !self.blocked {
            self.blocked = true;
            self.activity.mark_blocked();
        }
    }

    /// Only a completed flush proves that the peer took everything: a write that makes progress may
    /// have sent one byte of many.
    fn mark_unblocked(&mut self) {
        if self.blocked {
            self.blocked = false;
            self.activity.mark_unblocked();
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for TimedStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let outcome = Pin::new(&mut self.stream).poll_read(context, buffer);
        if let Poll::Ready(Ok(())) = outcome {
            self.record_read(buffer.filled().get(before..).unwrap_or_default());
        }
        outcome
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for TimedStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(context, bytes);
        if outcome.is_pending() {
            self.mark_blocked();
        }
        outcome
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        if outcome.is_pending() {
            self.mark_blocked();
        }
        outcome
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_flush(context);
        match outcome {
            // With TLS a write may go into the session's buffer and block here instead.
            Poll::Pending => self.mark_blocked(),
            Poll::Ready(_) => self.mark_unblocked(),
        }
        outcome
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_shutdown(context);
        if outcome.is_pending() {
            self.mark_blocked();
        }
        outcome
    }
}
