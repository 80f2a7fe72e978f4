//! HTTP/1.1 requests byte by byte: what a visitor sends to Traefik, and what Traefik asks the gate.

/// A request whose header lines go out exactly as they stand here, order and repetition included.
#[derive(Clone, Debug)]
pub struct Request {
    /// Method on the request line.
    pub method: String,
    /// Target on the request line.
    pub target: String,
    /// Header lines in order.
    pub headers: Vec<(String, Vec<u8>)>,
}

impl Request {
    /// What Traefik asks the gate about `GET https://{host}/`: the five forwarded headers, as a
    /// program that is no browser would cause them.
    pub fn question(host: &str) -> Self {
        Self::get("/verify")
            .add("Host", "gate.internal")
            .add("X-Forwarded-For", "203.0.113.7")
            .add("X-Forwarded-Host", host)
            .add("X-Forwarded-Method", "GET")
            .add("X-Forwarded-Proto", "https")
            .add("X-Forwarded-Uri", "/")
    }

    /// What a visitor asks Traefik for.
    pub fn visit(host: &str) -> Self {
        Self::get("/").add("Host", host)
    }

    /// A GET without any header.
    pub fn get(target: &str) -> Self {
        Self { method: "GET".to_owned(), target: target.to_owned(), headers: Vec::new() }
    }

    /// Adds a header line behind the others.
    pub fn add(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    /// Replaces all lines of a header by one.
    pub fn set(self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.without(name).add(name, value)
    }

    /// Removes all lines of a header.
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self
    }

    /// The visitor's method: the request line's on a visit, `X-Forwarded-Method` in a question.
    pub fn method(mut self, method: &str) -> Self {
        if self.is_question() {
            return self.set("X-Forwarded-Method", method);
        }
        method.clone_into(&mut self.method);
        self
    }

    /// The visitor's path and query, likewise.
    pub fn uri(mut self, uri: &str) -> Self {
        if self.is_question() {
            return self.set("X-Forwarded-Uri", uri);
        }
        uri.clone_into(&mut self.target);
        self
    }

    /// The target on the request line: for a question, the gate's own path and query.
    pub fn target(mut self, target: &str) -> Self {
        target.clone_into(&mut self.target);
        self
    }

    /// The session cookie with this token.
    pub fn session(self, token: &str) -> Self {
        self.add("Cookie", format!("{}={token}", super::portal::COOKIE))
    }

    /// The token as a bearer.
    pub fn bearer(self, token: &str) -> Self {
        self.add("Authorization", format!("Bearer {token}"))
    }

    /// As a browser opens a page.
    pub fn page(self) -> Self {
        self.add("Accept", HTML).fetch_metadata("none", "navigate", "document")
    }

    /// As a browser without fetch metadata opens a page.
    pub fn old_page(self) -> Self {
        self.add("Accept", HTML)
    }

    /// As the workspace's own page fills a frame.
    pub fn frame(self) -> Self {
        self.add("Accept", HTML).fetch_metadata("same-origin", "navigate", "iframe")
    }

    /// As the workspace's own page posts a form.
    pub fn form(self) -> Self {
        let origin = self.origin();
        self.method("POST").add("Accept", HTML).add("Origin", origin).fetch_metadata(
            "same-origin",
            "navigate",
            "document",
        )
    }

    /// As the workspace's own script fetches.
    pub fn fetch(self) -> Self {
        self.add("Accept", "*/*").fetch_metadata("same-origin", "cors", "empty")
    }

    /// As the workspace's own page opens a WebSocket. A visit also asks Traefik for the upgrade; in
    /// a question those two headers are gone, as Traefik removes them.
    pub fn websocket(self) -> Self {
        let origin = self.origin();
        let visit = !self.is_question();
        let request = self
            .add("Origin", origin)
            .add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
            .add("Sec-WebSocket-Version", "13");
        if visit {
            request.add("Connection", "Upgrade").add("Upgrade", "websocket")
        } else {
            request
        }
    }

    /// The three fetch metadata headers.
    pub fn fetch_metadata(self, site: &str, mode: &str, destination: &str) -> Self {
        self.set("Sec-Fetch-Site", site)
            .set("Sec-Fetch-Mode", mode)
            .set("Sec-Fetch-Dest", destination)
    }

    /// The first value of a header.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        let mut lines = self.headers.iter();
        lines.find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_slice())
    }

    /// The bytes on the wire.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = format!("{} {} HTTP/1.1\r\n", self.method, self.target).into_bytes();
        for (name, value) in &self.headers {
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(b": ");
            bytes.extend_from_slice(value);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(b"\r\n");
        bytes
    }

    fn is_question(&self) -> bool {
        self.target.starts_with("/verify")
    }

    fn origin(&self) -> String {
        let host = self.header("X-Forwarded-Host").or_else(|| self.header("Host"));
        format!("https://{}", String::from_utf8_lossy(host.unwrap_or_default()))
    }
}

/// What Chromium sends for a page.
const HTML: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8";
