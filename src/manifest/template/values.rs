//! The fields of a template, and their values for one session.

use crate::manifest::{OwnerReference, Route};
use crate::name::SessionSlug;
use std::borrow::Cow;

/// The values of one session. They are not trusted: the finished tree is checked, not the values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Values<'v> {
    /// `.username` and `.label`: the user's label. Both are valid in a DNS name; templates have no
    /// access to the original username.
    pub label: &'v str,
    /// `.host`: the session's whole host name.
    pub host: &'v str,
    /// `.domain`: the part of the host after the first dot.
    pub domain: &'v str,
    /// `.namespace`: the namespace of the session's objects.
    pub namespace: &'v str,
    /// `.issuer`: the user's issuer, as written in the configuration.
    pub issuer: &'v str,
    /// `.session.name`
    pub session_name: &'v str,
    /// `.session.id`
    pub session_id: &'v str,
    /// `.session.slug`: if the user has several sessions.
    pub session_slug: Option<&'v str>,
    /// `.service.name`
    pub service_name: &'v str,
    /// `.service.port`, a number.
    pub service_port: u16,
    /// `.owner`: the object with which the route is deleted.
    pub owner: Option<&'v OwnerReference>,
}

impl<'v> Values<'v> {
    /// The values of a route.
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

/// The value of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value<'v> {
    Text(Cow<'v, str>),
    Number(u64),
}

impl Value<'_> {
    /// Whether Go's `if` treats it as true: not empty and not zero.
    pub(super) fn is_true(&self) -> bool {
        match self {
            Self::Text(text) => !text.is_empty(),
            Self::Number(number) => *number != 0,
        }
    }
}

/// A field path with a value.
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

/// The condition of an `if`: a field, or the presence of a group of fields.
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

/// Whether this path is a group of fields, which has no value.
pub(super) fn is_section(path: &str) -> bool {
    SECTIONS.iter().any(|(name, _)| *name == path)
}

/// All paths that have a value.
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
