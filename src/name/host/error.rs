//! Every way to be no workspace host.
//!
//! Ten and more reasons for the operator's log and `explain`, one for the client: whoever asks for a
//! host that is refused must not learn from the answer which hosts there are (T28).

use crate::name::dns::{MAX_LABEL_BYTES, MAX_NAME_BYTES};
use crate::name::{LabelError, SessionSlugError};
use std::error::Error;
use std::fmt;

/// Why a text names no workspace. Nothing of the text but a byte is kept: it is a stranger's, and
/// refusing it must not allocate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostError {
    /// Nothing at all.
    Empty,
    /// Over the 253 bytes of RFC 1035 §2.3.4, dot and port not counted.
    TooLong {
        /// Length of the name, or of the whole text where that settles it.
        bytes: usize,
    },
    /// A colon with nothing behind it.
    PortEmpty,
    /// Something else than decimal digits behind the first colon (an IPv6 literal ends here too).
    PortNotNumeric,
    /// More than five digits, or a number over 65535.
    PortTooLarge,
    /// Holds something else than ASCII letters, digits, hyphens and dots: user information, a list,
    /// a percent escape, an underscore, a control character, a Unicode look-alike.
    ForbiddenByte {
        /// The first such byte.
        byte: u8,
        /// Its offset.
        at: usize,
    },
    /// One of our domains itself; workspaces live one label below.
    BareDomain,
    /// What follows the first dot equals none of our domains.
    UnknownDomain,
    /// The first DNS label is over 63 bytes.
    LabelTooLong {
        /// Its length.
        bytes: usize,
    },
    /// What precedes the first `--` is no session slug.
    Session(SessionSlugError),
    /// The user's part has not the grammar of a label.
    Label(LabelError),
}

impl HostError {
    /// The reason as it stands in log and metric.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Empty => "host-empty",
            Self::TooLong { .. } => "host-too-long",
            Self::PortEmpty => "host-port-empty",
            Self::PortNotNumeric => "host-port-not-numeric",
            Self::PortTooLarge => "host-port-too-large",
            Self::ForbiddenByte { .. } => "host-forbidden-byte",
            Self::BareDomain => "host-bare-domain",
            Self::UnknownDomain => "host-unknown-domain",
            Self::LabelTooLong { .. } => "host-label-too-long",
            Self::Session(_) => "host-session-slug",
            Self::Label(_) => "host-label",
        }
    }
}

impl fmt::Display for HostError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => formatter.write_str("the host is empty"),
            Self::TooLong { bytes } => {
                write!(formatter, "the host is {bytes} bytes long; DNS ends at {MAX_NAME_BYTES}")
            }
            Self::PortEmpty => formatter.write_str("the host has a colon but no port"),
            Self::PortNotNumeric => formatter.write_str("the port of the host is not a number"),
            Self::PortTooLarge => formatter.write_str("the port of the host is over 65535"),
            Self::ForbiddenByte { byte, at } => write!(
                formatter,
                "the host has the byte '{}' at {at}; only letters, digits, `-` and `.` occur",
                byte.escape_ascii()
            ),
            Self::BareDomain => formatter.write_str(
                "the host is a configured domain itself; workspaces are one label below",
            ),
            Self::UnknownDomain => {
                formatter.write_str("the host does not lie exactly one label below a domain")
            }
            Self::LabelTooLong { bytes } => write!(
                formatter,
                "the first label of the host is {bytes} bytes long; DNS ends at {MAX_LABEL_BYTES}"
            ),
            Self::Session(error) => write!(formatter, "the session slug of the host {error}"),
            Self::Label(error) => write!(formatter, "the user's label of the host {error}"),
        }
    }
}

// No `source`: `Display` already prints the inner message in full.
impl Error for HostError {}
