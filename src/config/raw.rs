//! What the file, the environment and the flags say, before anything is checked: the one list of
//! all keys. The reader refuses every other key, the JSON Schema is derived from these types, and
//! a test holds the sample against them.
//!
//! The documentation of a field is its description in the schema. Keys that must be there stand in
//! `required` of their section; that they are is checked later, one by one.

mod issuer;
mod render;
mod session;

pub(super) use issuer::{RawCase, RawIssuer, RawKeys};
pub(super) use render::{RawGate, RawLayout, RawRender, RawTlsMode};
pub(super) use session::{RawHandoff, RawLogin, RawOutage, RawRevocation, RawStore};

use super::field::{
    Field, FilePath, List, Network, OneOrMany, Pairs, Size, Socket, Span, Text, Words,
};
use crate::cross_site;
use crate::cross_site::PublicScheme;
use crate::observe::log::LogFormat;
use schemars::JsonSchema;
use serde::Deserialize;

/// The configuration of doorward.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(title = "doorward configuration", rename = "Configuration", extend("required" = ["domains", "issuers"]))]
pub(super) struct RawConfig {
    /// Address and port that Traefik calls; one or a list.
    ///
    /// Default: `127.0.0.1:4181`. Allowed: IP address and port.
    pub(super) listen: Field<OneOrMany<Text<Socket>>>,
    /// Address and port for health and metrics. Do not expose it.
    ///
    /// Default: `127.0.0.1:4182`. Allowed: IP address and port.
    pub(super) admin_listen: Field<Text<Socket>>,
    /// Address and port that answers every request with the 404 page: the backend of a catch-all
    /// route behind the gate.
    ///
    /// Default: none. Allowed: IP address and port.
    pub(super) pages_listen: Field<Option<Text<Socket>>>,
    /// Address and port for OpenID back-channel logout, plain HTTP.
    ///
    /// Default: none. Allowed: IP address and port; only with `revocation.store`.
    pub(super) backchannel_listen: Field<Option<Text<Socket>>>,
    /// Certificate of `listen`.
    ///
    /// Default: none.
    pub(super) tls: Field<Option<RawTls>>,
    /// Certificate of `admin_listen`.
    ///
    /// Default: none.
    pub(super) admin_tls: Field<Option<RawAdminTls>>,
    /// Existing folder that doorward may write to. It stores the self-signed certificate, fetched
    /// keys and the file of revocations.
    ///
    /// Default: none. Allowed: required for `tls.self_signed` and `revocation.store: file`.
    pub(super) state_dir: Field<Option<Text<FilePath>>>,
    /// Networks that Traefik connects from. Other clients get 403.
    ///
    /// Default: loopback, if every `listen` is a loopback address. Allowed: networks or addresses,
    /// but not all addresses; required otherwise, unless `tls.client_ca_file` is set.
    pub(super) trusted_proxies: Field<List<Text<Network>>>,
    /// Domains; workspaces are one label below. An element is a name, or a section with settings of
    /// its own.
    ///
    /// Allowed: DNS names, none below another.
    pub(super) domains: Field<List<RawDomain>>,
    /// How browsers reach Traefik.
    ///
    /// Default: `forwarded`.
    pub(super) public_scheme: Field<PublicScheme>,
    /// Issuers of tokens.
    ///
    /// Allowed: one entry for each issuer.
    pub(super) issuers: Field<List<RawIssuer>>,
    /// Where a request carries its token.
    pub(super) tokens: Field<RawTokens>,
    /// Cache of verified tokens.
    pub(super) cache: Field<RawCache>,
    /// Limits for HTTP/1.1 and HTTP/2.
    pub(super) limits: Field<RawLimits>,
    /// Whether pages of one workspace may use another workspace.
    ///
    /// Default: `strict`.
    pub(super) cross_site: Field<cross_site::Mode>,
    /// Whether desktops may register service workers.
    ///
    /// Default: `allow`.
    pub(super) service_workers: Field<cross_site::ServiceWorkers>,
    /// Origins outside the workspaces whose pages may use workspaces.
    ///
    /// Default: `[]`.
    pub(super) trusted_origins: Field<List<RawOrigin>>,
    /// Request headers that tell the desktop about the user: header name and value. A value is
    /// `username`, `label`, `issuer`, `session`, `host_label`, or a claim by name or JSON pointer.
    /// The client's headers of these names are removed. `{}` sets none.
    ///
    /// Default: `{X-Doorward-User: username, X-Doorward-Label: label}`. Allowed: values up to 4
    /// KiB, percent-encoded.
    pub(super) identity_headers: Field<Pairs>,
    /// Where users without a session sign in.
    pub(super) login: Field<RawLogin>,
    /// Labels that are never a user's own name, in addition to the built-in list.
    ///
    /// Default: `[]`. Allowed: labels.
    pub(super) reserved_labels: Field<List<Text<Words>>>,
    /// Users who may enter the workspaces of others.
    ///
    /// Default: `[]`. Allowed: only with `cross_site: strict`.
    pub(super) grants: Field<List<RawGrant>>,
    /// Sessions that end before their token expires.
    pub(super) revocation: Field<RawRevocation>,
    /// Settings of `doorward render`.
    pub(super) render: Field<Option<RawRender>>,
    /// The log on standard error.
    pub(super) log: Field<RawLog>,
}

/// Certificate of `listen`: files, or a self-signed certificate.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Tls")]
pub(super) struct RawTls {
    /// PEM file with the certificate of `listen` and its chain.
    ///
    /// Default: none. Allowed: with `key_file`, or use `self_signed`.
    pub(super) cert_file: Field<Text<FilePath>>,
    /// PEM file with the private key.
    ///
    /// Default: none. Allowed: with `cert_file`; not readable by others.
    pub(super) key_file: Field<Text<FilePath>>,
    /// PEM file with certificate authorities. A client with a certificate of one of them is trusted
    /// like Traefik.
    ///
    /// Default: none. Allowed: path; with `cert_file` and `key_file`, or `self_signed`.
    pub(super) client_ca_file: Field<Option<Text<FilePath>>>,
    /// Create a certificate and keep it in `state_dir`. Traefik must trust its CA (`tls.ca`).
    ///
    /// Default: `false`.
    pub(super) self_signed: Field<bool>,
}

/// Certificate of `admin_listen`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "AdminTls", extend("required" = ["cert_file", "key_file"]))]
pub(super) struct RawAdminTls {
    /// PEM file with the certificate of `admin_listen` and its chain.
    ///
    /// Allowed: path.
    pub(super) cert_file: Field<Text<FilePath>>,
    /// PEM file with the private key.
    ///
    /// Allowed: not readable by others.
    pub(super) key_file: Field<Text<FilePath>>,
}

/// A name, or a section with settings of its own.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(untagged, inline)]
pub(super) enum RawDomain {
    #[serde(rename = "shape:text")]
    Name(Text<Words>),
    #[serde(rename = "shape:section")]
    Section(RawDomainSection),
}

/// A domain with settings of its own.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Domain", extend("required" = ["name"]))]
pub(super) struct RawDomainSection {
    /// DNS name of the domain.
    ///
    /// Allowed: DNS name.
    pub(super) name: Field<Text<Words>>,
    /// Issuers whose users have workspaces in this domain.
    ///
    /// Default: all. Allowed: configured issuers.
    pub(super) issuers: Field<List<Text<Words>>>,
    /// Replaces the general `login` in this domain.
    ///
    /// Default: the general `login`.
    pub(super) login: Field<Option<RawLogin>>,
}

/// Where a request carries its token.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Tokens")]
pub(super) struct RawTokens {
    /// Cookie names, tried in this order.
    ///
    /// Default: `[__Host-doorward]`. Allowed: cookie names.
    pub(super) cookies: Field<List<Text<Words>>>,
    /// Allow cookie names without `__Host-`, which any workspace can set for all others. `doorward
    /// check` warns.
    ///
    /// Default: `false`.
    pub(super) parent_domain: Field<bool>,
    /// Accept `Authorization: Bearer`.
    ///
    /// Default: `true`.
    pub(super) authorization: Field<bool>,
    /// Further headers that may hold a token.
    ///
    /// Default: `[]`. Allowed: header names.
    pub(super) headers: Field<List<Text<Words>>>,
    /// Tolerated difference between the clocks of issuer and doorward.
    ///
    /// Default: `30s`. Allowed: 0s to 300s.
    pub(super) leeway: Field<Text<Span>>,
    /// Maximum length of a token.
    ///
    /// Default: `8KiB`. Allowed: 256 to 64KiB.
    pub(super) max_bytes: Field<Size>,
}

/// Cache of verified tokens.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Cache")]
pub(super) struct RawCache {
    /// Memory for verified tokens.
    ///
    /// Default: `64MiB`. Allowed: 64KiB to 64GiB.
    pub(super) max_bytes: Field<Size>,
}

/// Limits for HTTP/1.1 and HTTP/2.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Limits")]
pub(super) struct RawLimits {
    /// Maximum size of all header lines of a request. A larger request gets the 431 page.
    ///
    /// Default: `60KiB`. Allowed: 8KiB to 1MiB; with `tls`, more than 60KiB has no effect.
    pub(super) header_bytes: Field<Size>,
    /// Maximum number of header lines, cookies not counted.
    ///
    /// Default: `128`. Allowed: 16 to 1024.
    pub(super) headers: Field<u64>,
    /// Maximum number of open connections.
    ///
    /// Default: `10000`. Allowed: 1 to 1000000.
    pub(super) connections: Field<u64>,
    /// Time in which the headers of a request must arrive.
    ///
    /// Default: `10s`. Allowed: 100ms to 300s.
    pub(super) header_timeout: Field<Text<Span>>,
    /// Time after which an idle connection is closed. Keep it above Traefik's 90s.
    ///
    /// Default: `120s`. Allowed: 1s to 1h.
    pub(super) idle_timeout: Field<Text<Span>>,
    /// Age at which a connection is closed, plus or minus 10 %.
    ///
    /// Default: `5m`. Allowed: 1s to 1d.
    pub(super) connection_age: Field<Text<Span>>,
}

/// An origin outside the workspaces.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "TrustedOrigin", extend("required" = ["origin"]))]
pub(super) struct RawOrigin {
    /// Scheme, host and port.
    ///
    /// Allowed: https; no pattern, not `null`, not a workspace.
    pub(super) origin: Field<Text<Words>>,
    /// Its pages may show workspaces in frames.
    ///
    /// Default: `false`.
    pub(super) frame: Field<bool>,
    /// Its pages may open WebSocket connections to workspaces.
    ///
    /// Default: `false`.
    pub(super) websocket: Field<bool>,
}

/// Users who may enter the workspaces of others.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Grant", extend("required" = ["claim", "contains", "labels"]))]
pub(super) struct RawGrant {
    /// Issuer of the guest's token.
    ///
    /// Default: the only issuer; required with several. Allowed: a configured issuer.
    pub(super) issuer: Field<Text<Words>>,
    /// Claim that is compared, or a JSON pointer to it.
    ///
    /// Allowed: claim or JSON pointer.
    pub(super) claim: Field<Text<Words>>,
    /// The claim must equal this value, or be a list that contains it.
    ///
    /// Allowed: exact value.
    pub(super) contains: Field<Text<Words>>,
    /// Labels of the workspaces that the guest may enter; `"*"` for all.
    ///
    /// Allowed: labels; only with `cross_site: strict`.
    pub(super) labels: Field<OneOrMany<Text<Words>>>,
}

/// The log.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Log")]
pub(super) struct RawLog {
    /// Format of the log lines.
    ///
    /// Default: `auto`.
    pub(super) format: Field<LogFormat>,
    /// What is logged.
    ///
    /// Default: `info`.
    pub(super) level: Field<RawLevel>,
    /// Log usernames beside labels.
    ///
    /// Default: `false`.
    pub(super) usernames: Field<bool>,
}

/// How much is logged.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "Level")]
pub(super) enum RawLevel {
    /// failures only
    Error,
    /// also what an operator should change
    Warn,
    /// also every denial
    Info,
    /// also every permit
    Debug,
    /// also every step
    Trace,
}
