//! The load over HTTP/2 and TLS: one connection, a fixed number of streams in flight, as Traefik
//! asks a gate that offers HTTP/2.
//!
//! Written frame by frame rather than with a client library for two reasons. Go's encoder, which
//! Traefik uses, indexes every header, cookies too, so that from the second request on a request is
//! some forty bytes; other encoders send cookies in full each time, which is another load. And a
//! client that costs next to nothing leaves the server busy.

use crate::failure::Failure;
use crate::load::on_load_core;
use crate::request::{PageFetch, VERIFY};
use crate::{cores::Cores, tls};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConnection, StreamOwned};

/// Sends `count` requests with `in_flight` streams at a time and returns how long that took. Every
/// answer must be a 200 without a body: a permit.
pub fn run(
    address: SocketAddr,
    tls_folder: &Path,
    page: &PageFetch,
    count: usize,
    in_flight: usize,
    cores: Cores,
) -> Result<Duration, Failure> {
    let blocks = HeaderBlocks::new(address, page)?;
    let config = tls::client(tls_folder)?;
    on_load_core(cores, move || {
        let name = ServerName::try_from("localhost").map_err(|_| TLS)?;
        let session = ClientConnection::new(config, name).map_err(|_| TLS)?;
        let socket = TcpStream::connect(address).map_err(Failure::io("connecting"))?;
        socket.set_nodelay(true).map_err(Failure::io("connecting"))?;
        socket.set_read_timeout(Some(SILENCE)).map_err(Failure::io("connecting"))?;
        let stream = StreamOwned::new(session, socket);
        let started = Instant::now();
        Connection { stream, received: Vec::new(), blocks, sent: 0 }.exchange(count, in_flight)?;
        Ok(started.elapsed())
    })
}

struct Connection {
    stream: StreamOwned<ClientConnection, TcpStream>,
    /// Bytes after the last whole frame.
    received: Vec<u8>,
    blocks: HeaderBlocks,
    /// Requests sent so far; the next stream's number follows from it.
    sent: u32,
}

impl Connection {
    fn exchange(&mut self, count: usize, in_flight: usize) -> Result<(), Failure> {
        self.write(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")?;
        self.write(&frame(SETTINGS, 0, 0, &[]))?;
        let mut unsent = count;
        for _ in 0..in_flight.min(count) {
            self.request()?;
            unsent -= 1;
        }
        let mut unanswered = count;
        while unanswered > 0 {
            for _ in 0..self.answers()? {
                unanswered = unanswered.saturating_sub(1);
                if unsent > 0 {
                    self.request()?;
                    unsent -= 1;
                }
            }
        }
        Ok(())
    }

    /// One request is one TLS record, as Go's client flushes after each.
    fn request(&mut self) -> Result<(), Failure> {
        let block = if self.sent == 0 { &self.blocks.first } else { &self.blocks.later };
        let frame = frame(HEADERS, END_HEADERS | END_STREAM, self.sent * 2 + 1, block);
        self.sent += 1;
        self.write(&frame)
    }

    /// Waits for at least one read and returns how many answers it completed.
    fn answers(&mut self) -> Result<usize, Failure> {
        let mut chunk = [0; 16 * 1024];
        let read = self.stream.read(&mut chunk).map_err(Failure::io("reading answers"))?;
        if read == 0 {
            return Err(Failure::Protocol("the connection was closed before the last answer"));
        }
        self.received.extend(chunk.iter().take(read));
        let mut received = std::mem::take(&mut self.received);
        let mut rest = received.as_slice();
        let mut complete = 0;
        while let Some((head, after)) = rest.split_first_chunk::<9>() {
            let [high, middle, low, kind, flags, ..] = *head;
            let length = u32::from_be_bytes([0, high, middle, low]) as usize;
            let Some((payload, after)) = after.split_at_checked(length) else {
                break;
            };
            rest = after;
            complete += usize::from(self.frame(kind, flags, payload)?);
        }
        let done = received.len() - rest.len();
        received.drain(..done);
        self.received = received;
        Ok(complete)
    }

    /// Handles one frame; true when it ends an answer.
    fn frame(&mut self, kind: u8, flags: u8, payload: &[u8]) -> Result<bool, Failure> {
        match kind {
            HEADERS if payload.first() != Some(&STATUS_200) => {
                Err(Failure::Protocol("an answer over HTTP/2 was no 200"))
            }
            HEADERS | DATA => Ok(flags & END_STREAM != 0),
            SETTINGS if flags & ACK == 0 => {
                self.write(&frame(SETTINGS, ACK, 0, &[])).map(|()| false)
            }
            PING if flags & ACK == 0 => self.write(&frame(PING, ACK, 0, payload)).map(|()| false),
            RST_STREAM | GOAWAY => Err(Failure::Protocol("the server ended a stream")),
            _ => Ok(false),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.stream.write_all(bytes).map_err(Failure::io("sending over TLS"))
    }
}

/// The request as HPACK writes it (RFC 7541): in full once, and from then on as indices into the
/// table that the first request filled.
struct HeaderBlocks {
    first: Vec<u8>,
    later: Vec<u8>,
}

impl HeaderBlocks {
    fn new(address: SocketAddr, page: &PageFetch) -> Result<Self, Failure> {
        let mut fields = vec![
            (":authority".to_owned(), address.to_string()),
            (":path".to_owned(), VERIFY.to_owned()),
        ];
        fields.extend(page.to_http2());
        // Each entry counts 32 bytes more than its text (RFC 7541, section 4.1). Were the table too
        // small, every request would evict what the next one needs.
        let table: usize = fields.iter().map(|(name, value)| name.len() + value.len() + 32).sum();
        if table > 4096 {
            return Err(Failure::Protocol("the request does not fit HPACK's table"));
        }
        let mut first = METHOD_GET_SCHEME_HTTPS.to_vec();
        let mut later = METHOD_GET_SCHEME_HTTPS.to_vec();
        for (position, (name, value)) in fields.iter().enumerate() {
            first.push(LITERAL_WITH_INDEXING);
            for text in [name, value] {
                integer(&mut first, 0, 7, text.len());
                first.extend_from_slice(text.as_bytes());
            }
            // The newest entry has the lowest index.
            integer(&mut later, INDEXED, 7, STATIC_ENTRIES + fields.len() - position);
        }
        Ok(Self { first, later })
    }
}

/// An integer with a prefix of `bits` bits (RFC 7541, section 5.1).
fn integer(block: &mut Vec<u8>, pattern: u8, bits: u32, mut value: usize) {
    let most = (1_usize << bits) - 1;
    if value < most {
        block.push(pattern | low_byte(value));
        return;
    }
    block.push(pattern | low_byte(most));
    value -= most;
    while value >= 128 {
        block.push(low_byte(value) | 128);
        value >>= 7;
    }
    block.push(low_byte(value));
}

fn low_byte(value: usize) -> u8 {
    value.to_le_bytes().first().copied().unwrap_or_default()
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let [.., high, middle, low] = payload.len().to_be_bytes();
    let mut frame = Vec::with_capacity(9 + payload.len());
    frame.extend_from_slice(&[high, middle, low, kind, flags]);
    frame.extend_from_slice(&stream.to_be_bytes());
    frame.extend_from_slice(payload);
    frame
}

const TLS: Failure = Failure::Cryptography("the TLS client could not be set up");

/// Longer than this without a byte, and the round has failed.
const SILENCE: Duration = Duration::from_secs(10);

// Frame types and flags of RFC 9113, section 6.
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const ACK: u8 = 1;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

// Representations of RFC 7541, section 6, and entries of its static table (appendix A).
const INDEXED: u8 = 0x80;
const LITERAL_WITH_INDEXING: u8 = 0x40;
const STATIC_ENTRIES: usize = 61;
const STATUS_200: u8 = INDEXED | 8;
const METHOD_GET_SCHEME_HTTPS: [u8; 2] = [INDEXED | 2, INDEXED | 7];
