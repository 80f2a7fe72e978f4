//! Who gets which host: from sessions to routes, and what stands between two of them.
//!
//! The label function says whose host it is. Then nothing may be shared: two routes for one host
//! would be served by either (Traefik's order is no order), and a route to another session's
//! service is a way into it (T14), since the gate judges the host and not what stands behind it.

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

/// What sessions are judged by.
#[derive(Clone, Debug)]
pub struct PlanContext<'c> {
    /// The section `render`.
    pub settings: &'c Settings,
    /// The domains, and the indices of the issuers whose users have workspaces there.
    pub domains: &'c [(Domain, Vec<usize>)],
    /// Whose users there are, and how they become labels.
    pub issuers: &'c [(Box<str>, LabelRules)],
    /// Who reads the manifests.
    pub format: Format,
    /// Whether a session may name a service that is not called like itself.
    pub allow_service_override: bool,
}

/// Routes, and what is not routed.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Sorted by namespace and name, so that the same sessions give the same text in any order.
    pub routes: Vec<Route>,
    /// In the order of the input; none of their sessions is among the routes.
    pub errors: Vec<PlanError>,
}

impl Plan {
    /// Gives every session its host, and refuses every session to a conflict.
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
            // Each port of a Service leads to the same desktop, or could tomorrow.
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

/// Groups of routes that have the same key, in the order in which they were met.
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

/// One session's route, as if there were no other session.
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
    // The gate answers Traefik, whoever Traefik asks for.
    if let Some((gate, home)) = context.settings.gate_address.service()
        && context.format == Format::Kubernetes
        && *namespace == home
        && (service == gate.as_str() || service == PAGES_SERVICE)
    {
        return Err(PlanErrorKind::GateItself { service: service.into() });
    }
    Ok(())
}

/// One spelling for each address, so that two sessions in front of one are seen.
fn canonical(service: Box<str>, format: Format) -> Box<str> {
    match (format, service.parse::<IpAddr>()) {
        (Format::File, Ok(address)) => address.to_string().into(),
        (Format::File, Err(_)) => service.to_ascii_lowercase().into(),
        (Format::Kubernetes, _) => service,
    }
}

/// A host name or an IP address, as it stands in a URL.
fn is_host(text: &str) -> bool {
    if text.parse::<IpAddr>().is_ok() {
        return true;
    }
    text.len() <= MAX_NAME_BYTES
        && text.split('.').all(|label| ObjectName::new(&label.to_ascii_lowercase()).is_ok())
}

#[cfg(test)]
mod tests;
