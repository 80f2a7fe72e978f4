//! What was left of a `Cookie` line the last time it came. A page loads dozens of things with the
//! same line, and taking it apart and checking what remains is the dearest part of a permit.
//!
//! A memory, never a decision: which token enters is judged before, from the line itself, each
//! time. A hit is the same line, compared whole, under the same generation of the configuration,
//! so it is what taking it apart would give.

use hyper::header::HeaderValue;
use std::cell::RefCell;

/// `rest` of `lines` under `generation`, from memory where it is there. Over HTTP/2 Traefik sends a
/// line for each pair.
pub(super) fn remembered<'l, L: Iterator<Item = &'l HeaderValue>>(
    generation: u64,
    lines: impl Fn() -> L,
    rest: impl FnOnce() -> Option<HeaderValue>,
) -> Option<HeaderValue> {
    let bytes = || lines().map(HeaderValue::as_bytes);
    if bytes().map(<[u8]>::len).sum::<usize>() > LONGEST {
        return rest();
    }
    JARS.with_borrow_mut(|jars| {
        if jars.is_empty() {
            jars.resize_with(PLACES, CachedCookies::default);
        }
        let Some(jar) = jars.get_mut(place(bytes())) else { return rest() };
        if jar.generation != generation || !jar.holds(bytes()) {
            let mut lines = Vec::new();
            for line in bytes() {
                lines.extend_from_slice(line);
                lines.push(END);
            }
            *jar = CachedCookies { generation, lines: lines.into(), rest: rest() };
        }
        jar.rest.clone()
    })
}

thread_local! {
    static JARS: RefCell<Vec<CachedCookies>> = const { RefCell::new(Vec::new()) };
}

/// One line and what was left of it. The empty one is of generation 0, which no gate has.
#[derive(Default)]
struct CachedCookies {
    generation: u64,
    /// Each with [`END`] behind it.
    lines: Box<[u8]>,
    rest: Option<HeaderValue>,
}

impl CachedCookies {
    fn holds<'l>(&self, mut lines: impl Iterator<Item = &'l [u8]>) -> bool {
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

/// Where lines are looked for: a mix of a few of their bytes. Lines of two people differ in their
/// tokens, most of whose bytes are as good as random; what shares a place only forgets the other.
fn place<'l>(lines: impl Iterator<Item = &'l [u8]>) -> usize {
    let mix = |sum: usize, byte: &u8| sum.wrapping_mul(31).wrapping_add(usize::from(*byte));
    let sum = lines.fold(0_usize, |sum, line| {
        let stride = (line.len() / SAMPLES).max(1);
        line.iter().rev().step_by(stride).take(SAMPLES).fold(sum.wrapping_add(line.len()), mix)
    });
    (sum ^ (sum >> 16)) % PLACES
}

/// Bytes of a line that choose its place.
const SAMPLES: usize = 8;
/// No header value holds it.
const END: u8 = b'\n';
/// For each worker thread; at most 2 MiB with lines of the greatest length.
const PLACES: usize = 256;
/// Longer lines are rare, and not worth their memory.
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
    fn another_line_or_generation_is_never_answered_from_memory() {
        let rest = |text: &'static str| move || Some(value(text));
        let line = value("a=1; token=x");
        assert_eq!(remembered(1, one(&line), rest("a=1")), Some(value("a=1")));
        assert_eq!(remembered(1, one(&line), || unreachable!("remembered")), Some(value("a=1")));
        assert_eq!(remembered(2, one(&line), rest("a=2")), Some(value("a=2")), "new configuration");
        assert_eq!(remembered(1, one(&line), rest("a=3")), Some(value("a=3")), "the old one again");
        for number in 0..10_000 {
            let other = value(&format!("a={number}; token=x"));
            let own = value(&format!("a={number}"));
            assert_eq!(remembered(3, one(&other), || Some(own.clone())), Some(own.clone()));
        }
        assert_eq!(remembered(4, one(&line), || None), None);
        assert_eq!(remembered(4, one(&line), || unreachable!("nothing was left")), None);
    }

    #[test]
    fn a_long_line_is_taken_apart_each_time() {
        let line = value(&"x".repeat(LONGEST + 1));
        assert_eq!(remembered(1, one(&line), || None), None);
        assert_eq!(remembered(1, one(&line), || Some(value("y"))), Some(value("y")));
    }

    #[test]
    fn lines_are_told_apart_by_where_they_end() {
        let split = [value("a=1"), value("b=2")];
        let joined = value("a=1b=2");
        let swapped = [value("b=2"), value("a=1")];
        let rest = |text: &'static str| move || Some(value(text));
        for _ in 0..2 {
            assert_eq!(remembered(7, || split.iter(), rest("split")), Some(value("split")));
            assert_eq!(remembered(7, one(&joined), rest("joined")), Some(value("joined")));
            assert_eq!(remembered(7, || swapped.iter(), rest("swapped")), Some(value("swapped")));
            assert_eq!(remembered(7, || split.iter().take(1), rest("first")), Some(value("first")));
        }
        let jar = CachedCookies { generation: 1, lines: b"a=1\nb=2\n"[..].into(), rest: None };
        let holds = |lines: &[&'static [u8]]| jar.holds(lines.iter().copied());
        assert!(holds(&[b"a=1", b"b=2"]));
        for other in
            [&[&b"a=1"[..]][..], &[b"a=1b=2"], &[b"a=1", b"b=2", b""], &[b"a=1", b"b=3"], &[]]
        {
            assert!(!holds(other), "{other:?}");
        }
    }
}
