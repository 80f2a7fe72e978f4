//! What can be wrong with a template: where, what, and what to write instead.

mod kind;
mod message;

pub use kind::{Construct, TemplateError, TemplateErrorKind};
pub(super) use kind::{FUNCTIONS, MAX_BYTES, TemplateErrorAt};
