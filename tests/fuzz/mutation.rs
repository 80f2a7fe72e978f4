//! Inputs from seeds: bytes changed, inserted, removed and repeated, and parts of two seeds joined.
//! The sequence of random numbers is fixed, so that a failure can be repeated.

/// A source of inputs.
pub struct Mutation<'s> {
    seeds: &'s [Vec<u8>],
    random: u64,
}

impl<'s> Mutation<'s> {
    /// Inputs that are similar to these.
    pub fn new(seeds: &'s [Vec<u8>]) -> Self {
        Self { seeds, random: 0x9E37_79B9_7F4A_7C15 }
    }

    /// The next one: one to four changes to a seed.
    pub fn next_input(&mut self) -> Vec<u8> {
        let seed = self.below(self.seeds.len());
        let mut input = self.seeds[seed].clone();
        for _ in 0..=self.below(4) {
            self.change(&mut input);
        }
        input
    }

    fn change(&mut self, input: &mut Vec<u8>) {
        let at = self.below(input.len() + 1);
        let end = (at + 1 + self.below(16)).min(input.len());
        match self.below(8) {
            0 | 1 if at < input.len() => input[at] ^= 1 << self.below(8),
            2 if at < input.len() => input[at] = self.byte(),
            3 => input.insert(at, self.byte()),
            4 if at < end => drop(input.drain(at..end)),
            5 if at < end => {
                let part = input[at..end].to_vec();
                let times = 1 + self.below(40);
                input.splice(at..at, part.repeat(times));
            }
            6 => {
                let word = WORDS[self.below(WORDS.len())];
                input.splice(at..at, word.iter().copied());
            }
            _ => {
                let other = &self.seeds[self.below(self.seeds.len())];
                let from = self.below(other.len() + 1);
                input.truncate(at);
                input.extend_from_slice(&other[from..]);
            }
        }
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.below(256)).unwrap_or_default()
    }

    /// xorshift64.
    fn below(&mut self, end: usize) -> usize {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        usize::try_from(self.random % u64::try_from(end.max(1)).unwrap_or(1)).unwrap_or_default()
    }
}

/// What parsers treat in a special way.
const WORDS: [&[u8]; 28] = [
    b"\0",
    b"\r\n",
    b"\n",
    b"\t",
    b" ",
    b"\"",
    b"\\",
    b"'",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b",",
    b";",
    b"=",
    b".",
    b"..",
    b"--",
    b"%2F",
    b"%00",
    b"xn--",
    b"{{",
    b"}}",
    b"\xff",
    "\u{202e}".as_bytes(),
    "\u{3002}".as_bytes(),
    "\u{feff}".as_bytes(),
];
