//! Finds the boundaries of HTTP/2 frames (RFC 9113 section 4.1) and nothing else.
//!
//! hyper reports a request only when its head is complete, so a peer that sends CONTINUATION frames
//! or half a frame byte by byte looks idle. This tracks the bytes just closely enough to tell the
//! two apart; the `h2` crate judges whether they are valid.

/// Tracks the bytes that a client sends on one connection.
#[derive(Debug)]
pub(super) struct FrameTracker {
    /// Remaining bytes of the preface or of the current payload.
    rest: u32,
    /// The frame header collected so far.
    header: [u8; FRAME_HEADER],
    collected: usize,
    /// Inside a header block: after HEADERS without `END_HEADERS`, until a frame that has it.
    block: bool,
}

impl FrameTracker {
    /// At the start of a connection, before the client's preface.
    pub(super) const fn new() -> Self {
        Self { rest: PREFACE, header: [0; FRAME_HEADER], collected: 0, block: false }
    }

    /// Takes the bytes that arrived and returns the position after them.
    pub(super) fn follow(&mut self, mut bytes: &[u8]) -> FramePosition {
        let mut begun = false;
        while !bytes.is_empty() {
            if self.rest > 0 {
                let available = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
                let step = self.rest.min(available);
                self.rest -= step;
                bytes = bytes.get(step as usize..).unwrap_or_default();
                continue;
            }
            let Some((&byte, after)) = bytes.split_first() else {
                break;
            };
            bytes = after;
            // A frame within a header block begins nothing new: otherwise a peer could send empty
            // CONTINUATION frames forever.
            begun |= self.collected == 0 && !self.block;
            if let Some(place) = self.header.get_mut(self.collected) {
                *place = byte;
            }
            self.collected += 1;
            if self.collected == FRAME_HEADER {
                self.collected = 0;
                self.open();
            }
        }
        if self.rest == 0 && self.collected == 0 && !self.block {
            FramePosition::Boundary
        } else if begun {
            FramePosition::NewFrame
        } else {
            FramePosition::SameFrame
        }
    }

    /// A frame header is complete: reads the length of its payload.
    fn open(&mut self) {
        let [a, b, c, kind, flags, ..] = self.header;
        self.rest = u32::from_be_bytes([0, a, b, c]);
        match kind {
            HEADERS | CONTINUATION => self.block = flags & END_HEADERS == 0,
            // Any other frame within a block is an error that ends the connection; until then the
            // clock of the block keeps running.
            _ => {}
        }
    }
}

/// The position on a connection after the bytes that arrived last.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum FramePosition {
    /// Between two frames, with no header block open.
    Boundary,
    /// Within a frame or header block that began in these bytes.
    NewFrame,
    /// Within one that began in earlier bytes.
    SameFrame,
}

const FRAME_HEADER: usize = 9;
/// `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n` (RFC 9113 section 3.4).
const PREFACE: u32 = 24;
const HEADERS: u8 = 1;
const CONTINUATION: u8 = 9;
const END_HEADERS: u8 = 4;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PRI: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    fn frame(kind: u8, flags: u8, payload: usize) -> Vec<u8> {
        let length = u32::try_from(payload).unwrap().to_be_bytes();
        let mut frame = vec![length[1], length[2], length[3], kind, flags, 0, 0, 0, 1];
        frame.resize(FRAME_HEADER + payload, 0x55);
        frame
    }

    #[test]
    fn places() {
        const SETTINGS: u8 = 4;
        const PING: u8 = 6;
        let opened = |tail: &[u8]| [PRI, tail].concat();
        let open_block = frame(HEADERS, 0, 3);
        let rows: Vec<(&str, Vec<Vec<u8>>, FramePosition)> = vec![
            ("half_preface", vec![PRI[..10].to_vec()], FramePosition::SameFrame),
            ("preface", vec![PRI.to_vec()], FramePosition::Boundary),
            ("settings", vec![opened(&frame(SETTINGS, 0, 6))], FramePosition::Boundary),
            ("ping_is_no_request", vec![opened(&[]), frame(PING, 0, 8)], FramePosition::Boundary),
            ("half_header", vec![opened(&frame(PING, 0, 8)[..5])], FramePosition::NewFrame),
            ("half_payload", vec![opened(&frame(PING, 0, 8)[..12])], FramePosition::NewFrame),
            (
                "half_payload_drips",
                vec![opened(&frame(PING, 0, 8)[..12]), vec![0; 2]],
                FramePosition::SameFrame,
            ),
            ("whole_head", vec![opened(&frame(HEADERS, END_HEADERS, 50))], FramePosition::Boundary),
            ("open_block", vec![opened(&open_block)], FramePosition::NewFrame),
            (
                "continuation_drip",
                vec![opened(&open_block), frame(CONTINUATION, 0, 1), frame(CONTINUATION, 0, 0)],
                FramePosition::SameFrame,
            ),
            (
                "continuation_ends",
                vec![opened(&open_block), frame(CONTINUATION, END_HEADERS, 1)],
                FramePosition::Boundary,
            ),
            (
                "one_done_one_begun",
                vec![opened(&frame(PING, 0, 8)[..12]), [vec![0; 5], vec![0; 4]].concat()],
                FramePosition::NewFrame,
            ),
            ("empty_read", vec![opened(&[]), vec![]], FramePosition::Boundary),
        ];
        for (name, reads, expected) in rows {
            let mut frames = FrameTracker::new();
            let mut place = FramePosition::Boundary;
            for read in &reads {
                place = frames.follow(read);
            }
            assert_eq!(place, expected, "{name}");
        }
    }

    proptest! {
        /// The result does not depend on how the bytes are cut into reads.
        #[test]
        fn input_may_arrive_in_any_pieces(
            kinds in proptest::collection::vec((0_u8..12, any::<u8>(), 0_usize..40), 0..8),
            tail in 0_usize..60,
            cut in 1_usize..50,
        ) {
            let mut bytes = PRI.to_vec();
            for (kind, flags, payload) in kinds {
                bytes.extend(frame(kind, flags, payload));
            }
            bytes.truncate(bytes.len().saturating_sub(tail));
            let mut whole = FrameTracker::new();
            let end = whole.follow(&bytes);
            let mut pieces = FrameTracker::new();
            let mut last = FramePosition::SameFrame;
            for piece in bytes.chunks(cut) {
                last = pieces.follow(piece);
            }
            if !bytes.is_empty() {
                prop_assert_eq!(end == FramePosition::Boundary, last == FramePosition::Boundary);
                prop_assert_eq!(whole.rest, pieces.rest);
            }
        }
    }
}
