//! The settings of an installation on which the manifests depend, other than its sessions: taken
//! from the configuration, or defaults without one.

use super::Settings;
use crate::name::Domain;

/// The settings of the renderer, and the parts of the gate's configuration that Traefik needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installation {
    /// The section `render`.
    pub settings: Settings,
    /// `domains`, in configured order.
    pub domains: Vec<Domain>,
    /// Names of `identity_headers`, in any case.
    pub identity_headers: Vec<Box<str>>,
    /// Names of `tokens.headers`, in any case.
    pub token_headers: Vec<Box<str>>,
    /// `trusted_origins`.
    pub trusted_origins: Vec<TrustedOrigin>,
}

/// An origin outside of the desktops that may use them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedOrigin {
    /// Scheme, host and port, in the form of the `Origin` header.
    pub origin: Box<str>,
    /// Whether it may show desktops in frames.
    pub frame: bool,
}

impl Default for Installation {
    /// The defaults of the gate, without a domain.
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
