//! The elements of `issuers`: who signs tokens, and with which keys.

use crate::config::field::{Field, FilePath, List, OneOrMany, Span, Text, Words};
use schemars::JsonSchema;
use serde::Deserialize;

/// One issuer of tokens.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Issuer", extend("required" = ["issuer", "algorithms", "keys", "user_claim"]))]
pub(in crate::config) struct RawIssuer {
    /// Must equal the claim `iss` of a token, byte for byte.
    ///
    /// Allowed: one entry for each issuer.
    pub(in crate::config) issuer: Field<Text<Words>>,
    /// At least one must be in the claim `aud`.
    ///
    /// Default: **required**, unless `allow_any_audience` is true. Allowed: texts; `[]` with
    /// `allow_any_audience`.
    pub(in crate::config) audiences: Field<List<Text<Words>>>,
    /// Accept tokens that were made for any other service.
    ///
    /// Default: `false`.
    pub(in crate::config) allow_any_audience: Field<bool>,
    /// Signature algorithms that the issuer uses. The token cannot choose another one.
    ///
    /// Allowed: RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, EdDSA; or HS256, HS384,
    /// HS512, not mixed with the others.
    pub(in crate::config) algorithms: Field<List<Text<Words>>>,
    /// Source of the keys: exactly one of the following.
    pub(in crate::config) keys: Field<RawKeys>,
    /// Claim with the username; a JSON pointer if it begins with `/`. Choose a claim that users
    /// cannot change; `doorward check` warns about others.
    ///
    /// Allowed: claim or JSON pointer.
    pub(in crate::config) user_claim: Field<Text<Words>>,
    /// Accepted values of `typ`, in any case.
    ///
    /// Default: `[JWT, at+jwt]`. Allowed: texts.
    pub(in crate::config) types: Field<List<Text<Words>>>,
    /// Reject a token without `typ`.
    ///
    /// Default: `false`.
    pub(in crate::config) require_type: Field<bool>,
    /// Whether a plain username is its own label. Otherwise every label has a hash.
    ///
    /// Default: `true` with one issuer, required with several. Allowed: `true` for at most one
    /// issuer.
    pub(in crate::config) bare_labels: Field<bool>,
    /// Whether usernames that differ in case are different users.
    ///
    /// Default: `sensitive`.
    pub(in crate::config) case: Field<RawCase>,
    /// Longest lifetime of a token: `exp` minus `iat`. `null` allows any, and `iat` is then
    /// optional.
    ///
    /// Default: `24h`. Allowed: 1s to 3660d.
    pub(in crate::config) max_lifetime: Field<Option<Text<Span>>>,
    /// PEM file with the authorities that certify the server of fetched keys.
    ///
    /// Default: those of the system. Allowed: only with `jwks_url` or `discovery`.
    pub(in crate::config) ca_file: Field<Option<Text<FilePath>>>,
    /// How long fetched keys stay in use if they cannot be fetched again.
    ///
    /// Default: `24h`. Allowed: 1m to 30d; only with `jwks_url` or `discovery`.
    pub(in crate::config) max_stale: Field<Option<Text<Span>>>,
}

/// Source of an issuer's keys: exactly one of these.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Keys")]
pub(in crate::config) struct RawKeys {
    /// JSON Web Key Set; a path or a list of paths.
    ///
    /// Default: none. Allowed: one source of keys.
    pub(in crate::config) jwks_file: Field<OneOrMany<Text<FilePath>>>,
    /// Public keys in PEM form; a path or a list of paths.
    ///
    /// Default: none. Allowed: one source of keys.
    pub(in crate::config) pem_file: Field<OneOrMany<Text<FilePath>>>,
    /// Secret for HS256, HS384 or HS512: the bytes of the file without one trailing newline; a path
    /// or a list of paths.
    ///
    /// Default: none. Allowed: one source of keys; at least 32, 48 or 64 bytes.
    pub(in crate::config) secret_file: Field<OneOrMany<Text<FilePath>>>,
    /// Address from which the JSON Web Key Set is fetched.
    ///
    /// Default: none. Allowed: one source of keys; https, not a workspace host, not for HS
    /// algorithms.
    pub(in crate::config) jwks_url: Field<Option<Text<Words>>>,
    /// Fetch the key set that the issuer's OpenID discovery document names.
    ///
    /// Default: `false`. Allowed: one source of keys; not for HS algorithms.
    pub(in crate::config) discovery: Field<bool>,
}

/// How usernames compare.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "Case")]
pub(in crate::config) enum RawCase {
    /// Alice and alice are two users
    Sensitive,
    /// Alice and alice are one user
    Fold,
}
