//! The section `render`.

use crate::config::field::{Field, List, Text, Words};
use schemars::JsonSchema;
use serde::Deserialize;

/// How routes and what belongs to them are written.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Render")]
pub(in crate::config) struct RawRender {
    /// Where routes go whose session names no namespace. Default vdi-sessions.
    pub(in crate::config) namespace: Field<Text<Words>>,
    /// Traefik's entry points for workspaces. Default websecure.
    pub(in crate::config) entry_points: Field<List<Text<Words>>>,
    /// The Middleware that routes name. Default doorward.
    pub(in crate::config) middleware: Field<Text<Words>>,
    /// Port of a session's service that names none. Default 8080.
    pub(in crate::config) service_port: Field<u64>,
    /// Of every route. Default 1000000000000.
    pub(in crate::config) priority: Field<u64>,
    /// Where certificates come from.
    pub(in crate::config) tls: Field<RawRenderTls>,
    /// How routes are arranged. Default flat.
    #[schemars(with = "String", extend("const" = "flat"))]
    pub(in crate::config) layout: Field<RawLayout>,
    /// Where the gate sits. Default route.
    pub(in crate::config) gate: Field<RawGate>,
    /// Which Traefik reads it. Default 3.7, the newest of which is meant.
    pub(in crate::config) traefik_version: Field<Text<Words>>,
    /// Where Traefik asks. Default `https://doorward.doorward.svc:4181/verify`.
    pub(in crate::config) gate_address: Field<Text<Words>>,
}

/// Where certificates come from.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "RenderTls")]
pub(in crate::config) struct RawRenderTls {
    /// Default store.
    pub(in crate::config) mode: Field<RawTlsMode>,
    /// Traefik's certificate resolver. Default letsencrypt.
    pub(in crate::config) resolver: Field<Text<Words>>,
}

/// Where a route's certificate comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "TlsMode")]
pub(in crate::config) enum RawTlsMode {
    /// The store's one wildcard.
    Store,
    /// A resolver, named on each route.
    Resolver,
}

/// How routes are arranged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::config) enum RawLayout {
    Flat,
    Gathered,
}

/// Where the gate sits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "GatePlace")]
pub(in crate::config) enum RawGate {
    /// On every route.
    Route,
    /// On the entry point.
    Entrypoint,
}
