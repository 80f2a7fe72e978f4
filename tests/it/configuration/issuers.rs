//! Mistakes about issuers and their keys.

use super::mistakes::{Mistake, put, refuse_all};
use super::{check, complaint};
use crate::support::certificates::write_secret;
use crate::support::gate::Plan;
use crate::support::key::{Key, key_set};
use crate::support::portal::Portal;
use serde_json::{Value, json};
use std::fs;

#[test]
fn issuers() {
    let other = json!({ "issuer": "https://idp.example.com" });
    #[rustfmt::skip]
    let mistakes: &[Mistake<'_>] = &[
        ("none", "/issuers", json!([]), &["issuers"]),
        ("no_user_claim", "/issuers/0/user_claim", Value::Null, &["issuers[0].user_claim"]),
        ("empty_user_claim", "/issuers/0/user_claim", json!(""), &["issuers[0].user_claim"]),
        ("no_algorithms", "/issuers/0/algorithms", Value::Null, &["issuers[0].algorithms"]),
        ("empty_algorithms", "/issuers/0/algorithms", json!([]), &["issuers[0].algorithms"]),
        ("none_as_algorithm", "/issuers/0/algorithms", json!(["none"]),
            &["issuers[0].algorithms", "none"]),
        ("lower_case_algorithm", "/issuers/0/algorithms", json!(["es256"]),
            &["issuers[0].algorithms", "es256"]),
        ("mixed_algorithms", "/issuers/0/algorithms", json!(["ES256", "HS256"]),
            &["issuers[0].algorithms"]),
        ("no_audiences", "/issuers/0/audiences", json!([]),
            &["issuers[0].audiences", "allow_any_audience"]),
        ("missing_audiences", "/issuers/0/audiences", Value::Null, &["issuers[0].audiences"]),
        ("no_keys", "/issuers/0/keys", Value::Null, &["issuers[0].keys"]),
        ("empty_keys", "/issuers/0/keys", json!({}), &["issuers[0].keys"]),
        ("two_kinds_of_keys", "/issuers/0/keys/pem_file", json!("/nowhere"), &["issuers[0].keys"]),
        ("missing_key_file", "/issuers/0/keys", json!({ "jwks_file": "/nowhere" }),
            &["issuers[0].keys.jwks_file", "/nowhere"]),
        ("our_own_type", "/issuers/0/types", json!(["doorward-session+jwt"]),
            &["issuers[0].types"]),
        ("case", "/issuers/0/case", json!("lower"), &["issuers[0].case"]),
        ("lifetime", "/issuers/0/max_lifetime", json!("soon"),
            &["issuers[0].max_lifetime", "soon"]),
        ("twice", "/issuers", json!([other, other]), &["issuers[1]"]),
        ("plain_key_address", "/issuers/0/keys",
            json!({ "jwks_url": "https://alice.vdi.example.com/keys" }), &["issuers[0].keys"]),
    ];
    refuse_all(mistakes);
}

#[test]
fn bare_labels_belong_to_one_issuer() {
    let (main, other) =
        (Portal::new(), Portal::named("https://second.example.org", Key::es256("s")));
    for (first, second, accepted) in [
        (json!(true), json!(false), true),
        (json!(false), json!(false), true),
        (json!(true), json!(true), false),
        (Value::Null, json!(false), false),
        (Value::Null, Value::Null, false),
    ] {
        let plan = Plan::of(&main);
        let mut entries = [main.entry(plan.folder.path()), other.entry(plan.folder.path())];
        for (entry, bare) in entries.iter_mut().zip([&first, &second]) {
            put(entry, "/bare_labels", bare.clone());
        }
        let checked = check(&plan.with("issuers", json!(entries)));
        if accepted {
            assert_eq!(checked.code, 0, "{first} {second}: {}", checked.output());
        } else {
            assert_eq!(complaint(&checked, &["bare_labels"]), None, "{first} {second}");
        }
    }
}

#[test]
fn key_files_without_a_usable_key() {
    let portal = Portal::new();
    let private = r#"{"keys":[{"kty":"EC","crv":"P-256","x":"a","y":"b","d":"c"}]}"#;
    let rsa = key_set([&Key::rsa("k", "RS256")]);
    for (name, content) in [
        ("empty", ""),
        ("no_json", "hello"),
        ("no_keys", r#"{"keys":[]}"#),
        ("no_set", r#"{"kty":"EC"}"#),
        ("broken_private_key", private),
        ("keys_of_another_algorithm", &rsa),
    ] {
        let plan = Plan::of(&portal);
        let file = plan.folder.path().join("bad.json");
        fs::write(&file, content).unwrap();
        let plan = plan.with_issuer("keys", json!({ "jwks_file": file }));
        assert_eq!(complaint(&check(&plan), &["issuers[0].keys"]), None, "{name}");
    }
    // A private key in PEM is reported as a mistake of the issuer.
    let plan = Plan::of(&portal);
    let file = plan.folder.path().join("private.pem");
    write_secret(&file, rcgen::KeyPair::generate().unwrap().serialize_pem());
    let plan = plan.with_issuer("keys", json!({ "pem_file": file }));
    assert_eq!(complaint(&check(&plan), &["issuers[0].keys"]), None, "private key in PEM");
}
