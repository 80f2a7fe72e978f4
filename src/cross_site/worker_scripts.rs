//! The scripts of service workers: a request with such a `Referer` comes from no page.

use crate::unix_time::UnixTime;
use std::collections::hash_map::RandomState;
use std::collections::{HashMap, VecDeque};
use std::hash::BuildHasher as _;
use std::sync::{Mutex, PoisonError};

/// The scripts that browsers have loaded as service workers.
///
/// A browser loads the script of a service worker again when its copy is a day old (Service Workers,
/// "Soft Update"), so an entry lasts 25 hours. The table is bounded for each label, so that one
/// user's desktops displace no entry of another user: at most 16 scripts for each of 10,000 labels.
///
/// It is the memory of one process. Where it has no entry, after a start or on another replica, the
/// extension decides: `.js` and `.mjs` count as scripts.
#[derive(Debug, Default)]
pub struct WorkerScripts {
    hasher: RandomState,
    table: Mutex<Table>,
}

/// Scripts and labels as keyed hashes.
#[derive(Debug, Default)]
struct Table {
    loaded: HashMap<u64, UnixTime>,
    /// The scripts of each label, the oldest first.
    of_label: HashMap<u64, VecDeque<u64>>,
}

impl WorkerScripts {
    /// Records that a browser loads `path` on `host` as a service worker. `label`: the user whose
    /// host it is.
    pub fn insert(&self, label: &str, host: &str, path: &str, now: UnixTime) {
        let (label, script) = (self.hasher.hash_one(label), self.hasher.hash_one((host, path)));
        self.table.lock().unwrap_or_else(PoisonError::into_inner).insert(label, script, now);
    }

    /// Whether `path` on `host` is the script of a service worker.
    #[must_use]
    pub fn contains(&self, host: &str, path: &str, now: UnixTime) -> bool {
        if has_script_extension(path) {
            return true;
        }
        let script = self.hasher.hash_one((host, path));
        let table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        table.loaded.get(&script).is_some_and(|loaded| now.0.saturating_sub(loaded.0) < LIFETIME)
    }
}

impl Table {
    fn insert(&mut self, label: u64, script: u64, now: UnixTime) {
        if self.loaded.insert(script, now).is_none() {
            if !self.of_label.contains_key(&label) && self.of_label.len() >= MAX_LABELS {
                self.remove_oldest_label();
            }
            let scripts = self.of_label.entry(label).or_default();
            scripts.push_back(script);
            if scripts.len() > MAX_SCRIPTS
                && let Some(oldest) = scripts.pop_front()
            {
                self.loaded.remove(&oldest);
            }
        } else if let Some(scripts) = self.of_label.get_mut(&label) {
            scripts.retain(|other| *other != script);
            scripts.push_back(script);
        }
    }

    fn remove_oldest_label(&mut self) {
        let last_use = |scripts: &VecDeque<u64>| self.loaded.get(scripts.back()?);
        let oldest = self.of_label.iter().min_by_key(|(_, scripts)| last_use(scripts));
        let Some(label) = oldest.map(|(label, _)| *label) else { return };
        for script in self.of_label.remove(&label).unwrap_or_default() {
            self.loaded.remove(&script);
        }
    }
}

/// In any case: a file system may ignore it.
fn has_script_extension(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, extension)| {
        extension.eq_ignore_ascii_case("js") || extension.eq_ignore_ascii_case("mjs")
    })
}

/// Scripts of one label.
const MAX_SCRIPTS: usize = 16;
/// Labels with service workers.
const MAX_LABELS: usize = 10_000;
/// Seconds: 25 hours.
const LIFETIME: u64 = 25 * 60 * 60;

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: &str = "alice.vdi.example.com";
    const NOW: UnixTime = UnixTime(1_800_000_000);

    #[test]
    fn a_script_is_known_by_its_load_for_25_hours_or_by_its_extension() {
        let scripts = WorkerScripts::default();
        scripts.insert("alice", HOST, "/worker", NOW);
        let later = |seconds| UnixTime(NOW.0 + seconds);
        for (row, host, path, now, expected) in [
            ("loaded", HOST, "/worker", NOW, true),
            ("loaded_a_day_ago", HOST, "/worker", later(24 * 3600), true),
            ("loaded_25_hours_ago", HOST, "/worker", later(25 * 3600), false),
            ("on_another_host", "work--alice.vdi.example.com", "/worker", NOW, false),
            ("another_path", HOST, "/worker/", NOW, false),
            ("js", HOST, "/sw.js", NOW, true),
            ("mjs_in_upper_case", HOST, "/SW.MJS", NOW, true),
            ("page", HOST, "/", NOW, false),
            ("page_in_a_folder_that_ends_in_js", HOST, "/sw.js/page", NOW, false),
            ("json", HOST, "/data.json", NOW, false),
        ] {
            assert_eq!(scripts.contains(host, path, now), expected, "{row}");
        }
    }

    #[test]
    fn one_user_displaces_no_script_of_another_and_the_table_is_bounded() {
        let scripts = WorkerScripts::default();
        scripts.insert("alice", HOST, "/worker", NOW);
        for number in 0..100 {
            scripts.insert("bob", "bob.vdi.example.com", &format!("/{number}"), NOW);
        }
        assert!(scripts.contains(HOST, "/worker", NOW));
        assert!(!scripts.contains("bob.vdi.example.com", "/83", NOW));
        assert!(scripts.contains("bob.vdi.example.com", "/84", NOW), "the last 16");
        assert_eq!(scripts.table.lock().unwrap().loaded.len(), 17);
    }

    #[test]
    fn a_script_that_is_loaded_again_is_the_last_to_be_displaced() {
        let scripts = WorkerScripts::default();
        for number in 0..16 {
            scripts.insert("bob", "bob.vdi.example.com", &format!("/{number}"), NOW);
        }
        scripts.insert("bob", "bob.vdi.example.com", "/0", NOW);
        scripts.insert("bob", "bob.vdi.example.com", "/16", NOW);
        assert!(scripts.contains("bob.vdi.example.com", "/0", NOW));
        assert!(!scripts.contains("bob.vdi.example.com", "/1", NOW));
    }

    #[test]
    fn the_label_whose_last_load_is_the_oldest_makes_room() {
        let scripts = WorkerScripts::default();
        for number in 0..=MAX_LABELS as u64 {
            let host = format!("u{number}.vdi.example.com");
            scripts.insert(&format!("u{number}"), &host, "/worker", UnixTime(NOW.0 + number));
        }
        let now = UnixTime(NOW.0 + MAX_LABELS as u64);
        assert!(!scripts.contains("u0.vdi.example.com", "/worker", now));
        assert!(scripts.contains("u1.vdi.example.com", "/worker", now));
        assert_eq!(scripts.table.lock().unwrap().loaded.len(), MAX_LABELS);
    }
}
