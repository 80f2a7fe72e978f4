//! The cookies that the gate sets on a workspace's host: their names and attributes, and how each is
//! deleted.
//!
//! All have the prefix `__Host-`: no other host can set them (RFC 6265bis §4.1.3.2), so no sibling
//! can plant a session or a state. They are `SameSite=Lax`, because a link on the portal is a
//! navigation from another site. `Strict` would not protect against siblings, which are same-site.

use std::fmt::Write as _;

/// Prefix of the state cookies, which bind a sign-in to the browser that started it.
pub const STATE_COOKIES: &str = "__Host-doorward-st-";
/// Counts sign-ins, so that a redirect loop ends with a page that explains it.
pub const LOOP_COOKIE: &str = "__Host-doorward-loop";
/// The name of the session cookie if it is `Partitioned`: browsers store it apart, so a sibling that
/// sets many cookies cannot evict it.
pub const PARTITIONED_COOKIE: &str = "__Host-doorward-p";

/// The session cookie under its two names: one is set, both are deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionCookies {
    /// The first of `tokens.cookies`.
    pub name: Box<str>,
    /// Whether [`PARTITIONED_COOKIE`] is set instead.
    pub partitioned: bool,
}

impl SessionCookies {
    /// The `Set-Cookie` values of a sign-in: the session cookie, valid for `seconds`, and the deletion
    /// of the other one, which an earlier configuration may have set.
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

    /// The `Set-Cookie` values of a sign-out.
    #[must_use]
    pub fn clear(&self) -> [String; 2] {
        [false, true].map(|partitioned| cookie(self.named(partitioned), "", 0, partitioned))
    }

    /// The `Set-Cookie` values that delete the other cookies of these names that only this host can
    /// have set. This host cannot delete a cookie of its parent domain.
    pub fn clear_others<'n>(
        &'n self,
        names: impl Iterator<Item = &'n str> + 'n,
    ) -> impl Iterator<Item = String> + 'n {
        names
            .filter(|name| name.starts_with("__Host-") && *name != &*self.name)
            .map(|name| cookie(name, "", 0, false))
    }

    /// The size of the session cookie as browsers count it: name and value.
    #[must_use]
    pub fn size(&self, token: &str) -> usize {
        self.named(self.partitioned).len() + token.len()
    }

    fn named(&self, partitioned: bool) -> &str {
        if partitioned { PARTITIONED_COOKIE } else { &self.name }
    }
}

/// The `Set-Cookie` value of one of the gate's cookies. A browser identifies a cookie by its name
/// *and* by whether it is partitioned, so a deletion must have the same of both.
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
    fn one_name_is_set_and_the_other_deleted() {
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
