//! What the manifests of an installation depend on besides its sessions: a part of the
//! configuration, or the defaults where there is none.

use super::Settings;
use crate::name::Domain;

/// Settings, and what the gate's own configuration says that Traefik has to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installation {
    /// The section `render`.
    pub settings: Settings,
    /// `domains`, in their order.
    pub domains: Vec<Domain>,
    /// Names of `identity_headers`, as the configuration writes them apart from case.
    pub identity_headers: Vec<Box<str>>,
    /// Names of `tokens.headers`, likewise.
    pub token_headers: Vec<Box<str>>,
    /// `trusted_origins`.
    pub trusted_origins: Vec<TrustedOrigin>,
}

/// An origin outside the workspaces that may use them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedOrigin {
    /// Scheme, host and port, as a browser sends it.
    pub origin: Box<str>,
    /// Whether it may show workspaces in frames.
    pub frame: bool,
}

impl Default for Installation {
    /// What the gate does by default, for no domain.
    fn default() -> Self {
        Self {
            settings: Settings::default(),
            domains: Vec::new(),
            identity_headers: vec!["X-Doorward-Label".into(), "X-Doorward-User".into()],
            token_headers: Vec::new(),
            trusted_origins: Vec::new(),
        }
    }
}
