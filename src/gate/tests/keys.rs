//! Issuers whose keys are not available, or that do not have the key that a token names.

use super::*;

#[test]
fn an_issuer_without_keys_affects_no_other_issuer() {
    let mut gate = gate();
    gate.verifier.issuers[1].keys = KeySet::unavailable();
    let mut partner = claims("alice");
    partner["iss"] = PARTNER.into();
    let unjudged = mint(OTHER_SECRET, &partner);
    let mut old = claims("alice");
    old["exp"] = (NOW - 3000).into();
    old["iat"] = (NOW - 3600).into();
    let (good, bob, old) = (token_of("alice"), token_of("bob"), mint(SECRET, &old));
    let forged = mint(OTHER_SECRET, &claims("alice"));
    let not_now = Err("keys-unavailable");
    let rows = [
        ("alone", vec![&unjudged], not_now),
        ("before_a_good_one", vec![&unjudged, &good], Ok("alice")),
        ("behind_a_good_one", vec![&good, &unjudged], Ok("alice")),
        ("with_an_expired_one", vec![&old, &unjudged], not_now),
        ("with_a_forged_one", vec![&forged, &unjudged], not_now),
        ("with_another_users", vec![&bob, &unjudged], not_now),
        ("another_users_alone", vec![&bob], Err("wrong-host")),
    ];
    for (row, tokens, expected) in rows {
        let tokens: Vec<String> = tokens.into_iter().cloned().collect();
        let got = admit(&gate, &request("alice.lab.example.org"), &cookies(&tokens));
        assert_eq!(got, expected.map(str::to_owned), "{row}");
    }
    // What was judged stays what it is: the gate's own state has not become one of "no keys".
    let many: Vec<String> = (0..50).map(|_| unjudged.clone()).chain([good]).collect();
    let got = admit(&gate, &request("alice.lab.example.org"), &cookies(&many));
    assert_eq!(got, Ok("alice".to_owned()), "they cost no signature");
}

#[test]
fn an_unknown_key_is_noted_with_its_issuer() {
    let mut gate = gate();
    let secret = URL_SAFE_NO_PAD.encode(OTHER_SECRET);
    let set = format!(r#"{{"keys":[{{"kty":"oct","alg":"HS256","kid":"a","k":"{secret}"}}]}}"#);
    let (keys, _) = KeySet::from_jwks(set.as_bytes(), &[Algorithm::Hs256]).unwrap();
    gate.verifier.issuers[1].keys = keys;
    let token = |kid: &str, secret: &[u8]| {
        let header = format!(r#"{{"alg":"HS256","kid":"{kid}"}}"#);
        let mut claims = claims("alice");
        claims["iss"] = PARTNER.into();
        let (header, claims) =
            (URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims.to_string()));
        let message = format!("{header}.{claims}");
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(hmac::sign(&key, message.as_bytes())))
    };
    let unknown = token("b", OTHER_SECRET);
    let rows = [
        ("unknown", vec![unknown.clone()], Some(1)),
        ("behind_others", vec![token_of("bob"), "x".to_owned(), unknown.clone()], Some(1)),
        ("known_and_forged", vec![token("a", SECRET)], None),
        ("known_and_good", vec![token("a", OTHER_SECRET)], None),
        ("of_nobody", vec![unknown.replace('.', "..")], None),
    ];
    for (row, tokens, expected) in rows {
        let (host, credentials) = (request("alice.lab.example.org"), cookies(&tokens));
        let denied = gate.admit(&host, &credentials, UnixTime(NOW), &mut NoTrace).err();
        assert_eq!(
            denied.and_then(|denied| denied.effort.key_unknown_of),
            expected.map(IssuerId::at),
            "{row}"
        );
    }
}
