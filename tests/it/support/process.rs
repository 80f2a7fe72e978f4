//! Programs a test starts: their output is kept, they end by process id, none outlives its test.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// A running program with everything it has said so far.
pub struct Process {
    child: Child,
    stdout: Arc<Mutex<Vec<u8>>>,
    stderr: Arc<Mutex<Vec<u8>>>,
    leash: Option<ChildStdin>,
}

impl Process {
    /// Starts `command` with an empty standard input.
    pub fn start(command: &mut Command) -> Self {
        Self::spawn(command, Stdio::null())
    }

    /// Starts a command made by [`leashed`].
    pub fn start_leashed(command: &mut Command) -> Self {
        let mut process = Self::spawn(command, Stdio::piped());
        process.leash = process.child.stdin.take();
        process
    }

    /// Starts a command that is talked with: its input and its output are the caller's. It needs no
    /// [`leashed`], as long as the end of its input ends it.
    pub fn converse(command: &mut Command) -> (Self, ChildStdin, ChildStdout) {
        let mut child = piped(command, Stdio::piped());
        let stdin = child.stdin.take().expect("piped");
        let stdout = child.stdout.take().expect("piped");
        let stderr = collect(child.stderr.take().expect("piped"));
        (Self { child, stdout: Arc::default(), stderr, leash: None }, stdin, stdout)
    }

    fn spawn(command: &mut Command, stdin: Stdio) -> Self {
        let mut child = piped(command, stdin);
        let stdout = collect(child.stdout.take().expect("piped"));
        let stderr = collect(child.stderr.take().expect("piped"));
        Self { child, stdout, stderr, leash: None }
    }

    /// Standard output so far.
    pub fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.stdout.lock().expect("reader never panics")).into_owned()
    }

    /// Standard error so far.
    pub fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.stderr.lock().expect("reader never panics")).into_owned()
    }

    /// Both streams, one after the other.
    pub fn output(&self) -> String {
        format!("{}{}", self.stdout(), self.stderr())
    }

    /// Sends a signal by name (`TERM`, `HUP`) to this process alone.
    pub fn signal(&self, name: &str) {
        // The shell's own `kill`, because bare systems carry no program of that name.
        let line = format!("kill -{name} {}", self.child.id());
        let status = Command::new("sh").args(["-c", &line]).status().expect("sh runs");
        assert!(status.success(), "{line} failed");
    }

    /// The exit code once the process has ended by itself; `None` when it was killed by a signal.
    ///
    /// # Panics
    ///
    /// When it is still running after `within`.
    pub async fn exit_code(&mut self, within: Duration) -> Option<i32> {
        let deadline = Instant::now() + within;
        loop {
            if let Some(status) = self.child.try_wait().expect("own child") {
                self.unleash();
                self.hear_out();
                return status.code();
            }
            assert!(
                Instant::now() < deadline,
                "still running after {within:?}; it said:\n{}",
                self.output()
            );
            tokio::time::sleep(POLL).await;
        }
    }

    /// Whether the process has ended.
    pub fn has_ended(&mut self) -> bool {
        let ended = self.child.try_wait().expect("own child").is_some();
        if ended {
            self.unleash();
            self.hear_out();
        }
        ended
    }

    /// Sends the leash's holder home, so that it never ends another process of the same number.
    fn unleash(&mut self) {
        if let Some(mut leash) = self.leash.take() {
            // A holder that is gone already needs no telling.
            let _ = leash.write_all(b"\n");
        }
    }

    /// Waits until the readers have all that an ended process said. Bounded: a grandchild that holds
    /// the pipe would keep them for ever.
    fn hear_out(&self) {
        let deadline = Instant::now() + Duration::from_secs(2);
        let reading =
            || [&self.stdout, &self.stderr].iter().any(|sink| Arc::strong_count(sink) > 1);
        while reading() && Instant::now() < deadline {
            thread::sleep(POLL);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.unleash();
        // Already gone is fine, and nothing else can be done about a failure here.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A command that runs `program` so that it ends with this test process, however that ends: for
/// [`Process::start_leashed`].
///
/// What several tests share lives in a static, and a static is never dropped. So the shell that
/// becomes the program leaves a holder behind, which reads from a pipe that only this test process
/// can write to: a line is its discharge, the end of the pipe means that the tests are gone, and
/// then it ends the program by its id. That id is the shell's own, so it needs no looking up.
pub fn leashed(program: &Path) -> Command {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", LEASH, "leash"]).arg(program);
    command
}

/// A command that has run to its end.
pub struct Finished {
    /// Exit code.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Finished {
    /// Both streams, for messages.
    pub fn output(&self) -> String {
        format!("exit {}\n--- stdout\n{}\n--- stderr\n{}", self.code, self.stdout, self.stderr)
    }
}

/// Runs `command` with `input` on its standard input, to the end.
pub fn run(command: &mut Command, input: &str) -> Finished {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
    let mut stdin = child.stdin.take().expect("piped");
    let input = input.to_owned();
    // A command that reads nothing closes the pipe: that is its right.
    let writer =
        thread::spawn(move || drop(std::io::Write::write_all(&mut stdin, input.as_bytes())));
    let output = child.wait_with_output().expect("own child");
    writer.join().expect("writer never panics");
    Finished {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// The shipped program, without anything of the tester's own environment.
pub fn doorward() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_doorward"));
    command.env_clear();
    command
}

/// Asks `question` until it says yes.
///
/// # Panics
///
/// With `what` when it has not within `within`.
pub async fn eventually<F>(what: &str, within: Duration, mut question: impl FnMut() -> F)
where
    F: Future<Output = bool>,
{
    let deadline = Instant::now() + within;
    while !question().await {
        assert!(Instant::now() < deadline, "not within {within:?}: {what}");
        tokio::time::sleep(POLL).await;
    }
}

/// A loopback address on which no process listens.
///
/// Taken from below the kernel's ephemeral range, so that no outgoing connection of a parallel test
/// can sit on it between this check and the moment the program under test binds it.
pub fn free_address() -> SocketAddr {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = u16::try_from(std::process::id() % 600).expect("below 600") * 20;
    for _ in 0..PORTS {
        let offset = start.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % PORTS;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, FIRST_PORT + offset));
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
    panic!("no free port from {FIRST_PORT} to {}", FIRST_PORT + PORTS);
}

fn piped(command: &mut Command, stdin: Stdio) -> Child {
    command
        .stdin(stdin)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"))
}

fn collect(mut source: impl Read + Send + 'static) -> Arc<Mutex<Vec<u8>>> {
    let sink = Arc::new(Mutex::new(Vec::new()));
    let writer = Arc::clone(&sink);
    thread::spawn(move || {
        let mut chunk = [0; 4096];
        while let Ok(read @ 1..) = source.read(&mut chunk) {
            writer.lock().expect("no holder panics").extend_from_slice(&chunk[..read]);
        }
    });
    sink
}

/// The holder takes neither the signals of a terminal, nor the streams whose end tells that the
/// program has said its last.
const LEASH: &str = "exec 3<&0 </dev/null
(trap '' INT TERM HUP; read -r _ <&3 || kill -KILL $$) >/dev/null 2>&1 &
exec \"$@\" 3<&-";
/// Pause between two looks at something that is about to happen.
const POLL: Duration = Duration::from_millis(20);
const FIRST_PORT: u16 = 20_000;
const PORTS: u16 = 12_000;
