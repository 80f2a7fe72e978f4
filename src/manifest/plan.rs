//! Assigns a host to each session and finds conflicts between sessions.
//!
//! The label function decides whose host it is. No two routes may share a host, because Traefik
//! would choose one of them at random. No two routes may share a service (T14), because the gate
//! checks the host and not the service behind it, so a second route would give another user access.

mod error;
mod route;

pub use error::{PlanError, PlanErrorKind, SessionRef};
pub use route::{Format, Route};

use super::fixed::PAGES_SERVICE;
use super::kubernetes::{NameError, ObjectName, ServiceName};
use super::session::VdiSession;
use super::settings::Settings;
use crate::name::{Domain, Host, LabelRules, MAX_NAME_BYTES};
use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;

/// The settings by which sessions are checked.
#[derive(Clone, Debug)]
pub struct PlanContext<'c> {
    /// The section `render`.
    pub settings: &'c Settings,
    /// The domains, each with the indices of the issuers whose users have desktops there.
    pub domains: &'c [(Domain, Vec<usize>)],
    /// The issuers, each with its label rules.
    pub issuers: &'c [(Box<str>, LabelRules)],
    /// The provider that reads the manifests.
    pub format: Format,
    /// Whether a session may use a service with a name other than its own.
    pub allow_service_override: bool,
}

/// The routes, and the sessions without one.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Sorted by namespace and name, so that the output does not depend on the order of the input.
    pub routes: Vec<Route>,
    /// In the order of the input. The sessions in it have no route.
    pub errors: Vec<PlanError>,
}

impl Plan {
    /// Assigns a host to each session. All sessions of a conflict get an error and no route.
    #[must_use]
    pub fn new(sessions: Vec<VdiSession>, context: &PlanContext<'_>) -> Self {
        let mut errors = Vec::new();
        let mut routes = Vec::with_capacity(sessions.len());
        for session in sessions {
            let named = SessionRef::of(&session);
            match route(session, context) {
                Ok(route) => routes.push(route),
                Err(kind) => errors.push(PlanError { sessions: vec![named], kind }),
            }
        }
        let mut refused = vec![false; routes.len()];
        let mut conflict = |groups: Vec<Vec<usize>>, kind: &dyn Fn(&Route) -> PlanErrorKind| {
            for group in groups {
                let sessions: Vec<&Route> =
                    group.iter().filter_map(|index| routes.get(*index)).collect();
                let Some(first) = sessions.first() else { continue };
                let kind = kind(first);
                let sessions = sessions.iter().map(|route| SessionRef::of_route(route)).collect();
                errors.push(PlanError { sessions, kind });
                for index in group {
                    if let Some(flag) = refused.get_mut(index) {
                        *flag = true;
                    }
                }
            }
        };
        conflict(shared(&routes, |route| &route.host), &|route| PlanErrorKind::SharedHost {
            host: route.host.clone(),
        });
        conflict(shared(&routes, |route| (&route.namespace, &route.name)), &|route| {
            PlanErrorKind::SharedName {
                namespace: route.namespace.clone(),
                name: route.name.clone(),
            }
        });
        let one_host = |route: &Route| match context.format {
            // All ports of a Service lead to the same desktop, or can after a change.
            Format::Kubernetes => 0,
            Format::File => route.port,
        };
        let namespace = |route: &Route| match context.format {
            Format::Kubernetes => Some(route.namespace.clone()),
            Format::File => None,
        };
        conflict(
            shared(&routes, |route| (namespace(route), &route.service, one_host(route))),
            &|route| PlanErrorKind::SharedService { service: route.service.clone() },
        );
        let mut refused = refused.into_iter();
        routes.retain(|_| !refused.next().unwrap_or(true));
        routes.sort_by(|one, other| {
            (&one.namespace, &one.name).cmp(&(&other.namespace, &other.name))
        });
        Self { routes, errors }
    }
}

/// Groups of routes with the same key, in the order of the input.
fn shared<'r, K: Hash + Eq>(routes: &'r [Route], key: impl Fn(&'r Route) -> K) -> Vec<Vec<usize>> {
    let mut groups: HashMap<K, Vec<usize>> = HashMap::with_capacity(routes.len());
    for (index, route) in routes.iter().enumerate() {
        groups.entry(key(route)).or_default().push(index);
    }
    let mut groups: Vec<Vec<usize>> =
        groups.into_values().filter(|group| group.len() > 1).collect();
    groups.sort_unstable();
    groups
}

/// The route of one session, without regard to other sessions.
fn route(session: VdiSession, context: &PlanContext<'_>) -> Result<Route, PlanErrorKind> {
    let VdiSession { position, name, id, namespace, username, slug, port, owner, .. } = session;
    let (issuer_index, issuer) = match (session.issuer, context.issuers) {
        (None, [only]) => (0, only),
        (None, issuers) => {
            let known = issuers.iter().map(|(name, _)| name.clone()).collect();
            return Err(PlanErrorKind::IssuerOpen { known });
        }
        (Some(asked), issuers) => {
            let found = issuers.iter().enumerate().find(|(_, (name, _))| *name == asked);
            found.ok_or_else(|| PlanErrorKind::UnknownIssuer {
                issuer: asked,
                known: issuers.iter().map(|(name, _)| name.clone()).collect(),
            })?
        }
    };
    let known = || context.domains.iter().map(|(domain, _)| domain.clone()).collect();
    let (domain, admitted) = match (session.domain, context.domains) {
        (None, [only]) => only,
        (None, _) => return Err(PlanErrorKind::DomainOpen { known: known() }),
        (Some(asked), domains) => domains
            .iter()
            .find(|(domain, _)| *domain == asked)
            .ok_or_else(|| PlanErrorKind::UnknownDomain { domain: asked, known: known() })?,
    };
    let (issuer, rules) = issuer;
    if !admitted.contains(&issuer_index) {
        let (issuer, domain) = (issuer.clone(), domain.clone());
        return Err(PlanErrorKind::IssuerElsewhere { issuer, domain });
    }
    let (_, label) = rules.label(&username).map_err(|error| PlanErrorKind::NoLabel { error })?;
    let host = Host::compose(slug.as_ref(), &label, domain)
        .map_err(|error| PlanErrorKind::NoHost { error })?;
    if host.len() > MAX_NAME_BYTES {
        return Err(PlanErrorKind::HostTooLong { bytes: host.len() });
    }
    let namespace = namespace.unwrap_or_else(|| context.settings.namespace.clone());
    let service = session.service.unwrap_or_else(|| name.as_str().into());
    let service = canonical(service, context.format);
    check_service(&service, &name, &namespace, context)?;
    Ok(Route {
        position,
        name,
        id,
        namespace,
        username,
        issuer: issuer.clone(),
        label,
        slug,
        domain: domain.clone(),
        host: host.into(),
        service,
        port: port.unwrap_or(context.settings.service_port),
        owner,
    })
}

fn check_service(
    service: &str,
    name: &ObjectName,
    namespace: &ObjectName,
    context: &PlanContext<'_>,
) -> Result<(), PlanErrorKind> {
    let wrong = |error: NameError| PlanErrorKind::NoService { service: service.into(), error };
    match context.format {
        Format::Kubernetes => drop(ServiceName::new(service).map_err(wrong)?),
        Format::File if is_host(service) => {}
        Format::File => return Err(PlanErrorKind::NoServer { service: service.into() }),
    }
    if service != name.as_str() && !context.allow_service_override {
        return Err(PlanErrorKind::OtherService { service: service.into() });
    }
    // A route to the gate would let clients send forwarded headers to it through Traefik.
    if let Some((gate, home)) = context.settings.gate_address.service()
        && context.format == Format::Kubernetes
        && *namespace == home
        && (service == gate.as_str() || service == PAGES_SERVICE)
    {
        return Err(PlanErrorKind::GateItself { service: service.into() });
    }
    Ok(())
}

/// Normalises the address, so that two spellings of one service are found as a conflict.
fn canonical(service: Box<str>, format: Format) -> Box<str> {
    match (format, service.parse::<IpAddr>()) {
        (Format::File, Ok(address)) => address.to_string().into(),
        (Format::File, Err(_)) => service.to_ascii_lowercase().into(),
        (Format::Kubernetes, _) => service,
    }
}

/// Whether the text is a host name or an IP address.
fn is_host(text: &str) -> bool {
    if text.parse::<IpAddr>().is_ok() {
        return true;
    }
    text.len() <= MAX_NAME_BYTES
        && text.split('.').all(|label| ObjectName::new(&label.to_ascii_lowercase()).is_ok())
}

#[cfg(test)]
mod tests;
