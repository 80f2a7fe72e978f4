//! The demo's own record of what reached alice's desktop.
//!
//! Bob's page cannot see what the gate decided: a browser reports a refused WebSocket and a
//! broken one alike. So each attempt carries a name of its own in its address, and alice's
//! desktop, behind the gate, writes down each name that it meets.

use std::sync::{Mutex, PoisonError};

/// Attempts that arrived, oldest first.
#[derive(Default)]
pub(super) struct Record {
    arrivals: Mutex<Vec<String>>,
}

impl Record {
    /// Writes down that `attempt` arrived. Names of another shape than ours are left out, and the
    /// oldest make room, so that no visitor can fill the memory.
    pub(super) fn arrived(&self, attempt: &str) {
        if !is_name(attempt) {
            return;
        }
        let mut arrivals = self.arrivals.lock().unwrap_or_else(PoisonError::into_inner);
        if arrivals.len() >= KEPT {
            arrivals.remove(0);
        }
        arrivals.push(attempt.to_owned());
    }

    pub(super) fn has(&self, attempt: &str) -> bool {
        let arrivals = self.arrivals.lock().unwrap_or_else(PoisonError::into_inner);
        arrivals.iter().any(|arrival| arrival == attempt)
    }
}

fn is_name(attempt: &str) -> bool {
    (1..=64).contains(&attempt.len())
        && attempt.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

const KEPT: usize = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_requests_that_arrived_are_recorded() {
        let record = Record::default();
        record.arrived("websocket-1");
        assert!(record.has("websocket-1"));
        assert!(!record.has("websocket-2"));
    }

    #[test]
    fn names_of_another_shape_are_left_out() {
        let record = Record::default();
        let longest = "a".repeat(64);
        for (name, kept) in [
            ("", false),
            ("a b", false),
            ("<b>", false),
            (&*longest, true),
            (&"a".repeat(65), false),
        ] {
            record.arrived(name);
            assert_eq!(record.has(name), kept, "{name}");
        }
    }

    #[test]
    fn oldest_arrivals_make_room() {
        let record = Record::default();
        for number in 0..=KEPT {
            record.arrived(&format!("n{number}"));
        }
        assert!(!record.has("n0"));
        assert!(record.has("n1"));
        assert!(record.has(&format!("n{KEPT}")));
    }
}
