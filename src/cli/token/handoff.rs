//! The extra rules of a hand-off token: it is for one origin and one sign-in, and valid for a minute
//! at most. Values that the gate always rejects are errors here, because they are usually mistakes;
//! `--claim` overrides each claim for a test that needs such a token.

use super::{TokenArgs, TokenCommandError};
use crate::cross_site::Origin;
use std::time::Duration;

/// Checks the options of `--handoff`.
///
/// # Errors
/// The lifetime is above a minute, the audience is missing or not an origin, or the nonce is
/// missing.
pub(super) fn check(arguments: &TokenArgs) -> Result<(), TokenCommandError> {
    if let Some(ttl) = arguments.ttl.filter(|ttl| *ttl > LONGEST) {
        return Err(TokenCommandError::HandoffTooLong(ttl));
    }
    let named = |claim| arguments.claims.iter().any(|(path, _)| path.as_str() == claim);
    match arguments.audience.as_slice() {
        [] if named("aud") => {}
        [] => return Err(TokenCommandError::NoHandoffAudience),
        [audience] => {
            let origin = Origin::of_url(audience).map(|origin| origin.to_string());
            if origin.as_ref() != Some(audience) {
                return Err(TokenCommandError::NoOrigin { audience: audience.clone(), origin });
            }
        }
        _ => return Err(TokenCommandError::SeveralOrigins(arguments.audience.len())),
    }
    if arguments.nonce.is_none() && !named("nonce") {
        return Err(TokenCommandError::NoNonce);
    }
    Ok(())
}

/// The challenge alone, or the whole `st` that the gate gives the sign-in page.
pub(super) fn parse_nonce(text: &str) -> Result<String, String> {
    let challenge = text.split_once('.').map_or(text, |(_, challenge)| challenge);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if challenge.len() == CHALLENGE && challenge.bytes().all(plain) {
        return Ok(challenge.to_owned());
    }
    Err(format!(
        "use the value of `st` in the gate's redirect to the sign-in page, ID.CHALLENGE, or its \
         part after the dot: {CHALLENGE} characters of base64url"
    ))
}

/// The default lifetime.
pub(super) const LIFETIME: Duration = Duration::from_secs(30);
/// The gate rejects a longer lifetime.
const LONGEST: Duration = Duration::from_secs(60);
/// SHA-256 in base64url.
const CHALLENGE: usize = 43;

#[cfg(test)]
mod tests {
    use super::super::tests::arguments;
    use super::*;

    const CHALLENGE_TEXT: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn a_nonce_is_the_challenge_alone_or_within_st() {
        let challenge = CHALLENGE_TEXT;
        for (row, text, taken) in [
            ("alone", challenge.to_owned(), true),
            ("within_st", format!("0123456789abcdef.{challenge}"), true),
            ("the_id", "0123456789abcdef".to_owned(), false),
            ("the_id_and_a_dot", "0123456789abcdef.".to_owned(), false),
            ("short", challenge[1..].to_owned(), false),
            ("long", format!("{challenge}A"), false),
            ("padded", format!("{}=", &challenge[1..]), false),
            ("with_its_name", format!("st=0a.{challenge}&x"), false),
            ("two_dots", format!("0a.0b.{challenge}"), false),
            ("empty", String::new(), false),
        ] {
            let expected = taken.then(|| challenge.to_owned());
            assert_eq!(parse_nonce(&text).ok(), expected, "{row}");
        }
    }

    #[test]
    fn values_that_the_gate_would_refuse_are_reported() {
        let good = "https://alice.vdi.example.com";
        let nonce = CHALLENGE_TEXT;
        let with = |options: &[&str]| check(&arguments(&[&["--handoff"], options].concat()));
        let no_origin = |audience: &str, origin: Option<&str>| {
            let origin = origin.map(str::to_owned);
            Err(TokenCommandError::NoOrigin { audience: audience.to_owned(), origin })
        };
        for (row, audience, expected) in [
            ("an_origin", good, Ok(())),
            ("with_a_port", "https://alice.vdi.localhost:8443", Ok(())),
            (
                "slash_at_the_end",
                "https://alice.vdi.example.com/",
                no_origin("https://alice.vdi.example.com/", Some(good)),
            ),
            (
                "capitals",
                "https://Alice.vdi.example.com",
                no_origin("https://Alice.vdi.example.com", Some(good)),
            ),
            (
                "default_port",
                "https://alice.vdi.example.com:443",
                no_origin("https://alice.vdi.example.com:443", Some(good)),
            ),
            ("no_scheme", "alice.vdi.example.com", no_origin("alice.vdi.example.com", None)),
            ("a_name", "vdi", no_origin("vdi", None)),
        ] {
            assert_eq!(with(&["--audience", audience, "--nonce", nonce]), expected, "{row}");
        }
        let error = with(&["--nonce", nonce]);
        assert_eq!(error, Err(TokenCommandError::NoHandoffAudience));
        assert_eq!(with(&["--nonce", nonce, "--claim", "aud=vdi"]), Ok(()), "on purpose");
        let error = with(&["--nonce", nonce, "--audience", good, "--audience", good]);
        assert_eq!(error, Err(TokenCommandError::SeveralOrigins(2)));
        assert_eq!(with(&["--audience", good]), Err(TokenCommandError::NoNonce));
        assert_eq!(with(&["--audience", good, "--claim", "nonce=x"]), Ok(()), "on purpose");
        for (ttl, long) in [("60s", false), ("1m", false), ("61s", true), ("8h", true)] {
            let told = with(&["--audience", good, "--nonce", nonce, "--ttl", ttl]);
            let is_long = matches!(told, Err(TokenCommandError::HandoffTooLong(_)));
            assert_eq!(is_long, long, "{ttl}");
        }
    }

    #[test]
    fn errors_name_option_value_and_remedy() {
        let slash = "https://alice.vdi.example.com/".to_owned();
        let origin = Some("https://alice.vdi.example.com".to_owned());
        for (error, parts) in [
            (TokenCommandError::HandoffTooLong(Duration::from_secs(120)), ["--ttl", "120s", "60s"]),
            (TokenCommandError::NoHandoffAudience, ["--audience", "--handoff", "https://"]),
            (TokenCommandError::SeveralOrigins(2), ["--audience", "2", "once"]),
            (TokenCommandError::NoNonce, ["--nonce", "--handoff", "st"]),
            (
                TokenCommandError::NoOrigin { audience: slash, origin },
                ["--audience", ".com/\"", "write https://alice.vdi.example.com"],
            ),
            (
                TokenCommandError::NoOrigin { audience: "vdi".into(), origin: None },
                ["--audience", "\"vdi\"", "such as https://"],
            ),
        ] {
            let text = error.to_string();
            assert!(error.is_usage(), "{text}");
            assert!(parts.iter().all(|part| text.contains(part)), "{text}");
        }
    }
}
