//! What a template can name: the table of fields, and the values that one session gives them.

use crate::manifest::{OwnerReference, Route};
use crate::name::SessionSlug;
use std::borrow::Cow;

/// One session, as templates see it. None of these texts is trusted: what they may be is checked on
/// the finished tree, not here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Values<'v> {
    /// `.username` and `.label`: the user's label. Under both names it is what a DNS name may carry;
    /// no template sees the name as the user wrote it.
    pub label: &'v str,
    /// `.host`: the session's whole host name.
    pub host: &'v str,
    /// `.domain`: what stands behind the first dot of the host.
    pub domain: &'v str,
    /// `.namespace`: where the session's objects live.
    pub namespace: &'v str,
    /// `.issuer`: who vouches for the user, as the configuration writes it.
    pub issuer: &'v str,
    /// `.session.name`
    pub session_name: &'v str,
    /// `.session.id`
    pub session_id: &'v str,
    /// `.session.slug`: of one among several sessions of a user.
    pub session_slug: Option<&'v str>,
    /// `.service.name`
    pub service_name: &'v str,
    /// `.service.port`, a number.
    pub service_port: u16,
    /// `.owner`: the object that the route goes with.
    pub owner: Option<&'v OwnerReference>,
}

impl<'v> Values<'v> {
    /// Those of a route.
    #[must_use]
    pub fn of(route: &'v Route) -> Self {
        Self {
            label: route.label.as_str(),
            host: &route.host,
            domain: route.domain.as_str(),
            namespace: route.namespace.as_str(),
            issuer: &route.issuer,
            session_name: route.name.as_str(),
            session_id: route.id.as_str(),
            session_slug: route.slug.as_ref().map(SessionSlug::as_str),
            service_name: &route.service,
            service_port: route.port,
            owner: route.owner.as_ref(),
        }
    }
}

/// What an expression comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value<'v> {
    Text(Cow<'v, str>),
    Number(u64),
}

impl Value<'_> {
    /// What Go's `if` calls true: not empty, not zero.
    pub(super) fn is_true(&self) -> bool {
        match self {
            Self::Text(text) => !text.is_empty(),
            Self::Number(number) => *number != 0,
        }
    }
}

/// A path that a template may write for a value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub(super) path: &'static str,
    read: for<'v> fn(&Values<'v>) -> Option<Value<'v>>,
}

impl Field {
    pub(super) fn find(path: &str) -> Option<Self> {
        FIELDS.into_iter().find(|field| field.path == path)
    }

    pub(super) fn of<'v>(&self, values: &Values<'v>) -> Option<Value<'v>> {
        (self.read)(values)
    }
}

/// What `if` asks for: a field, or whether there is anything below a path at all.
#[derive(Clone, Copy, Debug)]
pub(super) enum Condition {
    Field(Field),
    Owner,
    Always,
}

impl Condition {
    pub(super) fn find(path: &str) -> Option<Self> {
        let section = SECTIONS.into_iter().find(|(name, _)| *name == path);
        section.map(|(_, condition)| condition).or_else(|| Field::find(path).map(Self::Field))
    }

    pub(super) fn is_true(&self, values: &Values<'_>) -> bool {
        match self {
            Self::Field(field) => field.of(values).is_some_and(|value| value.is_true()),
            Self::Owner => values.owner.is_some(),
            Self::Always => true,
        }
    }
}

/// Whether there are fields below this path, so that it is no value itself.
pub(super) fn is_section(path: &str) -> bool {
    SECTIONS.iter().any(|(name, _)| *name == path)
}

/// Every path that stands for a value.
pub(super) fn paths() -> impl Iterator<Item = &'static str> + Clone {
    FIELDS.iter().map(|field| field.path)
}

fn text(text: &str) -> Value<'_> {
    Value::Text(Cow::Borrowed(text))
}

const SECTIONS: [(&str, Condition); 3] = [
    (".session", Condition::Always),
    (".service", Condition::Always),
    (".owner", Condition::Owner),
];

const FIELDS: [Field; 15] = [
    Field { path: ".username", read: |values| Some(text(values.label)) },
    Field { path: ".label", read: |values| Some(text(values.label)) },
    Field { path: ".host", read: |values| Some(text(values.host)) },
    Field { path: ".domain", read: |values| Some(text(values.domain)) },
    Field { path: ".namespace", read: |values| Some(text(values.namespace)) },
    Field { path: ".issuer", read: |values| Some(text(values.issuer)) },
    Field { path: ".session.name", read: |values| Some(text(values.session_name)) },
    Field { path: ".session.id", read: |values| Some(text(values.session_id)) },
    Field { path: ".session.slug", read: |values| values.session_slug.map(text) },
    Field { path: ".service.name", read: |values| Some(text(values.service_name)) },
    Field { path: ".service.port", read: |values| Some(Value::Number(values.service_port.into())) },
    Field {
        path: ".owner.apiVersion",
        read: |values| values.owner.map(|owner| text(&owner.api_version)),
    },
    Field { path: ".owner.kind", read: |values| values.owner.map(|owner| text(&owner.kind)) },
    Field { path: ".owner.name", read: |values| values.owner.map(|owner| text(&owner.name)) },
    Field { path: ".owner.uid", read: |values| values.owner.map(|owner| text(&owner.uid)) },
];
