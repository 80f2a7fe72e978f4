//! Where a value of the configuration was written.

use std::fmt;

/// Where a value was written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Line of the configuration file, counted from 1.
    Line(u64),
    /// Name of an environment variable.
    Variable(Box<str>),
    /// A flag of the command line.
    Flag,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::Variable(name) => write!(f, "from {name}"),
            Self::Flag => f.write_str("from the command line"),
        }
    }
}
