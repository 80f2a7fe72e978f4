use super::*;
use crate::keys::FileError;
use crate::name::{Case, LabelRules, ReservedLabels};
use crate::token::{Grants, IdentityValues, Issuers, KeySet, Verifier};
use clap::{Parser, error::ErrorKind};
use serde_json::json;
use std::{os::unix::fs::PermissionsExt as _, path::Path, sync::Arc};

#[derive(Debug, Parser)]
struct Line {
    #[command(flatten)]
    arguments: TokenArgs,
}

fn parse(options: &[&str]) -> Result<TokenArgs, clap::Error> {
    let fixed = ["token", "--key", "key", "--user", "alice"];
    Line::try_parse_from(fixed.iter().chain(options)).map(|line| line.arguments)
}

pub(super) fn arguments(options: &[&str]) -> TokenArgs {
    parse(options).unwrap()
}

fn issuer(key: &SigningKey) -> Issuer {
    let algorithms = vec![key.algorithm()];
    let keys = match key.secret() {
        Some(secret) => KeySet::from_secrets(&[secret.to_vec()], &algorithms).unwrap(),
        None => KeySet::from_jwks(key.to_public_jwks().unwrap().as_bytes(), &algorithms).unwrap().0,
    };
    let name = "https://portal.example.com";
    Issuer {
        name: name.into(),
        audiences: vec!["vdi".into()],
        algorithms,
        keys,
        user_claim: ClaimPath::new("/account/name").unwrap(),
        types: vec!["jwt".into()],
        require_type: false,
        labels: LabelRules::new(name, true, Case::Sensitive, Arc::new(ReservedLabels::default())),
        max_lifetime: Some(86_400),
    }
}

const NOW: u64 = 1_800_000_000;

fn made(options: &[&str], issuer: Option<&Issuer>) -> Result<Value, TokenCommandError> {
    let without_issuer = unknown("i", &[]);
    claims(&arguments(options), issuer.ok_or(&without_issuer), NOW, "id").map(Value::Object)
}

fn unknown(name: &str, issuers: &[Issuer]) -> NoSuchIssuer {
    NoSuchIssuer::or(Some(name), issuers).err().unwrap()
}

#[test]
fn a_minted_token_is_a_session_for_every_algorithm() {
    let folder = tempfile::tempdir().unwrap();
    // RSA keys share their numbers: making such a key takes a second in a debug build.
    let rsa = SigningKey::generate(Algorithm::Rs256).unwrap().to_private_jwk().unwrap();
    let mut rsa: Value = serde_json::from_str(&rsa).unwrap();
    rsa.as_object_mut().unwrap().remove("alg");
    let rsa = rsa.to_string();
    for algorithm in Algorithm::ALL {
        let key = if algorithm.is_rsa() {
            SigningKey::from_jwk(rsa.as_bytes(), Some(algorithm)).unwrap()
        } else {
            SigningKey::generate(algorithm).unwrap()
        };
        let path = folder.path().join(algorithm.name());
        std::fs::write(&path, key.to_private_jwk().unwrap()).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        let arguments = TokenArgs {
            key: path,
            ..arguments(&[
                "--issuer",
                "https://portal.example.com",
                "--audience",
                "vdi",
                "--user-claim",
                "/account/name",
            ])
        };
        let token = run(&arguments, None).unwrap();
        let verifier = Verifier {
            issuers: Issuers::new(vec![issuer(&key)]),
            leeway: 0,
            max_bytes: 8192,
            identity: IdentityValues::default(),
            grants: Grants::default(),
        };
        let now = clock::now();
        let session = verifier.verify(token.trim_end(), now).unwrap();
        assert_eq!(session.label().as_str(), "alice", "{algorithm}");
        assert!(session.id().is_some(), "it can be revoked");
    }
}

#[test]
fn claims_come_from_the_configuration_and_the_options_win() {
    let of_key = SigningKey::generate(Algorithm::EdDsa).unwrap();
    let mut configured = issuer(&of_key);
    let account = json!({"name": "alice"});
    assert_eq!(
        made(&[], Some(&configured)),
        Ok(json!({
            "iss": "https://portal.example.com", "aud": "vdi", "account": account,
            "iat": NOW, "exp": NOW + 8 * 3600, "jti": "id",
        }))
    );
    let changed = made(
        &[
            "--ttl",
            "90s",
            "--audience",
            "a",
            "--audience",
            "b",
            "--user-claim",
            "sub",
            "--claim",
            "groups=[\"vdi-admins\"]",
            "--claim",
            "name=Alice=A",
            "--claim",
            "/realm/roles=5",
            "--claim",
            "number=\"5\"",
            "--claim",
            "empty=",
            "--claim",
            "iat=0",
            "--claim",
            "jti=null",
        ],
        Some(&configured),
    );
    assert_eq!(
        changed,
        Ok(json!({
            "iss": "https://portal.example.com", "aud": ["a", "b"], "sub": "alice",
            "groups": ["vdi-admins"], "name": "Alice=A", "realm": {"roles": 5},
            "number": "5", "empty": "", "iat": 0, "exp": NOW + 90, "jti": null,
        }))
    );
    configured.audiences = vec!["one".into(), "two".into()];
    assert_eq!(made(&[], Some(&configured)).unwrap()["aud"], json!(["one", "two"]));
    configured.audiences.clear();
    assert_eq!(made(&[], Some(&configured)).unwrap().get("aud"), None);
    assert_eq!(made(&["--claim", "aud=5"], Some(&configured)).unwrap()["aud"], json!(5));
}

#[test]
fn a_hand_off_has_its_own_lifetime_and_a_nonce() {
    let key = SigningKey::generate(Algorithm::EdDsa).unwrap();
    let configured = issuer(&key);
    let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let st = format!("0123456789abcdef.{challenge}");
    let origin = "https://alice.vdi.example.com";
    let options = ["--handoff", "--audience", origin, "--nonce", &st];
    assert_eq!(
        made(&options, Some(&configured)),
        Ok(json!({
            "iss": "https://portal.example.com", "aud": origin, "account": {"name": "alice"},
            "iat": NOW, "exp": NOW + 30, "jti": "id", "nonce": challenge,
        }))
    );
    let meant = [&options[..], &["--ttl", "60s", "--claim", "nonce=other"]].concat();
    let meant = made(&meant, Some(&configured)).unwrap();
    assert_eq!((&meant["exp"], &meant["nonce"]), (&json!(NOW + 60), &json!("other")));
    let alone = parse(&["--nonce", challenge]).unwrap_err();
    assert_eq!(alone.kind(), ErrorKind::MissingRequiredArgument, "{alone}");
}

#[test]
fn missing_options_are_reported() {
    use TokenCommandError::{ClaimTwice, NoAudience, NoIssuer, NoUserClaim};
    let path = |text: &str| ClaimPath::new(text).unwrap();
    let key = SigningKey::generate(Algorithm::EdDsa).unwrap();
    let (first, mut second) = (issuer(&key), issuer(&key));
    second.name = "https://other.example.com".into();
    assert_eq!(choose(None, &[]).err(), Some(NoIssuer));
    assert!(choose(Some("https://x"), &[]).unwrap().is_err());
    let several = [first, second];
    let error = choose(None, &several).err().unwrap();
    assert!(matches!(error, TokenCommandError::SeveralIssuers(_)), "{error:?}");
    assert!(several.iter().all(|issuer| error.to_string().contains(&*issuer.name)), "{error}");
    let chosen = choose(Some("https://other.example.com"), &several).unwrap().unwrap();
    assert_eq!(&*chosen.name, "https://other.example.com");
    let other = "https://portal.example.com/";
    let unconfigured = choose(Some(other), &several).unwrap().err().unwrap();
    let told = NoAudience(Some(unconfigured)).to_string();
    for part in [other, "https://other.example.com", "--audience"] {
        assert!(told.contains(part), "{told}");
    }

    assert_eq!(
        made(&["--issuer", "i", "--audience", "a"], None),
        Err(NoUserClaim(Some(unknown("i", &[]))))
    );
    assert_eq!(
        made(&["--issuer", "i", "--user-claim", "sub"], None),
        Err(NoAudience(Some(unknown("i", &[]))))
    );
    for (row, options, claim) in [
        ("user_twice", &["--user-claim", "sub", "--claim", "sub=bob"][..], "sub"),
        ("claim_twice", &["--claim", "a=1", "--claim", "a=1"], "a"),
        ("within_a_string", &["--claim", "a=text", "--claim", "/a/b=1"], "/a/b"),
    ] {
        assert_eq!(made(options, Some(chosen)), Err(ClaimTwice(path(claim))), "{row}");
    }
}

#[test]
fn options_are_read_strictly() {
    for (row, options) in [
        ("ttl_without_unit", ["--ttl", "8"]),
        ("ttl_without_number", ["--ttl", "h"]),
        ("ttl_negative", ["--ttl", "-8h"]),
        ("ttl_with_a_plus", ["--ttl", "+8h"]),
        ("ttl_fraction", ["--ttl", "1.5h"]),
        ("ttl_unknown_unit", ["--ttl", "8w"]),
        ("ttl_not_ascii", ["--ttl", "8é"]),
        ("ttl_empty", ["--ttl", ""]),
        ("ttl_below_a_second", ["--ttl", "500ms"]),
        ("ttl_too_large", ["--ttl", "18446744073709551615d"]),
        ("claim_without_value", ["--claim", "groups"]),
        ("claim_without_name", ["--claim", "=x"]),
        ("claim_bad_pointer", ["--claim", "/a~=x"]),
        ("user_claim_empty", ["--user-claim", ""]),
        ("nonce_that_is_none", ["--nonce", "0123456789abcdef"]),
        ("alg_none", ["--alg", "none"]),
        ("alg_lower_case", ["--alg", "es256"]),
    ] {
        let error = parse(&options).unwrap_err();
        assert!(
            matches!(
                error.kind(),
                ErrorKind::ValueValidation | ErrorKind::UnknownArgument | ErrorKind::InvalidValue
            ),
            "{row}: {error}"
        );
    }
    for (text, seconds) in [("0s", 0), ("90s", 90), ("15m", 900), ("8h", 28_800), ("7d", 604_800)] {
        assert_eq!(arguments(&["--ttl", text]).ttl.unwrap().as_secs(), seconds, "{text}");
    }
    assert_eq!(arguments(&["--alg", "Ed25519"]).alg, Some(Algorithm::EdDsa));
}

#[test]
fn the_algorithm_is_the_keys_then_the_options_then_the_issuers() {
    let secret = [b'k'; 64];
    let hs512 = SigningKey::from_secret(&secret, Algorithm::Hs512).unwrap();
    let configured = issuer(&hs512);
    let read = |bytes: &[u8], chosen, issuer| {
        signing_key(bytes, bytes, chosen, issuer).map(|key| key.algorithm())
    };
    let needed = Err(SigningKeyError::AlgorithmNeeded);
    assert_eq!(read(&secret, None, None), needed);
    assert_eq!(read(&secret, Some(Algorithm::Hs256), Some(&configured)), Ok(Algorithm::Hs256));
    assert_eq!(read(&secret, None, Some(&configured)), Ok(Algorithm::Hs512));
    let mut two = configured.clone();
    two.algorithms.push(Algorithm::Hs256);
    assert_eq!(read(&secret, None, Some(&two)), needed);
    let jwk = SigningKey::generate(Algorithm::Es384).unwrap().to_private_jwk().unwrap();
    assert_eq!(read(jwk.as_bytes(), None, Some(&configured)), Ok(Algorithm::Es384));
    let indented = format!("\n  {jwk}");
    assert_eq!(read(indented.as_bytes(), None, None), Ok(Algorithm::Es384));
    assert_eq!(read(b"-----BEGIN PUBLIC KEY-----\n", None, None), Err(SigningKeyError::Public));
}

#[test]
fn key_files_are_read_as_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    std::fs::write(&path, "k".repeat(32) + "\n").unwrap();
    let mode =
        |mode| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    let with = |path: &Path| TokenArgs {
        key: path.to_owned(),
        ..arguments(&["--issuer", "i", "--audience", "a", "--user-claim", "sub", "--alg", "HS256"])
    };
    mode(0o640);
    assert!(run(&with(&path), None).is_ok());
    mode(0o644);
    let error = run(&with(&path), None).unwrap_err();
    assert_eq!(
        error,
        TokenCommandError::File { path: path.clone(), error: FileError::OpenToOthers(0o644) }
    );
    let text = error.to_string();
    assert!(text.contains("secret") && text.contains("0440"), "{text}");
    let missing = folder.path().join("missing");
    let error = run(&with(&missing), None).unwrap_err();
    assert_eq!(error, TokenCommandError::File { path: missing, error: FileError::Missing });
    mode(0o600);
    std::fs::write(&path, "too short").unwrap();
    let error = run(&with(&path), None).unwrap_err();
    let short = SigningKeyError::SecretTooShort { bytes: 9, needed: 32 };
    assert_eq!(error, TokenCommandError::Key { path, error: short });
}
