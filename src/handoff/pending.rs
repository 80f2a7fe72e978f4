//! A sign-in in progress: the state cookie that the gate sets before it redirects the browser.
//!
//! Only the browser stores the state, in a cookie that no other host can set, so the gate needs no
//! memory and any replica can finish a sign-in that another one started. The portal receives the
//! hash of the nonce and puts it into the hand-off token: a token for another browser, or for the
//! sign-in of another tab, does not match the nonce (T9).

use super::address;
use super::cookie::{STATE_COOKIES, cookie};
use crate::token::UnixTime;
use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use std::fmt::{self, Write as _};

/// One sign-in that this browser started on this host.
#[derive(Clone, PartialEq, Eq)]
pub struct Pending {
    id: Box<str>,
    nonce: [u8; NONCE_BYTES],
    begun: UnixTime,
    path: Box<str>,
}

impl Pending {
    /// Starts a sign-in. `path` is the requested path; text that is not a path becomes `/`.
    #[must_use]
    pub fn begin(random: &[u8; RANDOM_BYTES], path: &str, now: UnixTime) -> Self {
        let (id, rest) = random.split_at(ID_BYTES);
        let id = id.iter().fold(String::new(), |mut id, byte| {
            // Writing to a String cannot fail.
            let _ = write!(id, "{byte:02x}");
            id
        });
        let nonce = rest.first_chunk().copied().unwrap_or_default();
        let path = if address::is_path(path) { address::bounded(path) } else { "/" };
        Self { id: id.into(), nonce, begun: now, path: path.into() }
    }

    /// Reads a state cookie; `None` if the cookie is not one, or not in the gate's format.
    #[must_use]
    pub fn read(name: &[u8], value: &[u8]) -> Option<Self> {
        let id = std::str::from_utf8(name.strip_prefix(STATE_COOKIES.as_bytes())?).ok()?;
        let is_id = id.len() == 2 * ID_BYTES
            && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if !is_id || value.len() > MAX_VALUE {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(value).ok()?;
        let (nonce, rest) = bytes.split_first_chunk()?;
        let (begun, path) = rest.split_first_chunk()?;
        let path = std::str::from_utf8(path).ok().filter(|path| address::is_path(path))?;
        let begun = UnixTime(u64::from_be_bytes(*begun));
        Some(Self { id: id.into(), nonce: *nonce, begun, path: address::bounded(path).into() })
    }

    /// Identifies the sign-in among those of the browser.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The requested path, at most 1 KiB.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// When the sign-in was started.
    #[must_use]
    pub fn begun(&self) -> UnixTime {
        self.begun
    }

    /// The `nonce` that the hand-off token must have: base64url of the SHA-256 of the nonce.
    #[must_use]
    pub fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest(&SHA256, &self.nonce))
    }

    /// The value of the parameter `st` for the sign-in page.
    #[must_use]
    pub fn st(&self) -> String {
        format!("{}.{}", self.id, self.challenge())
    }

    /// Whether the sign-in can still be finished. A time in the future comes from a replica whose clock
    /// is ahead.
    #[must_use]
    pub fn is_fresh(&self, now: UnixTime) -> bool {
        now.0.abs_diff(self.begun.0) <= LIFETIME
    }

    /// The `Set-Cookie` value of the state cookie.
    #[must_use]
    pub fn cookie(&self, partitioned: bool) -> String {
        let mut bytes = Vec::with_capacity(NONCE_BYTES + 8 + self.path.len());
        bytes.extend_from_slice(&self.nonce);
        bytes.extend_from_slice(&self.begun.0.to_be_bytes());
        bytes.extend_from_slice(self.path.as_bytes());
        cookie(&self.name(), &URL_SAFE_NO_PAD.encode(bytes), LIFETIME, partitioned)
    }

    /// The `Set-Cookie` value that deletes it.
    #[must_use]
    pub fn forget(&self, partitioned: bool) -> String {
        cookie(&self.name(), "", 0, partitioned)
    }

    fn name(&self) -> String {
        format!("{STATE_COOKIES}{}", self.id)
    }
}

/// Without the nonce, which only the gate and the browser may know.
impl fmt::Debug for Pending {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Pending").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The oldest of a browser's sign-ins, which are dropped when it starts another one. Unfinished
/// sign-ins must not fill the browser's cookie storage.
#[must_use]
pub fn surplus(mut pending: Vec<Pending>) -> Vec<Pending> {
    pending.sort_by_key(|one| one.begun);
    pending.truncate((pending.len() + 1).saturating_sub(MOST_PENDING));
    pending
}

/// The random bytes of [`Pending::begin`]: ID and nonce.
pub const RANDOM_BYTES: usize = ID_BYTES + NONCE_BYTES;
const ID_BYTES: usize = 8;
const NONCE_BYTES: usize = 32;
/// Seconds.
const LIFETIME: u64 = 300;
/// Unfinished sign-ins of one browser on one host.
const MOST_PENDING: usize = 5;
/// The maximal length of a value that the gate writes.
const MAX_VALUE: usize = 2048;

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixTime = UnixTime(1_800_000_000);

    fn begun(byte: u8, path: &str, at: u64) -> Pending {
        Pending::begin(&[byte; RANDOM_BYTES], path, UnixTime(at))
    }

    fn read(line: &str) -> Option<Pending> {
        let pair = line.split(';').next()?;
        let (name, value) = pair.split_once('=')?;
        Pending::read(name.as_bytes(), value.as_bytes())
    }

    #[test]
    fn a_state_cookie_reads_back() {
        let pending = begun(7, "/desk?a=1", NOW.0);
        assert_eq!(read(&pending.cookie(false)), Some(pending.clone()));
        assert_eq!(pending.path(), "/desk?a=1");
        assert_eq!(pending.st(), format!("0707070707070707.{}", pending.challenge()));
        assert_eq!(pending.challenge().len(), 43);
        assert!(!pending.cookie(false).contains(&pending.challenge()));
        assert!(!pending.st().contains(&URL_SAFE_NO_PAD.encode([7; 32])), "the nonce stays here");
        assert_eq!(format!("{pending:?}"), "Pending { id: \"0707070707070707\", .. }");
        assert!(pending.forget(false).starts_with("__Host-doorward-st-0707070707070707=; "));
        assert_eq!(read(&pending.forget(false)), None);
    }

    #[test]
    fn an_invalid_or_long_return_path_becomes_the_root() {
        for (row, path, expected) in [
            ("plain", "/x", "/x"),
            ("longest", &format!("/{}", "a".repeat(1023)), &*format!("/{}", "a".repeat(1023))),
            ("too_long", &format!("/{}", "a".repeat(1024)), "/"),
            ("no_path", "x", "/"),
            ("empty", "", "/"),
            ("control", "/\r\nX: y", "/"),
        ] {
            let pending = begun(1, path, NOW.0);
            assert_eq!(pending.path(), expected, "{row}");
            assert_eq!(read(&pending.cookie(false)), Some(pending), "{row}");
        }
    }

    #[test]
    fn foreign_cookies_are_no_state() {
        let good = begun(7, "/", NOW.0).cookie(false);
        let value = good.split(['=', ';']).nth(1).unwrap();
        let id = "0707070707070707";
        let evil = URL_SAFE_NO_PAD.encode([&[7; 40][..], b"https://evil.example/"].concat());
        let broken = URL_SAFE_NO_PAD.encode([&[7; 40][..], b"/\r\n"].concat());
        for (row, name, value) in [
            ("other_name", format!("__Host-doorward-xx-{id}"), value),
            ("no_prefix", format!("doorward-st-{id}"), value),
            ("upper_case_id", "__Host-doorward-st-070707070707070A".to_owned(), value),
            ("short_id", "__Host-doorward-st-07".to_owned(), value),
            ("no_id", "__Host-doorward-st-".to_owned(), value),
            ("padded", format!("__Host-doorward-st-{id}"), "AAAA="),
            ("too_short", format!("__Host-doorward-st-{id}"), "AAAA"),
            ("empty", format!("__Host-doorward-st-{id}"), ""),
            ("no_path", format!("__Host-doorward-st-{id}"), &URL_SAFE_NO_PAD.encode([7; 40])),
            ("absolute_path", format!("__Host-doorward-st-{id}"), &evil),
            ("path_with_line_break", format!("__Host-doorward-st-{id}"), &broken),
        ] {
            assert_eq!(Pending::read(name.as_bytes(), value.as_bytes()), None, "{row}");
        }
        let huge = "A".repeat(MAX_VALUE + 1);
        let name = format!("__Host-doorward-st-{id}");
        assert_eq!(Pending::read(name.as_bytes(), huge.as_bytes()), None, "huge");
    }

    #[test]
    fn five_minutes_and_no_longer() {
        let pending = begun(1, "/", NOW.0);
        for (row, now, expected) in [
            ("at_once", NOW.0, true),
            ("at_the_end", NOW.0 + 300, true),
            ("too_late", NOW.0 + 301, false),
            ("a_clock_ahead", NOW.0 - 300, true),
            ("a_clock_far_ahead", NOW.0 - 301, false),
        ] {
            assert_eq!(pending.is_fresh(UnixTime(now)), expected, "{row}");
        }
    }

    #[test]
    fn the_five_newest_are_kept() {
        let ages =
            |pending: Vec<Pending>| pending.iter().map(|one| one.begun.0).collect::<Vec<_>>();
        let of = |ages: &[u64]| ages.iter().map(|age| begun(1, "/", *age)).collect::<Vec<_>>();
        assert_eq!(ages(surplus(of(&[]))), [0; 0]);
        assert_eq!(ages(surplus(of(&[4, 2, 3, 1]))), [0; 0]);
        assert_eq!(ages(surplus(of(&[4, 2, 3, 1, 5]))), [1]);
        assert_eq!(ages(surplus(of(&[4, 2, 7, 3, 1, 5, 6]))), [1, 2, 3]);
    }
}
