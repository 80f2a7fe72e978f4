//! The connection to the driver: it takes commands, and replies come in any order.

use crate::support::process::Process;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{ChildStdin, ChildStdout, Command};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// The driver, shared by all that it holds open.
pub struct Link {
    input: Mutex<Option<ChildStdin>>,
    process: Mutex<Process>,
    waiting: Arc<Waiting>,
    last: AtomicU64,
}

/// Who waits for which answer.
type Waiting = Mutex<HashMap<u64, oneshot::Sender<Value>>>;

impl Link {
    /// Starts the driver, and gives what it says first: which browser it has started.
    pub async fn open(command: &mut Command) -> (Arc<Self>, Result<Value, String>) {
        let (process, input, output) = Process::converse(command);
        let (sender, ready) = oneshot::channel();
        let waiting = Arc::new(Mutex::new(HashMap::from([(0, sender)])));
        let link = Arc::new(Self {
            input: Mutex::new(Some(input)),
            process: Mutex::new(process),
            waiting: Arc::clone(&waiting),
            last: AtomicU64::new(0),
        });
        thread::spawn(move || hear(output, &waiting));
        let first = link.answer("start", ready, START).await;
        (link, first)
    }

    /// The answer to a command.
    ///
    /// # Panics
    ///
    /// When the answer is a refusal, or does not come.
    pub async fn demand(&self, command: Value) -> Value {
        let told = command.to_string();
        self.ask(command).await.unwrap_or_else(|why| panic!("{why} to {told}"))
    }

    /// The answer to a command, or why there is none.
    pub async fn ask(&self, mut command: Value) -> Result<Value, String> {
        let id = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        command["id"] = json!(id);
        command["timeout"] = json!(PATIENCE.as_millis());
        let (sender, answer) = oneshot::channel();
        self.waiting.lock().expect("no holder panics").insert(id, sender);
        if let Some(input) = self.input.lock().expect("no holder panics").as_mut() {
            // A driver that is gone gives no answer either, and says why.
            let _ = writeln!(input, "{command}");
        }
        // The driver's own patience ends first, and names what took so long.
        self.answer(&command["op"].to_string(), answer, PATIENCE * 2).await
    }

    async fn answer(
        &self,
        what: &str,
        answer: oneshot::Receiver<Value>,
        within: Duration,
    ) -> Result<Value, String> {
        let said = || self.process.lock().expect("no holder panics").stderr();
        match tokio::time::timeout(within, answer).await {
            Err(_) => Err(format!("no answer to {what} within {within:?}; it said:\n{}", said())),
            Ok(Err(_)) => Err(format!("the driver has ended; it said:\n{}", said())),
            Ok(Ok(mut answer)) => match answer.get("error").and_then(Value::as_str) {
                Some(error) => Err(error.to_owned()),
                None => Ok(answer["ok"].take()),
            },
        }
    }
}

impl Drop for Link {
    /// The browser is a child of the driver's: the driver has to end it, before it is ended itself.
    fn drop(&mut self) {
        drop(self.input.lock().ok().and_then(|mut input| input.take()));
        let Ok(process) = self.process.get_mut() else { return };
        let deadline = Instant::now() + FAREWELL;
        while !process.has_ended() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Gives each reply to the task that waits for it. When the driver ends, all waiting tasks end.
fn hear(output: ChildStdout, waiting: &Waiting) {
    for line in BufReader::new(output).lines().map_while(Result::ok) {
        let answer: Value = serde_json::from_str(&line).unwrap_or_default();
        let mut waiting = waiting.lock().expect("no holder panics");
        if let Some(sender) = answer["id"].as_u64().and_then(|id| waiting.remove(&id)) {
            // The task may have given up.
            let _ = sender.send(answer);
        }
    }
    waiting.lock().expect("no holder panics").clear();
}

/// A first start on a busy machine.
const START: Duration = Duration::from_secs(150);
/// What the slowest command may take.
const PATIENCE: Duration = Duration::from_secs(120);
const FAREWELL: Duration = Duration::from_secs(10);
