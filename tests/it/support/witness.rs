//! Somebody who stands before the gate and writes down what it is asked.
//!
//! Traefik asks two ForwardAuth services in turn: this one, which says yes to everything, and the
//! gate. So it is told what the gate is told, over a connection that is not the gate's. It gives each
//! request a trace id of its own, which Traefik hands on: by it the gate's log and the desktop's
//! memory tell of the same request.

use super::desktop::Seen;
use serde_json::{Value, json};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A running witness.
pub struct Witness {
    address: SocketAddr,
    records: Arc<Mutex<Vec<Seen>>>,
    task: JoinHandle<()>,
}

impl Witness {
    /// Opens it.
    pub async fn open() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let records = Arc::default();
        let log = Arc::clone(&records);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let log = Arc::clone(&log);
                tokio::spawn(async move { drop(serve(stream, &log).await) });
            }
        });
        Self { address, records, task }
    }

    /// Its ForwardAuth middleware, which belongs before the gate's.
    pub fn middleware(&self) -> Value {
        json!({ "forwardAuth": {
            "address": format!("http://{}/", self.address),
            "trustForwardHeader": false,
            "authResponseHeaders": [TRACE],
        } })
    }

    /// Those questions to the gate that `such` holds for, in order, each with its trace id.
    pub fn records(&self, such: impl Fn(&Seen) -> bool) -> Vec<(String, Seen)> {
        let records = self.records.lock().expect("no holder panics");
        let numbered = records.iter().enumerate().filter(|(_, seen)| such(seen));
        numbered.map(|(place, seen)| (trace_id(place), seen.clone())).collect()
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// As it stands in the gate's log and, between dashes, in the header `traceparent` at the desktop.
fn trace_id(place: usize) -> String {
    // All zeros would be no trace id.
    format!("{:032x}", place + 1)
}

async fn serve(stream: TcpStream, log: &Mutex<Vec<Seen>>) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some(seen) = Seen::read(&mut stream).await? {
        let trace = {
            let mut log = log.lock().expect("no holder panics");
            log.push(seen);
            trace_id(log.len() - 1)
        };
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n{TRACE}: 00-{trace}-00000000000000aa-01\r\n\r\n"
        );
        stream.write_all(answer.as_bytes()).await?;
    }
    Ok(())
}

const TRACE: &str = "Traceparent";
