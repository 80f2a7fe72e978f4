//! The section `render`.

use crate::config::field::{Field, List, Text, Words};
use schemars::JsonSchema;
use serde::Deserialize;

/// Settings of `doorward render`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Render")]
pub(in crate::config) struct RawRender {
    /// Namespace of the route, if the session does not name one.
    ///
    /// Default: `vdi-sessions`. Allowed: RFC 1123 label.
    pub(in crate::config) namespace: Field<Text<Words>>,
    /// Traefik's entry points for workspaces, with TLS.
    ///
    /// Default: `[websecure]`. Allowed: at least one.
    pub(in crate::config) entry_points: Field<List<Text<Words>>>,
    /// Name of the Middleware that routes refer to. The names of its parts begin with it.
    ///
    /// Default: `doorward`. Allowed: RFC 1123 label.
    pub(in crate::config) middleware: Field<Text<Words>>,
    /// Port of a session's service, if the session does not name one.
    ///
    /// Default: `8080`. Allowed: 1 to 65535.
    pub(in crate::config) service_port: Field<u64>,
    /// Priority of every route, so that no longer rule outranks it.
    ///
    /// Default: `1000000000000`. Allowed: 2 to 9223372036854774784.
    pub(in crate::config) priority: Field<u64>,
    /// Source of the routes' certificates.
    pub(in crate::config) tls: Field<RawRenderTls>,
    /// Arrangement of the routes. `gathered` is reserved for a later version and refused.
    ///
    /// Default: `flat`. Allowed: `flat`: one route for each session.
    #[schemars(with = "String", extend("const" = "flat"))]
    pub(in crate::config) layout: Field<RawLayout>,
    /// Where the gate's Middleware is.
    ///
    /// Default: `route`.
    pub(in crate::config) gate: Field<RawGate>,
    /// Version of Traefik. Only fields that it knows are written; two numbers mean the newest patch
    /// release.
    ///
    /// Default: `"3.7"`. Allowed: from 3.0.
    pub(in crate::config) traefik_version: Field<Text<Words>>,
    /// Address under which Traefik calls the gate.
    ///
    /// Default: `https://doorward.doorward.svc:4181/verify`. Allowed: http or https.
    pub(in crate::config) gate_address: Field<Text<Words>>,
}

/// Source of the routes' certificates.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "RenderTls")]
pub(in crate::config) struct RawRenderTls {
    /// Where a certificate comes from.
    ///
    /// Default: `store`.
    pub(in crate::config) mode: Field<RawTlsMode>,
    /// Name of Traefik's certificate resolver.
    ///
    /// Default: `letsencrypt`. Allowed: text.
    pub(in crate::config) resolver: Field<Text<Words>>,
}

/// Where a route's certificate comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "TlsMode")]
pub(in crate::config) enum RawTlsMode {
    /// one wildcard certificate in Traefik's store
    Store,
    /// each route names the certificate resolver
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
    /// on every route
    Route,
    /// on the entry point, where no route can omit it
    Entrypoint,
}
