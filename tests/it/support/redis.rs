//! A real Redis on a port of its own, and a way to it that can be cut.

use super::certificates::Authority;
use super::parts::redis::server;
use super::process::{Process, free_address};
use std::io;
use std::net::SocketAddr;
use std::process::Command;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// A running Redis.
pub struct Redis {
    process: Process,
    folder: TempDir,
    /// Where it listens.
    pub address: SocketAddr,
    more: Vec<String>,
}

impl Redis {
    /// One that forgets everything when it ends.
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// One that writes each change to its disk before it answers.
    pub async fn keeping() -> Self {
        Self::with(&["--appendonly", "yes", "--appendfsync", "always"]).await
    }

    /// One with these arguments.
    pub async fn with(more: &[&str]) -> Self {
        let (folder, address) = (tempfile::tempdir().unwrap(), free_address());
        let more: Vec<_> = more.iter().map(|&word| word.to_owned()).collect();
        let process = Process::start(&mut command(&folder, address, &more));
        let redis = Self { process, folder, address, more };
        redis.until_it_answers().await;
        redis
    }

    /// One that speaks TLS only, with a certificate of this authority.
    pub async fn with_tls(authority: &Authority) -> Self {
        let (folder, address) = (tempfile::tempdir().unwrap(), free_address());
        let (certificate, key) = authority.issue(&["localhost"]).write(folder.path(), "redis");
        let port = address.port().to_string();
        let words = ["--port", "0", "--tls-port", &port, "--tls-auth-clients", "no"];
        let mut more: Vec<_> = words.iter().map(|&word| word.to_owned()).collect();
        for (word, file) in [
            ("--tls-cert-file", &certificate),
            ("--tls-key-file", &key),
            ("--tls-ca-cert-file", &certificate),
        ] {
            more.extend([word.to_owned(), file.display().to_string()]);
        }
        let process = Process::start(&mut command(&folder, address, &more));
        let redis = Self { process, folder, address, more };
        let deadline = Instant::now() + START;
        while TcpStream::connect(address).await.is_err() {
            assert!(Instant::now() < deadline, "{}", redis.process.output());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        redis
    }

    /// SIGKILL, as a machine that loses its power.
    pub async fn kill(&mut self) {
        self.process.signal("KILL");
        assert_eq!(self.process.exit_code(START).await, None);
    }

    /// Starts it again, with what is on its disk.
    pub async fn again(&mut self) {
        self.process = Process::start(&mut command(&self.folder, self.address, &self.more));
        self.until_it_answers().await;
    }

    /// The URL of this Redis.
    pub fn url(&self) -> String {
        format!("redis://{}", self.address)
    }

    /// Sends a command and gives the answer, a line or a text.
    pub async fn ask(&self, words: &[&str]) -> String {
        self.try_ask(words).await.unwrap()
    }

    async fn try_ask(&self, words: &[&str]) -> io::Result<String> {
        let mut stream = BufReader::new(TcpStream::connect(self.address).await?);
        let words = words.iter().map(|word| format!("${}\r\n{word}\r\n", word.len()));
        let command = format!("*{}\r\n{}", words.len(), words.collect::<String>());
        stream.write_all(command.as_bytes()).await?;
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        let length = line.strip_prefix('$').and_then(|rest| rest.trim_end().parse().ok());
        let Some(length) = length else { return Ok(line.trim_end().to_owned()) };
        let mut text = vec![0; length];
        stream.read_exact(&mut text).await?;
        Ok(String::from_utf8(text).unwrap())
    }

    async fn until_it_answers(&self) {
        let deadline = Instant::now() + START;
        // With a password it answers too, that there is one.
        while !self
            .try_ask(&["PING"])
            .await
            .is_ok_and(|said| said.contains("PONG") || said.contains("NOAUTH"))
        {
            assert!(Instant::now() < deadline, "no Redis: {}", self.process.output());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

fn command(folder: &TempDir, address: SocketAddr, more: &[String]) -> Command {
    let mut command = Command::new(server());
    command.args(["--bind", "127.0.0.1", "--save", ""]);
    if !more.iter().any(|word| word == "--port") {
        command.args(["--port", &address.port().to_string()]);
    }
    command.arg("--dir").arg(folder.path()).args(more);
    command
}

/// A connection to a server that can be cut: data sent meanwhile is lost without an error.
pub struct Way {
    /// Where it begins.
    pub address: SocketAddr,
    cut: watch::Sender<bool>,
}

impl Way {
    /// A way to there.
    pub async fn to(there: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let cut = watch::Sender::new(false);
        let state = cut.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(carry(stream, there, state.subscribe()));
            }
        });
        Self { address, cut }
    }

    /// From now on nothing arrives.
    pub fn cut(&self) {
        self.cut.send_replace(true);
    }

    /// New connections reach the server again. Those that were open when it was cut end.
    pub fn mend(&self) {
        self.cut.send_replace(false);
    }

    /// The URL of a Redis at its end.
    pub fn url(&self) -> String {
        format!("redis://{}", self.address)
    }
}

async fn carry(mut near: TcpStream, there: SocketAddr, mut cut: watch::Receiver<bool>) {
    if !*cut.borrow_and_update() {
        let Ok(mut far) = TcpStream::connect(there).await else { return };
        tokio::select! {
            _ = tokio::io::copy_bidirectional(&mut near, &mut far) => return,
            _ = cut.wait_for(|cut| *cut) => {}
        }
        let _ = cut.wait_for(|cut| !*cut).await;
        return;
    }
    let _ = cut.wait_for(|cut| !*cut).await;
}

/// A Redis starts within this, also on a busy machine.
const START: Duration = Duration::from_secs(20);
