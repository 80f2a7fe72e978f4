//! Caches the `Cookie` line that the desktop receives, by the lines that the client sent. A page sends
//! dozens of requests with the same lines, and splitting them is the most expensive part of a
//! permit.
//!
//! The cache decides nothing: the tokens are read from the lines themselves for every request. A hit
//! has equal lines under the same generation of the configuration, so it is the same as the result
//! of splitting them again.

use hyper::header::HeaderValue;
use std::cell::RefCell;

/// `rest` of `lines` under `generation`, from the cache if it is there. Over HTTP/2, Traefik sends
/// one line for each cookie.
pub(super) fn get_or_compute<'l, L: Iterator<Item = &'l HeaderValue>>(
    generation: u64,
    lines: impl Fn() -> L,
    rest: impl FnOnce() -> Option<HeaderValue>,
) -> Option<HeaderValue> {
    let bytes = || lines().map(HeaderValue::as_bytes);
    if bytes().map(<[u8]>::len).sum::<usize>() > LONGEST {
        return rest();
    }
    CACHE.with_borrow_mut(|slots| {
        if slots.is_empty() {
            slots.resize_with(SLOTS, CachedCookies::default);
        }
        let Some(slot) = slots.get_mut(slot_of(bytes())) else { return rest() };
        if slot.generation != generation || !slot.has_lines(bytes()) {
            let mut lines = Vec::new();
            for line in bytes() {
                lines.extend_from_slice(line);
                lines.push(END);
            }
            *slot = CachedCookies { generation, lines: lines.into(), rest: rest() };
        }
        slot.rest.clone()
    })
}

thread_local! {
    static CACHE: RefCell<Vec<CachedCookies>> = const { RefCell::new(Vec::new()) };
}

/// The lines of one request and their rest. An empty slot has generation 0, which no gate has.
#[derive(Default)]
struct CachedCookies {
    generation: u64,
    /// Each line is followed by [`END`].
    lines: Box<[u8]>,
    rest: Option<HeaderValue>,
}

impl CachedCookies {
    fn has_lines<'l>(&self, mut lines: impl Iterator<Item = &'l [u8]>) -> bool {
        let behind = |left: &'_ [u8], line: &[u8]| {
            let (same, rest) = left.split_at_checked(line.len())?;
            let (end, rest) = rest.split_first()?;
            (same == line && *end == END).then_some(left.len() - rest.len())
        };
        let mut at = 0;
        let whole = lines.all(|line| {
            let taken = self.lines.get(at..).and_then(|left| behind(left, line));
            at += taken.unwrap_or(0);
            taken.is_some()
        });
        whole && at == self.lines.len()
    }
}

/// The slot of these lines: a hash of a few of their bytes. Lines of two users differ in their
/// tokens, most of whose bytes are close to random. Lines that share a slot replace each other.
fn slot_of<'l>(lines: impl Iterator<Item = &'l [u8]>) -> usize {
    let mix = |sum: usize, byte: &u8| sum.wrapping_mul(31).wrapping_add(usize::from(*byte));
    let sum = lines.fold(0_usize, |sum, line| {
        let stride = (line.len() / SAMPLES).max(1);
        line.iter().rev().step_by(stride).take(SAMPLES).fold(sum.wrapping_add(line.len()), mix)
    });
    (sum ^ (sum >> 16)) % SLOTS
}

/// Bytes of a line that the hash uses.
const SAMPLES: usize = 8;
/// No header value contains it.
const END: u8 = b'\n';
/// For each worker thread; at most 2 MiB with lines of the greatest length.
const SLOTS: usize = 256;
/// Longer lines are rare and not worth the memory.
const LONGEST: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    fn one<'l>(line: &'l HeaderValue) -> impl Fn() -> std::iter::Once<&'l HeaderValue> {
        move || std::iter::once(line)
    }

    fn value(text: &str) -> HeaderValue {
        HeaderValue::from_str(text).unwrap()
    }

    #[test]
    fn another_line_or_generation_never_hits() {
        let rest = |text: &'static str| move || Some(value(text));
        let line = value("a=1; token=x");
        assert_eq!(get_or_compute(1, one(&line), rest("a=1")), Some(value("a=1")));
        assert_eq!(get_or_compute(1, one(&line), || unreachable!("cached")), Some(value("a=1")));
        assert_eq!(
            get_or_compute(2, one(&line), rest("a=2")),
            Some(value("a=2")),
            "new configuration"
        );
        assert_eq!(
            get_or_compute(1, one(&line), rest("a=3")),
            Some(value("a=3")),
            "the old one again"
        );
        for number in 0..10_000 {
            let other = value(&format!("a={number}; token=x"));
            let own = value(&format!("a={number}"));
            assert_eq!(get_or_compute(3, one(&other), || Some(own.clone())), Some(own.clone()));
        }
        assert_eq!(get_or_compute(4, one(&line), || None), None);
        assert_eq!(get_or_compute(4, one(&line), || unreachable!("nothing was left")), None);
    }

    #[test]
    fn a_long_line_is_not_cached() {
        let line = value(&"x".repeat(LONGEST + 1));
        assert_eq!(get_or_compute(1, one(&line), || None), None);
        assert_eq!(get_or_compute(1, one(&line), || Some(value("y"))), Some(value("y")));
    }

    #[test]
    fn split_and_joined_cookie_lines_are_different_keys() {
        let split = [value("a=1"), value("b=2")];
        let joined = value("a=1b=2");
        let swapped = [value("b=2"), value("a=1")];
        let rest = |text: &'static str| move || Some(value(text));
        for _ in 0..2 {
            assert_eq!(get_or_compute(7, || split.iter(), rest("split")), Some(value("split")));
            assert_eq!(get_or_compute(7, one(&joined), rest("joined")), Some(value("joined")));
            assert_eq!(
                get_or_compute(7, || swapped.iter(), rest("swapped")),
                Some(value("swapped"))
            );
            assert_eq!(
                get_or_compute(7, || split.iter().take(1), rest("first")),
                Some(value("first"))
            );
        }
        let cached = CachedCookies { generation: 1, lines: b"a=1\nb=2\n"[..].into(), rest: None };
        let has_lines = |lines: &[&'static [u8]]| cached.has_lines(lines.iter().copied());
        assert!(has_lines(&[b"a=1", b"b=2"]));
        for other in
            [&[&b"a=1"[..]][..], &[b"a=1b=2"], &[b"a=1", b"b=2", b""], &[b"a=1", b"b=3"], &[]]
        {
            assert!(!has_lines(other), "{other:?}");
        }
    }
}
