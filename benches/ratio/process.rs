//! Server processes under measurement: started, waited for, read from `/proc`, and ended on every
//! path.

use crate::cores::Cores;
use crate::failure::Failure;
use crate::load::status_of;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How a server is started, and how it shows that it is ready.
#[derive(Clone, Debug)]
pub struct Launch {
    /// For messages.
    pub name: &'static str,
    pub program: PathBuf,
    pub arguments: Vec<OsString>,
    /// Where the measured requests go.
    pub address: SocketAddr,
    /// Where it answers 200 to a GET of the path as soon as it is ready; no TLS there.
    pub ready: Ready,
    /// Where its output goes.
    pub log: PathBuf,
}

/// How readiness is seen.
#[derive(Clone, Copy, Debug)]
pub enum Ready {
    /// A GET of the path is answered with 200.
    Answers { address: SocketAddr, path: &'static str },
    /// The port accepts connections: for a TLS listener that has no plain one beside it.
    Accepts,
}

impl Launch {
    /// Starts the server on its core and waits until it is ready.
    pub fn start(&self, cores: Cores) -> Result<Server, Failure> {
        self.start_with(cores.on_server_core(&self.program), READY_WITHIN)
    }

    /// Starts it without a fixed core, and waits: for measuring the start itself.
    pub fn start_unbound(&self) -> Result<Server, Failure> {
        self.start_with(Command::new(&self.program), READY_WITHIN)
    }

    /// Starts it by `command`, to which the arguments are added.
    pub fn start_with(&self, mut command: Command, within: Duration) -> Result<Server, Failure> {
        let log = File::create(&self.log).map_err(Failure::io("creating a log file"))?;
        let log_too = log.try_clone().map_err(Failure::io("creating a log file"))?;
        // The configuration under test is the generated file and nothing of the caller's shell.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("DOORWARD_") {
                command.env_remove(name);
            }
        }
        command
            .args(&self.arguments)
            .env("TOKIO_WORKER_THREADS", "1")
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(log_too);
        let started = Instant::now();
        let child = command.spawn().map_err(Failure::io("starting a server"))?;
        let mut server = Server { child, ready_after: Duration::ZERO };
        while started.elapsed() < within {
            if self.is_ready() {
                server.ready_after = started.elapsed();
                return Ok(server);
            }
            if server.child.try_wait().is_ok_and(|status| status.is_some()) {
                break;
            }
            std::thread::sleep(Duration::from_micros(100));
        }
        Err(Failure::NotReady { program: self.name, said: self.last_words() })
    }

    fn is_ready(&self) -> bool {
        match self.ready {
            Ready::Answers { address, path } => {
                get(address, path).is_ok_and(|(status, _)| status == 200)
            }
            Ready::Accepts => TcpStream::connect(self.address).is_ok(),
        }
    }

    /// The last lines of the log, on one line.
    fn last_words(&self) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().filter(|line| !line.trim().is_empty()).collect();
        lines.get(lines.len().saturating_sub(4)..).unwrap_or_default().join(" / ")
    }
}

/// A running server. Dropping it ends the process.
pub struct Server {
    child: Child,
    /// From the call that starts the process to the first sign of readiness.
    pub ready_after: Duration,
}

impl Server {
    /// CPU time of every thread so far, in nanoseconds. The server must be idle: the kernel adds a
    /// running thread's last slice only when it stops running.
    pub fn cpu_time(&self) -> Result<CpuTime, Failure> {
        let reading = || Failure::io("reading /proc/PID/task/*/schedstat");
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.child.id()));
        let mut threads = BTreeMap::new();
        for task in tasks.map_err(reading())? {
            let task = task.map_err(reading())?;
            // A thread may end between the listing and the reading.
            let Ok(line) = std::fs::read_to_string(task.path().join("schedstat")) else {
                continue;
            };
            let nanoseconds = line.split(' ').next().and_then(|first| first.parse().ok());
            threads.insert(task.file_name(), nanoseconds.unwrap_or_default());
        }
        Ok(CpuTime(threads))
    }

    /// Resident memory in bytes.
    pub fn resident(&self) -> Result<u64, Failure> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))
            .map_err(Failure::io("reading /proc/PID/status"))?;
        status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.parse().ok())
            .map(|kibibytes: u64| kibibytes * 1024)
            .ok_or(Failure::Protocol("/proc/PID/status has no VmRSS"))
    }

    /// Asks the server to end (SIGTERM) and waits until it has.
    pub fn stop(mut self) -> Result<(), Failure> {
        // The standard library sends SIGKILL only; the shell's own `kill` is everywhere.
        let kill = format!("kill -TERM {}", self.child.id());
        Command::new("sh").args(["-c", &kill]).status().map_err(Failure::io("sending SIGTERM"))?;
        let asked = Instant::now();
        while asked.elapsed() < STOPPED_WITHIN {
            if self.child.try_wait().map_err(Failure::io("waiting for a server"))?.is_some() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Err(Failure::TimedOut { seconds: STOPPED_WITHIN.as_secs() })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only when the process has ended already, which is what is wanted.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Nanoseconds of CPU for each thread.
#[derive(Clone, Debug)]
pub struct CpuTime(BTreeMap<OsString, u64>);

impl CpuTime {
    /// Microseconds spent since `earlier`. A thread that is new since then counts in full.
    pub fn since(&self, earlier: &Self) -> f64 {
        let spent = self.0.iter().map(|(thread, now)| {
            now.saturating_sub(earlier.0.get(thread).copied().unwrap_or_default())
        });
        Duration::from_nanos(spent.sum()).as_secs_f64() * 1e6
    }
}

/// A GET on a connection of its own: the status, and the whole answer.
pub fn get(address: SocketAddr, path: &str) -> Result<(u16, Vec<u8>), Failure> {
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    ask(address, request.as_bytes())
}

/// Sends `request`, which must ask for the connection to be closed, and reads the whole answer.
pub fn ask(address: SocketAddr, request: &[u8]) -> Result<(u16, Vec<u8>), Failure> {
    let asking = || Failure::io("asking a server");
    let mut stream = TcpStream::connect(address).map_err(asking())?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).map_err(asking())?;
    stream.write_all(request).map_err(asking())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).map_err(asking())?;
    Ok((status_of(&answer)?, answer))
}

/// `N` loopback addresses whose ports were free a moment ago.
pub fn free_addresses<const N: usize>() -> Result<[SocketAddr; N], Failure> {
    let mut held = Vec::with_capacity(N);
    let mut addresses = [SocketAddr::from(([127, 0, 0, 1], 0)); N];
    for address in &mut addresses {
        // All are held until the last is found, so that no two are the same.
        let listener = TcpListener::bind(*address).map_err(Failure::io("finding a free port"))?;
        *address = listener.local_addr().map_err(Failure::io("finding a free port"))?;
        held.push(listener);
    }
    Ok(addresses)
}

/// Generous: valgrind starts a server some fifty times slower.
const READY_WITHIN: Duration = Duration::from_secs(30);
const STOPPED_WITHIN: Duration = Duration::from_secs(60);
