//! The errors of templates: the kinds (`kind`) and their messages (`message`).

mod kind;
mod message;

pub use kind::{Construct, TemplateError, TemplateErrorKind};
pub(super) use kind::{FUNCTIONS, MAX_BYTES, TemplateErrorAt};
