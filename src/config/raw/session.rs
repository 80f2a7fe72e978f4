//! The sections `login` and `revocation`: how sessions begin and how they end.

use crate::config::field::{Field, FilePath, OneOrMany, Span, Text, Words};
use schemars::JsonSchema;
use serde::Deserialize;

/// Where visitors without a token are sent.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Login")]
pub(in crate::config) struct RawLogin {
    /// The sign-in page.
    pub(in crate::config) url: Field<Option<Text<Words>>>,
    /// Query parameter that holds the URL to come back to. Default rd.
    pub(in crate::config) return_parameter: Field<Text<Words>>,
    /// Something on the workspace host sets the cookie.
    pub(in crate::config) sets_cookie: Field<bool>,
    /// Where signing out leads. Only with `handoff`.
    pub(in crate::config) logout_url: Field<Option<Text<Words>>>,
    /// The sign-in page hands a session over, and the gate sets the cookie.
    pub(in crate::config) handoff: Field<Option<RawHandoff>>,
}

/// How a session is made of what the sign-in page sends back.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Handoff", extend("required" = ["session_key_file"]))]
pub(in crate::config) struct RawHandoff {
    /// Secrets of at least 32 random bytes: the first signs sessions, all verify.
    pub(in crate::config) session_key_file: Field<OneOrMany<Text<FilePath>>>,
    /// How long a session lives at most. Default 8h.
    pub(in crate::config) session_lifetime: Field<Text<Span>>,
    /// Keep the cookie where a sibling's flood of cookies does not reach it.
    pub(in crate::config) partitioned: Field<bool>,
}

/// Tokens that end early.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Revocation")]
pub(in crate::config) struct RawRevocation {
    /// none, memory, file or redis; default none.
    #[schemars(with = "String", extend("enum" = ["none", "memory", "file", "redis"]))]
    pub(in crate::config) store: Field<RawStore>,
    /// Secret of at least 32 bytes for whoever may revoke, on `admin_listen`.
    pub(in crate::config) secret_file: Field<Option<Text<FilePath>>>,
    /// File whose content is the URL of Redis, redis:// or rediss://. Only with `store: redis`.
    pub(in crate::config) url_file: Field<Option<Text<FilePath>>>,
    /// What happens while Redis is out of reach: serve (default) or refuse. Only with `store: redis`.
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
