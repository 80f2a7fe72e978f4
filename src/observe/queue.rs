//! The queue between the log and its writer thread.
//!
//! If the log collector stalls, a write to stderr blocks, and every decision on that thread with
//! it. So lines go through a bounded queue to a thread that may block; when the queue is full, a
//! line is dropped and counted.
//!
//! A flood of denials must not displace important lines: the last part of the queue is reserved for
//! warnings, errors and uses of a grant. There is one queue, so that lines stay in order.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvError, SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// The sending end; each event takes a [`Line`] from it.
#[derive(Clone, Debug)]
pub(super) struct Queue {
    sender: SyncSender<Message>,
    /// Lines in the queue; during a send or a receive it may be off by that line.
    waiting: Arc<AtomicUsize>,
    /// Ordinary lines are accepted while fewer than this are waiting.
    ordinary: usize,
    dropped: Arc<AtomicU64>,
}

/// The writer thread; dropping this writes the queued lines, unless the reader stalls.
#[derive(Debug)]
#[must_use = "when this is dropped, lines that are queued later may be lost"]
pub struct FlushGuard {
    sender: SyncSender<Message>,
    writer: Option<JoinHandle<()>>,
}

/// One event's text.
#[derive(Debug)]
pub(super) struct Line<'a> {
    queue: &'a Queue,
    has_priority: bool,
}

enum Message {
    Line(Box<[u8]>),
    End,
}

impl Queue {
    /// Starts the thread that writes to `sink`, with a queue of `length` lines, of which an eighth
    /// and at least one is reserved for priority lines.
    pub(super) fn start(
        sink: impl Write + Send + 'static,
        length: usize,
        dropped: Arc<AtomicU64>,
    ) -> io::Result<(Self, FlushGuard)> {
        let (sender, receiver) = sync_channel(length);
        let waiting = Arc::new(AtomicUsize::new(0));
        let taken = Arc::clone(&waiting);
        let writer = thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || write(sink, &receiver, &taken))?;
        let flush = FlushGuard { sender: sender.clone(), writer: Some(writer) };
        let ordinary = length.saturating_sub((length / 8).max(1));
        Ok((Self { sender, waiting, ordinary, dropped }, flush))
    }
}

impl<'a> MakeWriter<'a> for Queue {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line { queue: self, has_priority: false }
    }

    fn make_writer_for(&'a self, event: &Metadata<'_>) -> Line<'a> {
        Line {
            queue: self,
            has_priority: *event.level() <= Level::WARN || event.name() == PRIORITY_EVENT,
        }
    }
}

impl Write for Line<'_> {
    /// tracing-subscriber formats an event in a buffer and writes it in one call.
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        let Queue { sender, waiting, ordinary, dropped } = self.queue;
        // Counted before it is sent, so that the writer never takes an uncounted line.
        let before = waiting.fetch_add(1, Ordering::Relaxed);
        let has_room = self.has_priority || before < *ordinary;
        if !has_room || sender.try_send(Message::Line(text.into())).is_err() {
            waiting.fetch_sub(1, Ordering::Relaxed);
            dropped.fetch_add(1, Ordering::Relaxed);
        }
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for FlushGuard {
    #[expect(
        clippy::disallowed_methods,
        reason = "the end of the process: the log may delay it, and only so long"
    )]
    fn drop(&mut self) {
        let Some(writer) = self.writer.take() else {
            return;
        };
        let deadline = Instant::now() + PATIENCE;
        // A full queue or a thread that does not end means a stalled reader. The process must be
        // able to end all the same.
        while let Err(TrySendError::Full(_)) = self.sender.try_send(Message::End) {
            if Instant::now() >= deadline {
                return;
            }
            thread::sleep(STEP);
        }
        while !writer.is_finished() {
            if Instant::now() >= deadline {
                return;
            }
            thread::sleep(STEP);
        }
    }
}

fn write(mut sink: impl Write, receiver: &Receiver<Message>, waiting: &AtomicUsize) {
    loop {
        match receiver.recv() {
            Ok(Message::Line(text)) => {
                waiting.fetch_sub(1, Ordering::Relaxed);
                // A failure to write the log cannot be reported.
                drop(sink.write_all(&text));
            }
            Ok(Message::End) | Err(RecvError) => return drop(sink.flush()),
        }
    }
}

/// The name of an `info` event that has priority.
pub const PRIORITY_EVENT: &str = "priority decision";

/// How long the end of the process waits for the log.
const PATIENCE: Duration = Duration::from_secs(1);
const STEP: Duration = Duration::from_millis(2);

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::sync::Mutex;
    use std::sync::mpsc::channel;

    /// Collects what is written to it; the log's tests use it too.
    #[derive(Clone, Default)]
    pub(in crate::observe) struct Sink(Arc<Mutex<Vec<u8>>>);

    impl Sink {
        pub(in crate::observe) fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    impl Write for Sink {
        fn write(&mut self, text: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(text);
            Ok(text.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Announces each write, and performs it only when released.
    struct Stalled(std::sync::mpsc::Sender<()>, Receiver<()>, Sink);

    impl Write for Stalled {
        fn write(&mut self, text: &[u8]) -> io::Result<usize> {
            let _told = self.0.send(());
            let _gone = self.1.recv();
            self.2.write(text)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn writes_in_order_and_to_the_end() {
        let sink = Sink::default();
        let dropped = Arc::new(AtomicU64::new(0));
        let (queue, flush) = Queue::start(sink.clone(), 64, Arc::clone(&dropped)).unwrap();
        for number in 0..50 {
            queue.make_writer().write_all(format!("{number}\n").as_bytes()).unwrap();
        }
        drop(flush);
        let line = |number| format!("{number}\n");
        let expected = (0..50).map(line).collect::<Vec<_>>().concat();
        assert_eq!(sink.text(), expected);
        assert_eq!(dropped.load(Ordering::Relaxed), 0);
    }

    /// Writes lines through tracing, so that each has its level and name.
    fn log_through(queue: &Queue, lines: impl FnOnce()) {
        let to = queue.clone();
        let format = tracing_subscriber::fmt::format().without_time().with_level(false);
        let format = format.with_target(false).with_ansi(false);
        let subscriber = tracing_subscriber::fmt().event_format(format).with_writer(to).finish();
        tracing::subscriber::with_default(subscriber, lines);
    }

    #[test]
    fn a_reader_that_stalls_costs_lines_and_not_time() {
        let (asks, asked) = channel();
        let (may, go) = channel();
        let sink = Sink::default();
        let dropped = Arc::new(AtomicU64::new(0));
        let stalled = Stalled(asks, go, sink.clone());
        let (queue, flush) = Queue::start(stalled, 3, Arc::clone(&dropped)).unwrap();
        let mut line = queue.make_writer();
        line.write_all(b"a").unwrap();
        asked.recv().unwrap();
        for text in [b"b", b"c", b"d", b"e"] {
            line.write_all(text).unwrap();
        }
        assert_eq!(dropped.load(Ordering::Relaxed), 2, "two of four fit");
        drop(may);
        drop(flush);
        assert_eq!(sink.text(), "abc");
    }

    #[test]
    fn a_flood_of_denials_drops_no_log_line_of_a_grant_or_warning() {
        let (asks, asked) = channel();
        let (may, go) = channel();
        let sink = Sink::default();
        let dropped = Arc::new(AtomicU64::new(0));
        let stalled = Stalled(asks, go, sink.clone());
        let (queue, flush) = Queue::start(stalled, 32, Arc::clone(&dropped)).unwrap();
        let flood = |count| (0..count).for_each(|_| tracing::info!("denied"));
        log_through(&queue, || {
            flood(1);
            asked.recv().unwrap();
            flood(1000);
            tracing::event!(name: PRIORITY_EVENT, Level::INFO, "grant");
            flood(1000);
            tracing::warn!("warning");
            tracing::error!("error");
            flood(1000);
            tracing::event!(name: PRIORITY_EVENT, Level::INFO, "another grant");
            tracing::error!("one too many");
        });
        drop(may);
        drop(flush);
        let text = String::from_utf8(sink.0.lock().unwrap().clone()).unwrap();
        let has_priority: Vec<_> = text.lines().filter(|line| *line != "denied").collect();
        assert_eq!(has_priority, ["grant", "warning", "error", "another grant"]);
        assert_eq!(text.lines().count(), 1 + 32, "the rest is flood");
        assert_eq!(dropped.load(Ordering::Relaxed), 3000 - 28 + 1);
    }

    /// The reserved part is available to ordinary lines again once the reader has caught up.
    #[test]
    fn the_queue_accepts_lines_again_after_a_read() {
        let sink = Sink::default();
        let dropped = Arc::new(AtomicU64::new(0));
        let (asks, asked) = channel();
        let (may, go) = channel();
        let stalled = Stalled(asks, go, sink.clone());
        let (queue, flush) = Queue::start(stalled, 2, Arc::clone(&dropped)).unwrap();
        for _ in 0..20 {
            queue.make_writer().write_all(b"x").unwrap();
            asked.recv().unwrap();
            may.send(()).unwrap();
        }
        drop(may);
        drop(flush);
        assert_eq!(sink.0.lock().unwrap().len(), 20);
        assert_eq!(dropped.load(Ordering::Relaxed), 0);
    }
}
