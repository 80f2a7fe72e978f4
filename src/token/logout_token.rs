//! Logout tokens of OpenID Connect Back-Channel Logout 1.0: a provider reports that a sign-in, or all
//! sign-ins of a subject, have ended (sections 2.4 and 2.6).
//!
//! Verified like every token of its issuer, and by what distinguishes a logout token: the event, no
//! `nonce`, a `jti`. It can revoke sessions and admits no request.

use super::{
    claims::{self, Times},
    compact::Compact,
    issuer::IssuerId,
    json::{Object, Value},
    purpose::Purpose,
    rejection::Rejection,
    signed::{Expected, Signed},
    verifier::Verifier,
};
use crate::revocation::{KeyKind, RevocationKey};
use crate::unix_time::UnixTime;

/// Proof that an issuer sent this logout token. Only [`Verifier::verify_logout`] makes one.
#[derive(Debug)]
pub struct LogoutToken {
    issuer: IssuerId,
    key: RevocationKey,
    id: Box<str>,
    issued_at: UnixTime,
    expires_at: UnixTime,
}

impl LogoutToken {
    /// The issuer that sent it.
    #[must_use]
    pub fn issuer(&self) -> IssuerId {
        self.issuer
    }

    /// The sign-in (`sid`) if the token names one, else the subject.
    #[must_use]
    pub fn key(&self) -> &RevocationKey {
        &self.key
    }

    /// `jti`; can be used once.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// `iat`: sessions that were issued earlier are meant.
    #[must_use]
    pub fn issued_at(&self) -> UnixTime {
        self.issued_at
    }

    /// `exp`.
    #[must_use]
    pub fn expires_at(&self) -> UnixTime {
        self.expires_at
    }
}

impl Verifier {
    /// Verifies a logout token as of `now`. `may_compute` is called once before a signature is
    /// computed, and `false` refuses the token.
    ///
    /// # Errors
    /// The first check that fails; [`Rejection::OverBudget`] says nothing about the token.
    pub fn verify_logout(
        &self,
        token: &str,
        now: UnixTime,
        may_compute: &mut dyn FnMut() -> bool,
    ) -> Result<LogoutToken, Rejection> {
        let compact = Compact::split(token, self.max_bytes)?;
        let signatures = &mut { MOST_SIGNATURES };
        let expected = Expected::Logout(may_compute);
        let signed = Signed::verify(&self.issuers, &compact, expected, signatures)?;
        let (issuer_id, issuer) = signed.issuer()?;
        let claims = signed.claims();
        claims::check_audience(claims, &issuer.audiences)?;
        check_event(claims)?;
        let times = Times::read(claims)?;
        let issued_at = times.issued_at.ok_or(Rejection::IssuedAtMissing)?;
        if now.0.saturating_sub(issued_at.0) > MAX_AGE {
            return Err(Rejection::Expired);
        }
        let id = claims::identifier(claims, "jti")?.ok_or(Rejection::IdentifierMissing)?;
        let session = claims::identifier(claims, "sid")?;
        let subject = claims::identifier(claims, "sub")?;
        let (kind, value) = match (session, subject) {
            (Some(session), _) => (KeyKind::Session, session),
            (None, Some(subject)) => (KeyKind::Subject, subject),
            (None, None) => return Err(Rejection::UserMissing),
        };
        times.check(now, self.leeway)?;
        let key = RevocationKey { issuer: issuer.name.clone(), kind, value: value.into() };
        Ok(LogoutToken {
            issuer: issuer_id,
            key,
            id: id.into(),
            issued_at,
            expires_at: times.expires_at,
        })
    }
}

/// A logout token has the event and no `nonce`; an ID token has a `nonce` (section 2.4).
fn check_event(claims: &Object<'_>) -> Result<(), Rejection> {
    let event = claims.get("events").and_then(Value::as_object).and_then(|all| all.get(EVENT));
    let is_event = event.is_some_and(|event| event.as_object().is_some());
    if !is_event || claims.get("nonce").is_some() {
        return Err(Rejection::NoLogout);
    }
    // Keycloak sets `Logout`. Another purpose is refused.
    match claims.get("typ").map(Value::as_str) {
        None => Ok(()),
        Some(Some(typ)) if Purpose::named(typ) == Some(Purpose::Logout) => Ok(()),
        Some(_) => Err(Rejection::NoLogout),
    }
}

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// Seconds. The recommended lifetime is two minutes; a provider that could not reach the gate retries.
const MAX_AGE: u64 = 3600;
const MOST_SIGNATURES: u16 = 4;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::Algorithm;
    use crate::token::tests::fixture::{self, ISSUER, NOW, forge};
    use serde_json::{Map, json};

    fn logout(changes: serde_json::Value) -> Map<String, serde_json::Value> {
        let mut claims = fixture::claims_with(json!({
            "iat": NOW.0 - 1,
            "exp": NOW.0 + 119,
            "jti": "logout-1",
            "sid": "sign-in-1",
            "events": { EVENT: {} },
        }));
        for (name, value) in fixture::object(changes) {
            if value.is_null() {
                claims.remove(&name);
            } else {
                claims.insert(name, value);
            }
        }
        claims
    }

    fn judge(header: &str, changes: serde_json::Value) -> Result<LogoutToken, Rejection> {
        let (verifier, key) = fixture::single(Algorithm::Es256);
        let token = forge(key, header, &serde_json::Value::Object(logout(changes)).to_string());
        verifier.verify_logout(&token, NOW, &mut || true)
    }

    const HEADER: &str = r#"{"alg":"ES256","typ":"logout+jwt"}"#;

    #[test]
    fn a_logout_token_ends_the_sid_or_else_the_subject() {
        let both = judge(HEADER, json!({})).unwrap();
        assert_eq!((both.issuer.position(), &*both.id), (0, "logout-1"));
        assert_eq!(&*both.key.issuer, ISSUER);
        assert_eq!((both.key.kind, &*both.key.value), (KeyKind::Session, "sign-in-1"));
        let subject = judge(HEADER, json!({"sid": null})).unwrap();
        assert_eq!((subject.key.kind, &*subject.key.value), (KeyKind::Subject, "alice"));
        let session = judge(HEADER, json!({"sub": null})).unwrap();
        assert_eq!(session.key.kind, KeyKind::Session);
    }

    #[test]
    fn rules_of_the_specification() {
        for (row, changes, expected) in [
            ("no_event", json!({"events": null}), Some(Rejection::NoLogout)),
            ("events_no_object", json!({"events": [EVENT]}), Some(Rejection::NoLogout)),
            ("other_event", json!({"events": {"urn:x": {}}}), Some(Rejection::NoLogout)),
            ("event_no_object", json!({"events": {EVENT: true}}), Some(Rejection::NoLogout)),
            ("event_with_members", json!({"events": {EVENT: {"x": 1}}}), None),
            ("two_events", json!({"events": {EVENT: {}, "urn:x": {}}}), None),
            ("nonce", json!({"nonce": "n"}), Some(Rejection::NoLogout)),
            ("no_id", json!({"jti": null}), Some(Rejection::IdentifierMissing)),
            ("no_user", json!({"sid": null, "sub": null}), Some(Rejection::UserMissing)),
            ("sid_number", json!({"sid": 5}), Some(Rejection::IdentifierMalformed("sid"))),
            ("no_audience", json!({"aud": null}), Some(Rejection::AudienceMissing)),
            ("other_audience", json!({"aud": "other"}), Some(Rejection::AudienceOther)),
            (
                "other_issuer",
                json!({"iss": "https://evil.example"}),
                Some(Rejection::IssuerUnknown),
            ),
            ("gate_as_issuer", json!({"iss": "doorward"}), Some(Rejection::IssuerUnknown)),
            ("no_end", json!({"exp": null}), Some(Rejection::ExpiryMissing)),
            ("no_issue_time", json!({"iat": null}), Some(Rejection::IssuedAtMissing)),
            ("over", json!({"exp": NOW.0}), Some(Rejection::Expired)),
            ("old_and_long", json!({"iat": NOW.0 - 3601}), Some(Rejection::Expired)),
            ("future", json!({"iat": NOW.0 + 60}), Some(Rejection::IssuedInTheFuture)),
            ("keycloak", json!({"typ": "Logout"}), None),
            ("bearer", json!({"typ": "Bearer"}), Some(Rejection::NoLogout)),
        ] {
            assert_eq!(judge(HEADER, changes).err(), expected, "{row}");
        }
    }

    #[test]
    fn types_of_the_header() {
        for (row, header, expected) in [
            ("none", r#"{"alg":"ES256"}"#, None),
            ("with_its_tree", r#"{"alg":"ES256","typ":"application/Logout+JWT"}"#, None),
            ("jwt", r#"{"alg":"ES256","typ":"JWT"}"#, None),
            ("access_token", r#"{"alg":"ES256","typ":"at+jwt"}"#, None),
            ("id_token", r#"{"alg":"ES256","typ":"ID"}"#, Some(Rejection::NoLogout)),
            ("refresh_token", r#"{"alg":"ES256","typ":"rt+jwt"}"#, Some(Rejection::NoLogout)),
            (
                "security_event",
                r#"{"alg":"ES256","typ":"secevent+jwt"}"#,
                Some(Rejection::NoLogout),
            ),
            ("empty", r#"{"alg":"ES256","typ":""}"#, Some(Rejection::NoLogout)),
            ("unsigned", r#"{"alg":"none"}"#, Some(Rejection::AlgorithmUnknown)),
            (
                "other_algorithm",
                r#"{"alg":"HS256","typ":"logout+jwt"}"#,
                Some(Rejection::AlgorithmNotAllowed(Algorithm::Hs256)),
            ),
        ] {
            assert_eq!(judge(header, json!({})).err(), expected, "{row}");
        }
    }

    /// A token that is refused without a signature does not count.
    #[test]
    fn only_signatures_use_the_budget() {
        let (verifier, key) = fixture::single(Algorithm::Es256);
        let good = forge(key, HEADER, &serde_json::Value::Object(logout(json!({}))).to_string());
        let judged = verifier.verify_logout(&good, NOW, &mut || false);
        assert_eq!(judged.err(), Some(Rejection::OverBudget));
        let mut never = || unreachable!("nothing was to be computed");
        let stranger = logout(json!({"iss": "https://evil.example"}));
        for (row, token) in [
            ("no_token", "x".to_owned()),
            ("other_issuer", key.sign(&stranger).unwrap()),
            (
                "other_type",
                forge(
                    key,
                    r#"{"alg":"ES256","typ":"rt+jwt"}"#,
                    &serde_json::Value::Object(logout(json!({}))).to_string(),
                ),
            ),
            (
                "unknown_key",
                forge(
                    key,
                    r#"{"alg":"ES256","kid":"other"}"#,
                    "{\"iss\":\"https://portal.example.com\"}",
                ),
            ),
        ] {
            assert!(verifier.verify_logout(&token, NOW, &mut never).is_err(), "{row}");
        }
    }

    #[test]
    fn a_logout_token_is_no_session_and_a_session_no_logout() {
        let (verifier, key) = fixture::single(Algorithm::Es256);
        let token = key.sign(&logout(json!({}))).unwrap();
        let expected = Some(Rejection::WrongKind(Purpose::Logout));
        assert_eq!(verifier.verify(&token, NOW).err(), expected);
        let session = key.sign(&fixture::claims()).unwrap();
        assert_eq!(
            verifier.verify_logout(&session, NOW, &mut || true).err(),
            Some(Rejection::NoLogout)
        );
    }
}
