//! The load over HTTP/1.1: a bounded number of requests, a bounded number in flight, one thread on
//! its own core. Requests are formatted before the clock starts, so that the client is cheap and
//! the server stays busy: a server that sleeps between requests pays for waking up, not for work.

use crate::cores::Cores;
use crate::failure::Failure;
use crate::request::Shape;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// What one round sends.
#[derive(Clone, Debug)]
pub struct Load {
    pub address: SocketAddr,
    /// Sent in turn, from the first again when they are used up.
    pub requests: Arc<[Vec<u8>]>,
    /// Requests in all.
    pub count: usize,
    /// Requests at one time.
    pub in_flight: usize,
    pub shape: Shape,
    /// Any other status fails the round: a row measures one kind of answer.
    pub status: u16,
}

impl Load {
    /// Sends everything and returns how long that took.
    pub fn run(self, cores: Cores) -> Result<Duration, Failure> {
        on_load_core(cores, move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(Failure::io("starting the load"))?;
            let started = Instant::now();
            runtime.block_on(async {
                tokio::time::timeout(Duration::from_secs(BOUND_SECONDS), self.send())
                    .await
                    .unwrap_or(Err(Failure::TimedOut { seconds: BOUND_SECONDS }))
            })?;
            Ok(started.elapsed())
        })
    }

    async fn send(self) -> Result<(), Failure> {
        let mut connections = JoinSet::new();
        let taken = Arc::new(AtomicUsize::new(0));
        for _ in 0..self.in_flight {
            let (load, taken) = (self.clone(), Arc::clone(&taken));
            connections.spawn(async move { load.worker(&taken).await });
        }
        while let Some(ended) = connections.join_next().await {
            ended.map_err(|_| Failure::Protocol("the load gave up"))??;
        }
        Ok(())
    }

    async fn worker(&self, taken: &AtomicUsize) -> Result<(), Failure> {
        let mut answer = Vec::with_capacity(16 * 1024);
        let mut connection = None;
        loop {
            let turn = taken.fetch_add(1, Ordering::Relaxed);
            if turn >= self.count {
                return Ok(());
            }
            let Some(request) = self.requests.get(turn % self.requests.len().max(1)) else {
                return Err(Failure::Protocol("a load needs at least one request"));
            };
            let mut stream = match connection.take() {
                Some(stream) => stream,
                None => connect(self.address).await?,
            };
            stream.write_all(request).await.map_err(Failure::io("sending a request"))?;
            let status = match self.shape {
                Shape::KeepAlive => {
                    let status = read_answer(&mut stream, &mut answer).await?;
                    connection = Some(stream);
                    status
                }
                Shape::Close => {
                    answer.clear();
                    let read = stream.read_to_end(&mut answer).await;
                    read.map_err(Failure::io("reading an answer to its end"))?;
                    status_of(&answer)?
                }
            };
            if status != self.status {
                return Err(Failure::Answer { expected: self.status, received: status });
            }
        }
    }
}

/// Runs `work` on a thread that is bound to the load's core. The binding happens first, so what it
/// costs falls outside of every measurement.
pub fn on_load_core<T: Send>(
    cores: Cores,
    work: impl FnOnce() -> Result<T, Failure> + Send,
) -> Result<T, Failure> {
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            cores.bind_this_thread();
            work()
        });
        thread.join().unwrap_or(Err(Failure::Protocol("the load gave up")))
    })
}

/// The status of an answer that begins with `head`.
pub fn status_of(head: &[u8]) -> Result<u16, Failure> {
    head.strip_prefix(b"HTTP/1.1 ")
        .and_then(|rest| rest.get(..3))
        .and_then(|digits| std::str::from_utf8(digits).ok())
        .and_then(|digits| digits.parse().ok())
        .ok_or(Failure::Protocol("the answer is not HTTP/1.1"))
}

async fn connect(address: SocketAddr) -> Result<TcpStream, Failure> {
    let stream = TcpStream::connect(address).await.map_err(Failure::io("connecting"))?;
    stream.set_nodelay(true).map_err(Failure::io("connecting"))?;
    Ok(stream)
}

/// Reads one answer to the end of its body and returns its status.
async fn read_answer(stream: &mut TcpStream, answer: &mut Vec<u8>) -> Result<u16, Failure> {
    answer.clear();
    loop {
        let read = stream.read_buf(answer).await.map_err(Failure::io("reading an answer"))?;
        if read == 0 {
            return Err(Failure::Protocol("the connection was closed before the answer's end"));
        }
        if is_whole(answer)? {
            return status_of(answer);
        }
    }
}

/// Whether `answer` holds the head and all of the body that the head announces.
fn is_whole(answer: &[u8]) -> Result<bool, Failure> {
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(false);
    };
    let Some((head, body)) = answer.split_at_checked(end + 4) else {
        return Ok(false);
    };
    let length = head
        .split(|&byte| byte == b'\n')
        .filter_map(|line| std::str::from_utf8(line).ok()?.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse::<usize>().ok())
        .ok_or(Failure::Protocol("an answer without Content-Length"))?;
    Ok(body.len() >= length)
}

/// No round takes a tenth of this on a quiet machine.
const BOUND_SECONDS: u64 = 120;
