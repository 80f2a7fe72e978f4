//! The reasons for which sessions get no route.

use super::route::Route;
use crate::manifest::kubernetes::{NameError, ObjectName};
use crate::manifest::session::{InputPosition, VdiSession};
use crate::name::{Domain, HostError, UsernameError};
use std::fmt;

/// A reason, and all sessions that get no route because of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanError {
    /// One session, or all that are in conflict.
    pub sessions: Vec<SessionRef>,
    /// Why.
    pub kind: PlanErrorKind,
}

/// A session, as it is shown in messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRef {
    /// Its position in the input.
    pub position: InputPosition,
    /// Its name.
    pub name: Box<str>,
    /// Its user.
    pub username: Box<str>,
}

impl SessionRef {
    pub(super) fn of(session: &VdiSession) -> Self {
        let VdiSession { position, name, username, .. } = session;
        Self { position: position.clone(), name: name.as_str().into(), username: username.clone() }
    }

    pub(super) fn of_route(route: &Route) -> Self {
        let Route { position, name, username, .. } = route;
        Self { position: position.clone(), name: name.as_str().into(), username: username.clone() }
    }
}

/// The kinds of reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanErrorKind {
    /// The session has no issuer, and several are configured.
    IssuerOpen {
        /// The configured issuers.
        known: Vec<Box<str>>,
    },
    /// The issuer is not configured.
    UnknownIssuer {
        /// The issuer.
        issuer: Box<str>,
        /// The configured issuers.
        known: Vec<Box<str>>,
    },
    /// The session has no domain, and several are configured.
    DomainOpen {
        /// The configured domains.
        known: Vec<Domain>,
    },
    /// The domain is not configured.
    UnknownDomain {
        /// The domain.
        domain: Domain,
        /// The configured domains.
        known: Vec<Domain>,
    },
    /// The domain is not configured for the users of this issuer, so the gate would reject all of
    /// them.
    IssuerElsewhere {
        /// The issuer.
        issuer: Box<str>,
        /// The domain.
        domain: Domain,
    },
    /// The username has no label.
    NoLabel {
        /// Why.
        error: UsernameError,
    },
    /// Slug and label do not form a valid host.
    NoHost {
        /// Why.
        error: HostError,
    },
    /// The host is longer than a DNS name can be.
    HostTooLong {
        /// Its length.
        bytes: usize,
    },
    /// The name is not a valid name of a Service.
    NoService {
        /// The service's name.
        service: Box<str>,
        /// Why.
        error: NameError,
    },
    /// The service is neither a host name nor an IP address.
    NoServer {
        /// Its text.
        service: Box<str>,
    },
    /// The service's name is not the session's name.
    OtherService {
        /// The service.
        service: Box<str>,
    },
    /// The service is the gate.
    GateItself {
        /// The service.
        service: Box<str>,
    },
    /// Several sessions would have the same host.
    SharedHost {
        /// The host.
        host: Box<str>,
    },
    /// Several sessions would have objects of the same name.
    SharedName {
        /// The namespace.
        namespace: ObjectName,
        /// The name.
        name: ObjectName,
    },
    /// Several sessions would use the same service.
    SharedService {
        /// The service.
        service: Box<str>,
    },
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, session) in self.sessions.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            let SessionRef { position, name, username } = session;
            write!(f, "{position}, session {name:?} of user {username:?}")?;
        }
        let separator = if self.sessions.len() > 1 { ":\n    " } else { ": " };
        write!(f, "{separator}{}", self.kind)
    }
}

impl std::error::Error for PlanError {}

impl fmt::Display for PlanErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IssuerOpen { known } => {
                write!(
                    f,
                    "has no issuer\n    several issuers are configured; write one of {}",
                    known.join(", ")
                )
            }
            Self::UnknownIssuer { issuer, known } => write!(
                f,
                "the issuer {issuer:?} is not configured\n    write one of {}",
                known.join(", ")
            ),
            Self::DomainOpen { known } => {
                write!(
                    f,
                    "has no domain\n    several domains are configured; write one of {}",
                    joined(known)
                )
            }
            Self::UnknownDomain { domain, known } => write!(
                f,
                "the domain {domain} is not configured\n    write one of {}",
                joined(known)
            ),
            Self::IssuerElsewhere { issuer, domain } => write!(
                f,
                "the domain {domain} is not configured for the issuer {issuer}\n    add the issuer to that domain's `issuers`, or use another domain"
            ),
            Self::NoLabel { error } => write!(f, "{error}"),
            Self::NoHost { error } => write!(f, "has no valid host: {error}"),
            Self::HostTooLong { bytes } => write!(
                f,
                "its host would have {bytes} bytes, and DNS allows 253\n    use a shorter domain"
            ),
            Self::NoService { service, error } => write!(
                f,
                "{service:?} is not a valid name of a Service: {error}\n    choose a session name that begins with a letter, or set its service (--allow-service-override)"
            ),
            Self::NoServer { service } => write!(
                f,
                "{service:?} is neither a host name nor an IP address\n    write service: {{ name: \
                 10.0.0.7, port: 8080 }}"
            ),
            Self::OtherService { service } => write!(
                f,
                "the service {service:?} does not have the name of the session\n    a route to another session's service gives access to that session; if only trusted operators write sessions, allow this with --allow-service-override"
            ),
            Self::GateItself { service } => write!(
                f,
                "the service {service:?} is the gate itself\n    use another session name or another namespace"
            ),
            Self::SharedHost { host } => write!(
                f,
                "these sessions have the same host {host}, and Traefik would choose one of them at random\n    remove all but one, or give each session of the user its own slug"
            ),
            Self::SharedName { namespace, name } => write!(
                f,
                "these sessions have the same object {namespace}/{name}, and the last would replace the others\n    give each session its own name"
            ),
            Self::SharedService { service } => write!(
                f,
                "these sessions use the same service {service:?}\n    give each session its own service"
            ),
        }
    }
}

fn joined(domains: &[Domain]) -> String {
    domains.iter().map(Domain::as_str).collect::<Vec<_>>().join(", ")
}
