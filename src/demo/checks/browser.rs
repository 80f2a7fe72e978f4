//! A minimal browser for the sign-in: it keeps cookies for the host that set them, and opens pages as
//! a user does.

use crate::demo::{
    client::{Client, Reply},
    hosts::Hosts,
};
use std::{fmt::Write, io};

pub(super) struct Browser<'a> {
    client: &'a Client,
    hosts: Hosts,
    jar: Vec<Kept>,
}

/// One cookie of one host.
struct Kept {
    label: String,
    name: String,
    value: String,
}

impl<'a> Browser<'a> {
    pub(super) fn new(client: &'a Client, hosts: Hosts) -> Self {
        Self { client, hosts, jar: Vec::new() }
    }

    /// Opens a page: typed, or as the next step of a redirect.
    pub(super) async fn open(&mut self, (label, path): (&str, &str)) -> io::Result<Reply> {
        self.send("GET", (label, path), "Sec-Fetch-Site: none\r\n", "").await
    }

    /// Sends a form from a page of `origin`.
    pub(super) async fn submit(
        &mut self,
        (label, path): (&str, &str),
        origin: &str,
        form: &str,
    ) -> io::Result<Reply> {
        let site = if origin == self.hosts.origin(label) { "same-origin" } else { "same-site" };
        let lines = format!(
            "Origin: {origin}\r\nSec-Fetch-Site: {site}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n",
            form.len()
        );
        self.send("POST", (label, path), &lines, form).await
    }

    async fn send(
        &mut self,
        method: &str,
        (label, path): (&str, &str),
        lines: &str,
        body: &str,
    ) -> io::Result<Reply> {
        let host = self.hosts.authority(label);
        let mut request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nAccept: text/html,*/*;q=0.8\r\n\
             Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n{lines}"
        );
        let cookies = self.cookies(label);
        if !cookies.is_empty() {
            // Writing to a String cannot fail.
            let _ = write!(request, "Cookie: {cookies}\r\n");
        }
        let _ = write!(request, "Connection: close\r\n\r\n{body}");
        let reply = self.client.send(label, &request).await?;
        for line in reply.headers("set-cookie") {
            self.keep(label, line);
        }
        Ok(reply)
    }

    /// What it sends to a host.
    pub(super) fn cookies(&self, label: &str) -> String {
        let own = self.jar.iter().filter(|kept| kept.label == label);
        own.map(|kept| format!("{}={}", kept.name, kept.value)).collect::<Vec<_>>().join("; ")
    }

    /// The pair of one cookie, by the beginning of its name; empty when there is none.
    pub(super) fn cookie(&self, label: &str, name: &str) -> String {
        let cookies = self.cookies(label);
        let found = cookies.split("; ").find(|pair| pair.starts_with(name));
        found.unwrap_or_default().to_owned()
    }

    /// Stores a cookie that no server has set, which a real browser would not do.
    pub(super) fn insist(&mut self, label: &str, pair: &str) {
        self.keep(label, pair);
    }

    fn keep(&mut self, label: &str, line: &str) {
        let (pair, attributes) = line.split_once(';').unwrap_or((line, ""));
        let Some((name, value)) = pair.split_once('=') else { return };
        self.jar.retain(|kept| (kept.label.as_str(), kept.name.as_str()) != (label, name));
        let gone = attributes.split(';').any(|one| one.trim().eq_ignore_ascii_case("Max-Age=0"));
        if !gone {
            let [label, name, value] = [label, name, value].map(str::to_owned);
            self.jar.push(Kept { label, name, value });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::self_test;

    #[test]
    fn cookies_stay_with_their_host_and_are_deleted() {
        self_test(|self_test| {
            let mut browser = self_test.browser();
            browser.keep("alice", "__Host-a=1; Path=/; Secure");
            browser.keep("bob", "__Host-a=2; Path=/; Secure");
            browser.keep("alice", "__Host-b=3; Max-Age=60");
            assert_eq!(browser.cookies("alice"), "__Host-a=1; __Host-b=3");
            assert_eq!(browser.cookies("bob"), "__Host-a=2");
            assert_eq!(browser.cookies("login"), "");
            assert_eq!(browser.cookie("alice", "__Host-b"), "__Host-b=3");
            browser.keep("alice", "__Host-a=; Max-Age=0; Path=/");
            assert_eq!(browser.cookies("alice"), "__Host-b=3");
        });
    }
}
