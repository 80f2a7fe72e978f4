//! Every row of the report and the figure it is held to. To change a goal is to change this table.

use crate::request::Shape;
use crate::token::Algorithm;

/// One thing that is measured.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// For `--only`; a prefix is enough.
    pub name: &'static str,
    pub title: &'static str,
    pub goal: Goal,
    pub measure: Measure,
}

/// What a figure is held to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Goal {
    /// The gate's figure over the floor's.
    Ratio(f64),
    /// The gate's figure less the floor's, in microseconds.
    Above(f64),
    /// The gate's figure alone, in the row's unit.
    AtMost(f64),
    /// For information.
    None,
}

/// How a row is measured.
#[derive(Clone, Copy, Debug)]
pub enum Measure {
    /// CPU time a request over HTTP/1.1.
    Requests(Traffic),
    /// CPU time a request over HTTP/2 and TLS: `count` requests a round, 32 streams.
    Http2 { count: usize },
    /// CPU time a request with so many revocations over that with none: `count` requests a round.
    Revoked { revocations: usize, count: usize },
    /// Likewise with the revocations in a file, and what they take in memory and at the start.
    RevokedFile { revocations: usize, count: usize },
    /// Instructions a cached request, under callgrind.
    Instructions,
    /// Resident memory when ready.
    Resident,
    /// CPU time and memory of the renderer.
    Render,
    /// CPU time of the renderer for ten times as many sessions.
    RenderGrowth,
    /// From the start of the process to readiness.
    Start,
    /// Size of the executable without symbols.
    Size,
    /// Two ways to key the cache, in this process.
    CacheKey,
    /// Requests through the real Traefik: `count` a round.
    Traefik { count: usize },
}

/// What a row of `Measure::Requests` sends.
#[derive(Clone, Copy, Debug)]
pub struct Traffic {
    pub algorithm: Algorithm,
    pub tokens: Tokens,
    pub shape: Shape,
    /// Requests a round.
    pub count: usize,
}

/// Which tokens the requests carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tokens {
    /// One, which the cache knows from the second request on.
    Same,
    /// Each its own, genuine: the cache knows none.
    Distinct,
    /// Each its own, and none of them genuine.
    Forged,
    /// No token at all.
    Absent,
}

/// In the order of the report.
pub const ROWS: &[Row] = &[
    Row {
        name: "cached",
        title: "cached token, keep-alive, CPU µs",
        goal: Goal::Ratio(1.10),
        measure: requests(Algorithm::Es256, Tokens::Same, Shape::KeepAlive, 3_000),
    },
    Row {
        name: "close",
        title: "cached token, a connection each, CPU µs",
        goal: Goal::Ratio(1.05),
        measure: requests(Algorithm::Es256, Tokens::Same, Shape::Close, 800),
    },
    Row {
        name: "http2",
        title: "cached token, HTTP/2 over TLS, 32 streams, CPU µs",
        goal: Goal::Ratio(1.10),
        measure: Measure::Http2 { count: 4_000 },
    },
    Row {
        name: "revoked",
        title: "cached token, nothing revoked (first) and 100,000 others, CPU µs",
        goal: Goal::Ratio(1.10),
        measure: Measure::Revoked { revocations: 100_000, count: 3_000 },
    },
    Row {
        name: "revoked-file",
        title: "cached token, nothing revoked (first) and a million others in the file, CPU µs",
        goal: Goal::Ratio(1.10),
        measure: Measure::RevokedFile { revocations: 1_000_000, count: 3_000 },
    },
    Row {
        name: "rs256",
        title: "RS256, not cached, CPU µs",
        goal: Goal::Above(26.0),
        measure: requests(Algorithm::Rs256, Tokens::Distinct, Shape::KeepAlive, 250),
    },
    Row {
        name: "es256",
        title: "ES256, not cached, CPU µs",
        goal: Goal::None,
        measure: requests(Algorithm::Es256, Tokens::Distinct, Shape::KeepAlive, 800),
    },
    Row {
        name: "eddsa",
        title: "EdDSA, not cached, CPU µs",
        goal: Goal::None,
        measure: requests(Algorithm::EdDsa, Tokens::Distinct, Shape::KeepAlive, 800),
    },
    Row {
        name: "hs256",
        title: "HS256, not cached, CPU µs",
        goal: Goal::None,
        measure: requests(Algorithm::Hs256, Tokens::Distinct, Shape::KeepAlive, 1_500),
    },
    Row {
        name: "denied-absent",
        title: "denied: no token, CPU µs",
        goal: Goal::None,
        measure: requests(Algorithm::Es256, Tokens::Absent, Shape::KeepAlive, 1_500),
    },
    Row {
        name: "denied-forged",
        title: "denied: flood of forged ES256 tokens, CPU µs",
        goal: Goal::None,
        measure: requests(Algorithm::Es256, Tokens::Forged, Shape::KeepAlive, 800),
    },
    Row {
        name: "instructions",
        title: "instructions a cached request, SHA-256 apart",
        goal: Goal::Ratio(1.20),
        measure: Measure::Instructions,
    },
    Row {
        name: "resident",
        title: "resident after start, MiB",
        goal: Goal::AtMost(10.0),
        measure: Measure::Resident,
    },
    Row {
        name: "start",
        title: "ready after exec, ms",
        goal: Goal::AtMost(15.0),
        measure: Measure::Start,
    },
    Row {
        name: "size",
        title: "binary without symbols, MB",
        goal: Goal::AtMost(8.0),
        measure: Measure::Size,
    },
    Row {
        name: "cache-key",
        title: "cache hit, keyed by the whole token (first) or its SHA-256 (second), ns",
        goal: Goal::None,
        measure: Measure::CacheKey,
    },
    Row {
        name: "render",
        title: "10,000 sessions rendered, CPU s",
        goal: Goal::AtMost(0.5),
        measure: Measure::Render,
    },
    Row {
        name: "growth",
        title: "a session rendered among 10,000 (first) and among 100,000, CPU µs",
        goal: Goal::Ratio(1.20),
        measure: Measure::RenderGrowth,
    },
    Row {
        name: "traefik",
        title: "through Traefik, 32 in flight",
        goal: Goal::None,
        measure: Measure::Traefik { count: 1_500 },
    },
];

const fn requests(algorithm: Algorithm, tokens: Tokens, shape: Shape, count: usize) -> Measure {
    Measure::Requests(Traffic { algorithm, tokens, shape, count })
}
