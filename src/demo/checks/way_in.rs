//! Sign-in and sign-out, step by step, in two browsers: alice's, and bob's, who tries to use alice's
//! desktop.
//!
//! Each answer becomes one line (status, location, cookies), which must be exactly the expected line:
//! an additional cookie is a failure like a wrong status.

use super::{Finding, SelfTest, browser::Browser};
use crate::demo::{
    client::Reply,
    hosts::{Account, Hosts, SIGN_IN_LABEL},
    portal::SIGNED_OUT,
};
use std::{fmt::Write, io};

/// The sessions of both browsers: cookie pairs as they send them. Empty when the sign-in failed; then
/// every check that needs one fails.
pub(super) struct Sessions {
    pub(super) alice: String,
    pub(super) bob: String,
}

/// Browsers, and what was found so far.
pub(super) struct Walk<'a> {
    self_test: &'a SelfTest<'a>,
    alice: Browser<'a>,
    bob: Browser<'a>,
    pub(super) findings: Vec<Finding>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(self_test: &'a SelfTest<'a>) -> Self {
        let (alice, bob) = (self_test.browser(), self_test.browser());
        Self { self_test, alice, bob, findings: Vec::new() }
    }

    /// Both sign in, each to their own desktop.
    pub(super) async fn enter(&mut self) -> Sessions {
        let hosts = self.self_test.hosts;
        let sign_in = hosts.origin(SIGN_IN_LABEL);
        let page = (ALICE, "/echo?attempt=way-in");

        // Bob tries alice's desktop first. He is signed in at the portal from here on.
        let sent = self.bob.open(page).await;
        let bobs_wish = query(&sent);
        let form = format!("account=bob&{bobs_wish}");
        let told = self.bob.submit((SIGN_IN_LABEL, "/sign-in"), &sign_in, &form).await;
        self.step("bob signs in and requests alice's desktop", "403, sets __Host-portal", &told);
        let told = self.bob.open((SIGN_IN_LABEL, &format!("/?{bobs_wish}"))).await;
        self.step("bob, signed in, requests it again", "403", &told);

        let sent = self.alice.open(page).await;
        let wish = query(&sent);
        self.step("alice opens her desktop", "302 login/, sets __Host-doorward-st-…", &sent);
        let told = self.alice.open((SIGN_IN_LABEL, &format!("/?{wish}"))).await;
        self.step("the sign-in page shows its form to alice", "200", &told);
        let bobs_page = hosts.origin(Account::Bob.name());
        let form = format!("account=alice&{wish}");
        let told = self.alice.submit((SIGN_IN_LABEL, "/sign-in"), &bobs_page, &form).await;
        self.step("bob's page signs her in", "403", &told);
        let told = self.alice.submit((SIGN_IN_LABEL, "/sign-in"), &sign_in, &form).await;
        self.step("alice signs in", "303 alice/.doorward/enter, sets __Host-portal", &told);
        let entry = path(&told, hosts);

        let told = self.bob.open((ALICE, &entry)).await;
        self.step("alice's hand-off token in bob's browser", "401", &told);
        // A hand-off token that was presented elsewhere is void, even on its first use.
        let told = self.alice.open((ALICE, &entry)).await;
        self.step("the same token in her browser: used up", "401", &told);
        let sent = self.alice.open(page).await;
        let state = self.alice.cookie(ALICE, STATE);
        let told = self.alice.open((SIGN_IN_LABEL, &format!("/?{}", query(&sent)))).await;
        self.step(
            "alice requests a new one: redirected at once",
            "303 alice/.doorward/enter",
            &told,
        );
        let entry = path(&told, hosts);
        let told = self.alice.open((ALICE, &entry)).await;
        self.step("the new token in her browser", "303 alice/echo, sets __Host-doorward", &told);
        let session = self.alice.cookie(ALICE, SESSION);
        self.alice.insist(ALICE, &state);
        let told = self.alice.open((ALICE, &entry)).await;
        self.step("the same token and state again", "401", &told);

        let sent = self.bob.open((BOB, "/.doorward/login?path=/echo")).await;
        let told = self.bob.open((SIGN_IN_LABEL, &format!("/?{}", query(&sent)))).await;
        self.step(
            "bob requests his own desktop: redirected at once",
            "303 bob/.doorward/enter",
            &told,
        );
        let entry = path(&told, hosts);
        // His token, under the state that he has begun at alice's desktop.
        let id = crate::demo::query::value(&bobs_wish, "st").unwrap_or_default();
        let id = id.split('.').next().unwrap_or_default();
        let token = entry.split_once("&t=").map_or("", |(_, token)| token);
        let crossed = format!("/.doorward/enter?st={id}&t={token}");
        let told = self.bob.open((ALICE, &crossed)).await;
        self.step("bob's hand-off token at alice's desktop", "401", &told);
        let told = self.bob.open((BOB, &entry)).await;
        self.step(
            "bob's hand-off token at his desktop",
            "303 bob/echo, sets __Host-doorward",
            &told,
        );
        Sessions { alice: session, bob: self.bob.cookie(BOB, SESSION) }
    }

    /// Alice signs out.
    pub(super) async fn leave(&mut self) {
        let hosts = self.self_test.hosts;
        let session = self.alice.cookie(ALICE, SESSION);
        let logout = (ALICE, "/.doorward/logout");
        let bobs_page = hosts.origin(Account::Bob.name());
        let told = self.alice.submit(logout, &bobs_page, "").await;
        self.step("bob's page signs alice out", "403", &told);
        let told = self.alice.open((ALICE, "/echo")).await;
        self.step("alice's session is still valid", "200", &told);
        let told = self.alice.submit(logout, &hosts.origin(ALICE), "").await;
        let expected = format!("303 login{SIGNED_OUT}, clears cache, storage");
        self.step("alice signs out", &expected, &told);
        self.alice.insist(ALICE, &session);
        let told = self.alice.open((ALICE, "/echo?attempt=way-out")).await;
        let expected = "302 login/, sets __Host-doorward-st-…";
        self.step("her old cookie is not a session anymore", expected, &told);
    }

    fn step(&mut self, name: &'static str, expected: &str, reply: &io::Result<Reply>) {
        let actual = match reply {
            Ok(reply) => told(reply, self.self_test.hosts),
            Err(error) => format!("no answer: {error}"),
        };
        let (expected, passed) = (expected.to_owned(), actual == expected);
        self.findings.push(Finding { name, expected, actual, passed });
    }
}

/// An answer in one line, without secrets.
fn told(reply: &Reply, hosts: Hosts) -> String {
    let mut text = reply.status.to_string();
    if let Some(location) = reply.header("location") {
        let (address, _) = location.split_once('?').unwrap_or((location, ""));
        let short = labels().find_map(|label| {
            let path = address.strip_prefix(&hosts.origin(label))?;
            path.starts_with('/').then(|| format!("{label}{path}"))
        });
        // Writing to a String cannot fail.
        let _ = write!(text, " {}", short.as_deref().unwrap_or(address));
    }
    for line in reply.headers("set-cookie") {
        let mut attributes = line.split("; ");
        let (name, value) =
            attributes.next().and_then(|pair| pair.split_once('=')).unwrap_or_default();
        // The cookie against redirect loops gives no access.
        if value.is_empty() || name == "__Host-doorward-loop" {
            continue;
        }
        let shown = if name.starts_with(STATE) { "__Host-doorward-st-…" } else { name };
        let _ = write!(text, ", sets {shown}");
        let attributes: Vec<_> = attributes.collect();
        for needed in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
            if !attributes.contains(&needed) {
                let _ = write!(text, " without {needed}");
            }
        }
        for wide in attributes.iter().filter(|one| one.starts_with("Domain")) {
            let _ = write!(text, " with {wide}");
        }
    }
    if let Some(what) = reply.header("clear-site-data") {
        let _ = write!(text, ", clears {}", what.replace('"', ""));
    }
    text
}

/// Path and query of the address that an answer leads to, on any of our hosts.
fn path(reply: &io::Result<Reply>, hosts: Hosts) -> String {
    let location = reply.as_ref().ok().and_then(|reply| reply.header("location"));
    let location = location.unwrap_or_default();
    let path = labels().find_map(|label| location.strip_prefix(&hosts.origin(label)));
    path.filter(|path| path.starts_with('/')).unwrap_or("/").to_owned()
}

/// What the gate tells the sign-in page.
fn query(reply: &io::Result<Reply>) -> String {
    let location = reply.as_ref().ok().and_then(|reply| reply.header("location"));
    location.and_then(|location| location.split_once('?')).map_or("", |(_, query)| query).to_owned()
}

fn labels() -> impl Iterator<Item = &'static str> {
    [ALICE, BOB, SIGN_IN_LABEL].into_iter()
}

const ALICE: &str = "alice";
const BOB: &str = "bob";
/// With its `=`: the names of the state and of the guard begin like that of the session.
const SESSION: &str = "__Host-doorward=";
/// Begins the names of the gate's state cookies.
const STATE: &str = "__Host-doorward-st-";

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=60";

    fn line(headers: &str) -> String {
        let head = format!("HTTP/1.1 303 X\r\n{headers}\r\n");
        told(&Reply::new(303, head, String::new()), Hosts::new(8443))
    }

    #[test]
    fn a_printed_answer_hides_its_secrets() {
        let text = line(&format!(
            "Location: https://alice.vdi.localhost:8443/.doorward/enter?st=a&t=eyJ\r\n\
             Set-Cookie: __Host-portal=secret; {GOOD}\r\n\
             Set-Cookie: __Host-doorward-st-0a=secret; {GOOD}\r\n\
             Set-Cookie: __Host-doorward-p=; {GOOD}\r\n\
             Clear-Site-Data: \"cache\", \"storage\"\r\n"
        ));
        let expected = "303 alice/.doorward/enter, sets __Host-portal, sets __Host-doorward-st-…, \
                        clears cache, storage";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_cookie_violation_is_found() {
        for (row, headers, expected) in [
            ("other_host", "Location: https://evil.example/x\r\n", "303 https://evil.example/x"),
            (
                "longer_port",
                "Location: https://bob.vdi.localhost:84430/\r\n",
                "303 https://bob.vdi.localhost:84430/",
            ),
            (
                "for_the_zone",
                "Set-Cookie: a=b; HttpOnly; Secure; SameSite=Lax; Path=/; Domain=vdi.localhost\r\n",
                "303, sets a with Domain=vdi.localhost",
            ),
            (
                "for_scripts",
                "Set-Cookie: a=b; Secure; SameSite=Lax; Path=/\r\n",
                "303, sets a without HttpOnly",
            ),
        ] {
            assert_eq!(line(headers), expected, "{row}");
        }
    }
}
