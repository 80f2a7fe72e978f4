//! A ForwardAuth service in front of the gate that records the requests.
//!
//! Traefik calls two ForwardAuth services in turn: this one, which permits every request, and the
//! gate. It receives the same headers as the gate, over a connection of its own. It gives each request
//! a trace id, which Traefik passes on: it identifies the request in the gate's log and at the desktop.

use super::desktop::Seen;
use serde_json::{Value, json};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// The running service.
pub struct RequestRecorder {
    address: SocketAddr,
    records: Arc<Mutex<Vec<Seen>>>,
    task: JoinHandle<()>,
}

impl RequestRecorder {
    /// Starts it.
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

    /// The requests for which `such` is true, in order, each with its trace id.
    pub fn records(&self, such: impl Fn(&Seen) -> bool) -> Vec<(String, Seen)> {
        let records = self.records.lock().expect("no holder panics");
        let numbered = records.iter().enumerate().filter(|(_, seen)| such(seen));
        numbered.map(|(place, seen)| (trace_id(place), seen.clone())).collect()
    }
}

impl Drop for RequestRecorder {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// As in the gate's log and, between dashes, in the header `traceparent` at the desktop.
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
