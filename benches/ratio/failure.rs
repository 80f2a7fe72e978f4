//! Why a row could not be measured. A failure never ends the run: it becomes the row's verdict,
//! `not run: …`, because a missing tool on one machine must not hide the other figures.

use std::fmt;
use std::io;

/// Why a row could not be measured.
#[derive(Debug)]
pub enum Failure {
    /// An operation on a file, a socket or a process failed.
    Io { doing: &'static str, source: io::Error },
    /// The server under test did not answer in time; the tail of what it wrote says why.
    NotReady { program: &'static str, said: String },
    /// The server answered, but not with what the row measures.
    Answer { expected: u16, received: u16 },
    /// The peer broke the protocol; the sentence names the rule.
    Protocol(&'static str),
    /// The load did not finish within its bound.
    TimedOut { seconds: u64 },
    /// A key could not be made or used.
    Cryptography(&'static str),
    /// A tool that the row needs is not on this machine.
    Missing { tool: &'static str, remedy: &'static str },
    /// The row measures decisions, and the subject decides nothing.
    SubjectDecidesNothing,
}

impl Failure {
    /// For `map_err`: names what was being done when the operating system said no.
    pub fn io(doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { doing, source }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { doing, source } => write!(f, "{doing}: {source}"),
            Self::NotReady { program, said } if said.is_empty() => {
                write!(f, "{program} did not become ready and said nothing")
            }
            Self::NotReady { program, said } => {
                write!(f, "{program} did not become ready; it said: {said}")
            }
            Self::Answer { expected, received } => {
                write!(f, "expected status {expected}, received {received}")
            }
            Self::Protocol(rule) => write!(f, "{rule}"),
            Self::TimedOut { seconds } => write!(f, "not finished within {seconds} s"),
            Self::Cryptography(what) => write!(f, "{what}"),
            Self::Missing { tool, remedy } => write!(f, "{tool} is missing; {remedy}"),
            Self::SubjectDecidesNothing => write!(f, "the subject decides nothing"),
        }
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}
