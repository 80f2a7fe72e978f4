//! A row of a plan: one session with its host.

use crate::manifest::kubernetes::{LabelValue, ObjectName};
use crate::manifest::session::{InputPosition, OwnerReference};
use crate::name::{Domain, Label, SessionSlug};

/// The provider of Traefik that reads the manifests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// The `kubernetesCRD` provider. A service is a Service of the cluster.
    #[default]
    Kubernetes,
    /// The file provider. A service is a host name or IP address with a port.
    File,
}

/// A session with its host.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// Position of the session in the input.
    pub position: InputPosition,
    /// Name of the session.
    pub name: ObjectName,
    /// The label `session-id`.
    pub id: LabelValue,
    /// The namespace of its objects.
    pub namespace: ObjectName,
    /// The username, as written in the session.
    pub username: Box<str>,
    /// The user's issuer.
    pub issuer: Box<str>,
    /// The user's label.
    pub label: Label,
    /// The slug, if the user has several sessions.
    pub slug: Option<SessionSlug>,
    /// The domain.
    pub domain: Domain,
    /// `label.domain` or `slug--label.domain`, canonical and unique in the plan.
    pub host: Box<str>,
    /// The service: in a cluster, the name of a Service in the same namespace; otherwise a host
    /// name or IP address.
    pub service: Box<str>,
    /// The service's port.
    pub port: u16,
    /// The object with which the route is deleted.
    pub owner: Option<OwnerReference>,
}
