//! The cookies that the gate sets on a workspace's host: their names, their attributes, and how
//! each is taken back.
//!
//! All are `__Host-`: no other host can set them (RFC 6265bis §4.1.3.2), so no sibling can plant a
//! session or a state. `Lax`, because a portal's link is a navigation from another site; and never
//! `Strict`'s promise, which siblings break anyway.

use std::fmt::Write as _;

/// Begins the names of the cookies that tie a sign-in to the browser that asked for it.
pub const STATE_COOKIES: &str = "__Host-doorward-st-";
/// Counts sign-ins, so that a loop ends in a page that says why.
pub const LOOP_COOKIE: &str = "__Host-doorward-loop";
/// The session cookie's name where it is `Partitioned`: a jar of its own, which a sibling's flood of
/// cookies does not reach.
pub const PARTITIONED_COOKIE: &str = "__Host-doorward-p";

/// The session cookie under its two names, of which one is set and both are taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionCookies {
    /// The first of `tokens.cookies`.
    pub name: Box<str>,
    /// Whether [`PARTITIONED_COOKIE`] is set in its place.
    pub partitioned: bool,
}

impl SessionCookies {
    /// The `Set-Cookie` values of a sign-in: the session, good for `seconds`, and the end of the one
    /// that another setting has left behind.
    #[must_use]
    pub fn set(&self, token: &str, seconds: u64) -> [String; 2] {
        let line = |partitioned| {
            let name = self.named(partitioned);
            if partitioned == self.partitioned {
                cookie(name, token, seconds, partitioned)
            } else {
                cookie(name, "", 0, partitioned)
            }
        };
        [line(false), line(true)]
    }

    /// Those of a sign-out.
    #[must_use]
    pub fn clear(&self) -> [String; 2] {
        [false, true].map(|partitioned| cookie(self.named(partitioned), "", 0, partitioned))
    }

    /// Those that take back what else of these names only this host can have set. What a parent
    /// domain has set is not this host's to take back.
    pub fn clear_others<'n>(
        &'n self,
        names: impl Iterator<Item = &'n str> + 'n,
    ) -> impl Iterator<Item = String> + 'n {
        names
            .filter(|name| name.starts_with("__Host-") && *name != &*self.name)
            .map(|name| cookie(name, "", 0, false))
    }

    /// Bytes that a browser counts for the session cookie: name and value together.
    #[must_use]
    pub fn size(&self, token: &str) -> usize {
        self.named(self.partitioned).len() + token.len()
    }

    fn named(&self, partitioned: bool) -> &str {
        if partitioned { PARTITIONED_COOKIE } else { &self.name }
    }
}

/// The `Set-Cookie` value of one of the gate's cookies. A browser takes a cookie back by its name
/// *and* by whether it is partitioned, so both are the same at its end.
#[must_use]
pub fn cookie(name: &str, value: &str, seconds: u64, partitioned: bool) -> String {
    let mut line = format!("{name}={value}; HttpOnly; Secure; SameSite=Lax; Path=/");
    // Writing to a String cannot fail.
    let _ = write!(line, "; Max-Age={seconds}");
    if partitioned {
        line.push_str("; Partitioned");
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_is_set_and_the_other_taken_back() {
        const REST: &str = "HttpOnly; Secure; SameSite=Lax; Path=/";
        let cookies = |partitioned| SessionCookies { name: "__Host-doorward".into(), partitioned };
        assert_eq!(
            cookies(false).set("a.b.c", 60),
            [
                format!("__Host-doorward=a.b.c; {REST}; Max-Age=60"),
                format!("__Host-doorward-p=; {REST}; Max-Age=0; Partitioned"),
            ]
        );
        assert_eq!(
            cookies(true).set("a.b.c", 60),
            [
                format!("__Host-doorward=; {REST}; Max-Age=0"),
                format!("__Host-doorward-p=a.b.c; {REST}; Max-Age=60; Partitioned"),
            ]
        );
        assert_eq!(cookies(true).clear(), cookies(false).clear());
        for line in cookies(true).clear() {
            assert!(line.contains("=; ") && line.contains("Max-Age=0"), "{line}");
        }
    }
}
