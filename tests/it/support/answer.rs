//! An HTTP answer, with repetition and order of its header lines kept.

use std::fmt::{self, Display, Formatter};

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Header lines in order; names as they came.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The whole body.
    pub body: Vec<u8>,
}

impl Answer {
    /// Every value of a header, in order.
    pub fn all(&self, name: &str) -> Vec<String> {
        let lines = self.headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
        lines.map(|(_, value)| String::from_utf8_lossy(value).into_owned()).collect()
    }

    /// The value of a header that comes at most once.
    ///
    /// # Panics
    ///
    /// When it comes twice: no header of ours is a list.
    pub fn header(&self, name: &str) -> Option<String> {
        let mut values = self.all(name);
        assert!(values.len() <= 1, "{name} came {} times in\n{self}", values.len());
        values.pop()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Panics
    ///
    /// When it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in\n{self}"))
    }

    /// The pairs `name=value` of all cookies it sets, without their attributes.
    pub fn cookies(&self) -> Vec<String> {
        let lines = self.all("Set-Cookie").into_iter();
        lines.map(|line| line.split(';').next().unwrap_or_default().trim().to_owned()).collect()
    }

    /// Whether the body is one of our pages.
    pub fn is_page(&self) -> bool {
        self.header("Content-Type").is_some_and(|value| value.starts_with("text/html"))
    }

    /// Whether the body is a problem document.
    pub fn is_problem(&self) -> bool {
        self.header("Content-Type").as_deref() == Some("application/problem+json")
    }

    /// The answer without the one place in which a token may stand: the session that is being set.
    fn without_session(&self) -> Self {
        let sets_session = |name: &str, value: &[u8]| {
            self.status == 303
                && name.eq_ignore_ascii_case("Set-Cookie")
                && [&b"__Host-doorward="[..], b"__Host-doorward-p="]
                    .iter()
                    .any(|session| value.starts_with(session))
        };
        let mut rest = self.clone();
        rest.headers.retain(|(name, value)| !sets_session(name, value));
        rest
    }

    /// The rules for every answer of the gate that this one violates.
    ///
    /// The rules: only 200 is a permit, and it has no body; every other answer
    /// forbids caching, sends no referrer, stays small, redirects to absolute addresses only, and
    /// shows no part of any token.
    pub fn violations(&self) -> Vec<String> {
        let mut broken = Vec::new();
        let mut promise = |kept: bool, what: &str| {
            if !kept {
                broken.push(what.to_owned());
            }
        };
        if self.status == 200 {
            promise(self.body.is_empty(), "a permit has no body");
            return broken;
        }
        promise((300..600).contains(&self.status), "only a permit is below 300");
        let is = |name, wanted| self.all(name) == [wanted];
        promise(is("Cache-Control", "no-store"), "Cache-Control: no-store");
        promise(is("Vary", "*"), "Vary: *");
        // A page that asks has a form of its own, which must come with an `Origin`.
        let policy = self.header("Content-Security-Policy").unwrap_or_default();
        let asks = policy.contains("form-action 'self'");
        let referrer = if asks { "same-origin" } else { "no-referrer" };
        promise(is("Referrer-Policy", referrer), "Referrer-Policy");
        promise(self.body.len() <= 8192, "at most 8 KiB");
        let absolute =
            |value: &String| value.starts_with("https://") || value.starts_with("http://");
        promise(self.all("Location").iter().all(absolute), "Location is absolute");
        promise(
            self.status != 401 || !self.all("WWW-Authenticate").is_empty(),
            "401 has a challenge",
        );
        // The answer to a HEAD says what it would have been, and holds nothing.
        if self.is_problem() && !self.body.is_empty() {
            let status = self.json()["status"].as_u64();
            promise(status == Some(u64::from(self.status)), "the problem's status is the answer's");
        }
        if self.is_page() {
            promise(policy.contains("default-src 'none'"), "a page loads nothing from outside");
        }
        if let Some(part) = super::token::leak_in(&self.without_session().to_string()) {
            broken.push(format!("shows a part of a token: {part}"));
        }
        broken
    }
}

impl Display for Answer {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.status)?;
        for (name, value) in &self.headers {
            writeln!(f, "{name}: {}", String::from_utf8_lossy(value))?;
        }
        write!(f, "\n{}", self.text())
    }
}
