//! Why a session gets no route, and who is session to it.

use super::route::Route;
use crate::manifest::kubernetes::{NameError, ObjectName};
use crate::manifest::session::{InputPosition, VdiSession};
use crate::name::{Domain, HostError, UsernameError};
use std::fmt;

/// One reason, and every session that it keeps from being served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanError {
    /// One, or all that are in each other's way.
    pub sessions: Vec<SessionRef>,
    /// Why.
    pub kind: PlanErrorKind,
}

/// A session, as messages name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRef {
    /// Where it was read.
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

/// Why a session is not served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanErrorKind {
    /// It names no issuer, and there are several.
    IssuerOpen {
        /// Those that there are.
        known: Vec<Box<str>>,
    },
    /// It names an issuer that is not configured.
    UnknownIssuer {
        /// The issuer.
        issuer: Box<str>,
        /// Those that there are.
        known: Vec<Box<str>>,
    },
    /// It names no domain, and there are several.
    DomainOpen {
        /// Those that there are.
        known: Vec<Domain>,
    },
    /// It names a domain that is not configured.
    UnknownDomain {
        /// The domain.
        domain: Domain,
        /// Those that there are.
        known: Vec<Domain>,
    },
    /// The domain is for other issuers' users, so the gate would let nobody in.
    IssuerElsewhere {
        /// The issuer.
        issuer: Box<str>,
        /// The domain.
        domain: Domain,
    },
    /// The user has no label.
    NoLabel {
        /// Why.
        error: UsernameError,
    },
    /// Slug and label make no host.
    NoHost {
        /// Why.
        error: HostError,
    },
    /// The host is longer than a DNS name can be.
    HostTooLong {
        /// Its length.
        bytes: usize,
    },
    /// Its service can be none.
    NoService {
        /// The service's name.
        service: Box<str>,
        /// Why.
        error: NameError,
    },
    /// Its service is neither a host name nor an IP address.
    NoServer {
        /// What it is.
        service: Box<str>,
    },
    /// It names a service that is not its own.
    OtherService {
        /// The service.
        service: Box<str>,
    },
    /// It names the gate as its service.
    GateItself {
        /// The service.
        service: Box<str>,
    },
    /// Several sessions on one host.
    SharedHost {
        /// The host.
        host: Box<str>,
    },
    /// Several sessions whose objects would have one name.
    SharedName {
        /// The namespace.
        namespace: ObjectName,
        /// The name.
        name: ObjectName,
    },
    /// Several sessions in front of one service.
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
                    "names no issuer\n    there are several; name one of {}",
                    known.join(", ")
                )
            }
            Self::UnknownIssuer { issuer, known } => write!(
                f,
                "names the issuer {issuer:?}, which is not configured\n    there are: {}",
                known.join(", ")
            ),
            Self::DomainOpen { known } => {
                write!(f, "names no domain\n    there are several; name one of {}", joined(known))
            }
            Self::UnknownDomain { domain, known } => write!(
                f,
                "names the domain {domain}, which is not configured\n    there are: {}",
                joined(known)
            ),
            Self::IssuerElsewhere { issuer, domain } => write!(
                f,
                "users of {issuer} have no workspaces below {domain}\n    add the issuer to that \
                 domain's `issuers`, or name another domain"
            ),
            Self::NoLabel { error } => write!(f, "{error}"),
            Self::NoHost { error } => write!(f, "makes no host: {error}"),
            Self::HostTooLong { bytes } => write!(
                f,
                "its host would be {bytes} bytes long, and DNS ends at 253\n    use a shorter \
                 domain"
            ),
            Self::NoService { service, error } => write!(
                f,
                "no Service can be called {service:?}: {error}\n    give the session a name that \
                 begins with a letter, or name its service (--allow-service-override)"
            ),
            Self::NoServer { service } => write!(
                f,
                "{service:?} is neither a host name nor an IP address\n    write service: {{ name: \
                 10.0.0.7, port: 8080 }}"
            ),
            Self::OtherService { service } => write!(
                f,
                "names the service {service:?}, which is not called like the session\n    a route \
                 to another session's service is a way into it; where sessions are written by \
                 the platform alone, allow it with --allow-service-override"
            ),
            Self::GateItself { service } => write!(
                f,
                "its service {service:?} would be the gate itself\n    give the session another \
                 name, or another namespace"
            ),
            Self::SharedHost { host } => write!(
                f,
                "all of them would be served on {host}, and Traefik would choose one at random\n    \
                 end all but one, or tell several sessions of one user apart by a slug"
            ),
            Self::SharedName { namespace, name } => write!(
                f,
                "all of them would be the object {namespace}/{name}, and the last would replace \
                 the others\n    give each session a name of its own"
            ),
            Self::SharedService { service } => write!(
                f,
                "all of them would lead to the service {service:?}\n    give each session a \
                 service of its own"
            ),
        }
    }
}

fn joined(domains: &[Domain]) -> String {
    domains.iter().map(Domain::as_str).collect::<Vec<_>>().join(", ")
}
