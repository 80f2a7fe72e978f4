//! The reasons for which a text is not a desktop's host.
//!
//! The operator's log and `explain` show the reason. Clients get the same answer for all of them,
//! so that an answer does not reveal which hosts exist (T28).

use crate::name::dns::{MAX_LABEL_BYTES, MAX_NAME_BYTES};
use crate::name::{LabelError, SessionSlugError};
use std::error::Error;
use std::fmt;

/// Why a text is not a desktop's host. It keeps at most one byte of the text, which is not trusted,
/// so that a rejection does not allocate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostError {
    /// The host is empty.
    Empty,
    /// Over the 253 bytes of RFC 1035 §2.3.4, dot and port not counted.
    TooLong {
        /// Length of the name, or of the whole text if that is already too long.
        bytes: usize,
    },
    /// A colon without a port.
    PortEmpty,
    /// Text other than decimal digits after the first colon (this includes IPv6 literals).
    PortNotNumeric,
    /// More than five digits, or a number over 65535.
    PortTooLarge,
    /// Contains a byte other than ASCII letters, digits, hyphens and dots, such as user
    /// information, a list, a percent escape, an underscore, a control character or a Unicode
    /// look-alike.
    ForbiddenByte {
        /// The first such byte.
        byte: u8,
        /// Its offset.
        at: usize,
    },
    /// A configured domain itself; desktops are one label below.
    BareDomain,
    /// The text after the first dot is not a configured domain.
    UnknownDomain,
    /// The first DNS label is over 63 bytes.
    LabelTooLong {
        /// Its length.
        bytes: usize,
    },
    /// The text before the first `--` is not a session slug.
    Session(SessionSlugError),
    /// The user's part is not a valid label.
    Label(LabelError),
}

impl HostError {
    /// The reason, as written to the log and the metrics.
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
                write!(formatter, "the host has {bytes} bytes; DNS allows {MAX_NAME_BYTES}")
            }
            Self::PortEmpty => formatter.write_str("the host has a colon but no port"),
            Self::PortNotNumeric => formatter.write_str("the port of the host is not a number"),
            Self::PortTooLarge => formatter.write_str("the port of the host is over 65535"),
            Self::ForbiddenByte { byte, at } => write!(
                formatter,
                "the host has the byte '{}' at {at}; only letters, digits, `-` and `.` are allowed",
                byte.escape_ascii()
            ),
            Self::BareDomain => formatter
                .write_str("the host is a configured domain itself; desktops are one label below"),
            Self::UnknownDomain => {
                formatter.write_str("the host is not exactly one label below a configured domain")
            }
            Self::LabelTooLong { bytes } => write!(
                formatter,
                "the first label of the host has {bytes} bytes; DNS allows {MAX_LABEL_BYTES}"
            ),
            Self::Session(error) => write!(formatter, "the session slug of the host {error}"),
            Self::Label(error) => write!(formatter, "the user's label of the host {error}"),
        }
    }
}

// No `source`: `Display` already prints the inner message in full.
impl Error for HostError {}
