//! The sections `login` and `revocation`: how sessions begin and how they end.

use crate::config::field::{Field, FilePath, OneOrMany, Span, Text, Words};
use schemars::JsonSchema;
use serde::Deserialize;

/// Where users without a session sign in.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Login")]
pub(in crate::config) struct RawLogin {
    /// Sign-in page that a page request without a token is redirected to. Without it the answer is
    /// a 401 page.
    ///
    /// Default: none. Allowed: https.
    pub(in crate::config) url: Field<Option<Text<Words>>>,
    /// Query parameter with the URL to return to.
    ///
    /// Default: `rd`. Allowed: text.
    pub(in crate::config) return_parameter: Field<Text<Words>>,
    /// An application on the workspace host sets the cookie.
    ///
    /// Default: `false`. Allowed: not with `handoff`.
    pub(in crate::config) sets_cookie: Field<bool>,
    /// Where the browser goes after signing out. Without it the answer is a page.
    ///
    /// Default: none. Allowed: https; only with `handoff`.
    pub(in crate::config) logout_url: Field<Option<Text<Words>>>,
    /// The sign-in page hands a session over, and the gate sets the cookie.
    ///
    /// Default: none.
    pub(in crate::config) handoff: Field<Option<RawHandoff>>,
}

/// The sign-in page hands a session over, and the gate sets the cookie.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Handoff", extend("required" = ["session_key_file"]))]
pub(in crate::config) struct RawHandoff {
    /// Secrets of the gate's own sessions; a path or a list of paths. The first signs, all verify.
    /// Use the same files for every replica.
    ///
    /// Allowed: at least 32 random bytes each.
    pub(in crate::config) session_key_file: Field<OneOrMany<Text<FilePath>>>,
    /// Longest lifetime of a session.
    ///
    /// Default: `8h`. Allowed: 60s to 30d.
    pub(in crate::config) session_lifetime: Field<Text<Span>>,
    /// Store the cookie in a separate cookie jar (CHIPS). A page on a sibling host cannot evict it
    /// by writing many cookies.
    ///
    /// Default: `false`.
    pub(in crate::config) partitioned: Field<bool>,
}

/// Sessions that end before their token expires.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Revocation")]
pub(in crate::config) struct RawRevocation {
    /// Where revocations and used hand-offs are stored. `none`: nowhere, tokens are valid until
    /// they expire. `memory`: in the process, until it ends. `file`: in `state_dir`, written to the
    /// disk before the call is answered. `redis`: shared by all replicas.
    ///
    /// Default: `none`. Allowed: not `none` with `login.handoff`; `redis` for several replicas.
    #[schemars(with = "String", extend("enum" = ["none", "memory", "file", "redis"]))]
    pub(in crate::config) store: Field<RawStore>,
    /// Secret that a caller of `/revocations` on `admin_listen` must present. Without it nothing
    /// can be revoked there.
    ///
    /// Default: none. Allowed: at least 32 visible characters; on a network only with `admin_tls`.
    pub(in crate::config) secret_file: Field<Option<Text<FilePath>>>,
    /// File with the URL of Redis: `redis://:PASSWORD@HOST:6379/0`, or `rediss://…` for TLS.
    ///
    /// Default: none. Allowed: required with `store: redis`; not readable by others.
    pub(in crate::config) url_file: Field<Option<Text<FilePath>>>,
    /// Behaviour while Redis is unreachable. `serve`: use the last known state. `refuse`: answer
    /// 503, from 5s on.
    ///
    /// Default: `serve`. Allowed: only with `store: redis`.
    #[schemars(with = "Option<String>", extend("enum" = ["serve", "refuse", null]))]
    pub(in crate::config) on_outage: Field<Option<RawOutage>>,
}

/// Where revocations are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::config) enum RawStore {
    None,
    Memory,
    File,
    Redis,
}

/// What happens while the store is out of reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::config) enum RawOutage {
    Serve,
    Refuse,
}
