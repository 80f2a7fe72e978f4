//! What the file, the environment and the flags say, before anything is checked: the one list of
//! all keys. The reader refuses every other key, the JSON Schema is derived from these types, and
//! a test holds the sample against them.
//!
//! The documentation of a field is its description in the schema. Keys that must be there stand in
//! `required` of their section; that they are is checked later, one by one.

mod render;
mod session;

pub(super) use render::{RawGate, RawLayout, RawRender, RawTlsMode};
pub(super) use session::{RawHandoff, RawLogin, RawOutage, RawRevocation, RawStore};

use super::field::{
    Field, FilePath, List, Network, OneOrMany, Pairs, Size, Socket, Span, Text, Words,
};
use crate::cross_site;
use crate::gate::PublicScheme;
use crate::observe::log::LogFormat;
use schemars::JsonSchema;
use serde::Deserialize;

/// The configuration of doorward.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(title = "doorward configuration", rename = "Configuration", extend("required" = ["domains", "issuers"]))]
pub(super) struct RawConfig {
    /// Where Traefik asks: one address or a list. Default 127.0.0.1:4181.
    pub(super) listen: Field<OneOrMany<Text<Socket>>>,
    /// Health and metrics. Default 127.0.0.1:4182.
    pub(super) admin_listen: Field<Text<Socket>>,
    /// Answers every request with the 404 page.
    pub(super) pages_listen: Field<Option<Text<Socket>>>,
    /// `OpenID` back-channel logout.
    pub(super) backchannel_listen: Field<Option<Text<Socket>>>,
    /// Certificate of `listen`.
    pub(super) tls: Field<Option<RawTls>>,
    /// Certificate of `admin_listen`.
    pub(super) admin_tls: Field<Option<RawAdminTls>>,
    /// Folder that doorward may write to.
    pub(super) state_dir: Field<Option<Text<FilePath>>>,
    /// Networks that Traefik asks from.
    pub(super) trusted_proxies: Field<List<Text<Network>>>,
    /// Workspaces live one label below each of these.
    pub(super) domains: Field<List<RawDomain>>,
    /// How browsers reach Traefik. Default forwarded.
    pub(super) public_scheme: Field<PublicScheme>,
    /// Who may say who a visitor is.
    pub(super) issuers: Field<List<RawIssuer>>,
    /// Where a request carries its token.
    pub(super) tokens: Field<RawTokens>,
    /// Verified tokens that are kept.
    pub(super) cache: Field<RawCache>,
    /// Bounds on what a caller may send and hold.
    pub(super) limits: Field<RawLimits>,
    /// Whether one workspace's pages may use another. Default strict.
    pub(super) cross_site: Field<cross_site::Mode>,
    /// Origins outside the workspaces that may use them.
    pub(super) trusted_origins: Field<List<RawOrigin>>,
    /// Headers that tell a desktop who visits.
    pub(super) identity_headers: Field<Pairs>,
    /// Where visitors without a token are sent.
    pub(super) login: Field<RawLogin>,
    /// Labels that are never a user's own name.
    pub(super) reserved_labels: Field<List<Text<Words>>>,
    /// Who else may enter.
    pub(super) grants: Field<List<RawGrant>>,
    /// Tokens that end early.
    pub(super) revocation: Field<RawRevocation>,
    /// The renderer's settings.
    pub(super) render: Field<Option<RawRender>>,
    /// The log.
    pub(super) log: Field<RawLog>,
}

/// Files, or a certificate of doorward's own making.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Tls")]
pub(super) struct RawTls {
    /// PEM file with the certificate and its chain.
    pub(super) cert_file: Field<Text<FilePath>>,
    /// PEM file with the private key, unreadable for others.
    pub(super) key_file: Field<Text<FilePath>>,
    /// PEM file with the authorities whose client certificates are trusted as Traefik's.
    pub(super) client_ca_file: Field<Option<Text<FilePath>>>,
    /// Make a certificate and keep it in `state_dir`.
    pub(super) self_signed: Field<bool>,
}

/// Certificate files.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "AdminTls", extend("required" = ["cert_file", "key_file"]))]
pub(super) struct RawAdminTls {
    /// PEM file with the certificate and its chain.
    pub(super) cert_file: Field<Text<FilePath>>,
    /// PEM file with the private key, unreadable for others.
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
    /// The DNS name.
    pub(super) name: Field<Text<Words>>,
    /// Issuers whose users have workspaces here. Default: all.
    pub(super) issuers: Field<List<Text<Words>>>,
    /// In place of the general `login`.
    pub(super) login: Field<Option<RawLogin>>,
}

/// One issuer of tokens.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Issuer", extend("required" = ["issuer", "algorithms", "keys", "user_claim"]))]
pub(super) struct RawIssuer {
    /// Equals the claim `iss`, byte by byte.
    pub(super) issuer: Field<Text<Words>>,
    /// At least one must be in the claim `aud`.
    pub(super) audiences: Field<List<Text<Words>>>,
    /// Take tokens for any audience.
    pub(super) allow_any_audience: Field<bool>,
    /// Signature algorithms that are taken.
    pub(super) algorithms: Field<List<Text<Words>>>,
    /// Where the keys are: exactly one source.
    pub(super) keys: Field<RawKeys>,
    /// The claim that names the user, or a JSON pointer to it.
    pub(super) user_claim: Field<Text<Words>>,
    /// Values of `typ` that are taken. Default JWT and at+jwt.
    pub(super) types: Field<List<Text<Words>>>,
    /// Refuse a token without `typ`.
    pub(super) require_type: Field<bool>,
    /// Whether a plain username is its own label.
    pub(super) bare_labels: Field<bool>,
    /// Whether usernames that differ in case are different users. Default sensitive.
    pub(super) case: Field<RawCase>,
    /// Longest life of a token, `exp` − `iat`. Default 24h.
    pub(super) max_lifetime: Field<Option<Text<Span>>>,
    /// PEM file with the authorities of the server that keys are fetched from. Default: the system's.
    pub(super) ca_file: Field<Option<Text<FilePath>>>,
    /// How long keys stay in use that could not be fetched again, 1m to 30d. Default 24h.
    pub(super) max_stale: Field<Option<Text<Span>>>,
}

/// Where keys are: exactly one of these.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Keys")]
pub(super) struct RawKeys {
    /// JSON Web Key Sets.
    pub(super) jwks_file: Field<OneOrMany<Text<FilePath>>>,
    /// Public keys in PEM form.
    pub(super) pem_file: Field<OneOrMany<Text<FilePath>>>,
    /// Secrets for HS256, HS384 or HS512: the file's bytes without one trailing newline.
    pub(super) secret_file: Field<OneOrMany<Text<FilePath>>>,
    /// A JSON Web Key Set that is fetched.
    pub(super) jwks_url: Field<Option<Text<Words>>>,
    /// Fetch the key set that the issuer's own `OpenID` discovery document names.
    pub(super) discovery: Field<bool>,
}

/// How usernames compare.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "Case")]
pub(super) enum RawCase {
    /// Alice and alice are two users.
    Sensitive,
    /// Alice and alice are one user.
    Fold,
}

/// Where a request carries its token.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Tokens")]
pub(super) struct RawTokens {
    /// Cookie names, tried in this order. Default `__Host-doorward`.
    pub(super) cookies: Field<List<Text<Words>>>,
    /// Allow cookies that a parent domain sets.
    pub(super) parent_domain: Field<bool>,
    /// Take `Authorization: Bearer`. Default true.
    pub(super) authorization: Field<bool>,
    /// Further headers that may hold a token.
    pub(super) headers: Field<List<Text<Words>>>,
    /// How far clocks may differ, 0s to 300s. Default 30s.
    pub(super) leeway: Field<Text<Span>>,
    /// Longest token. Default 8KiB.
    pub(super) max_bytes: Field<Size>,
}

/// Verified tokens that are kept.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Cache")]
pub(super) struct RawCache {
    /// Memory for them. Default 64MiB.
    pub(super) max_bytes: Field<Size>,
}

/// Bounds for HTTP/1.1 and HTTP/2 alike.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Limits")]
pub(super) struct RawLimits {
    /// All header lines of a request together. Default 80KiB.
    pub(super) header_bytes: Field<Size>,
    /// Number of header lines, cookies not counted. Default 128.
    pub(super) headers: Field<u64>,
    /// Connections at one time. Default 10000.
    pub(super) connections: Field<u64>,
    /// Time for a request's headers to arrive. Default 10s.
    pub(super) header_timeout: Field<Text<Span>>,
    /// Time a connection may rest. Default 120s.
    pub(super) idle_timeout: Field<Text<Span>>,
    /// Age at which a connection is closed, give or take 10 %. Default 5m.
    pub(super) connection_age: Field<Text<Span>>,
}

/// An origin outside the workspaces.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "TrustedOrigin", extend("required" = ["origin"]))]
pub(super) struct RawOrigin {
    /// Scheme, host and port.
    pub(super) origin: Field<Text<Words>>,
    /// May show workspaces in frames.
    pub(super) frame: Field<bool>,
    /// May open `WebSockets` to workspaces.
    pub(super) websocket: Field<bool>,
}

/// Who else may enter.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Grant", extend("required" = ["claim", "contains", "labels"]))]
pub(super) struct RawGrant {
    /// The issuer of the guest's token. May be left out when there is only one.
    pub(super) issuer: Field<Text<Words>>,
    /// The claim that is looked at, or a JSON pointer to it.
    pub(super) claim: Field<Text<Words>>,
    /// The value that the claim equals or, being a list, holds.
    pub(super) contains: Field<Text<Words>>,
    /// The labels that are opened, or "*" for all.
    pub(super) labels: Field<OneOrMany<Text<Words>>>,
}

/// The log.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Log")]
pub(super) struct RawLog {
    /// Default auto.
    pub(super) format: Field<LogFormat>,
    /// Default info.
    pub(super) level: Field<RawLevel>,
    /// Write usernames next to labels.
    pub(super) usernames: Field<bool>,
}

/// How much is logged.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "Level")]
pub(super) enum RawLevel {
    /// Failures only.
    Error,
    /// And what should not be.
    Warn,
    /// And every denial.
    Info,
    /// And every permit.
    Debug,
    /// And every step.
    Trace,
}
