//! Reads the address of the key set from a discovery document (OpenID Connect Discovery 1.0, RFC
//! 8414); the rest of the document is ignored.

use super::Remote;
use crate::url::WebUrl;
use serde::Deserialize;
use std::fmt;

/// Why a discovery document cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiscoveryError {
    /// Not a JSON object with `issuer` and `jwks_uri`, each once and a string.
    Malformed,
    /// It belongs to another issuer (section 4.3: the two must be identical).
    OtherIssuer,
    /// `jwks_uri` is not a web address.
    NoAddress,
    /// `jwks_uri` is not https.
    Plain,
    /// `jwks_uri` is on the host of a workspace.
    Workspace,
}

impl DiscoveryError {
    /// What an operator can do about it.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Malformed => {
                "check the document against OpenID Connect Discovery, or use jwks_url"
            }
            Self::OtherIssuer => {
                "write `issuer` exactly as in the document, including a trailing slash, if that \
                 is also the `iss` of the tokens"
            }
            Self::NoAddress | Self::Plain => {
                "publish an https address in the issuer's document, or use jwks_url"
            }
            Self::Workspace => "investigate who changed the issuer's document",
        }
    }
}

impl fmt::Display for DiscoveryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => {
                "the discovery document is not a JSON object with issuer and jwks_uri"
            }
            Self::OtherIssuer => "the discovery document belongs to another issuer",
            Self::NoAddress => "the jwks_uri of the discovery document is not a web address",
            Self::Plain => "the jwks_uri of the discovery document is not https",
            Self::Workspace => {
                "the jwks_uri of the discovery document is on the host of a workspace"
            }
        })
    }
}

impl std::error::Error for DiscoveryError {}

#[derive(Deserialize)]
struct Document {
    issuer: String,
    jwks_uri: String,
}

/// The key set's address, if the document belongs to this issuer and the address may be used.
pub(super) fn read(body: &[u8], remote: &Remote) -> Result<WebUrl, DiscoveryError> {
    let document: Document = serde_json::from_slice(body).map_err(|_| DiscoveryError::Malformed)?;
    if *document.issuer != *remote.issuer {
        return Err(DiscoveryError::OtherIssuer);
    }
    let endpoint = WebUrl::parse(&document.jwks_uri).map_err(|_| DiscoveryError::NoAddress)?;
    if !endpoint.is_secure() && !remote.plain {
        return Err(DiscoveryError::Plain);
    }
    if (remote.is_workspace)(endpoint.host()) {
        return Err(DiscoveryError::Workspace);
    }
    Ok(endpoint)
}

#[cfg(test)]
mod tests {
    use super::super::Source;
    use super::*;
    use std::sync::Arc;
    use std::time::Duration;

    fn remote(plain: bool) -> Remote {
        let issuer = "https://p.example.com/realm/";
        Remote {
            issuer: issuer.into(),
            source: Remote::discovery(issuer).unwrap(),
            algorithms: Vec::new(),
            authorities: None,
            max_stale: Duration::from_secs(60),
            plain,
            is_workspace: Arc::new(|host| host == "alice.vdi.example.com"),
        }
    }

    #[test]
    fn documents() {
        let good =
            r#"{"issuer":"https://p.example.com/realm/","jwks_uri":"https://k.example.net/a"}"#;
        let with = |from: &str, to: &str| good.replace(from, to);
        let rows = [
            ("good", good.to_owned(), Ok("https://k.example.net/a")),
            ("more_members", with("{", "{\"x\":[1],"), Ok("https://k.example.net/a")),
            ("no_slash", with("realm/", "realm"), Err(DiscoveryError::OtherIssuer)),
            ("another", with("p.example", "q.example"), Err(DiscoveryError::OtherIssuer)),
            ("another_case", with("p.example", "P.example"), Err(DiscoveryError::OtherIssuer)),
            ("issuer_twice", with("{", "{\"issuer\":\"x\","), Err(DiscoveryError::Malformed)),
            ("keys_twice", with("{", "{\"jwks_uri\":\"x\","), Err(DiscoveryError::Malformed)),
            ("no_keys", with("jwks_uri", "jwks"), Err(DiscoveryError::Malformed)),
            ("no_issuer", with("issuer", "iss"), Err(DiscoveryError::Malformed)),
            ("a_list", format!("[{good}]"), Err(DiscoveryError::Malformed)),
            ("a_number", with("\"https://k.example.net/a\"", "1"), Err(DiscoveryError::Malformed)),
            ("trailing", format!("{good}x"), Err(DiscoveryError::Malformed)),
            ("http", with("https://k", "http://k"), Err(DiscoveryError::Plain)),
            ("file", with("https://k", "file://k"), Err(DiscoveryError::NoAddress)),
            ("user", with("https://k", "https://a@k"), Err(DiscoveryError::NoAddress)),
            (
                "workspace",
                with("k.example.net", "Alice.vdi.example.com"),
                Err(DiscoveryError::Workspace),
            ),
        ];
        for (row, document, expected) in rows {
            let found = read(document.as_bytes(), &remote(false)).map(|found| found.to_string());
            assert_eq!(found.as_deref(), expected.as_ref().map(|text| *text), "{row}");
        }
        let plain = with("https://k", "http://k");
        assert!(read(plain.as_bytes(), &remote(true)).is_ok());
    }

    #[test]
    fn one_final_slash_is_trimmed() {
        let rows = [
            ("https://p.example.com", "https://p.example.com/.well-known/openid-configuration"),
            ("https://p.example.com/", "https://p.example.com/.well-known/openid-configuration"),
            (
                "https://p.example.com/a/",
                "https://p.example.com/a/.well-known/openid-configuration",
            ),
            ("https://p.example.com//", "https://p.example.com//.well-known/openid-configuration"),
        ];
        for (issuer, expected) in rows {
            let Some(Source::Discovery(endpoint)) = Remote::discovery(issuer) else {
                panic!("{issuer}");
            };
            assert_eq!(endpoint.to_string(), expected);
        }
        assert_eq!(Remote::discovery("portal"), None);
    }
}
