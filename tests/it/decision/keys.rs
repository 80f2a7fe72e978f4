//! Step 6: algorithms, signatures and key sets. A token needs a signature by a key of its issuer.

use crate::support::certificates::write_secret;
use crate::support::gate::{Gate, Plan};
use crate::support::key::{Key, base64, key_set};
use crate::support::portal::{ALICE, Portal};
use crate::support::request::Request;
use crate::support::table::Table;
use serde_json::{Value, json};
use std::fs;

fn with(token: &str) -> Request {
    Request::question(ALICE).session(token)
}

/// Every algorithm that can be configured works with its own key, from a key set and from PEM.
#[tokio::test]
async fn every_algorithm_works() {
    let keys = [
        Key::es256("k"),
        Key::es384("k"),
        Key::ed25519("k"),
        Key::rsa("k", "RS256"),
        Key::rsa("k", "RS384"),
        Key::rsa("k", "RS512"),
        Key::rsa("k", "PS256"),
        Key::rsa("k", "PS384"),
        Key::rsa("k", "PS512"),
    ];
    for key in keys {
        let pem = key.public_pem();
        let portal = Portal::named("https://idp.example.com", key);
        let gate = Gate::open(&portal).await;
        assert_eq!(
            gate.ask(&with(&portal.token("alice"))).await.status,
            200,
            "{}",
            portal.key.algorithm
        );
        assert_eq!(gate.ask(&with(&portal.forged_with_same_kind())).await.status, 401);

        let plan = Plan::of(&portal);
        let file = plan.folder.path().join("portal.pem");
        fs::write(&file, pem).unwrap();
        let gate = plan.with_issuer("keys", json!({ "pem_file": file })).open().await;
        let answer = gate.ask(&with(&portal.token("alice"))).await;
        assert_eq!(answer.status, 200, "{} from PEM", portal.key.algorithm);
    }
}

#[tokio::test]
async fn shared_secrets() {
    let secret = b"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    for algorithm in ["HS256", "HS384", "HS512"] {
        let portal = Portal::named("https://idp.example.com", Key::hmac("k", algorithm, secret));
        let plan = Plan::of(&portal);
        let file = plan.folder.path().join("secret");
        // Editors add one trailing newline, which is not part of the secret.
        write_secret(&file, [&secret[..], b"\n"].concat());
        let gate = plan.with_issuer("keys", json!({ "secret_file": file })).open().await;
        let mut table = Table::of(&gate);
        table.row(algorithm, with(&portal.token("alice")), 200).await;
        #[rustfmt::skip]
        let rows = [
            ("empty_secret", &b""[..]),
            ("secret_with_its_newline", &[&secret[..], b"\n"].concat()),
            ("first_32_bytes", &secret[..32]),
            ("another_secret", b"another-secret-another-secret-another-secret-another-secret-1234"),
        ];
        for (name, other) in rows {
            let token = portal.claims("alice").sign(&Key::hmac("k", algorithm, other));
            table.row(name, with(&token), 401).await;
        }
        table.finish();
    }
}

/// The known attacks on libraries that let the token choose its algorithm (A3).
#[tokio::test]
async fn the_token_does_not_choose_its_algorithm() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let mut table = Table::of(&gate);
    let good = portal.key.sign(b"something else");
    for alg in ["none", "None", "NONE", "nOnE", "null", ""] {
        let token = portal.claims("alice").header("alg", alg).header("kid", "portal-1");
        table.row(&format!("alg {alg:?}"), with(&token.clone().with_signature(b"")), 401).await;
        table.row(&format!("alg {alg:?} signed"), with(&token.with_signature(&good)), 401).await;
    }
    // Everything public, tried as the secret of an HMAC.
    let point = portal.key.public_jwk();
    let pem = portal.key.public_pem();
    #[rustfmt::skip]
    let rows = [
        ("pem_as_secret", pem.as_bytes().to_vec()),
        ("trimmed_pem_as_secret", pem.trim().as_bytes().to_vec()),
        ("jwk_as_secret", point.to_string().into_bytes()),
        ("set_as_secret", key_set([&portal.key]).into_bytes()),
        ("x_as_secret", point["x"].as_str().unwrap().as_bytes().to_vec()),
        ("nothing_as_secret", Vec::new()),
        ("kid_as_secret", b"portal-1".to_vec()),
    ];
    for (name, secret) in rows {
        for algorithm in ["HS256", "HS384", "HS512"] {
            let key = Key::hmac("portal-1", algorithm, &secret);
            table.row(name, with(&portal.claims("alice").sign(&key)), 401).await;
        }
    }
    for stranger in
        [Key::es384("portal-1"), Key::ed25519("portal-1"), Key::rsa("portal-1", "RS256")]
    {
        let token = portal.claims("alice").sign(&stranger);
        table.row(&format!("unconfigured {}", stranger.algorithm), with(&token), 401).await;
    }
    table.finish();
}

/// One signature has one form, and zeroes are not a signature (A5).
#[tokio::test]
async fn forms_of_a_signature() {
    let portal = Portal::new();
    let gate = Gate::open(&portal).await;
    let mut table = Table::of(&gate);
    let claims = portal.claims("alice").header("alg", "ES256").header("kid", "portal-1");
    let der = portal.claims("alice").sign(&portal.key.with_der_signatures());
    table.row("der", with(&der), 401).await;
    #[rustfmt::skip]
    let rows = [
        ("empty", vec![]),
        ("zeroes", vec![0; 64]),
        ("ones", vec![0xff; 64]),
        ("r_zero", [vec![0; 32], vec![1; 32]].concat()),
        ("order_of_the_curve", [&P256_ORDER[..], &P256_ORDER[..]].concat()),
        ("short", vec![1; 63]),
        ("long", vec![1; 65]),
        ("of_another_message", portal.key.sign(b"another message")),
    ];
    for (name, signature) in rows {
        table.row(name, with(&claims.clone().with_signature(&signature)), 401).await;
    }
    // A signature is not valid for other claims, and claims not with another header.
    let mine = portal.token("alice");
    let (message, signature) = mine.rsplit_once('.').unwrap();
    let (header, claims) = message.split_once('.').unwrap();
    let bobs = base64(portal.claims("bob").claims_text());
    table.row("other_claims", with(&format!("{header}.{bobs}.{signature}")), 401).await;
    let other = base64(r#"{"alg":"ES256","kid":"portal-1","typ":"JWT"}"#);
    table.row("other_header", with(&format!("{other}.{claims}.{signature}")), 401).await;
    table.finish();
}

/// Of a key set with invalid members, only the valid ones are used.
#[tokio::test]
async fn members_of_a_key_set() {
    let portal = Portal::new();
    let named = |kid: &str| Key::es256(kid);
    let (good, second) = (named("good"), named("second"));
    let (encryption, no_verify, other_alg) = (named("enc"), named("ops"), named("alg"));
    let symmetric = Key::hmac("oct", "HS256", &[7; 32]);
    let changed = |key: &Key, member: &str, value: Value| {
        let mut jwk = key.public_jwk();
        jwk[member] = value;
        jwk
    };
    let off_curve = named("off");
    let set = json!({ "more": true, "keys": [
        { "kty": "new-kind", "kid": "x" },
        { "kty": "EC" },
        5,
        changed(&encryption, "use", json!("enc")),
        changed(&no_verify, "key_ops", json!(["encrypt"])),
        changed(&other_alg, "alg", json!("ES384")),
        changed(&off_curve, "y", off_curve.public_jwk()["x"].clone()),
        symmetric.public_jwk(),
        changed(&good, "unknown", json!([1])),
        second.public_jwk(),
    ] });
    let plan = Plan::of(&portal);
    let file = plan.folder.path().join("odd.jwks.json");
    fs::write(&file, set.to_string()).unwrap();
    let gate = plan.with_issuer("keys", json!({ "jwks_file": file })).open().await;
    let mut table = Table::of(&gate);
    let by = |key: &Key| with(&portal.claims("alice").sign(key));
    #[rustfmt::skip]
    let rows = [
        ("good", by(&good), 200),
        ("second", by(&second), 200),
        ("for_encryption", by(&encryption), 401),
        ("without_verify", by(&no_verify), 401),
        ("bound_to_another_algorithm", by(&other_alg), 401),
        ("not_on_the_curve", by(&off_curve), 401),
        ("symmetric_in_a_public_set", by(&symmetric), 401),
    ];
    table.rows(rows).await;
    let no_kid = portal.claims("alice").header("kid", Value::Null).sign(&good);
    table.row("several_keys_need_a_kid", with(&no_kid), 401).await;
    let wrong_kid = portal.claims("alice").header("kid", "second").sign(&good);
    table.row("kid_of_another_key", with(&wrong_kid), 401).await;
    table.finish();
}

/// Two files are one set: how a key is rotated.
#[tokio::test]
async fn several_key_files() {
    let portal = Portal::new();
    let next = Key::es256("portal-2");
    let plan = Plan::of(&portal);
    let (a, b) = (plan.folder.path().join("a.json"), plan.folder.path().join("b.json"));
    fs::write(&a, key_set([&portal.key])).unwrap();
    fs::write(&b, key_set([&next])).unwrap();
    let gate = plan.with_issuer("keys", json!({ "jwks_file": [a, b] })).open().await;
    let mut table = Table::of(&gate);
    table.row("old_key", with(&portal.token("alice")), 200).await;
    table.row("new_key", with(&portal.claims("alice").sign(&next)), 200).await;
    table.row("no_key", with(&portal.forged("alice")), 401).await;
    table.finish();
}

/// n of P-256: r and s must be below it.
const P256_ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6,
    0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];
