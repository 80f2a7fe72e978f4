//! One row of a plan: a session with the host that it is served on.

use crate::manifest::kubernetes::{LabelValue, ObjectName};
use crate::manifest::session::{InputPosition, OwnerReference};
use crate::name::{Domain, Label, SessionSlug};

/// What Traefik reads the manifests with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// The `kubernetesCRD` provider: services are those of a cluster.
    #[default]
    Kubernetes,
    /// The file provider: a service is a host name or IP address and a port.
    File,
}

/// A session with the host that it is served on.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// Where its session was read.
    pub position: InputPosition,
    /// Name of the session.
    pub name: ObjectName,
    /// The label `session-id`.
    pub id: LabelValue,
    /// Where it goes.
    pub namespace: ObjectName,
    /// The user, as the session names them.
    pub username: Box<str>,
    /// The user's issuer.
    pub issuer: Box<str>,
    /// The user's label.
    pub label: Label,
    /// Which of the user's several sessions.
    pub slug: Option<SessionSlug>,
    /// The domain.
    pub domain: Domain,
    /// `label.domain` or `slug--label.domain`, canonical; no other route has it.
    pub host: Box<str>,
    /// What serves it. In a cluster the name of a Service in the same namespace, else a host name
    /// or IP address.
    pub service: Box<str>,
    /// The service's port.
    pub port: u16,
    /// The object that the route goes with.
    pub owner: Option<OwnerReference>,
}
