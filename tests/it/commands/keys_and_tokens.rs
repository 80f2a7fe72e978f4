//! `doorward keygen` and `doorward token`: a server accepts their keys and tokens, and no secret leaks.

use crate::support::gate::Plan;
use crate::support::portal::{ALICE, LOGIN, Portal, now};
use crate::support::process::{Finished, doorward, run};
use crate::support::request::Request;
use crate::support::token::remember;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn keygen(folder: &Path, arguments: &[&str]) -> Finished {
    run(doorward().arg("keygen").args(arguments).arg("--out").arg(folder), "")
}

fn token(folder: &Path, arguments: &[&str]) -> Finished {
    let mut command = doorward();
    command.arg("token").arg("--key").arg(folder.join("private.jwk"));
    run(command.args(ISSUED).args(arguments), "")
}

const ISSUED: [&str; 6] =
    ["--issuer", "https://idp.example.com", "--audience", "vdi", "--user-claim", "sub"];

fn claims(token: &str) -> Value {
    let claims = token.split('.').nth(1).expect("three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).expect("base64url")).expect("JSON")
}

#[tokio::test]
async fn tokens_of_a_generated_key_are_accepted() {
    for algorithm in ["ES256", "ES384", "EdDSA", "RS256"] {
        let portal = Portal::new();
        let plan = Plan::of(&portal);
        let folder = plan.folder.path().join("keys");
        let made = keygen(&folder, &["--alg", algorithm]);
        assert_eq!(made.code, 0, "{}", made.output());
        let keys = json!({ "jwks_file": folder.join("jwks.json") });
        let plan = plan.with_issuer("keys", keys).with_issuer("algorithms", json!([algorithm]));
        let minted = token(&folder, &["--user", "alice"]);
        assert_eq!(minted.code, 0, "{}", minted.output());
        let minted = remember(minted.stdout.trim().to_owned());
        let gate = plan.open().await;
        assert_eq!(
            gate.ask(&Request::question(ALICE).session(&minted)).await.status,
            200,
            "{algorithm}"
        );
        let bob = token(&folder, &["--user", "bob"]).stdout.trim().to_owned();
        assert_eq!(gate.ask(&Request::question(ALICE).session(&remember(bob))).await.status, 403);
    }
}

#[test]
fn a_private_key_is_private() {
    let folder = tempfile::tempdir().unwrap();
    let made = keygen(folder.path(), &[]);
    assert_eq!(made.code, 0, "{}", made.output());
    let private = folder.path().join("private.jwk");
    assert_eq!(fs::metadata(&private).unwrap().permissions().mode() & 0o777, 0o600);
    let private: Value = serde_json::from_slice(&fs::read(private).unwrap()).unwrap();
    let public: Value =
        serde_json::from_slice(&fs::read(folder.path().join("jwks.json")).unwrap()).unwrap();
    let secret = private["d"].as_str().expect("a private member");
    assert_eq!(public["keys"].as_array().map(Vec::len), Some(1));
    assert!(!public.to_string().contains(secret) && public["keys"][0]["d"].is_null());
    assert!(!made.output().contains(secret));
    for member in ["kty", "crv", "x", "y", "kid", "alg"] {
        assert_eq!(private[member], public["keys"][0][member], "{member}");
    }
    assert_eq!(public["keys"][0]["alg"], "ES256", "the default");
}

/// A second run would invalidate all sessions that the first key signed.
#[test]
fn keygen_overwrites_nothing() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(keygen(folder.path(), &[]).code, 0);
    let before = fs::read(folder.path().join("private.jwk")).unwrap();
    let again = keygen(folder.path(), &[]);
    assert_ne!(again.code, 0, "{}", again.output());
    assert_eq!(fs::read(folder.path().join("private.jwk")).unwrap(), before);
}

#[test]
fn keygen_makes_serving_certificates() {
    let folder = tempfile::tempdir().unwrap();
    let made = keygen(folder.path(), &["--tls", "doorward.doorward.svc", "127.0.0.1"]);
    assert_eq!(made.code, 0, "{}", made.output());
    let mut certificates = 0;
    for file in fs::read_dir(folder.path()).unwrap().flatten() {
        let text = fs::read_to_string(file.path()).unwrap_or_default();
        certificates += usize::from(text.contains("BEGIN CERTIFICATE"));
        if text.contains("PRIVATE KEY") {
            let bits = file.metadata().unwrap().permissions().mode();
            assert_eq!(bits & 0o077, 0, "{}", file.path().display());
        }
    }
    assert!(certificates >= 2, "a CA and a serving certificate");
}

#[test]
fn claims_and_lifetimes_of_a_token() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(keygen(folder.path(), &[]).code, 0);
    let minted = token(
        folder.path(),
        &[
            "--user",
            "alice",
            "--ttl",
            "90m",
            "--claim",
            "groups=[\"a\",\"b\"]",
            "--claim",
            "note=a b",
            "--claim",
            "level=3",
            "--claim",
            "quoted=\"3\"",
        ],
    );
    assert_eq!(minted.code, 0, "{}", minted.output());
    assert_eq!(minted.stdout.lines().count(), 1, "nothing but the token");
    let claims = claims(minted.stdout.trim());
    let number = |name: &str| claims[name].as_u64().unwrap();
    assert_eq!(number("exp") - number("iat"), 90 * 60);
    assert!(now().abs_diff(number("iat")) < 60);
    assert_eq!(claims["iss"], "https://idp.example.com");
    assert_eq!(claims["sub"], "alice");
    assert!(claims["aud"] == "vdi" || claims["aud"] == json!(["vdi"]));
    assert_eq!(claims["groups"], json!(["a", "b"]));
    assert_eq!(claims["note"], "a b");
    assert_eq!(claims["level"], 3);
    assert_eq!(claims["quoted"], "3");
}

#[test]
fn a_token_from_the_configuration() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(keygen(folder.path(), &[]).code, 0);
    let plan = Plan::of(&Portal::new()).with_issuer("user_claim", json!("uid"));
    let mut command = doorward();
    command.args(["token", "--user", "alice", "--key"]).arg(folder.path().join("private.jwk"));
    let minted = run(command.arg("--config").arg(plan.write()), "");
    assert_eq!(minted.code, 0, "{}", minted.output());
    let claims = claims(minted.stdout.trim());
    assert_eq!(
        (claims["iss"].as_str(), claims["uid"].as_str()),
        (Some("https://idp.example.com"), Some("alice"))
    );
}

/// The gate redeems a hand-off token that a script issues in place of a portal: once, and with the
/// state of the browser.
#[tokio::test]
async fn the_token_command_creates_a_valid_handoff_token() {
    let portal = Portal::new();
    let plan = Plan::of(&portal);
    let folder = plan.folder.path().join("keys");
    assert_eq!(keygen(&folder, &[]).code, 0);
    let session_key = plan.folder.path().join("session.key");
    fs::write(&session_key, "k".repeat(32)).unwrap();
    fs::set_permissions(&session_key, fs::Permissions::from_mode(0o400)).unwrap();
    let login = json!({ "url": LOGIN, "handoff": { "session_key_file": session_key } });
    let gate = plan
        .with_issuer("keys", json!({ "jwks_file": folder.join("jwks.json") }))
        .with("login", login)
        .with("revocation", json!({ "store": "memory" }))
        .open()
        .await;

    let sent = gate.ask(&Request::question(ALICE).page().uri("/desk")).await;
    let location = sent.header("Location").expect("a redirect");
    let st = location.split_once("&st=").expect("a state").1.to_owned();
    let state = sent.cookies().swap_remove(0);
    let origin = format!("https://{ALICE}");
    let mut command = doorward();
    command.args(["token", "--handoff", "--key"]).arg(folder.join("private.jwk"));
    command.args(["--issuer", "https://idp.example.com", "--user-claim", "sub"]);
    command.args(["--user", "alice", "--audience", &origin, "--nonce", &st]);
    let minted = run(&mut command, "");
    assert_eq!(minted.code, 0, "{}", minted.output());
    let minted = remember(minted.stdout.trim().to_owned());

    let id = st.split('.').next().expect("an id");
    let entry = format!("/.doorward/enter?st={id}&t={minted}");
    let enter = Request::question(ALICE).page().uri(&entry).add("Cookie", &state);
    let entered = gate.ask(&enter).await;
    assert_eq!(entered.status, 303, "{entered}");
    assert_eq!(entered.header("Location"), Some(format!("{origin}/desk")));
    let cookies = entered.cookies();
    let session = cookies.iter().find(|pair| pair.starts_with("__Host-doorward=")).expect("one");
    let inside = gate.ask(&Request::question(ALICE).add("Cookie", session)).await;
    assert_eq!(inside.status, 200, "{inside}");
    assert_eq!(gate.ask(&enter).await.status, 401, "good once");
    // It is not accepted as a session in any cookie or header.
    assert_ne!(gate.ask(&Request::question(ALICE).bearer(&minted)).await.status, 200);
}

#[test]
fn a_token_needs_a_private_key() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(keygen(folder.path(), &[]).code, 0);
    for (file, code, part) in
        [("jwks.json", 64, "is a key set"), ("missing.jwk", 1, "there is no such file")]
    {
        let mut command = doorward();
        command
            .args(["token", "--user", "alice", "--key"])
            .arg(folder.path().join(file))
            .args(ISSUED);
        let refused = run(&mut command, "");
        assert_eq!(refused.code, code, "{}", refused.output());
        assert!(refused.stderr.contains(part), "{}", refused.output());
        assert!(refused.stdout.is_empty() && refused.stderr.contains(file), "{}", refused.output());
    }
}
