//! What was left of a `Cookie` line the last time it came. A page loads dozens of things with the
//! same line, and taking it apart and checking what remains is the dearest part of a permit.
//!
//! A memory, never a decision: which token enters is judged before, from the line itself, each
//! time. A hit is the same line, compared whole, under the same generation of the configuration,
//! so it is what taking it apart would give.

use foldhash::quality::FixedState;
use hyper::header::HeaderValue;
use std::cell::RefCell;
use std::hash::BuildHasher as _;

/// `rest` of `line` under `generation`, from memory where it is there.
pub(super) fn remembered(
    generation: u64,
    line: &HeaderValue,
    rest: impl FnOnce() -> Option<HeaderValue>,
) -> Option<HeaderValue> {
    let bytes = line.as_bytes();
    if bytes.len() > LONGEST {
        return rest();
    }
    let place = usize::try_from(FixedState::default().hash_one(bytes)).unwrap_or(0) % PLACES;
    JARS.with_borrow_mut(|jars| {
        if jars.is_empty() {
            jars.resize_with(PLACES, Jar::default);
        }
        let Some(jar) = jars.get_mut(place) else { return rest() };
        if jar.generation != generation || *jar.line != *bytes {
            *jar = Jar { generation, line: bytes.into(), rest: rest() };
        }
        jar.rest.clone()
    })
}

thread_local! {
    static JARS: RefCell<Vec<Jar>> = const { RefCell::new(Vec::new()) };
}

/// One line and what was left of it. The empty one is of generation 0, which no gate has.
#[derive(Default)]
struct Jar {
    generation: u64,
    line: Box<[u8]>,
    rest: Option<HeaderValue>,
}

/// For each worker thread; at most 2 MiB with lines of the greatest length.
const PLACES: usize = 256;
/// Longer lines are rare, and not worth their memory.
const LONGEST: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> HeaderValue {
        HeaderValue::from_str(text).unwrap()
    }

    #[test]
    fn another_line_or_generation_is_never_answered_from_memory() {
        let rest = |text: &'static str| move || Some(value(text));
        let line = value("a=1; token=x");
        assert_eq!(remembered(1, &line, rest("a=1")), Some(value("a=1")));
        assert_eq!(remembered(1, &line, || unreachable!("remembered")), Some(value("a=1")));
        assert_eq!(remembered(2, &line, rest("a=2")), Some(value("a=2")), "new configuration");
        assert_eq!(remembered(1, &line, rest("a=3")), Some(value("a=3")), "the old one again");
        for number in 0..10_000 {
            let other = value(&format!("a={number}; token=x"));
            let own = value(&format!("a={number}"));
            assert_eq!(remembered(3, &other, || Some(own.clone())), Some(own.clone()));
        }
        assert_eq!(remembered(4, &line, || None), None);
        assert_eq!(remembered(4, &line, || unreachable!("nothing was left")), None);
    }

    #[test]
    fn a_long_line_is_taken_apart_each_time() {
        let line = value(&"x".repeat(LONGEST + 1));
        assert_eq!(remembered(1, &line, || None), None);
        assert_eq!(remembered(1, &line, || Some(value("y"))), Some(value("y")));
    }
}
