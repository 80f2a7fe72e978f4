//! The shard of a label: one of the hundred shard routes in the renderer's `gathered` layout.
//!
//! The gate sends the shard of every permitted host to Traefik, and the renderer puts the host's
//! route into the same shard; both call this module. Shards only distribute load and protect
//! nothing, so two digits and the bias of the modulo are sufficient.

use aws_lc_rs::digest::{Context, SHA256};
use std::fmt;

/// A shard, `00` to `99`: the first two bytes, big-endian, of
/// SHA-256(`doorward-shard/v1` 0x00 · label), modulo 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Shard(u16);

impl Shard {
    /// The shard of a user's label. It does not depend on the session slug, so all hosts of a user
    /// are in the same shard.
    #[must_use]
    pub fn of(label: &str) -> Self {
        let mut context = Context::new(&SHA256);
        context.update(b"doorward-shard/v1\0");
        context.update(label.as_bytes());
        let digest = context.finish();
        let first_two = digest.as_ref().iter().take(2);
        let number = first_two.fold(0, |number, byte| (number << 8) | u16::from(*byte));
        Self(number % COUNT)
    }

    /// All shards, in order.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..COUNT).map(Self)
    }

    /// `"00"` to `"99"`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        let start = usize::from(self.0) * 2;
        DIGITS.get(start..start + 2).unwrap_or_default()
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

const COUNT: u16 = 100;

/// The digits of all shards in sequence, so that a header value needs no allocation.
const DIGITS: &str = "\
    00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748\
    49505152535455565758596061626364656667686970717273747576777879808182838485868788899091929394959697\
    9899";

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn golden_shards() {
        // Computed with another implementation of SHA-256, from the formula alone.
        for (label, shard) in [
            ("alice", "05"),
            ("bob-2", "65"),
            ("alice-uigvpv5c9n0rvhraghli6", "42"),
            ("x-9lives-ui3nsqds3jf2km1pr9kpe", "08"),
            ("a", "72"),
            ("u3", "00"),
            ("u51", "99"),
        ] {
            assert_eq!(Shard::of(label).as_str(), shard, "{label}");
            assert_eq!(Shard::of(label).to_string(), shard, "{label}");
        }
    }

    #[test]
    fn every_shard_has_two_digits_of_its_own() {
        for (number, shard) in Shard::all().enumerate() {
            assert_eq!(shard.as_str(), format!("{number:02}"));
        }
        let all: BTreeSet<_> = Shard::all().collect();
        assert_eq!(all.len(), 100);
        let reached: BTreeSet<_> = (0..5_000).map(|n| Shard::of(&format!("u{n}"))).collect();
        assert_eq!(reached, all);
    }
}
